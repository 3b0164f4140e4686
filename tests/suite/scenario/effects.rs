//! What each kind of change does to seats, in a tenant without chance. Points: today, 20 December, January, February, March.

use seatcast::catalog::Catalog;
use seatcast::simulate;

use super::{TENANT, demand, forecast, months, planned};

fn change(on: &str, lines: &str) -> String {
    format!("[[change]]\non = {on}\n{lines}\n")
}

#[track_caller]
fn seats(lines: &str, sku: &str, expected: [u32; 5]) {
    assert_eq!(demand(&change("2027-01-05", lines), sku), expected, "{lines}");
}

#[test]
fn nothing_planned_changes_nothing() {
    for (sku, seats) in [("SPE_E3", 3), ("VISIOCLIENT", 2), ("POWER_BI_PRO", 2), ("EMSPREMIUM", 8)] {
        assert_eq!(demand("", sku), [seats; 5], "{sku}");
    }
}

#[test]
fn rules_and_their_processing() {
    let rule = "do = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.department -in [\"Sales\", \"IT\"]'";
    seats(rule, "SPE_E3", [3, 3, 5, 5, 5]);
    let paused = change("2026-12-01", "do = \"pause\"\ngroup = \"Sales rule\"");
    let rename = change("2026-12-10", "do = \"rename-department\"\ndepartment = \"Sales\"\nto = \"Trade\"");
    let resumed = change("2027-01-25", "do = \"resume\"\ngroup = \"Sales rule\"");
    // Nobody leaves while the rule is not processed; all leave when it is again.
    assert_eq!(demand(&format!("{paused}{rename}{resumed}"), "SPE_E3"), [3, 3, 3, 0, 0]);
    assert_eq!(demand(&rename, "SPE_E3"), [3, 0, 0, 0, 0]);
}

#[test]
fn licences_of_groups() {
    seats("do = \"add-license\"\ngroup = \"Plain\"\nsku = \"VISIOCLIENT\"", "VISIOCLIENT", [2, 2, 4, 4, 4]);
    seats("do = \"remove-license\"\ngroup = \"Visio\"\nsku = \"VISIOCLIENT\"", "VISIOCLIENT", [2, 2, 0, 0, 0]);
    let swap = "do = \"swap-license\"\ngroup = \"Sales rule\"\nfrom = \"SPE_E3\"\nto = \"SPE_E5\"";
    seats(swap, "SPE_E5", [0, 0, 3, 3, 3]);
    // No unit of E5 is there: the old licence stays until one is.
    seats(swap, "SPE_E3", [3, 3, 3, 3, 3]);
    let bought = format!(
        "{}{}",
        change("2027-01-01", "do = \"buy\"\nsku = \"SPE_E5\"\nquantity = 3"),
        change("2027-01-05", swap)
    );
    assert_eq!(demand(&bought, "SPE_E3"), [3, 3, 0, 0, 0]);
    let copilot = change("2027-01-05", "do = \"add-license\"\ngroup = \"Plain\"\nsku = \"Microsoft_365_Copilot\"");
    assert_eq!(demand(&copilot, "Microsoft_365_Copilot"), [0, 0, 2, 2, 2], "a SKU that the tenant does not own yet");
}

/// Two calling plans exclude each other: with the plan off in one of them both fit.
#[test]
fn disabled_plans_let_licences_fit_together() {
    let bought = ["MCOPSTN1", "MCOPSTN2"]
        .map(|sku| change("2026-12-01", &format!("do = \"buy\"\nsku = \"{sku}\"\nquantity = 9")));
    let first = change("2026-12-02", "do = \"add-license\"\ngroup = \"Plain\"\nsku = \"MCOPSTN1\"");
    let second = change(
        "2027-01-05",
        "do = \"add-group\"\ngroup = \"Two\"\nusers = [\"Fay\", \"Gus\"]\nlicenses = \"MCOPSTN2\"",
    );
    let off = change("2027-02-10", "do = \"disable-plans\"\ngroup = \"Two\"\nsku = \"MCOPSTN2\"\nplans = \"MCOPSTN2\"");
    let points = months(&format!("{}{first}{second}{off}", bought.concat()), "MCOPSTN2");
    let of = |pick: fn(&seatcast::forecast::MonthPoint) -> u32| points.iter().map(pick).collect::<Vec<_>>();
    assert_eq!(of(|point| point.blocked.p50), [0, 0, 2, 0, 0]);
    assert_eq!(of(|point| point.assigned.p50), [0, 0, 0, 2, 2]);
}

