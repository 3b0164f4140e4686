//! Schedules against every schedule: a naive seller who knows the rules of commerce by heart, sells one unit at a time, and
//! looks for anything cheaper than the plan.

use chrono::{Datelike, Days, Months, NaiveDate};
use proptest::prelude::*;
use seatcast::catalog::SkuId;
use seatcast::diagnostic::Origin;
use seatcast::directory::TenantSku;
use seatcast::forecast::{PlanTarget, Risk, SkuDemand};
use seatcast::money::Currency;
use seatcast::plan::{Options, Planned, Rules, Subject, plan_sku};
use seatcast::supply::{BillingPlan, Channel, Price, PriceBook, Renewal, Subscription, Supply, Term};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn today() -> NaiveDate {
    day(2026, 11, 20)
}

pub fn sku() -> TenantSku {
    TenantSku {
        sku_id: SkuId::new("11111111-1111-1111-1111-111111111111"),
        sku_part_number: "SKU".into(),
        product_name: "Sku".into(),
        company_wide: false,
        prepaid: None,
        consumed: None,
    }
}

/// A small world: lots, two prices, and the demand of each day in four replications.
#[derive(Clone, Debug)]
struct World {
    months: u32,
    lots: Vec<Subscription>,
    /// The price of today, and that of a later day.
    prices: [i64; 2],
    new_price: NaiveDate,
    /// Demand from each of these days (counted from today) on, by replication.
    demand: Vec<(u32, [u32; 4])>,
    target: PlanTarget,
}

impl World {
    fn end(&self) -> NaiveDate {
        today() + Months::new(self.months)
    }

    fn demand_on(&self, number: u32) -> [u32; 4] {
        self.demand.iter().rfind(|(from, _)| *from <= number).map_or([0; 4], |(_, demand)| *demand)
    }

    fn plan(&self) -> Planned {
        let days = (self.end() - today()).num_days() as u32 + 1;
        let demand =
            SkuDemand::new(sku().sku_id.to_string(), (0..days).map(|day| self.demand_on(day).to_vec()).collect());
        let price = |minor, valid_from| Price {
            sku_id: sku().sku_id,
            list_minor: Some(minor),
            contracted_minor: None,
            currency: Currency::parse("EUR").unwrap(),
            valid_from,
        };
        let prices =
            PriceBook::new(vec![price(self.prices[0], day(2020, 1, 1)), price(self.prices[1], self.new_price)]);
        let subject = Subject {
            sku: &sku(),
            supply: &Supply { lots: self.lots.clone(), unexplained: Default::default() },
            prices: &prices,
            policy: None,
            demand: &demand,
            replications: 4,
            today: today(),
            end: self.end(),
        };
        let options = Options { target: self.target, rules: Rules::default(), curve: Vec::new() };
        plan_sku(&subject, &options).unwrap()
    }
}

/// Parts of a minor unit: thousandths, and the days of a month.
const PARTS: i128 = 1000 * 28 * 29 * 30 * 31 / 2;

#[derive(Clone, Debug)]
struct Lot {
    ends: NaiveDate,
    /// The day whose price it has, and its part of the annual price in thousandths.
    priced: NaiveDate,
    factor: i128,
    units: u32,
    open: bool,
}

struct Seller<'a> {
    world: &'a World,
    days: Vec<NaiveDate>,
    /// The fewest units from each of `days` on; nothing where waiting is what counts.
    needed: Vec<u32>,
    most: u32,
    /// What has to be undercut.
    bound: i128,
    /// Leaves looked at, so that a test can tell a search from none.
    looked: u64,
}

