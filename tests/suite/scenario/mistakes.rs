//! What is refused: always with the file and line, and with what was meant where that can be told.

use super::{errors, read};

/// The scenario is refused by `code` at `line` of `scenarios/main.toml`, and the way out says `help`.
#[track_caller]
fn refused(text: &str, code: &str, line: u64, message: &str, help: &str) {
    let read = read(&[("main", text)]);
    assert!(read.value.is_none(), "accepted:\n{text}");
    let found = read.diagnostics.iter().find(|finding| {
        let label = finding.labels.first();
        let placed =
            label.is_some_and(|label| &*label.origin.file == "scenarios/main.toml" && label.origin.line == Some(line));
        finding.code.0 == code && placed && finding.message.contains(message)
    });
    let Some(found) = found else { panic!("no {code} at line {line}:\n{}", errors(&read.diagnostics)) };
    let said = found.help.clone().unwrap_or_default();
    assert!(said.contains(help), "`{help}` is not in `{said}`");
}

fn change(lines: &str) -> String {
    format!("[[change]]\non = 2026-12-01\n{lines}\n")
}

#[test]
fn names_that_nobody_has() {
    let text = change("do = \"pause\"\ngroup = \"Sales rul\"");
    refused(&text, "P504", 4, "no group `Sales rul`", "did you mean `Sales rule`?");
    let text = change("do = \"add-license\"\ngroup = \"Plain\"\nsku = \"SPE_E33\"");
    refused(&text, "P504", 5, "no SKU is called `SPE_E33`", "did you mean `SPE_E3`?");
    let text = change("do = \"lay-off\"\nshare = \"10%\"\ndepartment = \"Sale\"");
    refused(&text, "P504", 5, "nobody is in a department `Sale`", "did you mean `Sales`?");
    let text = change("do = \"add-members\"\ngroup = \"Visio\"\nusers = [\"bea@t.exmple\"]");
    refused(&text, "P504", 5, "no user `bea@t.exmple`", "did you mean `bea@t.example`?");
    let text = change("do = \"cancel\"\nsubscription = \"S2\"");
    refused(&text, "P504", 4, "no subscription `S2`", "did you mean `S1`?");
    let text =
        change("do = \"disable-plans\"\ngroup = \"Sales rule\"\nsku = \"SPE_E3\"\nplans = [\"EXCHANGE_S_ENTERPRIS\"]");
    refused(&text, "P504", 6, "no service plan", "did you mean `EXCHANGE_S_ENTERPRISE`?");
    let text = change("do = \"set-attributes\"\nset = { citty = \"Breda\" }");
    refused(&text, "P504", 4, "`citty` is no attribute", "did you mean `city`?");
}

#[test]
fn kinds_and_keys_that_mean_nothing() {
    refused(&change("do = \"edit-rul\""), "P501", 3, "`edit-rul` is no kind of change", "did you mean `edit-rule`?");
    let text = change("do = \"pause\"\ngroup = \"Sales rule\"\ngruop = \"x\"");
    refused(&text, "P501", 5, "`gruop` means nothing here", "did you mean `group`?");
    refused("tittle = \"x\"\n", "P501", 1, "`tittle` means nothing here", "did you mean `title`?");
    refused(&change("group = \"Plain\""), "P503", 1, "without `do`", "seatcast schema scenarios");
    refused(&change("do = \"pause\""), "P503", 3, "`pause` needs `group`", "");
    refused("[[change]]\ndo = \"pause\"\ngroup = \"Plain\"\n", "P503", 2, "needs `on`", "");
    refused("title = \n", "P500", 1, "not TOML", "");
}

#[test]
fn dates_that_are_past_or_out_of_order() {
    let text = "[[change]]\non = 2026-11-19\ndo = \"pause\"\ngroup = \"Sales rule\"\n";
    refused(text, "P505", 2, "2026-11-19 is past", "today is 2026-11-20");
    let text = change("do = \"hiring-freeze\"\nuntil = 2026-11-25");
    refused(&text, "P502", 4, "`until` is before `on`", "");
    let waves = "do = \"add-members\"\ngroup = \"Visio\"\ndepartment = \"IT\"\nwaves = [{ on = 2027-01-01, share = \"50%\" }, { on = 2026-12-10, share = \"50%\" }]";
    refused(&change(waves), "P505", 6, "after the one before", "");
    let waves = "do = \"add-members\"\ngroup = \"Visio\"\ndepartment = \"IT\"\nwaves = [{ on = 2027-01-01, share = \"80%\" }, { on = 2027-02-10, share = \"30%\" }]";
    refused(&change(waves), "P502", 6, "more than 100 %", "");
}

