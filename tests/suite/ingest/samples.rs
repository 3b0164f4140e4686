//! Every sample is read with the rows, source and values that its README states.

use super::{all, files, load, sample, tables};
use seatcast::diagnostic::Diagnostic;
use seatcast::directory::{Attribute, SelfService, Snapshot, Value};
use seatcast::ingest::{self, SourceFile};
use seatcast::scenario::Baseline;

/// A sample folder, and for each file its source, encoding, rows and whether it is refused.
fn check(folder: &str, expected: &[(&str, &str, &str, u32, bool)]) {
    let tables = tables(files(folder));
    let found: Vec<_> = tables
        .reports
        .iter()
        .map(|report| {
            let source = report.source.map_or("", |source| source.id());
            (report.path.as_str(), source, report.encoding.as_str(), report.rows_read, report.refused)
        })
        .collect();
    let findings: Vec<Diagnostic> = tables.reports.iter().flat_map(|report| report.diagnostics.clone()).collect();
    assert_eq!(found, expected, "{folder}\n{}", all(&findings));
}

fn baseline(folder: &str) -> Baseline {
    let read = load(files(folder));
    let findings = all(&read.diagnostics);
    read.value.unwrap_or_else(|| panic!("{folder} does not load:\n{findings}"))
}

#[test]
fn every_file_is_recognised_and_counted() {
    check(
        "canonical",
        &[
            ("groups.csv", "canonical-groups", "utf-8", 13, false),
            ("memberships.csv", "canonical-memberships", "utf-8", 64, false),
            ("skus.csv", "canonical-skus", "utf-8", 8, false),
            ("users.csv", "canonical-users", "utf-8", 44, false),
        ],
    );
    check(
        "graph-powershell",
        &[
            ("MgGroupMember_raw_one-group.csv", "graph-members", "utf-8", 4, true),
            ("MgGroupMembers_pwsh7_flattened.csv", "graph-members", "utf-8", 64, false),
            ("MgGroups_pwsh7_flattened.csv", "graph-groups", "utf-8", 13, false),
            ("MgSubscribedSku_pwsh7_flattened.csv", "graph-skus", "utf-8", 8, false),
            ("MgSubscribedSku_unflattened.csv", "graph-skus", "utf-8", 8, true),
            ("MgUsers_pwsh7_flattened.csv", "graph-users", "utf-8", 44, false),
        ],
    );
    check("graph-powershell-nl-useculture", &[("MgUsers_ps51_nl-NL.csv", "graph-users", "utf-8-bom", 44, false)]);
    check("graph-powershell-ps51-utf16", &[("MgUsers_unflattened_TYPE.csv", "graph-users", "utf-16le", 44, false)]);
    check(
        "m365-admin-active-users",
        &[("users_11_20_2026 9_14_07 AM.csv", "m365-active-users", "utf-8-bom", 44, false)],
    );
    check("m365-admin-licenses", &[("licenses_11_20_2026.csv", "m365-licenses", "utf-8-bom", 8, false)]);
    check(
        "entra-bulk-users",
        &[
            ("exportUsers_2020-layout.csv", "entra-users", "utf-8-bom", 44, false),
            ("exportUsers_2026-11-20.csv", "entra-users", "utf-8-bom", 44, false),
            ("exportUsers_2026-11-20_selected-columns.csv", "entra-users", "utf-8-bom", 44, false),
        ],
    );
    check("entra-bulk-groups", &[("exportGroup_2026-11-20.csv", "entra-groups", "utf-8-bom", 13, false)]);
    check(
        "entra-bulk-group-members",
        &[
            ("exportGroupMembers_2026-11-20-DL-All-Staff.csv", "entra-members", "utf-8-bom", 4, false),
            ("exportGroupMembers_2026-11-20-SG-Guests-Partners.csv", "entra-members", "utf-8-bom", 4, false),
            ("exportGroupMembers_2026-11-20-SG-LIC-M365-E3.csv", "entra-members", "utf-8-bom", 15, false),
            ("exportGroupMembers_2026-11-20-SG-LIC-PowerBI-Pro.csv", "entra-members", "utf-8-bom", 4, false),
        ],
    );
    check("entra-devices", &[("exportDevice_2026-11-20.csv", "entra-devices", "utf-8-bom", 6, false)]);
    check(
        "msonline",
        &[
            ("MsolAccountSku.csv", "msol-skus", "utf-8", 8, false),
            ("MsolUsers_licences_joined_utf8.csv", "msol-users", "utf-8-bom", 36, false),
            ("MsolUsers_ps51_ascii_TYPE.csv", "msol-users", "utf-8", 44, false),
        ],
    );
    check(
        "azuread-powershell",
        &[("UsersExport-Brindlewick-20261120T0914077123Z.csv", "azuread-users", "utf-8-bom", 44, false)],
    );
    check(
        "ad-ds",
        &[
            ("ADGroupMember_DL-All-Staff.csv", "ad-members", "utf-8-bom", 4, false),
            ("ADGroupMember_SG-Finance-All.csv", "ad-members", "utf-8-bom", 4, false),
            ("ADGroups_default_TYPE.csv", "ad-groups", "utf-8", 3, false),
            ("ADUsers_default_ps51_ascii_TYPE.csv", "ad-users", "utf-8", 36, false),
            ("ADUsers_selected_utf8.csv", "ad-users", "utf-8-bom", 36, false),
            ("csvde_users.csv", "csvde", "utf-8", 36, false),
        ],
    );
    check(
        "usage-reports",
        &[
            ("M365AppUserDetail_D30.csv", "usage-m365-app", "utf-8-bom", 23, false),
            ("Office365ActiveUserDetail_D180.csv", "usage-active-user-detail", "utf-8-bom", 36, false),
            ("Office365ActiveUserDetail_D180_concealed.csv", "usage-active-user-detail", "utf-8-bom", 0, true),
        ],
    );
    check("sku-catalogue", &[("sku-names_extract.csv", "sku-catalogue", "utf-8", 8, false)]);
}

