//! The set evaluator against the naive one, on random rules and users.

use chrono::{DateTime, TimeDelta, Utc};
use seatcast::diagnostic::Origin;
use seatcast::directory::{User, UserIndex, Users};
use seatcast::rule::{self, Checked, RuleSet};

use super::sentences::{self, Dice};

fn rules(dice: &mut Dice, count: usize) -> Vec<Checked> {
    (0..count).map(|_| rule::compile(&sentences::rule(dice), &Origin::file("test")).value.unwrap()).collect()
}

fn naive(rules: &[Checked], users: &[User], now: DateTime<Utc>) -> Vec<Vec<UserIndex>> {
    let members = |rule: &Checked| {
        let holders = users.iter().enumerate().filter(|(_, user)| rule.holds(user, now));
        holders.map(|(index, _)| UserIndex(index as u32)).collect()
    };
    rules.iter().map(members).collect()
}

/// 120,000 pairs: eight tenants of 300 users, fifty rules each.
#[test]
fn naive_and_set_evaluator_agree() {
    let mut dice = Dice::new(11);
    let (mut members, mut pairs) = (0, 0);
    for round in 0..8 {
        let users: Vec<User> = (0..300).map(|_| sentences::user(&mut dice)).collect();
        let rules = rules(&mut dice, 50);
        let columns = Users::from_records(&users);
        let set = RuleSet::compile(&columns, &rules);
        let now = sentences::now() + TimeDelta::days(round);
        let expected = naive(&rules, &users, now);
        let found = set.members(now);
        for (rule, (expected, found)) in rules.iter().zip(expected.iter().zip(&found)) {
            assert_eq!(expected, found, "{}", rule.text());
        }
        let counts: Vec<u32> = expected.iter().map(|members| members.len() as u32).collect();
        assert_eq!(set.counts(now), counts);
        members += counts.iter().sum::<u32>();
        pairs += users.len() * rules.len();
    }
    assert!(pairs >= 120_000);
    assert!((pairs as u32 / 10..pairs as u32 * 9 / 10).contains(&members), "{members} of {pairs} pairs hold");
}

/// More users than one block holds, values of their own and few values, on any number of threads.
#[test]
fn blocks_and_threads_make_no_difference() {
    let mut dice = Dice::new(12);
    let stock: Vec<User> = (0..97).map(|_| sentences::user(&mut dice)).collect();
    let users: Vec<User> = (0..9000)
        .map(|index| {
            let mut user = stock[dice.roll(stock.len())].clone();
            if index % 100 == 99 {
                return user;
            }
            let name = format!("{index}.{}@north.example", dice.pick(&["a", "SALES", "x"]));
            user.set(seatcast::directory::Attribute::UserPrincipalName, seatcast::directory::Value::text(&name));
            user
        })
        .collect();
    let rules = rules(&mut dice, 40);
    let columns = Users::from_records(&users);
    let set = RuleSet::compile(&columns, &rules);
    let members = set.members(sentences::now());
    for (rule, found) in rules.iter().zip(&members) {
        for index in (0..users.len()).step_by(11) {
            let holds = found.binary_search(&UserIndex(index as u32)).is_ok();
            assert_eq!(holds, rule.holds(&users[index], sentences::now()), "{} on user {index}", rule.text());
        }
    }
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(single.install(|| RuleSet::compile(&columns, &rules).members(sentences::now())), members);
    let mut union: Vec<UserIndex> = members.concat();
    union.sort_unstable();
    union.dedup();
    assert_eq!(set.union_count(sentences::now()) as usize, union.len());
}

/// A mover takes some codes of another user and keeps the rest.
#[test]
fn rows_of_mixed_codes_agree_with_the_user_they_stand_for() {
    let mut dice = Dice::new(13);
    let users: Vec<User> = (0..200).map(|_| sentences::user(&mut dice)).collect();
    let rules = rules(&mut dice, 120);
    let columns = Users::from_records(&users);
    let set = RuleSet::compile(&columns, &rules);
    for _ in 0..100 {
        let sources: Vec<usize> = set.slots().iter().map(|_| dice.roll(users.len())).collect();
        let mut row = Vec::new();
        let mut mixed = User::default();
        for (slot, source) in sources.iter().enumerate() {
            row.push(set.row(UserIndex(*source as u32))[slot]);
            mixed.set(set.slots()[slot].clone(), users[*source].value(&set.slots()[slot]).to_value());
        }
        for (index, rule) in rules.iter().enumerate() {
            let holds = rule.holds(&mixed, sentences::now());
            assert_eq!(set.holds_row(index, &row, sentences::now()), holds, "{}", rule.text());
        }
    }
}

