//! Which service plan holds all of another: the data file that is part of the program. In: CSV text. Out: lookups by name. Never:
//! a guess from names that look alike.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, serde::Deserialize)]
struct Rung {
    family: String,
    rank: u32,
    plan: String,
}

/// Plans by family and rank: a plan holds all of those with a lower rank in its family.
#[derive(Clone, Debug, Default)]
pub struct Ladders {
    /// Family and rank of a plan.
    rungs: BTreeMap<String, (String, u32)>,
    /// Plans that carry nothing for a user by themselves.
    technical: BTreeSet<String>,
}

impl Ladders {
    /// `data/plan-ladders.csv` (its provenance is in `data/README.md`).
    pub fn embedded() -> Ladders {
        let mut reader = csv::Reader::from_reader(&include_bytes!("../../../data/plan-ladders.csv")[..]);
        let rows: Vec<Rung> =
            reader.deserialize().collect::<Result<_, _>>().expect("the embedded ladders are well formed");
        let mut ladders = Ladders::default();
        for row in rows {
            match row.rank {
                0 => drop(ladders.technical.insert(row.plan)),
                rank => drop(ladders.rungs.insert(row.plan, (row.family, rank))),
            }
        }
        ladders
    }

    pub fn is_technical(&self, plan: &str) -> bool {
        self.technical.contains(plan)
    }

    /// Whether whoever has `given` needs no `wanted` besides.
    pub fn covers(&self, given: &str, wanted: &str) -> bool {
        if given == wanted {
            return true;
        }
        let (Some((family, rank)), Some((other, least))) = (self.rungs.get(given), self.rungs.get(wanted)) else {
            return false;
        };
        family == other && rank > least
    }
}
