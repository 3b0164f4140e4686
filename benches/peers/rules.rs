//! Many rules over many users: seatcast's side of the comparison with other engines. In: sizes. Out: times as one line of
//! JSON, and with `--data` everything that another engine needs to do the same. Never: times the making of the data.
//!
//! `cargo bench --bench peers_rules -- --users 1000000 --rules 5000 --hard 0 --threads 1 --data DIR`
//! `cargo bench --bench peers_rules -- --curve reports/gallery --users 4000000 --threads 2` measures how the cost grows.

mod curve;
mod dice;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::DateTime;
use dice::Dice;
use mimalloc::MiMalloc;
use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, AttributeKind, ColumnBuilder, Users};
use seatcast::rule::{self, Checked, RuleSet};
use serde_json::{Value as Json, json};

/// As in the program.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// Runs of which the fastest and the median are told.
const RUNS: usize = 5;

/// A column of few values: attribute, distinct values, stem of their names.
const COLUMNS: &[(Attribute, usize, &str)] = &[
    (Attribute::Country, 60, "Country"),
    (Attribute::Department, 300, "Dept"),
    (Attribute::JobTitle, 800, "Title"),
    (Attribute::City, 200, "City"),
    (Attribute::CompanyName, 12, "Company"),
    (Attribute::UsageLocation, 30, "L"),
    (Attribute::UserType, 2, "Type"),
    (Attribute::State, 100, "State"),
    (Attribute::ExtensionAttribute(1), 50, "Ext"),
];
const WORDS: &[&str] = &["North", "South", "East", "West", "Prime"];

/// Small numbers more often: value `i` about in proportion to 1 / (i + 1).
fn skewed(dice: &mut Dice, sides: usize) -> usize {
    let unit = (dice.roll(1 << 30) as f64 + 0.5) / f64::from(1 << 30);
    (((sides as f64 + 1.0).powf(unit)) as usize - 1).min(sides - 1)
}

fn value(column: usize, index: usize) -> String {
    format!("{}-{index:03} {}", COLUMNS[column].2, WORDS[index % WORDS.len()])
}

struct Data {
    users: Users,
    codes: Vec<Vec<u16>>,
    principals: Vec<String>,
}

fn data(users: usize, hard: bool) -> Data {
    let mut dice = Dice(7);
    let mut columns = BTreeMap::new();
    let mut all = Vec::new();
    for (column, (attribute, distinct, _)) in COLUMNS.iter().enumerate() {
        let mut builder = ColumnBuilder::with_capacity(AttributeKind::Text, users);
        let names: Vec<String> = (0..*distinct).map(|index| value(column, index)).collect();
        let mut codes = Vec::with_capacity(users);
        for _ in 0..users {
            // One user in fifty has no value.
            let code = if dice.roll(50) == 0 { *distinct } else { skewed(&mut dice, *distinct) };
            match names.get(code) {
                Some(name) => builder.push_text(name),
                None => builder.push_null(),
            }
            codes.push(code as u16);
        }
        columns.insert(attribute.clone(), builder.finish());
        all.push(codes);
    }
    let mut principals = Vec::new();
    if hard {
        let mut builder = ColumnBuilder::with_capacity(AttributeKind::Text, users);
        for index in 0..users {
            let (first, last) = (syllables(&mut dice, 2), syllables(&mut dice, 3));
            let name = format!(
                "{first}.{last}{index}@d{:02}.{}.example",
                skewed(&mut dice, 60),
                WORDS[dice.roll(5)].to_lowercase()
            );
            builder.push_text(&name);
            principals.push(name);
        }
        columns.insert(Attribute::UserPrincipalName, builder.finish());
    }
    Data { users: Users::new(users, columns), codes: all, principals }
}

fn syllables(dice: &mut Dice, count: usize) -> String {
    const SYLLABLES: &[&str] = &[
        "an", "be", "cor", "da", "el", "fi", "gu", "ha", "is", "jo", "ka", "lu", "mir", "no", "ol", "pe", "ri", "sa",
        "to", "ul",
    ];
    (0..count).map(|_| SYLLABLES[dice.roll(SYLLABLES.len())]).collect()
}

/// A leaf as `[attribute, operator, [values]]`.
fn leaf(dice: &mut Dice) -> Json {
    let column = dice.roll(COLUMNS.len());
    let (attribute, distinct, stem) = &COLUMNS[column];
    let name = attribute.rule_name().unwrap_or_default();
    let pick = |dice: &mut Dice| value(column, skewed(dice, *distinct));
    match dice.roll(100) {
        0..=54 => json!([name, "eq", [pick(dice)]]),
        55..=64 => json!([name, "ne", [pick(dice)]]),
        65..=79 => {
            let values: Vec<String> = (0..2 + dice.roll(4)).map(|_| pick(dice)).collect();
            json!([name, "in", values])
        }
        80..=82 => json!([name, "notIn", [pick(dice), pick(dice)]]),
        83..=90 => json!([name, "startsWith", [format!("{stem}-{:02}", dice.roll(distinct.div_ceil(10)))]]),
        91..=96 => json!([name, "contains", [format!("{} {}", dice.roll(10), WORDS[dice.roll(5)])]]),
        _ => json!([name, "eq", [Json::Null]]),
    }
}