#[test]
fn members_and_whole_groups() {
    seats("do = \"add-members\"\ngroup = \"Visio\"\ndepartment = \"Sales\"", "VISIOCLIENT", [2, 2, 4, 4, 4]);
    seats("do = \"add-members\"\ngroup = \"Visio\"\nmembers-of = \"Plain\"", "VISIOCLIENT", [2, 2, 4, 4, 4]);
    seats("do = \"remove-members\"\ngroup = \"Visio\"\nusers = \"dirk@t.example\"", "VISIOCLIENT", [2, 2, 1, 1, 1]);
    seats("do = \"move-members\"\nfrom = \"Visio\"\nto = \"Plain\"", "VISIOCLIENT", [2, 2, 0, 0, 0]);
    let group =
        "do = \"add-group\"\ngroup = \"Stores\"\nrule = 'user.department -eq \"Stores\"'\nlicenses = \"VISIOCLIENT\"";
    seats(group, "VISIOCLIENT", [2, 2, 5, 5, 5]);
    let group = "do = \"add-group\"\ngroup = \"Two\"\nusers = [\"Bea\", \"Cas\"]\nlicenses = [\"VISIOCLIENT\"]";
    seats(group, "VISIOCLIENT", [2, 2, 4, 4, 4]);
}

#[test]
fn waves_reach_everybody_once() {
    let waves = "do = \"add-members\"\ngroup = \"Visio\"\nwhere = 'user.objectId -ne null'\n\
                 waves = [{ on = 2027-01-01, share = \"40%\" }, { on = 2027-02-01, share = \"60%\" }]";
    let seats = demand(&change("2027-01-01", waves), "VISIOCLIENT");
    assert_eq!((seats[1], seats[3], seats[4]), (2, 8, 8));
    assert!(seats[2] > 2 && seats[2] < 8, "{seats:?}");
}

#[test]
fn direct_licences() {
    seats("do = \"assign-direct\"\nsku = \"VISIOCLIENT\"\nusers = [\"Gus\"]", "VISIOCLIENT", [2, 2, 3, 3, 3]);
    seats("do = \"remove-direct\"\nsku = \"POWER_BI_PRO\"", "POWER_BI_PRO", [2, 2, 0, 0, 0]);
    let swap = "do = \"swap-direct\"\nfrom = \"POWER_BI_PRO\"\nto = \"VISIOCLIENT\"\nusers = \"Eva\"";
    seats(swap, "POWER_BI_PRO", [2, 2, 1, 1, 1]);
    seats(swap, "VISIOCLIENT", [2, 2, 3, 3, 3]);
}

/// The two units are both held: nobody can have a second one meanwhile, and nobody is without one on any day.
#[test]
fn from_direct_to_group_without_losing_a_seat() {
    let give = change("2026-12-01", "do = \"add-license\"\ngroup = \"Plain\"\nsku = \"POWER_BI_PRO\"");
    let leave = change("2026-12-01", "do = \"remove-members\"\ngroup = \"Plain\"\nusers = \"Gus\"");
    let move_ =
        change("2026-12-05", "do = \"migrate-to-group\"\nsku = \"POWER_BI_PRO\"\ngroup = \"Plain\"\noverlap-days = 3");
    let plan = planned(&format!("{give}{leave}{move_}"));
    let observed =
        seatcast::simulate::observe_planned(&plan, Catalog::embedded(), &super::settings(), 0).value.unwrap();
    let sku = plan.baseline.snapshot.skus.iter().position(|sku| &*sku.sku_part_number == "POWER_BI_PRO").unwrap();
    for (day, readings) in observed.days.iter().enumerate() {
        assert_eq!((readings[sku].assigned, readings[sku].waiting), (2, 0), "day {day}");
    }
    // Without the group the direct licences stay: nobody is to lose a seat.
    let alone = change("2026-12-05", "do = \"migrate-to-group\"\nsku = \"POWER_BI_PRO\"\ngroup = \"Plain\"");
    assert_eq!(demand(&alone, "POWER_BI_PRO"), [2; 5]);
    let gone = format!(
        "{give}{leave}{move_}{}",
        change("2027-01-25", "do = \"remove-members\"\ngroup = \"Plain\"\nusers = [\"Eva\", \"Fay\"]")
    );
    assert_eq!(demand(&gone, "POWER_BI_PRO"), [2, 2, 2, 0, 0], "the direct licences are gone");
}

