//! Joiners and leavers as a past tells them. In: a panel of known months. Out: rates by cohort, tenure and calendar month, and
//! months to come. Never: a month after the panel's last.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::flow::{Evidence, Flow};
use super::spell::{Month, Panel, TENURES, tenure};

/// Weights of last month's evidence on tenure, and person-months of pull towards the mean, that are tried.
const FADING: &[f64] = &[0.93, 0.96, 0.98, 0.99, 1.0];
const PULLS: &[f64] = &[30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0];
/// Events of pull towards an even year that are tried for the seasons.
const SEASON_PULLS: &[f64] = &[3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];

/// Leaving a month by completed years of tenure, learned month by month.
#[derive(Clone, Debug)]
struct Hazards {
    by_tenure: Vec<Evidence>,
    all: Evidence,
    fading: f64,
    pull: f64,
}

impl Hazards {
    fn new(fading: f64, pull: f64) -> Self {
        let none = Evidence { seen: 0.0, expected: 0.0 };
        Self { by_tenure: vec![none; TENURES], all: none, fading, pull }
    }

    fn mean(&self) -> f64 {
        (self.all.seen + 0.5) / (self.all.expected + 50.0)
    }

    fn pooled(&self, tenure: usize) -> Evidence {
        let own = self.by_tenure[tenure];
        Evidence { seen: own.seen + self.pull * self.mean(), expected: own.expected + self.pull }
    }

    fn of(&self, tenure: usize) -> f64 {
        let pooled = self.pooled(tenure);
        pooled.seen / pooled.expected
    }

    /// Forecasts a month, then learns from it: returns the log likelihood of what happened.
    fn learn(&mut self, people: &[f64], leaves: &[u32]) -> f64 {
        let mut fit = 0.0;
        for (tenure, (people, leaves)) in people.iter().zip(leaves).enumerate() {
            fit += self.pooled(tenure).log_likelihood(f64::from(*leaves), *people);
        }
        for (evidence, (people, leaves)) in self.by_tenure.iter_mut().zip(people.iter().zip(leaves)) {
            evidence.seen = evidence.seen * self.fading + f64::from(*leaves);
            evidence.expected = evidence.expected * self.fading + people;
        }
        self.all.seen = self.all.seen * self.fading + leaves.iter().map(|count| f64::from(*count)).sum::<f64>();
        self.all.expected = self.all.expected * self.fading + people.iter().sum::<f64>();
        fit
    }
}

/// What a panel teaches.
#[derive(Clone, Debug)]
pub struct Workforce {
    pub joiners: Flow,
    pub leavers: Flow,
    /// Weight of each calendar month, January first; the mean is 1.
    pub joiner_seasons: [f64; 12],
    pub leaver_seasons: [f64; 12],
    hazards: Hazards,
    last: Month,
    people: Vec<u32>,
    staff: Vec<Vec<Month>>,
}

impl Workforce {
    pub fn learn(panel: &Panel) -> Workforce {
        let hazards_by_month = |fading: f64, pull: f64| {
            let mut hazards = Hazards::new(fading, pull);
            let mut fit = 0.0;
            let mut expected = Vec::with_capacity(panel.months());
            for row in 0..panel.months() {
                let hope = |tenures: &Vec<u32>| -> f64 {
                    tenures.iter().enumerate().map(|(tenure, people)| f64::from(*people) * hazards.of(tenure)).sum()
                };
                expected.push(panel.tenures[row].iter().map(hope).collect::<Vec<f64>>());
                let mut people = vec![0.0; TENURES];
                for tenures in &panel.tenures[row] {
                    tenures.iter().enumerate().for_each(|(tenure, count)| people[tenure] += f64::from(*count));
                }
                let month = hazards.learn(&people, &panel.tenure_leaves[row]);
                fit += if row < 6 { 0.0 } else { month };
            }
            (fit, hazards, expected)
        };
        let tries = FADING.iter().flat_map(|fading| PULLS.iter().map(|pull| hazards_by_month(*fading, *pull)));
        let (_, hazards, mut leaving) =
            tries.reduce(|best, other| if other.0 > best.0 { other } else { best }).expect("the grids are not empty");
        let mut joining: Vec<Vec<f64>> =
            panel.people.iter().map(|row| row.iter().map(|people| f64::from(*people) + 1.0).collect()).collect();
        let joiner_seasons = seasons(panel, &panel.joins, &joining);
        let leaver_seasons = seasons(panel, &panel.leaves, &leaving);
        for row in 0..panel.months() {
            let month = panel.month(row).of_year();
            joining[row].iter_mut().for_each(|hope| *hope *= joiner_seasons[month]);
            leaving[row].iter_mut().for_each(|hope| *hope *= leaver_seasons[month]);
        }
        Workforce {
            joiners: Flow::fit(&panel.joins, &joining),
            leavers: Flow::fit(&panel.leaves, &leaving),
            joiner_seasons,
            leaver_seasons,
            hazards,
            last: Month(panel.first.0 + panel.months() as i32 - 1),
            people: panel.last.clone(),
            staff: panel.staff.clone(),
        }
    }