#[test]
fn values_of_another_kind() {
    refused(&change("do = \"lay-off\"\nshare = 10"), "P502", 4, "a share such as", "");
    refused(&change("do = \"lay-off\""), "P502", 3, "say how many", "");
    refused(&change("do = \"buy\"\nsku = \"SPE_E3\"\nquantity = -4"), "P502", 5, "a whole number", "");
    let text = change("do = \"buy\"\nsku = \"SPE_E3\"\nquantity = 4\nterm = \"P2Y\"");
    refused(&text, "P502", 6, "wanted is `\"P1M\"`", "did you mean");
    let text = change("do = \"lay-off\"\nshare = \"10%\"\ndepartment = \"Sales\"\nwhere = 'user.city -eq \"Delft\"'");
    refused(&text, "P502", 5, "both say whom", "keep one");
    refused("on = 3\nchange = 4\n", "P502", 2, "[[change]]", "");
}

/// A rule is read as everywhere else, and its own findings point into it.
#[test]
fn rules_that_cannot_be_evaluated() {
    let text = change("do = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.depatment -eq \"IT\"'");
    let read = read(&[("main", &text)]);
    let finding = read.diagnostics.iter().find(|finding| finding.is_error()).unwrap();
    assert!(finding.code.0.starts_with('R'), "{finding:?}");
    assert_eq!(finding.labels[0].origin.to_string(), "scenarios/main.toml, line 5, column rule");
    assert!(finding.help.clone().unwrap_or_default().contains("department"), "{finding:?}");
    let text = change("do = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.companyName -eq \"T\"'");
    refused(&text, "P504", 5, "no user file holds `companyName`", "");
}

#[test]
fn changes_that_contradict_each_other_or_what_is_there() {
    let pause = "[[change]]\non = 2026-12-01\ndo = \"pause\"\ngroup = \"Sales rule\"\n";
    refused(&format!("{pause}{pause}"), "P506", 7, "contradicts", "keep one");
    let rules =
        "[[change]]\non = 2026-12-01\ndo = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.city -eq \"Delft\"'\n";
    refused(&format!("{rules}{}", rules.replace("Delft", "Breda")), "P506", 8, "contradicts", "different days");
    let lot = "[[change]]\non = 2026-12-01\ndo = \"cancel\"\nsubscription = \"S1\"\n";
    let keep = "[[change]]\non = 2026-12-05\ndo = \"renew-with\"\nsubscription = \"S1\"\nquantity = 3\n";
    refused(&format!("{lot}{keep}"), "P506", 7, "contradicts", "keep one");
    let text = change("do = \"add-license\"\ngroup = \"Visio\"\nsku = \"VISIOCLIENT\"");
    refused(&text, "P506", 3, "gives `VISIOCLIENT` on 2026-12-01 already", "leave the change out");
    let text = change("do = \"remove-license\"\ngroup = \"Plain\"\nsku = \"VISIOCLIENT\"");
    refused(&text, "P506", 3, "does not give `VISIOCLIENT`", "");
    let text = change("do = \"add-members\"\ngroup = \"Sales rule\"\nusers = \"Eva\"");
    refused(&text, "P506", 3, "follow from its rule", "edit the rule");
    refused(&change("do = \"resume\"\ngroup = \"Sales rule\""), "P506", 3, "processed on 2026-12-01 already", "");
    refused(&change("do = \"pause\"\ngroup = \"Plain\""), "P506", 3, "has no rule", "");
    refused(&change("do = \"add-group\"\ngroup = \"Visio\""), "P506", 4, "already", "another name");
    let join = "[[change]]\non = 2026-12-01\ndo = \"add-members\"\ngroup = \"Visio\"\nusers = [\"Eva\", \"Gus\"]\n";
    let leave = "[[change]]\non = 2026-12-01\ndo = \"remove-members\"\ngroup = \"Visio\"\nusers = \"Gus\"\n";
    refused(&format!("{join}{leave}"), "P506", 8, "contradicts", "");
}

#[test]
fn files_that_extend_each_other_in_a_circle_or_nothing() {
    let read = |files: &[(&str, &str)]| read(files).diagnostics;
    let circle = read(&[("main", "extends = \"other\"\n"), ("other", "title = \"x\"\nextends = [\"main\"]\n")]);
    let finding =
        circle.iter().find(|finding| finding.code.0 == "P507").unwrap_or_else(|| panic!("{}", errors(&circle)));
    assert_eq!(finding.labels[0].origin.to_string(), "scenarios/other.toml, line 2");
    assert!(finding.help.clone().unwrap().contains("main → other → main"), "{finding:?}");
    let own = read(&[("main", "extends = \"main\"\n")]);
    assert!(own.iter().any(|finding| finding.code.0 == "P507"), "{}", errors(&own));
    let missing = read(&[("main", "extends = \"freze\"\n"), ("freeze", "")]);
    assert!(errors(&missing).contains("did you mean `freeze`?"), "{}", errors(&missing));
}

#[test]
fn any_bytes_are_a_finding_and_never_a_panic() {
    for text in
        ["\u{0}", "[[change]]", "change = [1, 2]", "[[change]]\non = \"\"\ndo = [\"x\"]", "extends = 7", "[[change]\n"]
    {
        let read = read(&[("main", text)]);
        assert!(read.value.is_none() && !read.diagnostics.is_empty(), "{text:?}");
    }
}
