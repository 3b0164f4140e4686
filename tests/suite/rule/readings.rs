//! The open readings: each can be taken the other way, is warned of by a code of its own, and its members are counted.

use chrono::DateTime;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, User, Users, Value};
use seatcast::rule::{self, Checked, Choice, Options, RuleSet};

fn user(values: &[(&str, &str)]) -> User {
    values.iter().fold(User::default(), |user, (name, value)| {
        let attribute = Attribute::from_graph_name(name).unwrap();
        let value = match *name {
            "otherMails" => Value::Texts(value.split(';').map(Into::into).collect()),
            _ => Value::text(value),
        };
        user.with(attribute, value)
    })
}

fn compiled(text: &str, options: &Options) -> (Option<Checked>, Vec<String>) {
    let compiled = rule::compile_with(text, &Origin::file("test"), options);
    (compiled.value, compiled.diagnostics.iter().map(|finding| finding.code.to_string()).collect())
}

/// The warnings of a rule, and which users (by position) are members as taken and under the other reading; `None` where that
/// refuses the rule. The naive evaluator, the set evaluator and the count of who hangs on the choice agree.
fn both(choice: Choice, text: &str, users: &[User]) -> (Vec<String>, Vec<usize>, Option<Vec<usize>>) {
    let now = DateTime::UNIX_EPOCH;
    let (taken, warnings) = compiled(text, &Options::default());
    let (other, _) = compiled(text, &Options::default().with_other(choice));
    let columns = Users::from_records(users);
    let members = |rule: &Checked| -> Vec<usize> {
        let naive: Vec<usize> = (0..users.len()).filter(|at| rule.holds(&users[*at], now)).collect();
        let set = RuleSet::compile(&columns, std::slice::from_ref(rule)).members(now).remove(0);
        assert_eq!(naive, set.iter().map(|user| user.get()).collect::<Vec<_>>(), "{text}");
        naive
    };
    let before = taken.as_ref().map(members).unwrap_or_default();
    let after = other.as_ref().map(members);
    if let Some(rule) = taken {
        let findings = rule::compile(text, &Origin::file("test")).diagnostics;
        let found = rule::sensitivities(&columns, &[rule], &[findings], &Options::default(), now).remove(0);
        let hit = found.iter().find(|hit| hit.choice == choice);
        let without = |these: &[usize], those: &[usize]| these.iter().filter(|at| !those.contains(at)).count() as u32;
        let expected = match &after {
            Some(after) => (without(&before, after), without(after, &before), false),
            None => (before.len() as u32, 0, true),
        };
        assert_eq!(hit.map_or((0, 0, false), |hit| (hit.leaving, hit.joining, hit.refused)), expected, "{text}");
        let code =
            hit.map(|hit| hit.finding(&compiled(text, &Options::default()).0.unwrap(), &Options::default()).code);
        assert!(code.is_none_or(|code| code == choice.code()));
    }
    (warnings, before, after)
}

/// Members who would leave and users who would join under the other reading of one choice, where `read` are told.
fn hanging(read: &[Choice], of: Choice, text: &str, users: &[User]) -> Option<(u32, u32)> {
    let options = read.iter().fold(Options::default(), |options, choice| options.with_other(*choice));
    let compiled = rule::compile_with(text, &Origin::file("test"), &options);
    let rules = [compiled.value.unwrap()];
    let (columns, findings) = (Users::from_records(users), [compiled.diagnostics]);
    let found = rule::sensitivities(&columns, &rules, &findings, &options, DateTime::UNIX_EPOCH).remove(0);
    found.iter().find(|hit| hit.choice == of).map(|hit| (hit.leaving, hit.joining))
}

#[test]
fn what_hangs_on_a_reading_is_counted_against_the_readings_that_are_told() {
    let users = [user(&[]), user(&[("city", "a")]), user(&[("city", "b"), ("state", "y")])];
    let rule = "user.city -ne \"a\" -and user.state -notIn [\"x\"]";
    let both = [Choice::NegativeOnNull, Choice::NotInOnNull];
    assert_eq!(hanging(&[], both[0], rule, &users), Some((1, 0)), "the user without a city");
    assert_eq!(hanging(&[], both[1], rule, &users), Some((1, 0)), "and without a state");
    // With `-notIn` strict, the user without a state is out whatever `-ne` does.
    assert_eq!(hanging(&both[1..], both[0], rule, &users), None);
    assert_eq!(hanging(&both[1..], both[1], rule, &users), Some((0, 1)), "back to the reading that is usual");
    // A reading that is told and under which the rule is valid: the usual one refuses it.
    let dollar = "user.accountEnabled -eq $true";
    let enabled = [user(&[("city", "a")])];
    assert_eq!(
        hanging(&[Choice::DollarBoolean], Choice::DollarBoolean, dollar, &enabled),
        None,
        "no member hangs on it"
    );
}