impl Seller<'_> {
    fn price(&self, on: NaiveDate) -> i128 {
        i128::from(if on < self.world.new_price { self.world.prices[0] } else { self.world.prices[1] })
    }

    /// Day by day, each a part of the month from the 20th to the 20th that it lies in.
    fn cost(&self, lot: &Lot, from: NaiveDate) -> i128 {
        let mut sum = 0;
        for on in from.iter_days().take_while(|on| *on < lot.ends.min(self.world.end())) {
            let month = (0..).map(|n| today() + Months::new(n)).take_while(|begin| *begin <= on).last().unwrap();
            let days = i128::from((month + Months::new(1) - month).num_days());
            // The 20th exists in every month, so that a month's end is the next month's begin.
            sum += self.price(lot.priced) * lot.factor * (PARTS / 1000 / days);
        }
        sum
    }

    fn commercial(&self) -> bool {
        let lots = &self.world.lots;
        lots.is_empty() || lots.iter().any(|lot| lot.channel != Channel::Ea)
    }

    /// What can be sold on a day, as lots of one unit; those that are added to must be there.
    fn offers(&self, on: NaiveDate, lots: &[Lot]) -> Vec<(Lot, Option<usize>)> {
        let mut offers = Vec::new();
        let owned_ends = |channel: Option<Channel>| {
            let lots = self.world.lots.iter().filter(move |lot| channel.is_none_or(|own| lot.channel == own));
            lots.filter_map(|lot| lot.term_end)
        };
        if self.commercial() {
            let first = on.with_day(1).unwrap() + Months::new(1);
            offers.push((Lot { ends: first, priced: on, factor: 1200, units: 1, open: false }, None));
            // What takes the place of units that end, or of nothing, takes more later.
            let open = owned_ends(None).any(|end| end == on) || (on == today() && self.world.lots.is_empty());
            offers.push((Lot { ends: on + Months::new(12), priced: on, factor: 1000, units: 1, open }, None));
        }
        if owned_ends(Some(Channel::Ea)).any(|end| end == on) {
            offers.push((Lot { ends: on + Months::new(12), priced: on, factor: 1000, units: 1, open: true }, None));
        }
        for (at, lot) in lots.iter().enumerate().filter(|(_, lot)| lot.open && lot.ends > on && lot.units > 0) {
            offers.push((Lot { units: 1, open: false, ..lot.clone() }, Some(at)));
        }
        offers
    }

    /// Users without a seat, summed over the days of a span and over replications.
    fn waiting(&self, at: usize, capacity: u32) -> u64 {
        let to = self.days.get(at + 1).copied().unwrap_or(self.world.end());
        let days = self.days[at].iter_days().take_while(|on| *on < to);
        let demand = days.map(|on| self.world.demand_on((on - today()).num_days() as u32));
        demand.flatten().map(|demand| u64::from(demand.saturating_sub(capacity))).sum()
    }

    fn capacity(lots: &[Lot], on: NaiveDate) -> u32 {
        lots.iter().filter(|lot| lot.ends > on).map(|lot| lot.units).sum()
    }

    /// Whether anything from the day `at` on comes to less than the bound.
    fn undercut(&mut self, at: usize, lots: &[Lot], cost: i128, waiting: u64) -> bool {
        if cost >= self.bound {
            return false;
        }
        let Some(on) = self.days.get(at).copied() else {
            return true;
        };
        let offers = self.offers(on, lots);
        self.sell(at, on, &offers, lots, (cost, waiting))
    }

    fn sell(
        &mut self,
        at: usize,
        on: NaiveDate,
        offers: &[(Lot, Option<usize>)],
        lots: &[Lot],
        spent: (i128, u64),
    ) -> bool {
        let (cost, waiting) = spent;
        let capacity = Self::capacity(lots, on);
        let Some(((offer, into), rest)) = offers.split_first() else {
            self.looked += 1;
            // Seat-days of waiting that may still come after this span; `None` where that is too many already.
            let left = match self.world.target {
                PlanTarget::Risk(_) => (capacity >= self.needed[at]).then_some(waiting),
                PlanTarget::WaitingSeatDays(_) => waiting.checked_sub(self.waiting(at, capacity)),
            };
            return left.is_some_and(|left| self.undercut(at + 1, lots, cost, left));
        };
        let one = self.cost(offer, on);
        // More than anybody needs beside what is owned is never bought, but for the one unit that opens a lot.
        let owned = self.world.lots.iter().filter(|lot| lot.term_end.is_some_and(|end| end > on));
        let room = (self.most + 1 + owned.map(|lot| lot.quantity).sum::<u32>()).saturating_sub(capacity);
        for count in 0..=room {
            let cost = cost + one * i128::from(count);
            if cost >= self.bound {
                break;
            }
            let mut lots = lots.to_vec();
            if count > 0 {
                match into {
                    Some(lot) => lots[*lot].units += count,
                    None => lots.push(Lot { units: count, ..offer.clone() }),
                }
            }
            if self.sell(at, on, rest, &lots, (cost, waiting)) {
                return true;
            }
        }
        false
    }
}

/// The days on which anything can be decided.
fn days(world: &World) -> Vec<NaiveDate> {
    let mut days = vec![today()];
    days.extend(today().iter_days().take_while(|day| *day < world.end()).filter(|day| day.day() == 1));
    days.extend(world.lots.iter().filter_map(|lot| lot.term_end));
    days.push(world.new_price - Days::new(1));
    days.retain(|day| (today()..world.end()).contains(day));
    days.sort_unstable();
    days.dedup();
    days
}

/// The seller with the lots of today, and what they cost.
fn seller(world: &World, bound: i128) -> (Seller<'_>, Vec<Lot>, i128) {
    let days = days(world);
    let allowed = match world.target {
        PlanTarget::Risk(risk) => risk.allowed(4) as usize,
        PlanTarget::WaitingSeatDays(_) => 0,
    };
    let needed = |from: NaiveDate, to: NaiveDate| {
        let numbers = from.iter_days().take_while(|on| *on < to).map(|on| (on - today()).num_days() as u32);
        let of_day = |number| {
            let mut demand = world.demand_on(number);
            demand.sort_unstable();
            // The fewest units below which at most `allowed` of the demands lie.
            (0..=9).find(|units| demand.iter().filter(|value| *value > units).count() <= allowed).unwrap()
        };
        numbers.map(of_day).max().unwrap()
    };
    let ends = days.iter().skip(1).copied().chain([world.end()]);
    let needed: Vec<u32> = days.iter().copied().zip(ends).map(|(from, to)| needed(from, to)).collect();
    let most = needed.iter().copied().max().unwrap();
    let seller = Seller { world, days, needed, most, bound, looked: 0 };
    let lots: Vec<Lot> = world
        .lots
        .iter()
        .map(|lot| Lot {
            ends: lot.term_end.unwrap(),
            priced: lot.start,
            factor: match (lot.channel, lot.term) {
                (Channel::Ea, _) => 1000,
                (_, Term::P1M) => 1200,
                _ => 1000,
            },
            units: lot.quantity,
            open: true,
        })
        .collect();
    let paid = lots.iter().map(|lot| seller.cost(lot, today()) * i128::from(lot.units)).sum();
    (seller, lots, paid)
}