#[test]
fn seats_of_idle_accounts() {
    seats("do = \"reclaim\"\nsku = \"POWER_BI_PRO\"\ninactive-days = 90", "POWER_BI_PRO", [2, 2, 1, 1, 1]);
    seats("do = \"reclaim\"\nsku = \"VISIOCLIENT\"\ninactive-days = 90", "VISIOCLIENT", [2, 2, 1, 1, 1]);
    seats("do = \"reclaim\"\nsku = \"VISIOCLIENT\"\ninactive-days = 900", "VISIOCLIENT", [2; 5]);
}

#[test]
fn departments_and_attributes() {
    seats("do = \"rename-department\"\ndepartment = \"Sales\"\nto = \"Trade\"", "SPE_E3", [3, 3, 0, 0, 0]);
    seats(
        "do = \"merge-departments\"\ndepartments = [\"IT\", \"Stores\"]\ninto = \"Sales\"",
        "SPE_E3",
        [3, 3, 8, 8, 8],
    );
    let rule = change("2026-12-01", "do = \"edit-rule\"\ngroup = \"Sales rule\"\nrule = 'user.city -eq \"Breda\"'");
    let moved = change("2027-01-05", "do = \"move-department\"\ndepartment = \"IT\"\nset = { city = \"Breda\" }");
    assert_eq!(demand(&format!("{rule}{moved}"), "SPE_E3"), [3, 0, 2, 2, 2]);
    seats("do = \"set-attributes\"\nusers = [\"Gus\"]\nset = { department = \"Sales\" }", "SPE_E3", [3, 3, 4, 4, 4]);
}

#[test]
fn people_come_and_go() {
    let hire = "do = \"hire\"\npeople = 3\nuntil = 2027-01-15\ndepartment = \"Sales\"";
    seats(hire, "SPE_E3", [3, 3, 6, 6, 6]);
    seats(hire, "EMSPREMIUM", [8, 8, 11, 11, 11]);
    let by_month = change("2026-12-21", "do = \"hire\"\nby-month = [2, 0, 1]\ndepartment = \"IT\"");
    assert_eq!(demand(&by_month, "EMSPREMIUM"), [8, 8, 10, 10, 11]);
    let hired = forecast(&planned(&change("2027-01-05", hire)));
    assert_eq!(hired.headcount.iter().map(|point| point.p50).collect::<Vec<_>>(), [7, 7, 10, 10, 10]);
    // Five days from the last day to the deletion that frees the seats.
    seats("do = \"lay-off\"\npeople = 2\ndepartment = \"Sales\"", "SPE_E3", [3, 3, 1, 1, 1]);
    seats("do = \"lay-off\"\nshare = \"50%\"\nwhere = 'user.department -eq \"IT\"'", "EMSPREMIUM", [8, 8, 7, 7, 7]);
    seats("do = \"purge-guests\"", "EMSPREMIUM", [8, 8, 7, 7, 7]);
    seats("do = \"purge-guests\"\ninactive-days = 900", "EMSPREMIUM", [8; 5]);
}

