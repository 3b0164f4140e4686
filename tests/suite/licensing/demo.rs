//! Today's licences of the demo tenant.

use std::path::Path;

use seatcast::catalog::Catalog;
use seatcast::ingest;
use seatcast::licensing::{self, Today};
use seatcast::scenario::Baseline;

pub fn baseline(folder: &str) -> Baseline {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let clock = chrono::NaiveDate::from_ymd_opt(2026, 11, 20);
    let options = ingest::Options { clock, ..ingest::Options::default() };
    let files = ingest::read_folder(&folder).unwrap();
    let tables = ingest::tables(files, &options);
    ingest::baseline(&tables, &options).value.expect("the tenant folder is read whole")
}

pub fn today(baseline: &Baseline) -> Today {
    let now = baseline.today.and_time(chrono::NaiveTime::MIN).and_utc();
    let memberships = licensing::resolve(&baseline.snapshot, now).value;
    let units: Vec<_> = baseline.supplies.iter().map(|supply| supply.units_on(baseline.today)).collect();
    licensing::today(&baseline.snapshot, memberships, &baseline.policy, &units, Catalog::embedded()).value
}

#[test]
fn the_demo_tenant_holds_what_its_counters_say() {
    let baseline = baseline("data/demo");
    let today = today(&baseline);
    for sku in baseline.snapshot.sku_indexes() {
        let named = baseline.snapshot.sku(sku);
        assert_eq!(Some(today.ledger.assigned(sku)), named.consumed, "{}", named.sku_part_number);
    }
    let short = baseline.snapshot.sku_indexes().filter(|sku| today.ledger.waiting(*sku) > 0);
    let short: Vec<&str> = short.map(|sku| &*baseline.snapshot.sku(sku).sku_part_number).collect();
    assert_eq!(short, ["POWER_BI_PRO"]);
    let kept: Vec<String> = today.memberships.kept().iter().map(|kept| kept.reason.text()).collect();
    assert_eq!(kept, ["its processing is paused"]);
}
