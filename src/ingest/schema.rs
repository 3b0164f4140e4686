//! The files that seatcast reads and writes, in words. In: a topic. Out: text. Never: a column that no code reads.

use super::guards::GUARD_KINDS;
use super::remedy;
use super::scenario::{CHANGE_KINDS, WHO_KEYS};
use super::{
    COHORT_KEYS, GROUP_COLUMNS, MEMBER_COLUMNS, PLAN_RULE_COLUMNS, PRICE_COLUMNS, SETTINGS_KEYS, SKU_COLUMNS,
    SUBSCRIPTION_COLUMNS, Source, user_columns,
};
use crate::licensing::replay;

/// What can be asked for, in the order in which it is printed.
pub const TOPICS: [&str; 14] = [
    "users",
    "groups",
    "memberships",
    "skus",
    "subscriptions",
    "prices",
    "plan-rules",
    "settings",
    "scenarios",
    "rates",
    "guardrails",
    "sources",
    "commands",
    "replay",
];

/// The text of one topic; `None` for a word that is none.
pub fn schema(topic: &str) -> Option<String> {
    let own = |columns: &[&str]| columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>();
    Some(match topic {
        "users" => sheet("users.csv: one line for each account", &user_columns().collect::<Vec<_>>(), USERS),
        "groups" => sheet("groups.csv: one line for each group", &own(&GROUP_COLUMNS), GROUPS),
        "memberships" => sheet("memberships.csv: one line for each direct member", &own(&MEMBER_COLUMNS), MEMBERS),
        "skus" => sheet("skus.csv: one line for each SKU that the tenant owns", &own(&SKU_COLUMNS), SKUS),
        "subscriptions" => {
            sheet("subscriptions.csv: one line for each lot, by hand", &own(&SUBSCRIPTION_COLUMNS), LOTS)
        }
        "prices" => sheet("prices.csv: one line for each price, by hand", &own(&PRICE_COLUMNS), PRICES),
        "plan-rules" => {
            sheet("plan-rules.csv: one line for each service plan, by hand", &own(&PLAN_RULE_COLUMNS), PLAN_RULES)
        }
        "replay" => replay::GUIDE.to_owned(),
        "settings" => settings(),
        "scenarios" => scenarios(),
        "rates" => rates(),
        "guardrails" => guardrails(),
        "sources" => sources(),
        "commands" => {
            [remedy::USERS, remedy::GROUPS, remedy::MEMBERS, remedy::SKUS, remedy::ACTIVITY].join("\n\n") + "\n"
        }
        _ => return None,
    })
}

const USERS: &str =
    "Any subset of the columns, in any order; `id` and `userPrincipalName` are needed. A column that is not there is
unknown for everybody; a blank cell is null; \"\" is empty text. Dates are ISO. Lists are joined by `;`.
`licenseAssignmentPaths` holds `skuId=direct` or `skuId=group:<id>`. `System.NotInFile` stands for a value that no
file held.";
const GROUPS: &str = "`groupKind` is Security, Microsoft 365, Mail enabled security or Distribution; `membershipKind` Assigned or Dynamic;
`membershipRuleProcessingState` On or Paused; `visibility` Public, Private or HiddenMembership; `selfService` open,
approval, none or unknown. `assignedLicenses` holds SKU ids joined by `;`.";
const MEMBERS: &str = "`memberType` is user, group, or anything else for what takes no licence.";
const SKUS: &str = "Units are whole numbers without separators. `appliesTo` is User or Company.";
const LOTS: &str = "`skuId` or `skuPartNumber` is enough, a product name may stand in either. `term` is P1M, P1Y or P3Y. `renewalDate` is the
first day on which the present term is over; blank is unknown. `autoRenew` is true or false; `endOfTerm` (renew, expire,
cancel, extend) overrules it. `scheduledQuantity` is the quantity from the renewal on. `billingPlan` is monthly, annual
or triennial; `channel` direct, csp or ea; `trial` true or false. `reserved` true is a
reservation under an Enterprise Agreement (channel ea): `startDate` is the day of use, `renewalDate` the true-up that
invoices it back to that month, whether or not it was used. Only the SKU and the quantity are needed.";
const PRICES: &str = "For one seat and month at annual commitment, with a decimal point. `currency` is an ISO code, `validFrom` an ISO date.";

const PLAN_RULES: &str = "Which service plans exclude or need each other, beside those of the program; a line about a plan of the same kind and
family takes the place of the program's. `kind` is exclusion (the plans of one family exclude each other) or dependency.
`plan` and `needsOneOf` (plans joined by `;`) are names of the catalogue or ids. `status` of an exclusion is hard
(enforced), soft (enforced with enforce-soft-conflicts) or stale (never enforced); of a dependency directory (enforced)
or commercial (never enforced). The file lies in the tenant folder or is named with --plan-rules.";

fn sheet(title: &str, columns: &[String], notes: &str) -> String {
    let mut text = format!("{title}\n\n");
    let mut line = String::from(" ");
    for column in columns {
        if line.len() + column.len() > 98 {
            text.push_str(&line);
            text.push('\n');
            line = String::from(" ");
        }
        line.push(' ');
        line.push_str(column);
    }
    format!("{text}{line}\n\n{notes}\n")
}