/// A distinct hard leaf: a suffix, a part or a pattern of names that are all different.
fn hard_leaf(dice: &mut Dice, number: usize) -> Json {
    let (a, b) = (syllables(dice, 1), syllables(dice, 2));
    let digits = number % 1000;
    let domain = dice.roll(60);
    let word = WORDS[dice.roll(5)].to_lowercase();
    let (operator, text) = match number % 10 {
        0..=3 => ("endsWith", format!("{:02}@d{domain:02}.{word}.example", digits % 100)),
        4..=7 => ("contains", format!("{b}{}", digits % 10)),
        8 => ("match", format!("^{a}.*{digits}@d[0-3]\\d\\.{word}\\.example$")),
        _ => ("match", format!("^[{}-m].*\\.{b}\\d+@", (b'a' + (digits % 10) as u8) as char)),
    };
    json!(["userPrincipalName", operator, [text]])
}

fn tree(dice: &mut Dice, leaves: usize, hard: &mut impl FnMut(&mut Dice) -> Option<Json>) -> Json {
    if leaves == 1 {
        return hard(dice).unwrap_or_else(|| leaf(dice));
    }
    let word = if dice.roll(10) < 6 { "and" } else { "or" };
    let left = 1 + dice.roll(leaves - 1);
    json!([word, tree(dice, left, hard), tree(dice, leaves - left, hard)])
}

fn rules(count: usize, hard: usize) -> Vec<Json> {
    let mut dice = Dice(11);
    let mut made = 0;
    let every = (count * 35 / 10).checked_div(hard).unwrap_or(0).max(1);
    let mut seen = 0;
    (0..count)
        .map(|_| {
            let leaves = 1 + dice.roll(3) + dice.roll(4);
            tree(&mut dice, leaves, &mut |dice| {
                seen += 1;
                let wanted = made < hard && seen % every == 0;
                made += usize::from(wanted);
                wanted.then(|| hard_leaf(dice, made))
            })
        })
        .collect()
}

/// The rule's text.
fn text(tree: &Json) -> String {
    let parts = tree.as_array().expect("a tree is a list");
    let word = |index: usize| parts[index].as_str().unwrap_or_default();
    match word(0) {
        joined @ ("and" | "or") => format!("({}) -{joined} ({})", text(&parts[1]), text(&parts[2])),
        attribute => {
            let values: Vec<String> = parts[2]
                .as_array()
                .into_iter()
                .flatten()
                .map(Json::to_string)
                .map(|v| v.replace("\\\\", "\\"))
                .collect();
            let shown =
                if matches!(word(1), "in" | "notIn") { format!("[{}]", values.join(", ")) } else { values.concat() };
            format!("user.{attribute} -{} {shown}", word(1))
        }
    }
}

fn number(name: &str, default: usize) -> usize {
    argument(name).and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn argument(name: &str) -> Option<String> {
    let arguments: Vec<String> = std::env::args().collect();
    arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1).cloned())
}

fn main() {
    let (users, count) = (number("--users", 100_000), number("--rules", 1000));
    let (hard, threads) = (number("--hard", 0), number("--threads", 1));
    if let Some(folder) = argument("--curve") {
        return curve::curve(Path::new(&folder), users, threads);
    }
    let data = data(users, hard > 0);
    let trees = rules(count, hard);
    let texts: Vec<String> = trees.iter().map(text).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let started = Instant::now();
    let origin = Origin::file("bench");
    let checked: Vec<Checked> = texts.iter().map(|text| rule::compile(text, &origin).value.expect("valid")).collect();
    let parse = started.elapsed().as_secs_f64();
    let mut compile = Vec::new();
    let mut evaluate = Vec::new();
    let (mut counts, mut leaves) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let started = Instant::now();
        let set = pool.install(|| RuleSet::compile(&data.users, &checked));
        compile.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        counts = pool.install(|| set.counts(DateTime::UNIX_EPOCH));
        evaluate.push(started.elapsed().as_secs_f64());
        leaves = set.leaf_count();
    }
    compile.sort_by(f64::total_cmp);
    evaluate.sort_by(f64::total_cmp);
    let told = json!({
        "users": users, "rules": count, "hard": hard, "threads": threads, "distinct_leaves": leaves,
        "parse_s": parse, "decide_min_s": compile[0], "decide_median_s": compile[RUNS / 2],
        "evaluate_min_s": evaluate[0], "evaluate_median_s": evaluate[RUNS / 2],
        "members": counts.iter().map(|count| u64::from(*count)).sum::<u64>(),
    });
    println!("{told}");
    if let Some(folder) = argument("--data") {
        write(&PathBuf::from(folder), &data, &trees, &counts);
    }
}

/// Codes as 16-bit little-endian numbers, names, rules as trees, and the members that seatcast counts.
fn write(folder: &Path, data: &Data, trees: &[Json], counts: &[u32]) {
    fs::create_dir_all(folder).expect("a folder");
    let mut names = serde_json::Map::new();
    for (column, (attribute, distinct, _)) in COLUMNS.iter().enumerate() {
        let name = attribute.rule_name().unwrap_or_default();
        let bytes: Vec<u8> = data.codes[column].iter().flat_map(|code| code.to_le_bytes()).collect();
        fs::write(folder.join(format!("{name}.u16")), bytes).expect("codes");
        names.insert(name, (0..*distinct).map(|index| value(column, index)).collect::<Vec<_>>().into());
    }
    fs::write(folder.join("names.json"), Json::Object(names).to_string()).expect("names");
    fs::write(folder.join("rules.json"), json!(trees).to_string()).expect("rules");
    fs::write(folder.join("counts.json"), json!(counts).to_string()).expect("counts");
    if !data.principals.is_empty() {
        fs::write(folder.join("userPrincipalName.txt"), data.principals.join("\n")).expect("names of users");
    }
}
