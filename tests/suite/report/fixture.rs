//! A forecast as the simulation gives it, made up: SKUs of every kind, 24 months, two currencies.

use chrono::{Months, NaiveDate};
use seatcast::digest::InputDigest;
use seatcast::forecast::*;
use seatcast::money::{Currency, Money};

pub const REPLICATIONS: u32 = 1000;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn today() -> NaiveDate {
    day("2026-11-24")
}

/// What is invented about one SKU.
#[derive(Clone)]
pub struct Plan {
    pub part_number: &'static str,
    pub product: &'static str,
    pub demand: f64,
    /// Seats more a month, and how far the band opens by the square root of months.
    pub growth: f64,
    pub spread: f64,
    /// Units from each day on.
    pub units: Vec<(NaiveDate, u32)>,
    pub price: Option<(i64, &'static str)>,
}

fn seats(value: f64) -> u32 {
    value.max(0.0).round() as u32
}

fn units_on(plan: &Plan, on: NaiveDate) -> u32 {
    plan.units.iter().rev().find(|(from, _)| *from <= on).map_or(0, |(_, units)| *units)
}

fn three(value: &dyn Fn(f64) -> f64) -> Percentiles {
    let [p10, p50, p90] = [-1.28, 0.0, 1.28].map(|z| seats(value(z)));
    Percentiles { p10, p50, p90 }
}

pub fn sku(plan: &Plan, months: u32) -> SkuForecast {
    let demand = |month: f64, z: f64| plan.demand + plan.growth * month + z * plan.spread * month.sqrt();
    let money = |minor: i64| plan.price.map(|(_, code)| Money { minor, currency: Currency::parse(code).unwrap() });
    let mut points: Vec<MonthPoint> = (0..=months)
        .map(|month| {
            let on = today() + Months::new(month);
            let capacity = units_on(plan, on);
            let at = f64::from(month);
            let above = |z: f64| demand(at, z) - f64::from(capacity);
            let replications_short = (0..REPLICATIONS)
                .filter(|replication| above(4.0 * (f64::from(*replication) / 999.0 - 0.5)).round() > 0.0)
                .count() as u32;
            MonthPoint {
                day: on,
                enabled: capacity,
                warning: 0,
                suspended: 0,
                capacity,
                demand: three(&|z| demand(at, z)),
                assigned: three(&|z| demand(at, z).min(f64::from(capacity))),
                waiting: three(&above),
                blocked: Percentiles { p10: 0, p50: 1, p90: 2 },
                shortfall: three(&above),
                replications_short,
                replications_short_by: 0,
                cost: plan.price.and_then(|(price, _)| money(price * i64::from(capacity))),
            }
        })
        .collect();
    // As if nobody who was short ever were no more.
    let mut most = 0;
    for point in &mut points {
        most = most.max(point.replications_short);
        point.replications_short_by = most;
    }
    let first = |value: &dyn Fn(&MonthPoint) -> u32| {
        points.iter().find(|point| value(point) > point.capacity).map(|point| point.day)
    };
    let supply = plan.units.iter().map(|(day, units)| SupplyLevel {
        day: (*day).max(today()),
        enabled: *units,
        warning: 0,
        capacity: *units,
    });
    SkuForecast {
        sku_id: format!("00000000-0000-0000-0000-{:012}", plan.part_number.bytes().map(u32::from).sum::<u32>()),
        sku_part_number: plan.part_number.to_owned(),
        product_name: plan.product.to_owned(),
        important: plan.part_number == "SPE_E3",
        price: plan.price.and_then(|(price, _)| money(price)),
        list_price: plan.price.and_then(|(price, _)| money(price + 200)),
        supply: supply.collect(),
        first_shortage: ShortageDate {
            p10: first(&|point| point.demand.p90),
            p50: first(&|point| point.demand.p50),
            p90: first(&|point| point.demand.p10),
            replications_short: points.iter().map(|point| point.replications_short).max().unwrap_or(0),
        },
        bridge: Bridge {
            opening_tenths: (plan.demand * 10.0) as i64,
            joiners_tenths: (plan.growth * 300.0) as i64,
            requested_tenths: 0,
            moved_in_tenths: 25,
            moved_out_tenths: 25,
            leavers_tenths: (plan.growth * 60.0) as i64,
            changes_tenths: 0,
            closing_tenths: (plan.demand * 10.0) as i64 + (plan.growth * 300.0) as i64 - (plan.growth * 60.0) as i64,
        },
        waits: Waits::default(),
        sources: vec![
            ("SG-LIC-Example".to_owned(), seats(plan.demand * 0.8)),
            ("direct".to_owned(), seats(plan.demand * 0.2)),
        ],
        points,
    }
}

pub fn plans() -> Vec<Plan> {
    let flat = |units| vec![(today(), units)];
    let plan = |part_number, product, demand, growth, spread, units, price| Plan {
        part_number,
        product,
        demand,
        growth,
        spread,
        units,
        price,
    };
    vec![
        plan(
            "SPE_E3",
            "Microsoft 365 E3",
            1480.0,
            7.4,
            9.0,
            vec![(today(), 1520), (day("2027-07-01"), 1600)],
            Some((3400, "EUR")),
        ),
        plan("POWER_BI_PRO", "Power BI Pro", 212.0, 2.5, 4.0, flat(190), Some((940, "EUR"))),
        plan("EXCHANGESTANDARD", "Exchange Online (Plan 1)", 301.0, 0.4, 2.0, flat(360), Some((370, "EUR"))),
        plan(
            "VISIOCLIENT",
            "Visio Plan 2",
            44.0,
            0.1,
            1.0,
            vec![(today(), 60), (day("2027-08-15"), 0)],
            Some((1400, "USD")),
        ),
        plan("PROJECTPROFESSIONAL", "Planner and Project Plan 3", 71.0, 0.2, 1.6, flat(80), Some((3000, "USD"))),
        plan("Microsoft_Teams_Rooms_Pro", "Microsoft Teams Rooms Pro", 18.0, 0.0, 0.0, flat(25), None),
        plan(
            "SPE_F1",
            "Microsoft 365 F3",
            402.0,
            3.0,
            11.0,
            vec![(today(), 430), (day("2027-01-31"), 500)],
            Some((750, "EUR")),
        ),
    ]
}

fn trouble(sku: &SkuForecast, cause: TroubleCause, act: Option<&str>) -> Trouble {
    let worst = sku.points.iter().max_by_key(|point| point.shortfall.p90).unwrap();
    Trouble {
        sku: sku.sku_part_number.clone(),
        product_name: sku.product_name.clone(),
        already_short: sku.points[0].demand.p50 > sku.points[0].capacity,
        shortfall_p50: sku.points.iter().map(|point| point.shortfall.p50).max().unwrap(),
        shortfall_p90: worst.shortfall.p90,
        worst_day: worst.day,
        first_shortage: sku.first_shortage,
        replications_short: sku.first_shortage.replications_short,
        cause,
        last_day_to_act: act.map(day),
    }
}

fn status(skus: &[SkuForecast]) -> Status {
    let line = |sku: &SkuForecast| {
        let (demand, capacity) = (sku.points[0].demand.p50, sku.points[0].capacity);
        SkuStatus {
            sku_id: sku.sku_id.clone(),
            sku_part_number: sku.sku_part_number.clone(),
            product_name: sku.product_name.clone(),
            enabled: capacity,
            warning: 0,
            suspended: 0,
            locked_out: 0,
            consumed_exported: Some(demand.min(capacity)),
            assigned_exported: Some(demand.min(capacity)),
            assigned: demand.min(capacity),
            waiting: demand.saturating_sub(capacity),
            blocked: 1,
            demand,
            headroom: capacity.saturating_sub(demand),
            shortfall: demand.saturating_sub(capacity),
            available: i64::from(capacity) - i64::from(demand.min(capacity)),
            overage_deadline: None,
            guests: 0,
            overlap: 0,
        }
    };
    let waiting = |n: u32, error: &str, source: &str| WaitingUser {
        user_id: format!("user-{n}"),
        user: format!("Demo User {n}"),
        sku: "POWER_BI_PRO".to_owned(),
        source: source.to_owned(),
        error: error.to_owned(),
        waiting_since: None,
    };
    let eur = |minor| Some(Money { minor, currency: Currency::parse("EUR").unwrap() });
    let reclaim = |sku: &str, cause, seats, monthly, from: Option<&str>| Reclaimable {
        sku: sku.to_owned(),
        cause,
        seats,
        monthly,
        saves_from: from.map(day),
    };
    Status {
        skus: skus.iter().map(line).collect(),
        waiting: (0..22).map(|n| waiting(n, "CountViolation", if n < 15 { "SG-BI-Sales" } else { "direct" })).collect(),
        blocked: vec![
            BlockedCause {
                sku: "SPE_E3".to_owned(),
                error: "ProhibitedInUsageLocationViolation".to_owned(),
                users: 12,
            },
            BlockedCause { sku: "SPE_F1".to_owned(), error: "MutuallyExclusiveViolation".to_owned(), users: 3 },
        ],
        guest_groups: vec![GuestGroup {
            group_id: "g1".to_owned(),
            group: "SG-Project-Falcon".to_owned(),
            members: 31,
            guests: 9,
            skus: vec!["PROJECTPROFESSIONAL".to_owned(), "POWER_BI_PRO".to_owned()],
            dynamic: true,
        }],
        nested_groups: vec![NestedGroup {
            group: "SG-LIC-M365-E3".to_owned(),
            nested: vec!["SG-Finance-All".to_owned(), "SG-HR-All".to_owned()],
            users_not_licensed: 41,
        }],
        reclaimable: vec![
            reclaim("SPE_E3", ReclaimCause::Disabled, 14, eur(47_600), Some("2027-07-01")),
            reclaim("EXCHANGESTANDARD", ReclaimCause::Unassigned, 59, eur(21_830), Some("2026-11-01")),
            reclaim("Microsoft_Teams_Rooms_Pro", ReclaimCause::Inactive, 4, None, None),
        ],
        true_ups: vec![TrueUpDue {
            sku: "SPE_E3".to_owned(),
            day: day("2027-07-01"),
            order_from: day("2027-05-02"),
            order_by: day("2027-06-01"),
            agreed: 1200,
            reserved: 25,
            beyond_paid: 3,
            owed: 28,
            until_then: eur(784_000),
            each_year: eur(1_142_400),
        }],
        reservations: vec![ReservedSeats {
            sku: "SPE_E3".to_owned(),
            subscription: "reserved-1".to_owned(),
            units: 25,
            usage_date: day("2027-01-04"),
            cancel_until: Some(day("2026-12-31")),
            unused: None,
            invoiced_on: day("2027-07-01"),
            cost: eur(510_000),
        }],
        users: 2011,
        guests: 120,
        disabled_users: 46,
        entra_p1_needed: 1732,
        entra_p1_owned: 1700,
        group_licensing_needed: 1650,
        group_licensing_owned: 1690,
        several_paths: Vec::new(),
        reconciliation: Vec::new(),
        user_differences: Vec::new(),
        order_spread: Vec::new(),
        order_spread_ahead: Vec::new(),
    }
}

fn renewal(on: &str, sku: &str, before: u32, after: u32, outcome: RenewalOutcome, act: Option<&str>) -> RenewalEvent {
    RenewalEvent {
        day: day(on),
        subscription: format!("sub-{}", sku.to_lowercase()),
        sku: sku.to_owned(),
        quantity_before: before,
        quantity_after: after,
        outcome,
        last_day_to_act: act.map(day),
    }
}

fn money_by_month(skus: &[SkuForecast], months: u32) -> Vec<Cost> {
    let codes = ["EUR", "USD"].map(|code| Currency::parse(code).unwrap());
    let sum = |month: u32, currency: Currency| {
        let cost = |sku: &SkuForecast| sku.points[month as usize].cost.filter(|cost| cost.currency == currency);
        skus.iter().filter_map(cost).map(|cost| cost.minor).sum()
    };
    (0..=months)
        .flat_map(|month| codes.map(|currency| (month, currency)))
        .map(|(month, currency)| Cost { day: today() + Months::new(month), currency, minor: sum(month, currency) })
        .collect()
}

/// A forecast of `plans` over `months`.
pub fn forecast_of(plans: &[Plan], months: u32) -> Forecast {
    let skus: Vec<SkuForecast> = plans.iter().map(|plan| sku(plan, months)).collect();
    let find = |name: &str| skus.iter().find(|sku| sku.sku_part_number == name);
    let growth = |source: &str, users| TroubleCause::Growth { source: source.to_owned(), users };
    let falls = TroubleCause::SupplyFalls {
        day: day("2027-08-15"),
        units_before: 60,
        units_after: 0,
        subscription: "sub-visioclient".to_owned(),
    };
    let short = TroubleCause::AlreadyShort { source: "SG-BI-Sales".to_owned(), users: 120 };
    let troubles = [
        ("POWER_BI_PRO", short, None),
        ("VISIOCLIENT", falls, Some("2027-08-08")),
        ("SPE_E3", growth("SG-LIC-M365-E3", 1301), Some("2027-06-24")),
        ("PROJECTPROFESSIONAL", growth("direct", 66), Some("2027-11-23")),
    ];
    let eur = Currency::parse("EUR").unwrap();
    let department =
        |name: &str, seats, minor| DepartmentCost { department: name.to_owned(), seats, currency: eur, minor };
    Forecast {
        provenance: Provenance {
            version: "0.1.0".to_owned(),
            tenant: "Brindlewick Instruments".to_owned(),
            today: today(),
            seed: 1,
            replications: REPLICATIONS,
            horizon_months: months,
            inputs: vec![InputDigest::of("users.csv", b"users"), InputDigest::of("groups.csv", b"groups")],
        },
        status: status(&skus),
        trouble: troubles
            .into_iter()
            .filter_map(|(name, cause, act)| find(name).map(|sku| trouble(sku, cause, act)))
            .collect(),
        renewals: vec![
            renewal("2027-01-31", "SPE_F1", 430, 500, RenewalOutcome::Increased, Some("2027-02-07")),
            renewal("2027-07-01", "SPE_E3", 1520, 1600, RenewalOutcome::Increased, Some("2027-07-08")),
            renewal("2027-08-15", "VISIOCLIENT", 60, 60, RenewalOutcome::Expires, Some("2027-08-14")),
            renewal("2027-09-14", "VISIOCLIENT", 60, 0, RenewalOutcome::GraceEnds, Some("2027-09-13")),
            renewal("2027-10-01", "EXCHANGESTANDARD", 360, 360, RenewalOutcome::Renews, None),
        ],
        costs: money_by_month(&skus, months),
        cost_centres: vec![
            department("CC-4101", 500, 1_210_050),
            department("unallocated", 331, 370_000),
            department("unassigned", 127, 93_120),
        ],
        departments: vec![
            department("Sales", 410, 1_100_050),
            department("unallocated", 31, 70_000),
            department("Manufacturing & Logistics", 390, 410_000),
            department("unassigned", 127, 93_120),
        ],
        coverage: Coverage {
            rules_simulated: 19,
            rules_not_simulated: vec![UnsimulatedRule {
                group: "SG-Dyn-Managers".to_owned(),
                reason: "uses memberOf".to_owned(),
                members_kept: 41,
            }],
            users: 2011,
            users_without_usage_location: 27,
            users_without_department: 31,
            past_leave: 23,
            past_leave_overdue: 4,
            past_leave_gone_by: Some(day("2026-12-20")),
            skus_without_price: vec!["Microsoft_Teams_Rooms_Pro".to_owned()],
            skus_without_renewal_date: vec!["POWER_BI_PRO".to_owned()],
            skus_not_planned: vec!["FLOW_FREE".to_owned()],
        },
        certainty: Certainty::default(),
        assumptions: vec![
            StatedAssumption {
                name: "workforce.joiners".to_owned(),
                value: "0.8..1.4%/month".to_owned(),
                given: false,
            },
            StatedAssumption { name: "workforce.leavers".to_owned(), value: "12/month".to_owned(), given: true },
            StatedAssumption { name: "policy.order".to_owned(), value: "arrival".to_owned(), given: false },
        ],
        headcount: (0..=months).map(|n| Percentiles { p10: 1800 + n, p50: 1805 + 2 * n, p90: 1810 + 4 * n }).collect(),
        skus,
    }
}

pub fn forecast() -> Forecast {
    forecast_of(&plans(), 24)
}

/// The forecast beside one in which Microsoft 365 E3 grows faster and Power BI Pro is bought.
pub fn comparison_over(months: u32) -> Comparison {
    let baseline = forecast_of(&plans(), months);
    let mut changed = plans();
    changed[0].growth += 5.0;
    changed[1].units = vec![(today(), 190), (day("2027-03-01"), 260)];
    let forecast = forecast_of(&changed, months);
    let cost = |sku: &SkuForecast| {
        let costs: Vec<Money> = sku.points.iter().filter_map(|point| point.cost).collect();
        costs.first().map(|first| Money { minor: costs.iter().map(|cost| cost.minor).sum(), currency: first.currency })
    };
    let difference = |(before, after): (&SkuForecast, &SkuForecast)| {
        let last = |sku: &SkuForecast| sku.points.last().unwrap().clone();
        let sign = match (last(before), last(after)) {
            _ if before == after => Sign::Same,
            (before, after) if after.demand.p50 > before.demand.p50 => Sign::More,
            _ => Sign::Other,
        };
        SkuDifference {
            sku_id: after.sku_id.clone(),
            sku_part_number: after.sku_part_number.clone(),
            product_name: after.product_name.clone(),
            sign,
            demand: Pair { baseline: last(before).demand.p50, scenario: last(after).demand.p50 },
            capacity: Pair { baseline: last(before).capacity, scenario: last(after).capacity },
            first_shortage: Pair { baseline: before.first_shortage.p50, scenario: after.first_shortage.p50 },
            replications_short: Pair {
                baseline: before.first_shortage.replications_short,
                scenario: after.first_shortage.replications_short,
            },
            waiting: Pair::default(),
            cost: Pair { baseline: cost(before), scenario: cost(after) },
            causes: if sign == Sign::Same { Vec::new() } else { vec!["SG-LIC-M365-E3: + Field staff".to_owned()] },
        }
    };
    let skus = baseline.skus.iter().zip(&forecast.skus).map(difference).collect();
    let person = PersonDifference {
        user_id: "user-1".to_owned(),
        user: "Demo User 1".to_owned(),
        day: day("2027-03-01"),
        gains: vec!["Microsoft 365 E3".to_owned()],
        loses: Vec::new(),
        causes: vec!["SG-LIC-M365-E3: + Field staff".to_owned()],
    };
    let change = PlannedChange {
        day: day("2027-03-01"),
        what: "SG-LIC-M365-E3: + Field staff".to_owned(),
        place: "growth.toml, line 3".to_owned(),
    };
    let case = Case {
        name: "growth".to_owned(),
        title: "Faster growth".to_owned(),
        changes: vec![change],
        skus,
        people: vec![person],
        at_risk: Vec::new(),
        leavers_at_risk: Vec::new(),
        forecast,
    };
    Comparison { baseline, scenarios: vec![case] }
}