    /// Headcounts by month to come and by cohort, of one replication.
    pub fn replication(&self, months: usize, seed: u64, replication: u64) -> Vec<Vec<u32>> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(replication);
        let (mut joiners, mut leavers) = (self.joiners.run(&mut rng), self.leavers.run(&mut rng));
        let mut people = self.people.clone();
        let mut fresh = vec![0.0; people.len()];
        let mut path = Vec::with_capacity(months);
        for ahead in 1..=months {
            let month = Month(self.last.0 + ahead as i32);
            let season = month.of_year();
            let new_hazard = self.hazards.of(0);
            let leaving: Vec<f64> = self
                .staff
                .iter()
                .zip(&fresh)
                .map(|(staff, fresh)| {
                    let known: f64 = staff.iter().map(|start| self.hazards.of(tenure(*start, month))).sum();
                    (known + fresh * new_hazard) * self.leaver_seasons[season]
                })
                .collect();
            let joining: Vec<f64> =
                people.iter().map(|people| (f64::from(*people) + 1.0) * self.joiner_seasons[season]).collect();
            let (joined, left) = (joiners.step(&joining, &mut rng), leavers.step(&leaving, &mut rng));
            for (cohort, people) in people.iter_mut().enumerate() {
                *people = (*people + joined[cohort]).saturating_sub(left[cohort]);
                fresh[cohort] += f64::from(joined[cohort]);
            }
            path.push(people.clone());
        }
        path
    }

    /// Joiners of an even month at rate 1 by cohort, for the people there are at the end.
    pub fn joiners_expected(&self) -> Vec<f64> {
        self.people.iter().map(|people| f64::from(*people) + 1.0).collect()
    }

    /// Leavers of an even month at rate 1 by cohort: by the tenures of those who are there at the end.
    pub fn leavers_expected(&self) -> Vec<f64> {
        let next = Month(self.last.0 + 1);
        let of = |staff: &Vec<Month>| staff.iter().map(|start| self.hazards.of(tenure(*start, next))).sum();
        self.staff.iter().map(of).collect()
    }

    /// Leaving a month at each completed year of tenure from 0 on, to the last that at least so many person-months tell of.
    pub fn leavers_by_tenure(&self, fewest: f64) -> Vec<f64> {
        let known = |tenure: &usize| self.hazards.by_tenure[*tenure].expected >= fewest;
        let count = (0..TENURES).rev().find(known).map_or(0, |tenure| tenure + 1);
        (0..count).map(|tenure| self.hazards.of(tenure)).collect()
    }

    /// Leaving a month at each completed year of tenure, for those years that anybody has.
    pub fn leaving_by_tenure(&self) -> Vec<(usize, f64)> {
        let known = |tenure: &usize| self.hazards.by_tenure[*tenure].expected > 0.0;
        (0..TENURES).filter(known).map(|tenure| (tenure, self.hazards.of(tenure))).collect()
    }
}

/// Weights of the calendar months, drawn towards an even year as far as the known months ask for.
fn seasons(panel: &Panel, counts: &[Vec<u32>], expected: &[Vec<f64>]) -> [f64; 12] {
    let total = |row: &Vec<u32>| row.iter().map(|count| f64::from(*count)).sum::<f64>();
    let seen: f64 = counts.iter().map(total).sum();
    let hoped: f64 = expected.iter().flatten().sum();
    let scale = if hoped > 0.0 { seen / hoped } else { 0.0 };
    let mut cells = [Evidence { seen: 0.0, expected: 0.0 }; 12];
    for (row, (counts, expected)) in counts.iter().zip(expected).enumerate() {
        let cell = &mut cells[panel.month(row).of_year()];
        cell.seen += total(counts);
        cell.expected += expected.iter().sum::<f64>() * scale;
    }
    let fit = |pull: f64| -> f64 {
        let prior = Evidence { seen: pull, expected: pull };
        cells.iter().map(|cell| prior.log_likelihood(cell.seen, cell.expected)).sum()
    };
    let pull = SEASON_PULLS.iter().copied().reduce(|best, other| if fit(other) > fit(best) { other } else { best });
    let pull = pull.unwrap_or(1000.0);
    let mut weights = cells.map(|cell| (cell.seen + pull) / (cell.expected + pull));
    let mean = weights.iter().sum::<f64>() / 12.0;
    weights.iter_mut().for_each(|weight| *weight /= mean);
    weights
}