fn lots() -> impl Strategy<Value = Vec<Subscription>> {
    let lot =
        (0u32..3, 10u64..150, prop::sample::select(vec![Channel::Direct, Channel::Csp, Channel::Ea]), any::<bool>());
    prop::collection::vec(lot, 0..3).prop_map(|lots| {
        let of = |(at, (quantity, left, channel, monthly)): (usize, (u32, u64, Channel, bool))| {
            let term = if monthly && channel != Channel::Ea { Term::P1M } else { Term::P1Y };
            let left = if term == Term::P1M { left % 20 + 1 } else { left };
            let ends = today() + Days::new(left);
            Subscription {
                id: format!("S{at}").into(),
                sku_id: sku().sku_id,
                quantity,
                start: ends - Months::new(term.months()),
                term,
                term_end: Some(ends),
                renewal: Renewal::Renew { quantity },
                billing: if term == Term::P1M { BillingPlan::Monthly } else { BillingPlan::Annual },
                channel,
                trial: false,
                reserved: false,
                origin: Origin::default(),
            }
        };
        // Lots with nothing in them cannot be added to, and lots of the last week can be given back: both have tests of
        // their own.
        let lots = lots.into_iter().enumerate().map(of);
        lots.filter(|lot| lot.quantity > 0 && lot.start + Days::new(7) <= today()).collect()
    })
}

fn worlds() -> impl Strategy<Value = World> {
    let demand = prop::collection::vec((1u32..130, prop::array::uniform4(0u32..4)), 1..4);
    let price = || prop::array::uniform2(500i64..2000);
    let risk = prop::sample::select(vec![0u32, 25, 50]).prop_map(|risk| PlanTarget::Risk(Risk::percent(risk).unwrap()));
    let target = prop_oneof![2 => risk, 1 => (0u32..80).prop_map(PlanTarget::WaitingSeatDays)];
    (2u32..4, lots(), price(), 1u64..90, demand, prop::array::uniform4(0u32..3), target).prop_map(
        |(months, lots, prices, new_price, mut demand, first, target)| {
            demand.push((0, first));
            demand.sort_by_key(|(day, _)| *day);
            let new_price = today() + Days::new(new_price);
            World { months, lots, prices, new_price, demand, target }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_schedule_is_cheaper_than_the_plan(world in worlds()) {
        let Planned { plan, supply } = world.plan();
        // A minor unit less than the bound, which is rounded; where the search ended by itself it is the plan's own cost.
        let (mut seller, lots, paid) = seller(&world, (i128::from(plan.proof.bound.minor) - 1) * PARTS);
        // Over four replications.
        let waiting = match world.target {
            PlanTarget::Risk(_) => 0,
            PlanTarget::WaitingSeatDays(days) => u64::from(days) * 4,
        };
        let cheaper = seller.undercut(0, &lots, paid, waiting);
        prop_assert!(!cheaper, "something is cheaper than {:?}\n{:#?}", plan.proof, plan.lines);
        // The schedule itself keeps what is asked for, and some schedule comes to its cost.
        match world.target {
            PlanTarget::Risk(risk) => {
                for (span, on) in seller.days.iter().enumerate() {
                    let capacity = supply.units_on(*on).capacity();
                    prop_assert!(capacity >= seller.needed[span], "short on {on}: {:#?}", plan.lines);
                }
                prop_assert!(plan.planned.replications_short <= risk.allowed(4));
            }
            PlanTarget::WaitingSeatDays(days) => {
                let spans = seller.days.iter().enumerate();
                let waits = spans.map(|(span, on)| seller.waiting(span, supply.units_on(*on).capacity()));
                prop_assert!(waits.sum::<u64>() <= waiting, "too many wait: {:#?}", plan.lines);
                prop_assert!(plan.planned.waiting_seat_days_tenths <= u64::from(days) * 10);
            }
        }
        seller.bound = (i128::from(plan.cost.minor) + 1) * PARTS;
        let as_cheap = seller.undercut(0, &lots, paid, waiting);
        prop_assert!(as_cheap, "nothing is as cheap as {:?}\n{:#?}", plan.cost, plan.lines);
        prop_assert!(seller.looked > 0);
        prop_assert_eq!(plan.proof.gap.minor, plan.cost.minor - plan.proof.bound.minor);
        prop_assert!(plan.proof.stopped || plan.proof.gap.minor == 0);
        prop_assert!(!plan.proof.stopped || matches!(world.target, PlanTarget::WaitingSeatDays(_)));
    }
}