fn settings() -> String {
    let mut text = "seatcast.toml: what no export tells, by hand; every table and key may be left out\n\n".to_owned();
    for (table, keys) in SETTINGS_KEYS {
        let shown = match *table {
            "groups" => "groups.\"Name or id\"",
            "sku" => "sku.PART_NUMBER",
            table => table,
        };
        text.push_str(&format!("  [{shown}] {}\n", keys.join(", ")));
    }
    text.push_str(
        "\nA rate is \"12/month\", \"8..14/month\", \"1.2%/month\" or \"0.8..1.4%/month\": a range is drawn from evenly, once for each\n\
         replication. Or three percentiles, \"p10 8, p50 11, p90 16 /month\" or \"p10 0.8, p50 1, p90 1.4 %/month\": log-normal on\n\
         either side of p50, through all three (normal where p10 is 0). Seasonality is twelve numbers, January first;\n\
         leavers-by-tenure weights for each completed year since employeeHireDate, the last also for all later years.\n\
         joiner-scatter and leaver-scatter, from 1 to 100, are how many times the variance of a month's count is that of chance alone.\n\
         An account is disabled disabling-lag-days after the last day and deleted deletion-lag-days after that; where it is given,\n\
         license-removal-lag-days after it was disabled its direct licences and assigned licensed groups are taken off. Dynamic\n\
         groups go by their rules: only one that asks for accountEnabled lets a leaver go before the deletion.\n\
         Guests go expire-after-days days after createdDateTime; who is past that today was let stay, and does not expire.\n\
         reprocess = \"auto\", \"manual\" or { auto-delayed = DAYS }; order = \"arrival\", \"created\", \"random\" or\n\
         { priority = { attribute = \"department\", values = [\"…\"] } }; other-readings = [\"A5\"]; reserve = 10 or \"5%\";\n\
         cost-centre = \"extensionAttribute2\" names the attribute that holds a user's cost centre.\n\
         [sku.X] requests = \"2..5/month\" is how many people without that SKU ask for it, or take it by an auto-claim policy:\n\
         direct licences, which no group shows; a share is one of all members a month.\n",
    );
    text
}

fn guardrails() -> String {
    let mut text = "guardrails.toml: what has to hold, by hand; `guard` ends with exit code 3 where it does not\n\n\
                    [[guard]]            once for each\n\
                    require = \"KIND\"     one of those below, with its keys; those in brackets may be left out\n\
                    severity = \"error\"   or \"warning\", which is shown and fails nothing\n\n"
        .to_owned();
    for (kind, needed, optional, asks) in GUARD_KINDS {
        let optional = if optional.is_empty() { String::new() } else { format!(" [{}]", optional.join(", ")) };
        text.push_str(&format!("  {kind:<18}{}{optional}\n  {:<18}  {asks}\n", needed.join(", "), ""));
    }
    text
}

fn scenarios() -> String {
    let mut text = "scenarios/NAME.toml: what if, by hand; dated changes that `forecast --scenario` and `compare` live through\n\n\
                      title = \"…\"          extends = \"OTHER\" or [\"A\", \"B\"]: their changes come with it\n\
                      [[change]]           once for each change, in any order\n\
                      on = 2027-01-15      not before today\n\
                      do = \"KIND\"         one of those below\n\
                      note = \"…\"          what reports call it\n\n\
                    Whom a change is about: one of users = [\"ada@…\"], members-of = \"GROUP\", department = \"Sales\" (or a list),\n\
                    where = 'a membership rule'; none of them is everybody. waves = [{ on = DATE, share = \"25%\" }, …] takes turns.\n\
                    Keys in brackets may be left out.\n\n"
        .to_owned();
    for kind in CHANGE_KINDS {
        let optional: Vec<&str> = kind.optional.iter().filter(|key| !WHO_KEYS.contains(key)).copied().collect();
        let who = if optional.len() < kind.optional.len() { " (whom)" } else { "" };
        let optional = if optional.is_empty() { String::new() } else { format!(" [{}]", optional.join(", ")) };
        text.push_str(&format!(
            "  {:<18}{}{optional}{who}\n  {:<18}  {}\n",
            kind.name,
            kind.needed.join(", "),
            "",
            kind.does
        ));
    }
    text.push_str(
        "\nterm is P1M, P1Y or P3Y; billing monthly, annual or triennial; channel direct, csp or ea. set is { city = \"Delft\" }: an\n\
         attribute that holds a text. A change dated today takes effect on the first simulated day. Hiring by luck goes on\n\
         as without the scenario; a freeze stops it, `hire` comes on top. A tenant that joins brings its people, not its\n\
         guests, and lives by the assumptions of this one.\n",
    );
    text
}

fn rates() -> String {
    let keys = COHORT_KEYS.join(", ");
    format!(
        "rates.toml: what `seatcast history calibrate PAST --write DIR` learned; every table and key may be left out\n\n\
         \x20 by = [\"department\"]: the attributes that make cohorts\n\
         \x20 [workforce], [guests], [self-service]: keys and values as in seatcast.toml, which overrules this file\n\
         \x20 [sku.PART_NUMBER] requests: as in seatcast.toml, which overrules this file\n\
         \x20 [cohort.\"Sales\"] {keys}\n\n\
         A cohort is everybody with the same values of these attributes; its name is the values joined by \" / \", (none) for what\n\
         somebody does not have. joiners, leavers and movers of a cohort are weights beside the whole: 1.2 or \"0.8..1.4\" or\n\
         \"p10 0.8, p50 1.1, p90 1.4\" times as often for each of its people. People of no cohort have the weight 1. Drawn weights\n\
         are made to have the mean 1 over the people of today. moves-to = {{ IT = 12, Legal = 1 }} says where its movers go.\n"
    )
}

fn sources() -> String {
    let mut text = "Sources that are recognised by their columns\n\n".to_owned();
    let mut last = "";
    for source in Source::ALL.iter().filter(|source| std::mem::replace(&mut last, source.id()) != source.id()) {
        text.push_str(&format!("  {:<26}{}\n", source.id(), source.label()));
    }
    text
}
