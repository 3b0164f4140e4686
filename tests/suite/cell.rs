//! Cells of files we write: what a spreadsheet would run is neutralised, and nothing is lost.

use proptest::prelude::*;
use seatcast::cell::{neutral, original};

#[test]
fn formulas_get_an_apostrophe_and_true_numbers_do_not() {
    let check = |text: &str, expected: &str| assert_eq!(neutral(text), expected, "{text:?}");
    check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
    check("=3+1", "'=3+1");
    check("+31 10 000 0001", "'+31 10 000 0001");
    check("-user.department", "'-user.department");
    check("@SUM(A1)", "'@SUM(A1)");
    check("\tx", "'\tx");
    check("\rx", "'\rx");
    check("\nx", "'\nx");
    check("'=1", "''=1");
    check("'t Hoff", "'t Hoff");
    for number in ["-2", "+1", "-2.5", "+1.5e3", "12"] {
        check(number, number);
    }
    check("+1+cmd", "'+1+cmd");
    check("-", "'-");
    check("", "");
}

proptest! {
    #[test]
    fn nothing_is_lost(text in "['=+@\\-\t\r\n]{0,4}.{0,12}") {
        let cell = neutral(&text).into_owned();
        prop_assert_eq!(original(&cell), text.as_str());
    }

    #[test]
    fn nothing_that_runs_is_left(text in "[=+@\\-\t\r\n].{0,12}") {
        let cell = neutral(&text);
        prop_assert!(cell.starts_with('\'') || cell.parse::<f64>().is_ok());
    }
}
