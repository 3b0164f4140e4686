//! Random rules from the grammar, and random users for them. The values of both come from one small stock, so that rules
//! hold for some users and not for others.

use chrono::{DateTime, TimeDelta, Utc};
use seatcast::directory::{AssignedPlan, Attribute, AttributeKind, User, Value};

/// A small deterministic source of numbers (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.roll(items.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }
}

const TEXTS: &[&str] = &[
    "Sales",
    "sales",
    "SALES EMEA",
    "Legal",
    "Zürich",
    "ZÜRICH",
    "σίσυφος",
    "a.b@north.example",
    "b@south.example",
    "O'Brien",
    "4100",
    "4200",
    "null",
    " Sales",
    "a\"b",
    "tick`",
    "x\n",
    "Ünïcode\n",
    "straße",
    "ſales",
    "K",
];
const PARTS: &[&str] = &["s", "al", "SALES", "@north", "example", "41", "ü", "Z", "'", "\"", "`", "b@", "e", "\n", "k"];
const PATTERNS: &[&str] = &[
    "^sal",
    "ales$",
    "^(Sales|Legal)$",
    "^[0-4]",
    "@(north|south)\\.example$",
    ".*e",
    "^.*EMEA.*$",
    "(?!x)l",
    "^(?!sales)",
    "a|ü",
    "^$",
    "x$",
    "\\d{4}",
    "(?-i:Sales)",
    "[a-c]@",
    "^[^@]+@north",
    "k",
    "(s)\\1?a",
    "s.l",
    "^z.rich$",
    "^Sales$|^4[12]00$",
    "\\w+",
    "ß",
];
const PLANS: &[&str] = &["SCO", "exchange", "Enabled", "Deleted", "3a6f1c52-8d07-4b1e-9c44-0f5e2b7a9d01"];
const TEXT_ATTRIBUTES: &[Attribute] = &[
    Attribute::Department,
    Attribute::City,
    Attribute::UserPrincipalName,
    Attribute::Id,
    Attribute::ExtensionAttribute(7),
    Attribute::MailNickname,
];
const GUIDS: &[&str] = &["9c1d2e3f-4a5b-4c6d-8e7f-a0b1c2d3e401", "0f9b7c1e-2a34-4d5b-8c6d-7e8f90a1b201"];