#[test]
fn a1_how_far_not_reaches() {
    let users =
        [user(&[("city", "a"), ("state", "y")]), user(&[("city", "b"), ("state", "y")]), user(&[("city", "b")])];
    let rule = "-not user.city -eq \"a\" -and user.state -eq \"y\"";
    assert_eq!(both(Choice::NotReach, rule, &users), (vec!["R501".to_owned()], vec![1], Some(vec![1, 2])));
    let clear = "-not (user.city -eq \"a\") -or user.state -eq \"y\"";
    assert_eq!(both(Choice::NotReach, clear, &users).0, Vec::<String>::new());
}

#[test]
fn a2_what_stands_left_of_a_quantifier() {
    let users = [user(&[("city", "a"), ("otherMails", "x")]), user(&[("otherMails", "x")])];
    let rule = "user.city -eq \"a\" -and user.otherMails -any (_ -eq \"x\")";
    assert_eq!(both(Choice::LeftOperand, rule, &users), (vec!["R502".to_owned()], vec![0], None));
    let clear = "user.city -eq \"a\" -and (user.otherMails -any (_ -eq \"x\"))";
    assert_eq!(both(Choice::LeftOperand, clear, &users), (vec![], vec![0], Some(vec![0])));
}

#[test]
fn a18_whether_patterns_mind_letter_case() {
    let users = [user(&[("city", "Berlin")]), user(&[("city", "berlin")]), user(&[("city", "Bonn")])];
    for (rule, taken, other) in [
        ("user.city -match \"^ber\"", vec![0, 1], vec![1]),
        ("user.city -match \"^Ber(?=l)\"", vec![0, 1], vec![0]),
        ("user.city -notMatch \"LIN$\"", vec![2], vec![0, 1, 2]),
        ("user.city -match \"[a-z]$\"", vec![0, 1, 2], vec![0, 1, 2]),
        ("user.city -match \"^[a-z]+$\"", vec![0, 1, 2], vec![1]),
    ] {
        assert_eq!(both(Choice::PatternCase, rule, &users), (vec![], taken, Some(other)), "{rule}");
    }
    let cased = Options::default().with_other(Choice::PatternCase);
    let broken = rule::compile_with("user.city -match \"*x\"", &Origin::file("test"), &cased).diagnostics;
    let plain = rule::compile("user.city -match \"*x\"", &Origin::file("test")).diagnostics;
    assert_eq!(broken[0].message, plain[0].message, "places are those of the rule's own pattern");
}

#[test]
fn a24_a_property_of_the_user_inside_a_quantifier() {
    let users = [
        user(&[("city", "a"), ("otherMails", "x;y")]),
        user(&[("city", "b"), ("otherMails", "x")]),
        user(&[("city", "a"), ("otherMails", "z")]),
        user(&[("city", "a")]),
    ];
    for (rule, members) in [
        ("user.otherMails -any (_ -eq \"x\" -and user.city -eq \"a\")", vec![0]),
        ("user.otherMails -any (_ -eq \"x\" -or user.city -eq \"a\")", vec![0, 1, 2]),
        ("user.otherMails -all (_ -eq \"x\" -or user.city -eq \"a\")", vec![0, 1, 2, 3]),
        ("user.otherMails -any (_ -ne \"x\" -and -not (user.city -eq \"b\" -or user.state -ne null))", vec![0, 2]),
    ] {
        assert_eq!(both(Choice::OuterProperty, rule, &users).2, Some(members), "{rule}");
        let (refused, codes) = compiled(rule, &Options::default());
        assert!(refused.is_none() && codes.contains(&"R207".to_owned()), "{codes:?}");
        let (_, codes) = compiled(rule, &Options::default().with_other(Choice::OuterProperty));
        assert!(codes.iter().all(|code| code == "R524") && !codes.is_empty(), "{codes:?}");
    }
}