/// Every attribute that both tenants hold, for every user of both: the same value.
fn same_where_both_hold(truth: &Snapshot, other: &Snapshot, but: &[(&str, &str)]) {
    let mut compared = 0;
    for user in truth.users.indexes() {
        let upn = truth.users.text(user, &Attribute::UserPrincipalName).unwrap();
        let same = |at: &seatcast::directory::UserIndex| {
            other.users.text(*at, &Attribute::UserPrincipalName).is_some_and(|known| known.eq_ignore_ascii_case(upn))
        };
        let Some(found) = other.users.indexes().find(same) else { continue };
        for (attribute, _) in truth.users.columns() {
            let (a, b) =
                (truth.users.value(user, attribute).to_value(), other.users.value(found, attribute).to_value());
            // Only shells tell empty text from null.
            let blank = |value: &Value| matches!(value, Value::Null) || *value == Value::text("");
            let excused = but.iter().any(|(name, _)| *name == attribute.graph_name());
            // Windows PowerShell lost letters that no other file of its folder brings back.
            let lost = matches!(&b, Value::Text(text) if text.contains('?'));
            if b == Value::NotInFile || excused || lost || (blank(&a) && blank(&b)) {
                continue;
            }
            compared += 1;
            assert_eq!(a, b, "{attribute} of {upn}");
        }
    }
    assert!(compared > 100, "only {compared} values were compared");
}

#[test]
fn every_users_file_gives_the_values_of_the_canonical_one() {
    let truth = baseline("canonical").snapshot;
    for folder in
        ["graph-powershell", "graph-powershell-nl-useculture", "entra-bulk-users", "graph-powershell-ps51-utf16"]
    {
        same_where_both_hold(&truth, &baseline(folder).snapshot, &[]);
    }
    let but = [("streetAddress", "the portal writes one line"), ("proxyAddresses", "the portal knows fewer")];
    same_where_both_hold(&truth, &baseline("m365-admin-active-users").snapshot, &but);
    same_where_both_hold(&truth, &baseline("msonline").snapshot, &[("id", "the module gives none")]);
    same_where_both_hold(&truth, &baseline("azuread-powershell").snapshot, &[("id", "not in the file")]);
    let but =
        [("id", "AD DS gives none"), ("country", "AD DS has the code"), ("manager", "AD DS has a distinguished name")];
    same_where_both_hold(&truth, &baseline("ad-ds").snapshot, &but);
}

