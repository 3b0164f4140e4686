//! Which program wrote a file. In: its header, its `#TYPE` line, a look at its cells. Out: a source with a confidence, or the
//! nearest one and what it lacks. Never: looks at the file's name, except for `seatcast.toml`.

use super::table::{Heading, Table};

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Users,
    Groups,
    Members,
    Skus,
    Activity,
    Devices,
    Catalogue,
    Subscriptions,
    Prices,
    PlanRules,
    Settings,
    Unknown,
}

macro_rules! sources {
    ($( $variant:ident $id:literal $kind:ident $label:literal $required:expr; )*) => {
        /// A known layout. The order is that of detection: the more telling first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Source { $( $variant, )* }

        impl Source {
            pub const ALL: &[Source] = &[ $( Source::$variant, )* ];

            /// The stable name of the source in reports and options.
            pub fn id(self) -> &'static str {
                match self { $( Source::$variant => $id, )* }
            }

            pub fn kind(self) -> Kind {
                match self { $( Source::$variant => Kind::$kind, )* }
            }

            /// What a person calls it.
            pub fn label(self) -> &'static str {
                match self { $( Source::$variant => $label, )* }
            }

            /// Columns (folded; alternatives behind `|`) without which a file is not of this source.
            fn required(self) -> &'static [&'static str] {
                match self { $( Source::$variant => &$required, )* }
            }
        }
    };
}

sources! {
    UsageActiveUserDetail "usage-active-user-detail" Activity "a Microsoft 365 active user report" ["reportrefreshdate", "userprincipalname", "assignedproducts"];
    UsageM365App "usage-m365-app" Activity "a Microsoft 365 apps usage report" ["reportrefreshdate", "userprincipalname", "outlook(windows)"];
    SkuCatalogue "sku-catalogue" Catalogue "Microsoft's list of product names" ["productdisplayname", "stringid|skupartnumber", "guid|skuid"];
    Subscriptions "subscriptions" Subscriptions "subscription lots" ["skuid|skupartnumber", "quantity", "startdate|term|renewaldate|autorenew|subscriptionid"];
    Prices "prices" Prices "prices" ["skuid|skupartnumber", "listprice|contractedprice", "currency"];
    PlanRules "plan-rules" PlanRules "rules on service plans" ["kind", "plan", "status"];
    M365Licenses "m365-licenses" Skus "a Microsoft 365 admin center licences export" ["producttitle", "totallicenses", "assignedlicenses"];
    MsolUsers "msol-users" Users "a Get-MsolUser export" ["userprincipalname", "islicensed"];
    MsolSkus "msol-skus" Skus "a Get-MsolAccountSku export" ["accountskuid", "activeunits"];
    M365ActiveUsers "m365-active-users" Users "a Microsoft 365 admin center active users export" ["userprincipalname", "blockcredential", "licenses"];
    EntraDevices "entra-devices" Devices "an Entra devices export" ["displayname|devicename", "mdmdisplayname|deviceostype", "jointype(trusttype)|jointype|trusttype|approximatelastlogontimestamp"];
    Csvde "csvde" Users "a csvde export of AD DS" ["dn", "objectclass"];
    AdGroups "ad-groups" Groups "a Get-ADGroup export" ["distinguishedname", "samaccountname", "groupcategory|groupscope"];
    AdUsers "ad-users" Users "a Get-ADUser export" ["distinguishedname", "samaccountname", "enabled|userprincipalname|useraccountcontrol|department"];
    AdMembers "ad-members" Members "a Get-ADGroupMember export" ["distinguishedname", "objectclass", "samaccountname", "name"];
    CanonicalMemberships "canonical-memberships" Members "canonical memberships" ["groupid", "memberid"];
    GraphMembers "graph-members" Members "a Get-MgGroupMember export" ["groupid|groupdisplayname", "memberid|memberuserprincipalname"];
    CanonicalSkus "canonical-skus" Skus "canonical SKUs" ["skuid", "enabled", "consumedunits"];
    GraphSkus "graph-skus" Skus "a Get-MgSubscribedSku export" ["skupartnumber", "consumedunits"];
    EntraGroups "entra-groups" Groups "an Entra groups export" ["id|objectid", "displayname", "grouptype", "membershiptype"];
    CanonicalGroups "canonical-groups" Groups "canonical groups" ["id", "displayname", "grouptypes|membershiprule|securityenabled|groupkind|assignedlicenses"];
    GraphGroups "graph-groups" Groups "a Get-MgGroup export" ["id|objectid|groupid", "displayname", "grouptypes|membershiprule|securityenabled"];
    EntraMembers "entra-members" Members "an Entra group members export" ["id|objectid", "objecttype|membertype"];
    AzureAdUsers "azuread-users" Users "a Get-AzureADUser export" ["userprincipalname", "dirsyncenabled|userstate|immutableid"];
    CanonicalUsers "canonical-users" Users "canonical users" ["id", "userprincipalname"];
    EntraUsers "entra-users" Users "an Entra users export" ["userprincipalname", "id|objectid", "usertype", "accountenabled"];
    GraphUsers "graph-users" Users "a Get-MgUser export" ["userprincipalname|upn", "id|userid|objectid|displayname|department|accountenabled|licenses|assignedlicenses"];
    GraphMembersRaw "graph-members" Members "a Get-MgGroupMember export" ["id", "additionalproperties"];
}