/// A freeze keeps out those whom luck would bring, and nobody else.
#[test]
fn nobody_is_hired_by_chance_in_a_freeze() {
    let mut plan = planned(&change("2026-11-20", "do = \"hiring-freeze\"\nuntil = 2027-01-20"));
    let free = &mut planned("");
    for plan in [&mut plan, &mut *free] {
        plan.baseline.assumptions.joiners = seatcast::scenario::Rate::parse("30/month").unwrap();
    }
    let one = simulate::Settings::new(TENANT.today, 4, 1, 1).unwrap();
    let count = |plan: &seatcast::scenario::Planned| -> Vec<u32> {
        let run = simulate::run_planned(plan, Catalog::embedded(), &one, &simulate::Progress::default());
        run.value.unwrap().headcount.iter().map(|point| point.p50).collect()
    };
    let (frozen, free) = (count(&plan), count(free));
    assert_eq!(frozen[..3], [7, 7, 7]);
    assert!(frozen[3] > 7 && free[1] > 7);
    // The same people come afterwards as without the freeze.
    assert_eq!(frozen[4] - frozen[3], free[4] - free[3]);
}

#[test]
fn another_tenant_joins() {
    let join = "do = \"acquire\"\ntenant = \"canonical\"\nadd-to = \"Visio\"";
    let people = forecast(&planned(&change("2027-01-05", join)));
    let visio = people.skus.iter().find(|sku| sku.sku_part_number == "VISIOCLIENT").unwrap();
    let joined = visio.points[2].demand.p50 - 2;
    assert!(joined > 20, "{joined}");
    assert_eq!(people.headcount[2].p50 - people.headcount[1].p50, joined);
    assert_eq!(people.headcount[1].p50, 7, "nobody of them is there before the day");
}

#[test]
fn units_terms_and_prices() {
    let capacity = |text: &str| months(text, "SPE_E3").iter().map(|point| point.capacity).collect::<Vec<_>>();
    assert_eq!(capacity(""), [4; 5]);
    assert_eq!(capacity(&change("2027-01-05", "do = \"buy\"\nsku = \"SPE_E3\"\nquantity = 6")), [4, 4, 10, 10, 10]);
    let monthly = "do = \"buy\"\nsku = \"SPE_E3\"\nquantity = 6\nterm = \"P1M\"\nauto-renew = false\nchannel = \"ea\"";
    assert_eq!(capacity(&change("2026-12-05", monthly)), [4, 10, 10, 10, 10], "ninety days of grace");
    assert_eq!(capacity(&change("2026-12-05", "do = \"cancel\"\nsubscription = \"S1\"")), [4, 4, 4, 0, 0]);
    let fewer = "do = \"renew-with\"\nsubscription = \"S1\"\nquantity = 2";
    assert_eq!(capacity(&change("2026-12-05", fewer)), [4, 4, 4, 2, 2]);
    let three = "do = \"change-term\"\nsubscription = \"S1\"\nterm = \"P3Y\"";
    assert_eq!(capacity(&change("2026-12-05", three)), [4; 5], "no day without units between the terms");
    let cost = |text: &str| months(text, "SPE_E3").iter().map(|p| p.cost.map(|cost| cost.minor)).collect::<Vec<_>>();
    assert_eq!(cost(""), [Some(4000), Some(4000), Some(4000), Some(4000), None]);
    // The price of a running term is fixed: the rise shows from the renewal on 1 February.
    let dearer = cost(&change("2026-12-05", "do = \"change-price\"\nsku = \"SPE_E3\"\npercent = 10"));
    assert_eq!((dearer[0], dearer[1], dearer[3]), (Some(4000), Some(4000), Some(4400)));
    let told = cost(&change("2026-12-05", "do = \"change-price\"\nsku = \"SPE_E3\"\nprice = 20.00"));
    assert_eq!(told[3], Some(8000));
}

/// A SKU of the tenant keeps its numbers when another is put before it.
#[test]
fn a_new_sku_leaves_the_others_alone() {
    let plan = planned(&change("2027-01-05", "do = \"buy\"\nsku = \"Microsoft_365_Copilot\"\nquantity = 1"));
    assert_eq!(plan.baseline.snapshot.skus.len(), TENANT.snapshot.skus.len() + 1);
    for (sku, seats) in [("SPE_E3", 3), ("VISIOCLIENT", 2), ("POWER_BI_PRO", 2), ("EMSPREMIUM", 8)] {
        let forecast = forecast(&plan);
        let points = &forecast.skus.iter().find(|known| known.sku_part_number == sku).unwrap().points;
        assert!(points.iter().all(|point| point.demand.p50 == seats), "{sku}");
    }
}