/// `user, SKU` of every assignment.
fn assignments(snapshot: &Snapshot) -> Vec<String> {
    let mut lines: Vec<String> = snapshot
        .assigned
        .iter()
        .map(|license| {
            let upn = snapshot.users.text(license.user, &Attribute::UserPrincipalName).unwrap().to_lowercase();
            format!("{upn} {}", snapshot.sku(license.sku).sku_part_number)
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn canonical_and_graph_give_the_same_tenant() {
    let (canonical, graph) = (baseline("canonical"), baseline("graph-powershell"));
    let (a, b) = (&canonical.snapshot, &graph.snapshot);
    assert_eq!((a.users.len(), a.groups.len(), a.skus.len()), (44, 13, 8));
    assert_eq!((b.users.len(), b.groups.len()), (44, 13));
    for (known, found) in a.groups.iter().zip(&b.groups) {
        assert_eq!((&known.id, &known.display_name, known.kind), (&found.id, &found.display_name, found.kind));
        assert_eq!(
            known.rule().map(|rule| rule.text.replace("\r\n", "\n")),
            found.rule().map(|rule| rule.text.replace("\r\n", "\n"))
        );
        assert_eq!(
            (known.is_dynamic(), known.visibility),
            (found.is_dynamic(), found.visibility),
            "{}",
            known.display_name
        );
        assert_eq!(
            (known.role_assignable, known.on_premises_sync_enabled),
            (found.role_assignable, found.on_premises_sync_enabled)
        );
        assert_eq!((&known.licenses, &known.members, &known.nested), (&found.licenses, &found.members, &found.nested));
        assert_eq!((known.created, known.other_members), (found.created, found.other_members));
    }
    for (known, found) in a.skus.iter().zip(&b.skus) {
        assert_eq!((&known.sku_id, known.prepaid, known.consumed), (&found.sku_id, found.prepaid, found.consumed));
        assert_eq!(known.sku_part_number, found.sku_part_number);
    }
    assert_eq!(assignments(a), assignments(b));
    assert_eq!(assignments(a).len(), 51);
    for folder in ["graph-powershell-nl-useculture", "msonline"] {
        assert_eq!(assignments(a), assignments(&baseline(folder).snapshot), "{folder}");
    }
}

#[test]
fn self_service_is_derived_and_never_invented() {
    let graph = baseline("graph-powershell").snapshot;
    let of = |name: &str| graph.groups.iter().find(|group| &*group.display_name == name).unwrap().self_service;
    assert_eq!(of("Team Operations NL"), SelfService::Open);
    assert_eq!(of("Visio Users"), SelfService::Approval);
    assert_eq!(of("SG-Copilot-Pilot"), SelfService::Unknown, "no export says it of a security group");
    for name in ["SG-LIC-M365-E3", "SG-Finance-All", "SG-IT-Admins", "DL-All-Staff", "SG-Guests-Partners"] {
        assert_eq!(of(name), SelfService::No, "{name}");
    }
}

#[test]
fn a_canonical_folder_reads_back_as_the_same_tenant() {
    for folder in ["canonical", "graph-powershell", "msonline", "ad-ds", "entra-bulk-users"] {
        let read = tables(files(folder));
        let first = ingest::baseline(&read, &super::options()).value.unwrap();
        let written =
            ingest::canonical(&read, &first).into_iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
        let again = load(written);
        let findings = all(&again.diagnostics);
        let again = again.value.unwrap_or_else(|| panic!("{folder} written does not load:\n{findings}"));
        assert_eq!(first.snapshot.users, again.snapshot.users, "{folder}");
        assert_eq!(first.snapshot.skus, again.snapshot.skus, "{folder}");
        assert_eq!(first.snapshot.assigned, again.snapshot.assigned, "{folder}");
        assert_eq!(first.supplies, again.supplies, "{folder}");
        for (a, b) in first.snapshot.groups.iter().zip(&again.snapshot.groups) {
            let mut same = b.clone();
            same.origin = a.origin.clone();
            same.membership = a.membership.clone();
            // Devices and unknown people have no line of their own in the canonical form.
            same.other_members = a.other_members;
            same.members_exported = a.members_exported;
            assert_eq!(*a, same, "{folder}");
            assert_eq!(a.rule().map(|rule| &rule.text), b.rule().map(|rule| &rule.text), "{folder}");
        }
    }
}

#[test]
fn all_samples_in_one_folder_are_one_tenant() {
    let mut read = ingest::read_folder(&sample("")).unwrap();
    // What the sandbox of licensing is tested with lies beside the exports.
    read.retain(|file| !file.name.starts_with("worked-scenario/"));
    let tables = tables(read);
    let baseline = ingest::baseline(&tables, &super::options());
    let findings = all(&baseline.diagnostics);
    let snapshot = baseline.value.unwrap_or_else(|| panic!("{findings}")).snapshot;
    assert_eq!((snapshot.users.len(), snapshot.groups.len(), snapshot.skus.len()), (44, 13, 8), "{findings}");
}
