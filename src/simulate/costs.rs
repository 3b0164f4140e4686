//! Money. In: supply, prices, who holds what today. Out: cost by month and by department, in minor units. Never: adds two
//! currencies, or takes a missing price for zero.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::world::World;
use crate::directory::{Attribute, SkuIndex, UserIndex};
use crate::forecast::{Cost, DepartmentCost, SkuForecast};
use crate::licensing::Today;
use crate::money::{Currency, Money};

/// The line of users without a department, and that of units nobody holds.
pub const UNALLOCATED: &str = "unallocated";
pub const UNASSIGNED: &str = "unassigned";

/// What one seat costs a month today: the contracted price, else the list price, at annual commitment.
pub fn seat_price(world: &World<'_>, sku: SkuIndex) -> Option<Money> {
    let price = world.baseline.prices.on(&world.baseline.snapshot.sku(sku).sku_id, world.settings().today())?;
    price.effective_minor().map(|minor| Money { minor, currency: price.currency })
}

/// What one seat lists for a month today, whatever was contracted.
pub fn list_price(world: &World<'_>, sku: SkuIndex) -> Option<Money> {
    let price = world.baseline.prices.on(&world.baseline.snapshot.sku(sku).sku_id, world.settings().today())?;
    price.list_minor.map(|minor| Money { minor, currency: price.currency })
}

/// What the units of a SKU cost for the month from `day` to `next`; `None` without a price, or at the horizon.
pub fn of_month(world: &World<'_>, sku: SkuIndex, day: NaiveDate, next: Option<NaiveDate>) -> Option<Money> {
    let sku_id = &world.baseline.snapshot.sku(sku).sku_id;
    world.baseline.supplies[sku.get()].cost(&world.baseline.prices, sku_id, day, next?)
}

/// The cost of all SKUs by month and currency.
pub fn by_month(skus: &[SkuForecast]) -> Vec<Cost> {
    let mut sums: BTreeMap<(NaiveDate, Currency), i64> = BTreeMap::new();
    for point in skus.iter().flat_map(|sku| &sku.points) {
        if let Some(cost) = point.cost {
            *sums.entry((point.day, cost.currency)).or_default() += cost.minor;
        }
    }
    sums.into_iter().map(|((day, currency), minor)| Cost { day, currency, minor }).collect()
}

/// The cost of the first month by the department, or another attribute, of whoever holds the seats. Each SKU's cost is spread evenly over its units (or
/// seats, where more are held than owned); what nobody holds is a line of its own.
pub fn by_attribute(
    world: &World<'_>,
    today: &Today,
    skus: &[SkuForecast],
    attribute: &Attribute,
) -> Vec<DepartmentCost> {
    let snapshot = &world.baseline.snapshot;
    let mut sums: BTreeMap<(Currency, String), (u32, i64)> = BTreeMap::new();
    for forecast in skus {
        let Some(point) = forecast.points.first() else { continue };
        let Some(cost) = point.cost else { continue };
        let Some(sku) = snapshot.skus.iter().position(|sku| sku.sku_id.as_str() == forecast.sku_id) else { continue };
        let mut seats: BTreeMap<String, u32> = BTreeMap::new();
        for user in today.ledger.holders(SkuIndex(sku as u32)) {
            let department = snapshot.users.text(UserIndex(user), attribute).map(str::trim);
            let line = department.filter(|department| !department.is_empty()).unwrap_or(UNALLOCATED);
            *seats.entry(line.to_owned()).or_default() += 1;
        }
        let held: u32 = seats.values().sum();
        let units = point.capacity.max(held);
        if units == 0 {
            // Units that come later in the month: nobody holds one today.
            sums.entry((cost.currency, UNASSIGNED.to_owned())).or_default().1 += cost.minor;
            continue;
        }
        if units > held {
            seats.insert(UNASSIGNED.to_owned(), units - held);
        }
        // Each line gets the difference of running totals, so that the lines always add up to the cost.
        let (mut counted, mut booked) = (0u32, 0i64);
        for (department, seats) in seats {
            counted += seats;
            let total = (i128::from(cost.minor) * i128::from(counted) / i128::from(units)) as i64;
            let sum = sums.entry((cost.currency, department)).or_default();
            (sum.0, sum.1) = (sum.0 + seats, sum.1 + total - booked);
            booked = total;
        }
    }
    let mut lines: Vec<DepartmentCost> = sums
        .into_iter()
        .filter(|(_, (seats, minor))| *seats > 0 || *minor != 0)
        .map(|((currency, department), (seats, minor))| DepartmentCost { department, seats, currency, minor })
        .collect();
    let special = |line: &DepartmentCost| matches!(line.department.as_str(), UNALLOCATED | UNASSIGNED);
    lines.sort_by(|a, b| {
        (a.currency, special(a), b.minor, &a.department).cmp(&(b.currency, special(b), a.minor, &b.department))
    });
    lines
}
