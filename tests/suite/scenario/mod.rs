//! Scenario files: what each kind of change does to seats, what is refused and how, and that plans do not disturb each other.

mod compare;
mod demo;
mod effects;
mod guards;
mod laws;
mod mistakes;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use seatcast::catalog::Catalog;
use seatcast::diagnostic::{Diagnosed, Diagnostic};
use seatcast::forecast::{Forecast, MonthPoint};
use seatcast::ingest::{self, Options, SourceFile};
use seatcast::scenario::{self, Baseline, Planned, Scenario};
use seatcast::simulate::{self, Progress, Settings};

const USERS: &str = "\
id,userPrincipalName,displayName,accountEnabled,userType,usageLocation,department,jobTitle,city,assignedLicenses,licenseAssignmentPaths,lastActivityDate
u01,ada@t.example,Ada,true,Member,NL,Sales,Clerk,Delft,,,2026-11-18
u02,bea@t.example,Bea,true,Member,NL,Sales,Clerk,Delft,,,2026-11-18
u03,cas@t.example,Cas,true,Member,NL,Sales,Lead,Delft,,,2026-11-18
u04,dirk@t.example,Dirk,true,Member,NL,IT,Clerk,Delft,,,2026-03-01
u05,eva@t.example,Eva,true,Member,NL,IT,Clerk,Delft,POWER_BI_PRO,POWER_BI_PRO=direct,2026-11-18
u06,fay@t.example,Fay,true,Member,NL,Stores,Clerk,Delft,POWER_BI_PRO,POWER_BI_PRO=direct,2026-03-01
u07,gus@t.example,Gus,true,Member,NL,Stores,Clerk,Delft,,,2026-11-18
u08,hal@p.example,Hal,true,Guest,NL,Stores,Clerk,Delft,,,2026-03-01
";

const GROUPS: &str = "\
id,displayName,securityEnabled,membershipRule,membershipRuleProcessingState,assignedLicenses,groupKind,membershipKind,selfService
g1,Sales rule,true,\"user.department -eq \"\"Sales\"\"\",On,SPE_E3,Security,Dynamic,none
g2,Visio,true,,,VISIOCLIENT,Security,Assigned,none
g3,Plain,true,,,,Security,Assigned,none
g4,Everybody,true,\"user.objectId -ne null\",On,EMSPREMIUM,Security,Dynamic,none
";

/// Without chance: nobody joins, leaves or moves by luck.
const STILL: &str = "\
[workforce]
joiners = \"0/month\"
leavers = \"0/month\"
movers = \"0/month\"
deletion-lag-days = 5
[guests]
invited = \"0/month\"
removed = \"0/month\"
[self-service]
joins = \"0/month\"
leaves = \"0/month\"
";

fn folder() -> Vec<SourceFile> {
    // Short names of users and groups stand for GUIDs.
    let guid = |text: &str| {
        let users = (1..9).fold(text.to_owned(), |text, n| {
            text.replace(&format!("u0{n}"), &format!("00000000-0000-4000-8000-00000000000{n}"))
        });
        (1..5)
            .fold(users, |text, n| text.replace(&format!("g{n},"), &format!("00000000-0000-4000-9000-00000000000{n},")))
    };
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), bytes: guid(text).into_bytes() };
    vec![
        file("users.csv", USERS),
        file("groups.csv", GROUPS),
        file("memberships.csv", "groupId,memberId,memberType\ng2,u01,user\ng2,u04,user\ng3,u06,user\ng3,u07,user\n"),
        file(
            "skus.csv",
            "skuPartNumber,enabled,warning,suspended,lockedOut,consumedUnits\nSPE_E3,4,0,0,0,3\nSPE_E5,0,0,0,0,0\n\
             VISIOCLIENT,3,0,0,0,2\nPOWER_BI_PRO,2,0,0,0,2\nEMSPREMIUM,20,0,0,0,8\n",
        ),
        file(
            "subscriptions.csv",
            "subscriptionId,skuPartNumber,quantity,startDate,term,renewalDate,autoRenew\n\
             S1,SPE_E3,4,2026-02-01,P1Y,2027-02-01,true\n",
        ),
        file("prices.csv", "skuPartNumber,contractedPrice,currency,validFrom\nSPE_E3,10.00,EUR,2026-01-01\n"),
        file("seatcast.toml", STILL),
    ]
}

static TENANT: LazyLock<Baseline> = LazyLock::new(|| {
    let options = Options { today: chrono::NaiveDate::from_ymd_opt(2026, 11, 20), ..Options::default() };
    let tables = ingest::tables(folder(), &options);
    let read = ingest::baseline(&tables, &options);
    read.value.unwrap_or_else(|| panic!("the tenant is read whole: {:?}", read.diagnostics))
});

/// Reads a scenario `main` beside others.
fn read(files: &[(&str, &str)]) -> Diagnosed<Option<Scenario>> {
    let file = |(name, text): &(&str, &str)| {
        ((*name).to_owned(), SourceFile { name: format!("{name}.toml"), bytes: text.as_bytes().to_vec() })
    };
    let files: BTreeMap<String, SourceFile> = files.iter().map(file).collect();
    ingest::scenario(&files, "main", Path::new("tests/samples"), &TENANT, &Options::default())
}

fn planned(text: &str) -> Planned {
    let read = read(&[("main", text)]);
    let scenario = read.value.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
    scenario::apply(&TENANT, &scenario, Catalog::embedded())
}

fn settings() -> Settings {
    Settings::new(TENANT.today, 4, 4, 1).unwrap()
}

fn forecast(planned: &Planned) -> Forecast {
    let run = simulate::run_planned(planned, Catalog::embedded(), &settings(), &Progress::default());
    run.value.unwrap_or_else(|| panic!("{:?}", run.diagnostics))
}

/// The months of a SKU under a scenario: today, then 20 December, January, February and March.
fn months(text: &str, sku: &str) -> Vec<MonthPoint> {
    let forecast = forecast(&planned(text));
    forecast.skus.iter().find(|known| known.sku_part_number == sku).unwrap().points.clone()
}

fn demand(text: &str, sku: &str) -> Vec<u32> {
    months(text, sku).iter().map(|point| point.demand.p50).collect()
}

fn errors(findings: &[Diagnostic]) -> String {
    findings.iter().map(|finding| format!("{finding:?}\n")).collect()
}
