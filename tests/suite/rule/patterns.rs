//! Regular expressions of the .NET dialect.

use seatcast::diagnostic::Origin;
use seatcast::directory::{Attribute, User, Value};
use seatcast::rule::{self, Checked};

fn compile(pattern: &str) -> seatcast::diagnostic::Diagnosed<Option<Checked>> {
    rule::compile(&format!("user.city -match '{}'", pattern.replace('\'', "''")), &Origin::file("test"))
}

fn check(pattern: &str, matching: &[&str], others: &[&str]) {
    let compiled = compile(pattern);
    let checked = compiled.value.unwrap_or_else(|| panic!("{pattern}: {:?}", compiled.diagnostics));
    let holds = |text: &str| {
        let user = User::default().with(Attribute::City, Value::text(text));
        checked.decide(&user, chrono::DateTime::UNIX_EPOCH)
    };
    matching.iter().for_each(|text| assert_eq!(holds(text), Some(true), "{pattern} on {text:?}"));
    others.iter().for_each(|text| assert_eq!(holds(text), Some(false), "{pattern} on {text:?}"));
}

fn refused(pattern: &str, code: &str) {
    let compiled = compile(pattern);
    assert!(compiled.value.is_none(), "{pattern} is accepted");
    assert_eq!(compiled.diagnostics[0].code.0, code, "{pattern}: {}", compiled.diagnostics[0].message);
}

#[test]
fn matches_anywhere_without_regard_to_case() {
    check("ago", &["Lagos", "LAGOS"], &["Accra"]);
    check("^Da.*", &["Dakar"], &["aDa"]);
    check("@domain.ext$", &["a@domain.ext", "a@domainXext"], &["a@domain.ext.x"]);
    check("^(Sales|Legal)$", &["sales", "LEGAL"], &["Sales 2"]);
    check("(?-i:Da)", &["Dakar"], &["dakar"]);
}

#[test]
fn an_end_anchor_also_stands_before_a_final_line_break() {
    check("x$", &["x", "x\n", "yx"], &["x\n\n", "xy", "x\r\n"]);
    check("x\\z", &["x"], &["x\n"]);
    check("x\\Z", &["x", "x\n"], &["x\n\n"]);
    check("(?m)x$", &["x\ny", "x"], &["xy"]);
    check("x$\\n", &["x\n"], &["x"]);
    check("^(?!.*x$)", &["y", "xy"], &["x", "x\n"]);
}

#[test]
fn look_around_and_back_references_run_with_a_step_limit() {
    check("^(?!test)", &["prod"], &["test", "TEST 1"]);
    check("(?<=a)b", &["ab"], &["b"]);
    check("(a)\\1", &["aA", "xaa"], &["ab"]);
    check("(?<x>a|b)\\k<x>", &["aa", "BB"], &["ab"]);
    check("(?>a+)b", &["aab"], &["aa"]);
    let compiled = compile("^(?:(a|aa)\\1*)+b$").value.unwrap();
    let user = User::default().with(Attribute::City, Value::text(&format!("{}bb", "a".repeat(60))));
    assert_eq!(compiled.decide(&user, chrono::DateTime::UNIX_EPOCH), None);
    assert!(!compiled.holds(&user, chrono::DateTime::UNIX_EPOCH));
}

#[test]
fn characters_that_other_engines_read_as_operators_are_characters() {
    check("[a[b]", &["a", "[", "b"], &["c", "]"]);
    check("[a&&b]", &["&", "a"], &["c"]);
    check("[]a]", &["]", "a"], &["b"]);
    check("[a-z-[aeiou]]", &["b"], &["a", "1"]);
    check("^[^a-z-[1]]$", &["2"], &["1", "a"]);
    check("a{", &["a{"], &["a"]);
    check("a{,2}", &["a{,2}"], &["aa"]);
    check("^a{2}$", &["aa"], &["a", "aaa"]);
    check("a\\<b", &["a<b"], &["ab"]);
    check("[\\w-]", &["-", "a"], &["."]);
    check("\\x41\\u0042\\t", &["ab\t"], &["ab"]);
    check("(?x) a  b # comment", &["ab"], &["a b"]);
    check("a(?#note)b", &["ab"], &["a"]);
    check("(?n)(a)", &["a"], &["b"]);
    check("(?i:A)(?s).", &["a\n"], &["a"]);
    check("\\p{Lu}", &["É"], &["1"]);
    check("#", &["#"], &[""]);
    check("[#x]", &["#"], &["a"]);
}

#[test]
fn patterns_that_dotnet_refuses_are_refused() {
    for pattern in [
        "*@north", "+a", "a**", "a+*", "a{2}{3}", "(a", "a)", "[a", "a\\", "\\y", "\\_", "(?z)", "[z-a]", "(*a)",
        "a|*b", "\\1", "(?<>a)", "a{3,2}", "\\p{Xx}", "\\x4", "[a-\\d]", "\\k<y>", "(?", "a++", "(?#x",
    ] {
        refused(pattern, "R305");
    }
}

#[test]
fn patterns_outside_the_subset_are_never_a_silent_false() {
    for pattern in ["(?(a)b|c)", "(?<a-b>x)", "\\p{IsGreek}", "\\12", "(\\w{200}){200}", "(?<1>a)", "(a)(?<b>c)\\1"] {
        refused(pattern, "R306");
    }
}
