//! The names of user attributes. In: a Graph or rule spelling. Out: an `Attribute`. Never: holds a value.
//!
//! Source of names and kinds: the properties table of the dynamic membership reference and the Graph v1.0 user resource.

use std::fmt;
use std::sync::Arc;

/// A directory extension's full name, `extension_<32 hex digits>_<name>`, as written in the export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExtensionName(pub Arc<str>);

/// What kind of value an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeKind {
    Text,
    Boolean,
    Instant,
    Texts,
    Plans,
}

macro_rules! attributes {
    ($( $variant:ident $graph:literal $rule:expr, $kind:ident; )*) => {
        /// A user attribute that seatcast knows. Graph's names are the canonical ones; `rule_name` is the spelling of the
        /// rule language, `None` where a rule may not name the attribute.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Attribute {
            $( $variant, )*
            /// `extensionAttribute1` to `extensionAttribute15`; the number is in that range.
            ExtensionAttribute(u8),
            /// A directory extension of the tenant.
            Extension(ExtensionName),
        }

        impl Attribute {
    /// Whether it tells when somebody was last active, in all or in one service: reports of several days differ, and are no conflict.
    pub fn is_activity(&self) -> bool {
        matches!(
            self,
            Attribute::LastActivityDate
                | Attribute::ExchangeLastActivityDate
                | Attribute::OneDriveLastActivityDate
                | Attribute::SharePointLastActivityDate
                | Attribute::TeamsLastActivityDate
                | Attribute::YammerLastActivityDate
        )
    }

            /// Every attribute with a fixed name, in a fixed order; extension attributes 1 to 15 last.
            pub fn known() -> impl Iterator<Item = Attribute> {
                [ $( Attribute::$variant, )* ].into_iter().chain((1..=15).map(Attribute::ExtensionAttribute))
            }

            /// The name in Microsoft Graph, which is also the canonical column name.
            pub fn graph_name(&self) -> String {
                match self {
                    $( Attribute::$variant => $graph.to_owned(), )*
                    Attribute::ExtensionAttribute(n) => format!("extensionAttribute{n}"),
                    Attribute::Extension(name) => name.0.to_string(),
                }
            }

            /// The name after `user.` in a membership rule.
            pub fn rule_name(&self) -> Option<String> {
                match self {
                    $( Attribute::$variant => { let name: Option<&str> = $rule; name.map(str::to_owned) } )*
                    Attribute::ExtensionAttribute(n) => Some(format!("extensionAttribute{n}")),
                    Attribute::Extension(name) => Some(name.0.to_string()),
                }
            }

            pub fn kind(&self) -> AttributeKind {
                match self {
                    $( Attribute::$variant => AttributeKind::$kind, )*
                    Attribute::ExtensionAttribute(_) | Attribute::Extension(_) => AttributeKind::Text,
                }
            }
        }
    };
}