#[test]
fn a26_whether_accounts_of_agents_count() {
    let agent = "77777777-7777-4777-8777-777777777777";
    let users = [user(&[("city", "a")]), user(&[("city", "a"), ("identityParentId", agent)])];
    let rule = "user.city -eq \"a\"";
    assert_eq!(both(Choice::AgentUsers, rule, &users), (vec![], vec![0, 1], Some(vec![0])));
    let unmarked = [user(&[("city", "a")])];
    assert_eq!(both(Choice::AgentUsers, rule, &unmarked).2, Some(vec![0]), "where nothing marks them, nobody is one");
}

#[test]
fn every_reading_has_a_number_a_code_and_two_sides() {
    for choice in Choice::ALL {
        let number: u32 = choice.id()[1..].parse().unwrap();
        assert_eq!(choice.code().0, format!("R{}", 500 + number), "{}", choice.id());
        assert!(!choice.taken().is_empty() && choice.taken() != choice.other());
        assert_eq!(Choice::from_id(choice.id()), Some(*choice));
    }
    assert_eq!(Choice::ALL.len(), 27, "the register has twenty-seven questions");
}

/// A tenant of three, one without `userType`, and a rule with a negative operator.
fn tenant(settings: &str) -> seatcast::ingest::Tables {
    let id = |digit: u32| format!("{0}{0}{0}{0}{0}{0}{0}{0}-1111-4111-8111-111111111111", digit);
    let users = format!(
        "Id,UserPrincipalName,UserType\n{},a@x.example,Member\n{},b@x.example,Guest\n{},c@x.example,\n",
        id(1),
        id(2),
        id(3)
    );
    let groups = format!(
        "Id,DisplayName,GroupTypes,MembershipRule,MembershipRuleProcessingState\n{},G,DynamicMembership,\"user.userType -ne \"\"Guest\"\"\",On\n",
        id(4)
    );
    let files = [("users.csv", users.as_str()), ("groups.csv", &groups), ("seatcast.toml", settings)];
    let file = |(name, text): (&str, &str)| seatcast::ingest::SourceFile { name: name.to_owned(), bytes: text.into() };
    seatcast::ingest::tables(files.into_iter().map(file).collect(), &options())
}

fn options() -> seatcast::ingest::Options {
    let clock = chrono::NaiveDate::from_ymd_opt(2026, 11, 20);
    seatcast::ingest::Options { clock, ..seatcast::ingest::Options::default() }
}

#[test]
fn a_reading_is_a_setting_of_the_forecast_and_every_report_prints_it() {
    for (settings, members, stated) in
        [("", vec![0, 2], "none"), ("[policy]\nother-readings = [\"a5\", \"A22\"]\n", vec![0], "A5, A22")]
    {
        let baseline = seatcast::ingest::baseline(&tenant(settings), &options()).value.unwrap();
        assert!(baseline.policy.stated().contains(&("policy.other-readings", stated.to_owned())));
        let settings = seatcast::simulate::Settings::new(baseline.today, 1, 1, 1).unwrap();
        let progress = seatcast::simulate::Progress::default();
        let catalog = seatcast::catalog::Catalog::embedded();
        let forecast = seatcast::simulate::run(&baseline, catalog, &settings, &progress).value.unwrap();
        let line = forecast.assumptions.iter().find(|line| line.name == "policy.other-readings").unwrap();
        assert_eq!((line.value.as_str(), line.given), (stated, stated != "none"));
        let (now, readings) = (DateTime::UNIX_EPOCH, &baseline.policy.readings);
        let resolved = seatcast::licensing::resolve_with(&baseline.snapshot, now, readings).value;
        let group = resolved.rules()[0].group;
        let found: Vec<usize> = resolved.members(group).iter().map(|user| user.get()).collect();
        assert_eq!(found, members);
    }
    let wrong = tenant("[policy]\nother-readings = [\"A5\", \"A99\"]\n");
    let finding = &wrong.reports.iter().find(|report| report.path == "seatcast.toml").unwrap().diagnostics[0];
    assert!(finding.is_error() && finding.labels[0].origin.line == Some(2), "{finding:?}");
}