/// Columns that only the canonical layout (or a Graph-like one) has and an Entra portal export has not.
const BEYOND_ENTRA: &[&str] = &[
    "assignedLicenses",
    "licenseAssignmentPaths",
    "onPremisesSyncEnabled",
    "onPremisesImmutableId",
    "externalUserState",
    "employeeHireDate",
    "employeeLeaveDateTime",
    "employeeType",
    "manager",
    "proxyAddresses",
    "extensionAttribute1",
    "lastActivityDate",
    "deletedDateTime",
];

impl Source {
    /// The source with this id.
    pub fn from_id(id: &str) -> Option<Source> {
        Source::ALL.iter().copied().find(|source| source.id().eq_ignore_ascii_case(id))
    }

    /// Whether PowerShell wrote the file, where a column that is blank throughout was not asked for.
    pub(super) fn is_shell(self) -> bool {
        use Source::{AdGroups, AdMembers, AdUsers, AzureAdUsers, GraphGroups, GraphMembers, GraphMembersRaw};
        use Source::{GraphSkus, GraphUsers, MsolSkus, MsolUsers};
        let cloud =
            [GraphGroups, GraphMembers, GraphMembersRaw, GraphSkus, GraphUsers, MsolSkus, MsolUsers, AzureAdUsers];
        cloud.contains(&self) || matches!(self, AdGroups | AdMembers | AdUsers)
    }

    /// Whether seatcast may have written the file, with cells neutralised.
    pub(super) fn is_canonical(self) -> bool {
        matches!(
            self,
            Source::CanonicalUsers | Source::CanonicalGroups | Source::CanonicalMemberships | Source::CanonicalSkus
        )
    }

    /// Whether AD DS wrote the file: its ids are not those of the cloud.
    pub(super) fn is_on_premises(self) -> bool {
        matches!(self, Source::AdUsers | Source::AdGroups | Source::AdMembers | Source::Csvde)
    }

    /// Required columns that a header lacks.
    pub(super) fn lacks(self, header: &[Heading]) -> Vec<&'static str> {
        let holds = |names: &str| names.split('|').any(|name| header.iter().any(|heading| heading.folded == name));
        self.required().iter().copied().filter(|names| !holds(names)).collect()
    }
}

/// The source of a table; `Err` holds the nearest source and the columns it lacks.
pub(super) fn detect(table: &Table) -> Result<Source, (Source, Vec<&'static str>)> {
    let header = &table.header;
    let fits = |source: &Source| source.lacks(header).is_empty() && fits_beyond_names(*source, table);
    if let Some(source) = Source::ALL.iter().copied().find(fits) {
        return Ok(source);
    }
    let nearest = Source::ALL.iter().copied().min_by_key(|source| {
        let (lacking, required) = (source.lacks(header).len(), source.required().len());
        (lacking * 60 / required, required)
    });
    let nearest = nearest.unwrap_or(Source::GraphUsers);
    Err((nearest, nearest.lacks(header)))
}

/// Names alone do not part sources that share them; letter case and the form of values do.
fn fits_beyond_names(source: Source, table: &Table) -> bool {
    let named = |name: &str| table.header.iter().any(|heading| &*heading.name == name);
    let has = |name: &str| table.header.iter().any(|heading| heading.folded == name);
    match source {
        Source::CanonicalMemberships => named("groupId") && named("memberId"),
        Source::CanonicalSkus => named("skuId") && named("consumedUnits"),
        Source::CanonicalGroups => named("id") && named("displayName") && !has("userprincipalname"),
        Source::GraphGroups => !has("userprincipalname"),
        Source::CanonicalUsers => named("id") && BEYOND_ENTRA.iter().any(|name| named(name)),
        Source::EntraUsers => named("userPrincipalName"),
        Source::EntraMembers => !has("usagelocation") && !has("accountenabled") && !has("mdmdisplayname"),
        Source::Csvde => table.header.first().is_some_and(|heading| heading.folded == "dn"),
        Source::Subscriptions => !has("consumedunits"),
        Source::AdUsers => !has("groupcategory"),
        _ => true,
    }
}

/// Refines a detected source by a look at its cells: `UserPrincipalName, Licenses` of Get-MsolUser has no column of its own,
/// but its values have the form `tenant:SKU`.
pub(super) fn refine(source: Source, table: &Table) -> Source {
    if source != Source::GraphUsers || table.column(&["id", "userid", "objectid"]).is_some() {
        return source;
    }
    let Some(column) = table.column(&["licenses", "accountskuid", "assignedlicenses", "licensestype"]) else {
        return source;
    };
    let qualified = |row: usize| {
        let cell = table.cell(row, column).unwrap_or_default();
        cell.split_once(':')
            .is_some_and(|(tenant, sku)| !tenant.contains(' ') && sku.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    if (0..table.rows().min(1000)).any(qualified) { Source::MsolUsers } else { source }
}