attributes! {
    Id                              "id"                              Some("objectId"), Text;
    UserPrincipalName               "userPrincipalName"               Some("userPrincipalName"), Text;
    DisplayName                     "displayName"                     Some("displayName"), Text;
    GivenName                       "givenName"                       Some("givenName"), Text;
    Surname                         "surname"                         Some("surname"), Text;
    Mail                            "mail"                            Some("mail"), Text;
    MailNickname                    "mailNickname"                    Some("mailNickName"), Text;
    AccountEnabled                  "accountEnabled"                  Some("accountEnabled"), Boolean;
    UserType                        "userType"                        Some("userType"), Text;
    CreationType                    "creationType"                    None, Text;
    IdentityParentId                "identityParentId"                None, Text;
    ExternalUserState               "externalUserState"               None, Text;
    UsageLocation                   "usageLocation"                   Some("usageLocation"), Text;
    Department                      "department"                      Some("department"), Text;
    JobTitle                        "jobTitle"                        Some("jobTitle"), Text;
    CompanyName                     "companyName"                     Some("companyName"), Text;
    Country                         "country"                         Some("country"), Text;
    City                            "city"                            Some("city"), Text;
    State                           "state"                           Some("state"), Text;
    PostalCode                      "postalCode"                      Some("postalCode"), Text;
    StreetAddress                   "streetAddress"                   Some("streetAddress"), Text;
    OfficeLocation                  "officeLocation"                  Some("physicalDeliveryOfficeName"), Text;
    EmployeeId                      "employeeId"                      Some("employeeId"), Text;
    EmployeeType                    "employeeType"                    None, Text;
    EmployeeHireDate                "employeeHireDate"                Some("employeeHireDate"), Instant;
    EmployeeLeaveDateTime           "employeeLeaveDateTime"           None, Instant;
    CreatedDateTime                 "createdDateTime"                 None, Instant;
    DeletedDateTime                 "deletedDateTime"                 None, Instant;
    OnPremisesSyncEnabled           "onPremisesSyncEnabled"           Some("dirSyncEnabled"), Boolean;
    OnPremisesImmutableId           "onPremisesImmutableId"           None, Text;
    OnPremisesSecurityIdentifier    "onPremisesSecurityIdentifier"    Some("onPremisesSecurityIdentifier"), Text;
    OnPremisesSamAccountName        "onPremisesSamAccountName"        None, Text;
    OnPremisesDistinguishedName     "onPremisesDistinguishedName"     Some("onPremisesDistinguishedName"), Text;
    FaxNumber                       "faxNumber"                       Some("facsimileTelephoneNumber"), Text;
    MobilePhone                     "mobilePhone"                     Some("mobile"), Text;
    BusinessPhones                  "businessPhones"                  Some("telephoneNumber"), Text;
    ImAddresses                     "imAddresses"                     Some("sipProxyAddress"), Text;
    PasswordPolicies                "passwordPolicies"                Some("passwordPolicies"), Text;
    PreferredLanguage               "preferredLanguage"               Some("preferredLanguage"), Text;
    Manager                         "manager"                         None, Text;
    LastActivityDate                "lastActivityDate"                None, Instant;
    ExchangeLastActivityDate        "exchangeLastActivityDate"        None, Instant;
    OneDriveLastActivityDate        "oneDriveLastActivityDate"        None, Instant;
    SharePointLastActivityDate      "sharePointLastActivityDate"      None, Instant;
    TeamsLastActivityDate           "teamsLastActivityDate"           None, Instant;
    YammerLastActivityDate          "yammerLastActivityDate"          None, Instant;
    OtherMails                      "otherMails"                      Some("otherMails"), Texts;
    ProxyAddresses                  "proxyAddresses"                  Some("proxyAddresses"), Texts;
    MemberOf                        "memberOf"                        Some("memberOf"), Texts;
    AssignedPlans                   "assignedPlans"                   Some("assignedPlans"), Plans;
}

impl Attribute {
    /// The attribute that Graph (and so the canonical format) calls `name`, letter case aside.
    pub fn from_graph_name(name: &str) -> Option<Attribute> {
        Self::find(name, |attribute| Some(attribute.graph_name()))
    }

    /// The attribute that a rule calls `user.<name>`, letter case aside (register A4 of the rule reference).
    pub fn from_rule_name(name: &str) -> Option<Attribute> {
        Self::find(name, Attribute::rule_name)
    }

    fn find(name: &str, spelling: impl Fn(&Attribute) -> Option<String>) -> Option<Attribute> {
        if let Some(extension) = ExtensionName::parse(name) {
            return Some(Attribute::Extension(extension));
        }
        Self::known().find(|attribute| spelling(attribute).is_some_and(|known| known.eq_ignore_ascii_case(name)))
    }
}

impl ExtensionName {
    /// `extension_` + 32 hexadecimal digits + `_` + a name of letters, digits and underscores.
    pub fn parse(name: &str) -> Option<ExtensionName> {
        let (prefix, rest) = (name.get(..10)?, name.get(10..)?);
        let (app, tail) = (rest.get(..32)?, rest.get(32..)?);
        let valid = prefix.eq_ignore_ascii_case("extension_")
            && app.bytes().all(|b| b.is_ascii_hexdigit())
            && tail.len() > 1
            && tail.starts_with('_')
            && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        // Folded, because names are compared without regard to case everywhere else.
        valid.then(|| ExtensionName(name.to_ascii_lowercase().into()))
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.graph_name())
    }
}
