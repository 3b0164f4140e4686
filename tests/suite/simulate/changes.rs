//! Small random plans for the oracle: every kind of change, on any of the groups and people of a random tenant.

use std::sync::Arc;

use chrono::Days;
use proptest::prelude::*;
use seatcast::catalog::Catalog;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, GroupIndex, RuleText, UserIndex, Value};
use seatcast::scenario::{
    self, Acquisition, Baseline, Change, Deed, LicenseEdit, NewGroup, Planned, Scenario, Size, Wave, Who,
};
use seatcast::supply::Subscription;

use super::worlds;

/// Numbers from which a change is made, whatever the tenant.
type Raw = (u8, u64, u32, u32, usize, bool, u8);

fn raw() -> impl Strategy<Value = Raw> {
    (0u8..15, 0u64..62, 0u32..6, 0..worlds::SKUS + 1, 0..worlds::RULES.len(), any::<bool>(), 0u8..6)
}

fn rule(number: usize) -> RuleText {
    RuleText { text: worlds::RULES[number].into(), origin: Origin::default() }
}

fn who(baseline: &Baseline, kind: u8, rule_number: usize, group: u32) -> Who {
    let groups = baseline.snapshot.groups.len() as u32;
    match kind {
        0 => Who::Everybody,
        1 => {
            Who::Users(baseline.snapshot.users.indexes().filter(|user| user.0 % 3 != rule_number as u32 % 3).collect())
        }
        2 => Who::MembersOf(GroupIndex(group % groups)),
        _ => Who::Rule(rule(rule_number)),
    }
}

fn wave(kind: u8) -> Wave {
    match kind % 3 {
        0 => Wave { key: 7, from: 0.0, to: 0.5 },
        1 => Wave { key: 7, from: 0.5, to: 1.0 },
        _ => Wave::WHOLE,
    }
}

fn deed(raw: Raw, baseline: &Baseline, other: &Baseline, lot: &Subscription) -> Deed {
    let (kind, day, group, sku, number, flag, of_whom) = raw;
    // One more than there are: the group that the scenario makes.
    let group = GroupIndex(group % (baseline.snapshot.groups.len() as u32 + 1));
    let whom = who(baseline, of_whom, number, group.0);
    let sku = worlds::sku_id(sku);
    let until = baseline.today + Days::new(day + 1 + u64::from(of_whom) * 5);
    match kind {
        0 => Deed::Attributes {
            who: whom,
            set: vec![(Attribute::Department, Value::text(["Sales", "Audit", "Law"][number % 3]))],
        },
        1 => Deed::Rule { group, rule: rule(number) },
        2 => Deed::Processing { group, on: flag },
        3 => Deed::Licenses { group, edit: LicenseEdit::Add { sku, disabled_plans: Vec::new() } },
        4 => Deed::Licenses { group, edit: LicenseEdit::Remove { sku } },
        5 => {
            let to = worlds::sku_id((number as u32) % worlds::SKUS);
            Deed::Licenses { group, edit: LicenseEdit::Swap { from: sku, to, disabled_plans: Vec::new() } }
        }
        6 | 7 => Deed::Members { group, who: whom, wave: wave(of_whom), join: kind == 6 || flag },
        8 | 9 => Deed::Direct { sku, who: whom, wave: wave(of_whom), give: kind == 8, safely: flag },
        10 => Deed::Freeze { who: whom, until },
        11 => Deed::Hire { who: whom, people: number as u32, until },
        12 => {
            let size = if flag { Size::Share(0.3) } else { Size::People(2) };
            Deed::LayOff { who: whom, size }
        }
        13 if flag => Deed::PurgeGuests { who: whom },
        13 => Deed::Buy(Subscription { id: format!("new-{day}-{number}").into(), ..lot.clone() }),
        _ => Deed::Acquire(Arc::new(Acquisition {
            tenant: "other".to_owned(),
            users: other.snapshot.users.clone(),
            baseline: other.clone(),
            groups: other
                .snapshot
                .users
                .indexes()
                .map(|UserIndex(user)| if user % 2 == 0 { vec![group] } else { Vec::new() })
                .collect(),
            direct: other
                .snapshot
                .users
                .indexes()
                .map(|UserIndex(user)| if user % 4 == 0 { vec![sku.clone()] } else { Vec::new() })
                .collect(),
        })),
    }
}

/// A tenant with up to seven changes.
pub fn planned() -> impl Strategy<Value = Planned> {
    upon(worlds::baseline())
}

/// The same for tenants of one kind.
pub fn upon(tenants: impl Strategy<Value = Baseline>) -> impl Strategy<Value = Planned> {
    (tenants, worlds::baseline(), worlds::lot(), prop::collection::vec(raw(), 1..8)).prop_map(
        |(baseline, other, lot, raws)| {
            let change = |(number, raw): (usize, &Raw)| Change {
                day: baseline.today + Days::new(raw.1),
                deed: deed(*raw, &baseline, &other, &lot),
                label: format!("change {number}").into(),
                origin: Origin::default(),
            };
            let scenario = Scenario {
                name: "random".to_owned(),
                title: String::new(),
                changes: raws.iter().enumerate().map(change).collect(),
                new_groups: vec![NewGroup { name: "New".into(), origin: Origin::default() }],
                ..Scenario::default()
            };
            scenario::apply(&baseline, &scenario, Catalog::embedded())
        },
    )
}

/// Changes that go through the engine of plans and ask for nobody.
pub fn about_nobody() -> impl Strategy<Value = Planned> {
    worlds::baseline().prop_map(|baseline| {
        let nobody = Who::Rule(RuleText { text: "user.department -eq \"Nowhere\"".into(), origin: Origin::default() });
        let group = GroupIndex(0);
        let deeds = [
            Deed::Members { group, who: nobody.clone(), wave: Wave::WHOLE, join: true },
            Deed::LayOff { who: nobody.clone(), size: Size::Share(1.0) },
            Deed::Freeze { who: nobody, until: baseline.today + Days::new(40) },
        ];
        let change = |(day, deed): (u64, Deed)| Change {
            day: baseline.today + Days::new(day),
            deed,
            label: "nobody".into(),
            origin: Origin::default(),
        };
        let changes = (3..).zip(deeds).map(change).collect();
        scenario::apply(&baseline, &Scenario { changes, ..Scenario::default() }, Catalog::embedded())
    })
}

/// A tenant, and changes with a day each.
pub fn on_different_days() -> impl Strategy<Value = (Baseline, Scenario)> {
    (worlds::baseline(), worlds::baseline(), worlds::lot(), prop::collection::vec(raw(), 2..6)).prop_map(
        |(baseline, other, lot, raws)| {
            let change = |(number, raw): (u64, &Raw)| Change {
                day: baseline.today + Days::new(5 * number + 2),
                deed: deed(*raw, &baseline, &other, &lot),
                label: format!("change {number}").into(),
                origin: Origin::default(),
            };
            let changes = (0..).zip(&raws).map(change).collect();
            let new_groups = vec![NewGroup { name: "New".into(), origin: Origin::default() }];
            (baseline.clone(), Scenario { changes, new_groups, ..Scenario::default() })
        },
    )
}