/// Between two changes that the clock makes, the answer stays; every change of the answer is foretold.
#[test]
fn changes_by_the_clock_are_foretold() {
    let mut dice = Dice::new(14);
    let users: Vec<User> = (0..60).map(|_| sentences::user(&mut dice)).collect();
    let rules: Vec<Checked> = rules(&mut dice, 900).into_iter().filter(Checked::uses_clock).collect();
    assert!(rules.len() > 30);
    let columns = Users::from_records(&users);
    let set = RuleSet::compile(&columns, &rules);
    let mut changed = 0;
    for (rule, checked) in rules.iter().enumerate() {
        assert!(set.uses_clock(rule));
        for user in columns.indexes() {
            let row = set.row(user);
            let changes = set.clock_changes(rule, &row);
            let mut instants = vec![sentences::now() - TimeDelta::days(400)];
            instants.extend(changes.iter().copied());
            for (at, start) in instants.iter().enumerate() {
                let holds = set.holds_row(rule, &row, *start);
                let end = instants.get(at + 1).copied().unwrap_or(*start + TimeDelta::days(400));
                let before_end = end - TimeDelta::nanoseconds(1);
                assert_eq!(set.holds_row(rule, &row, before_end), holds, "{}", checked.text());
                changed += usize::from(set.holds_row(rule, &row, end) != holds);
            }
        }
    }
    assert!(changed > 100, "{changed}");
}

/// An attribute that no file holds behaves as null, and the slots say so.
#[test]
fn a_column_that_no_file_holds_is_null() {
    let users = Users::from_records(&[User::default(), User::default()]);
    let rules: Vec<Checked> =
        ["user.city -eq null", "user.city -ne \"a\"", "user.city -match \".\"", "user.employeeHireDate -le system.now"]
            .iter()
            .map(|text| rule::compile(text, &Origin::file("test")).value.unwrap())
            .collect();
    let set = RuleSet::compile(&users, &rules);
    assert_eq!(set.counts(sentences::now()), [2, 2, 0, 0]);
    assert_eq!(set.row(UserIndex(0)), [0, 0]);
    assert_eq!(set.rules_naming(0), [0, 1, 2]);
    assert_eq!(set.rules_naming(1), [3]);
    assert!(set.holds_row(1, &[1, 1], sentences::now()));
    assert!(!set.holds_row(3, &[0, 1], sentences::now()));
}

/// A change of attributes asks only the rules that name them, and finds every answer that is another.
#[test]
fn a_change_touches_only_the_rules_that_name_it() {
    let mut dice = Dice::new(14);
    let users: Vec<User> = (0..200).map(|_| sentences::user(&mut dice)).collect();
    let rules = rules(&mut dice, 80);
    let columns = Users::from_records(&users);
    let set = RuleSet::compile(&columns, &rules);
    let now = sentences::now();
    let mut changes = 0;
    for _ in 0..400 {
        let [one, other] = [0, 1].map(|_| set.row(UserIndex(dice.roll(users.len()) as u32)));
        // The codes of one user, some of them replaced by those of another.
        let after: Vec<u32> =
            one.iter().zip(&other).map(|(own, new)| if dice.roll(4) == 0 { *new } else { *own }).collect();
        let every = (0..rules.len()).filter_map(|rule| {
            let holds = set.holds_row(rule, &after, now);
            (holds != set.holds_row(rule, &one, now)).then_some((rule, holds))
        });
        let every: Vec<(usize, bool)> = every.collect();
        assert_eq!(set.changed(&one, &after, now), every);
        let changed: Vec<_> =
            (0..one.len()).filter(|slot| one[*slot] != after[*slot]).map(|slot| &set.slots()[slot]).collect();
        for (rule, _) in &every {
            let names = rules[*rule].attributes().iter().any(|attribute| changed.contains(&attribute));
            assert!(names, "{} changed without an attribute that it names", rules[*rule].text());
        }
        changes += every.len();
    }
    assert!(changes > 1000, "only {changes} answers changed");
}