pub fn now() -> DateTime<Utc> {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

fn quoted(text: &str) -> String {
    if text.contains('"') || text.ends_with('`') {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// One rule of the language, always valid.
pub fn rule(dice: &mut Dice) -> String {
    match dice.roll(40) {
        0 => format!("Direct Reports for \"{}\"", dice.pick(GUIDS)),
        1 => format!("user.memberOf -any (group.objectId -in ['{}', \"x\"])", dice.pick(GUIDS)),
        _ => expression(dice, 3),
    }
}

fn operator(dice: &mut Dice, word: &str) -> String {
    match dice.roll(8) {
        0 => word.to_owned(),
        1 => format!("-{}", word.to_uppercase()),
        _ => format!("-{word}"),
    }
}

fn expression(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 || dice.chance(35) {
        return clause(dice);
    }
    match dice.roll(5) {
        0 => format!("({})", expression(dice, depth - 1)),
        1 => format!("{} ({})", operator(dice, "not"), expression(dice, depth - 1)),
        2 => format!("{} {}", operator(dice, "not"), clause(dice)),
        _ => {
            let clauses: Vec<String> = (0..2 + dice.roll(3))
                .map(|_| if dice.chance(70) { format!("({})", expression(dice, depth - 1)) } else { clause(dice) })
                .collect();
            let mut text = clauses[0].clone();
            for clause in &clauses[1..] {
                let word = dice.pick(&["and", "or"]);
                text.push_str(&format!(" {} {clause}", operator(dice, word)));
            }
            text
        }
    }
}

fn clause(dice: &mut Dice) -> String {
    match dice.roll(12) {
        0 => {
            let name = dice.pick(&["accountEnabled", "dirSyncEnabled"]);
            let value = dice.pick(&["true", "false", "True", "\"false\"", "null"]);
            let word = dice.pick(&["eq", "ne"]);
            format!("user.{name} {} {value}", operator(dice, word))
        }
        1 => date_clause(dice),
        2 | 3 => collection_clause(dice),
        4 => plan_clause(dice),
        _ => {
            let attribute = TEXT_ATTRIBUTES[dice.roll(TEXT_ATTRIBUTES.len())].rule_name().unwrap();
            format!("user.{attribute} {}", text_test(dice, TEXTS))
        }
    }
}

fn text_test(dice: &mut Dice, texts: &[&str]) -> String {
    let prefix = dice.pick(&["", "not"]);
    match dice.roll(10) {
        0 => format!(
            "{} {}",
            operator(dice, if prefix.is_empty() { "eq" } else { "ne" }),
            dice.pick(&["null", "$null", "\"\""])
        ),
        1..=3 => {
            format!("{} {}", operator(dice, if prefix.is_empty() { "eq" } else { "ne" }), quoted(dice.pick(texts)))
        }
        4 => {
            let listed: Vec<String> = (0..1 + dice.roll(4)).map(|_| quoted(dice.pick(texts))).collect();
            format!("{} [{}]", operator(dice, if prefix.is_empty() { "in" } else { "notIn" }), listed.join(", "))
        }
        5 => format!("{} {}", operator(dice, &format!("{prefix}match")), quoted(dice.pick(PATTERNS))),
        _ => {
            let word = dice.pick(&["startsWith", "endsWith", "contains"]);
            format!("{} {}", operator(dice, &format!("{prefix}{word}")), quoted(dice.pick(PARTS)))
        }
    }
}

fn date_clause(dice: &mut Dice) -> String {
    let value = match dice.roll(5) {
        0 => "2026-03-01T08:00:00Z".to_owned(),
        1 => "\"2026-02-28\"".to_owned(),
        2 => "system.now".to_owned(),
        3 => format!("system.now -plus P{}D", dice.roll(40)),
        _ => format!("(system.now -minus P{}DT{}H)", dice.roll(40), dice.roll(24)),
    };
    if dice.chance(20) {
        return format!("user.employeeHireDate {} null", dice.pick(&["-eq", "-ne"]));
    }
    format!("user.employeeHireDate {} {value}", dice.pick(&["-ge", "-le"]))
}

fn collection_clause(dice: &mut Dice) -> String {
    let name = dice.pick(&["proxyAddresses", "otherMails"]);
    match dice.roll(4) {
        0 => format!("user.{name} {}", text_test(dice, TEXTS)),
        1 => format!("user.{name} -any _ {}", text_test(dice, TEXTS)),
        _ => {
            let word = dice.pick(&["any", "all"]);
            let body = body(dice, 2, &mut |dice| format!("_ {}", text_test(dice, TEXTS)));
            format!("user.{name} {} ({body})", operator(dice, word))
        }
    }
}

fn plan_clause(dice: &mut Dice) -> String {
    if dice.chance(10) {
        return format!("user.assignedPlans {} null", dice.pick(&["-eq", "-ne"]));
    }
    let word = dice.pick(&["any", "all"]);
    let body = body(dice, 2, &mut |dice| {
        let field = dice.pick(&["servicePlanId", "service", "capabilityStatus"]);
        format!("assignedPlan.{field} {}", text_test(dice, PLANS))
    });
    format!("user.assignedPlans {} ({body})", operator(dice, word))
}

fn body(dice: &mut Dice, depth: usize, leaf: &mut impl FnMut(&mut Dice) -> String) -> String {
    if depth == 0 || dice.chance(40) {
        return leaf(dice);
    }
    match dice.roll(3) {
        0 => format!("-not ({})", body(dice, depth - 1, leaf)),
        1 => format!("{} -and ({})", leaf(dice), body(dice, depth - 1, leaf)),
        _ => format!("({}) -or {}", body(dice, depth - 1, leaf), leaf(dice)),
    }
}

/// One user; every attribute that rules name is set, null, empty, or in no file.
pub fn user(dice: &mut Dice) -> User {
    let mut user = User::default();
    let named = TEXT_ATTRIBUTES.iter().chain(&[
        Attribute::AccountEnabled,
        Attribute::OnPremisesSyncEnabled,
        Attribute::EmployeeHireDate,
        Attribute::ProxyAddresses,
        Attribute::OtherMails,
        Attribute::AssignedPlans,
        Attribute::MemberOf,
        Attribute::Manager,
    ]);
    for attribute in named {
        match dice.roll(12) {
            0 => {}
            1 => user.set(attribute.clone(), Value::Null),
            _ => user.set(attribute.clone(), value(dice, attribute)),
        }
    }
    user
}

pub fn value(dice: &mut Dice, attribute: &Attribute) -> Value {
    let identity = matches!(attribute, Attribute::Id | Attribute::Manager | Attribute::MemberOf);
    match attribute.kind() {
        AttributeKind::Text if identity => Value::text(dice.pick(GUIDS)),
        AttributeKind::Text => {
            if dice.chance(4) {
                Value::text("")
            } else {
                Value::text(dice.pick(TEXTS))
            }
        }
        AttributeKind::Boolean => Value::Boolean(dice.chance(50)),
        AttributeKind::Instant => {
            let hours = dice.roll(24 * 90) as i64 - 24 * 45;
            Value::Instant(now() + TimeDelta::hours(hours))
        }
        AttributeKind::Texts => {
            let stock = if identity { GUIDS } else { TEXTS };
            Value::Texts((0..dice.roll(4)).map(|_| (dice.pick(stock)).into()).collect())
        }
        AttributeKind::Plans => {
            let field = |dice: &mut Dice| if dice.chance(10) { None } else { Some((dice.pick(PLANS)).into()) };
            let plan = |dice: &mut Dice| AssignedPlan {
                service_plan_id: field(dice),
                service: field(dice),
                capability_status: field(dice),
            };
            Value::Plans((0..dice.roll(3)).map(|_| plan(dice)).collect())
        }
    }
}
