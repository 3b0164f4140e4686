//! Why an edited rule moves somebody: the clauses, named one case a line, and laws over random pairs of rules.

use chrono::DateTime;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, User, Value};
use seatcast::rule::{self, Checked};

use super::sentences;

fn compile(text: &str) -> Checked {
    rule::compile(text, &Origin::file("test")).value.unwrap_or_else(|| panic!("{text}"))
}

fn user(values: &[(&str, &str)]) -> User {
    let with = |user: User, (name, value): &(&str, &str)| {
        user.with(Attribute::from_graph_name(name).unwrap(), Value::text(value))
    };
    values.iter().fold(User::default(), with)
}

/// The sentence for one user, and the user's values; empty where the rules agree.
fn cause(old: &str, new: &str, values: &[(&str, &str)]) -> (String, String) {
    let (old, new, user) = (compile(old), compile(new), user(values));
    let at = DateTime::UNIX_EPOCH;
    rule::difference(&old, &new, &user, at)
        .map_or_else(Default::default, |found| (found.sentence(new.holds(&user, at)), found.values()))
}

#[test]
fn the_clause_that_moves_somebody_is_named() {
    let sales = "user.department -eq \"Sales\"";
    let in_nl = "user.department -eq \"Sales\" -and user.country -eq \"NL\"";
    let or_it = "user.department -eq \"Sales\" -or user.department -eq \"IT\"";
    let either = "user.department -eq \"Sales\" -or user.country -eq \"NL\"";
    let it = [("id", "1"), ("department", "IT"), ("country", "NL")];
    let sales_be = [("id", "2"), ("department", "Sales"), ("country", "BE")];
    let cases = [
        (sales, "user.objectId -ne null", &it, "`user.department -eq \"Sales\"` is no longer required"),
        (sales, in_nl, &sales_be, "`user.country -eq \"NL\"` is required now"),
        (in_nl, sales, &sales_be, "`user.country -eq \"NL\"` is no longer required"),
        (sales, or_it, &it, "`user.department -eq \"IT\"` is enough now"),
        (or_it, sales, &it, "`user.department -eq \"IT\"` is no longer enough"),
        (
            sales,
            "user.department -eq \"IT\"",
            &it,
            "`user.department -eq \"IT\"` is enough now, in place of `user.department -eq \"Sales\"`",
        ),
        (
            sales,
            "user.department -eq \"IT\"",
            &sales_be,
            "`user.department -eq \"IT\"` is required now, in place of `user.department -eq \"Sales\"`",
        ),
        (in_nl, either, &sales_be, "clauses are joined otherwise: `user.country -eq \"NL\"` no longer decides"),
        (either, in_nl, &sales_be, "clauses are joined otherwise: `user.country -eq \"NL\"` now decides"),
    ];
    for (old, new, values, expected) in cases {
        let (told, _) = cause(old, new, values);
        assert_eq!(told, expected, "{old} => {new}");
    }
    assert_eq!(cause(sales, sales, &it), Default::default());
    assert_eq!(cause(in_nl, sales, &sales_be).1, "country = \"BE\"");
}

#[test]
fn there_is_a_cause_exactly_where_the_rules_disagree() {
    let mut dice = sentences::Dice::new(7);
    let mut moved = 0;
    for _ in 0..4000 {
        let (old, new, user) = (sentences::rule(&mut dice), sentences::rule(&mut dice), sentences::user(&mut dice));
        let read = |text: &str| rule::compile(text, &Origin::file("test")).value;
        let (Some(old), Some(new)) = (read(&old), read(&new)) else { continue };
        let at = sentences::now();
        let verdicts = (old.decide(&user, at), new.decide(&user, at));
        let found = rule::difference(&old, &new, &user, at);
        let differ = matches!(verdicts, (Some(was), Some(is)) if was != is);
        assert_eq!(found.is_some(), differ, "{} => {}", old.text(), new.text());
        if let Some(found) = found {
            moved += 1;
            let clauses = found.no_longer.len() + found.now.len() + found.joined_otherwise.len();
            assert!(clauses > 0, "{} => {}", old.text(), new.text());
            let known = |text: &str, rule: &Checked| {
                let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                words(rule.text()).contains(&words(text))
            };
            assert!(found.no_longer.iter().all(|clause| known(&clause.text, &old)), "{found:?}");
            assert!(found.now.iter().all(|clause| known(&clause.text, &new)), "{found:?}");
        }
    }
    assert!(moved > 300, "{moved}");
}
