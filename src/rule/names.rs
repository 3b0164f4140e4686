//! The names that rules may use. In: a name as written. Out: what it names, or the hint for whoever wrote it. Never: holds
//! a value.

use super::ast::Object;
use crate::diagnostic::did_you_mean;
use crate::directory::{Attribute, ExtensionName};

/// A field of an assigned plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlanField {
    ServicePlanId,
    Service,
    CapabilityStatus,
}

impl PlanField {
    pub const ALL: &[PlanField] = &[PlanField::ServicePlanId, PlanField::Service, PlanField::CapabilityStatus];

    pub fn name(self) -> &'static str {
        match self {
            PlanField::ServicePlanId => "servicePlanId",
            PlanField::Service => "service",
            PlanField::CapabilityStatus => "capabilityStatus",
        }
    }

    pub fn from_name(name: &str) -> Option<PlanField> {
        Self::ALL.iter().copied().find(|field| field.name().eq_ignore_ascii_case(name))
    }
}

/// What kind of value a device attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    Boolean,
    Text,
    Texts,
}

const DEVICE: &[(&str, DeviceKind)] = &[
    ("accountEnabled", DeviceKind::Boolean),
    ("deviceCategory", DeviceKind::Text),
    ("deviceId", DeviceKind::Text),
    ("deviceManagementAppId", DeviceKind::Text),
    ("deviceManufacturer", DeviceKind::Text),
    ("deviceModel", DeviceKind::Text),
    ("deviceOSType", DeviceKind::Text),
    ("deviceOSVersion", DeviceKind::Text),
    ("deviceOwnership", DeviceKind::Text),
    ("devicePhysicalIds", DeviceKind::Texts),
    ("deviceTrustType", DeviceKind::Text),
    ("displayName", DeviceKind::Text),
    ("enrollmentProfileName", DeviceKind::Text),
    ("isRooted", DeviceKind::Boolean),
    ("managementType", DeviceKind::Text),
    ("memberOf", DeviceKind::Texts),
    ("objectId", DeviceKind::Text),
    ("profileType", DeviceKind::Text),
    ("systemLabels", DeviceKind::Texts),
];

/// Names of Intune assignment filters, a sister language.
const INTUNE: &[&str] = &["model", "manufacturer", "deviceName", "operatingSystemVersion", "osVersion"];

/// The documented spelling and the kind of a device attribute, letter case aside.
pub fn device_attribute(name: &str) -> Option<(String, DeviceKind)> {
    if let Some(number) = extension_attribute_number(name) {
        return Some((format!("extensionAttribute{number}"), DeviceKind::Text));
    }
    DEVICE.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(known, kind)| ((*known).to_owned(), *kind))
}

fn extension_attribute_number(name: &str) -> Option<u8> {
    let lower = name.to_ascii_lowercase();
    let number = lower.strip_prefix("extensionattribute")?.parse().ok()?;
    (1..=15).contains(&number).then_some(number)
}

pub fn is_intune(name: &str) -> bool {
    INTUNE.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Names that people write although rules do not support them, and what to do instead.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("employeetype", "rules cannot see `employeeType`; put the value into an extension attribute"),
    ("employeeleavedatetime", "rules cannot see `employeeLeaveDateTime`; `employeeHireDate` is the only date"),
    ("assignedlicenses", "rules cannot see licences; `user.assignedPlans` holds the service plans that they bring"),
    ("createddatetime", "rules cannot see `createdDateTime`; `employeeHireDate` is the only date"),
    ("creationtype", "rules cannot see `creationType`; `user.userType` tells guests from members"),
    (
        "onpremisessamaccountname",
        "rules cannot see it; `user.onPremisesSecurityIdentifier` or an extension attribute may do",
    ),
    ("onpremisessyncenabled", "rules call it `user.dirSyncEnabled`"),
    ("officelocation", "rules call it `user.physicalDeliveryOfficeName`"),
    ("mobilephone", "rules call it `user.mobile`"),
    ("businessphones", "rules call it `user.telephoneNumber`"),
    ("faxnumber", "rules call it `user.facsimileTelephoneNumber`"),
    ("imaddresses", "rules call it `user.sipProxyAddress`"),
    ("id", "rules call it `user.objectId`"),
    ("upn", "rules call it `user.userPrincipalName`"),
    ("email", "rules call it `user.mail`"),
    ("customsecurityattributes", "rules cannot see custom security attributes"),
];

/// What to say to whoever wrote `user.<name>` or `device.<name>`.
pub fn attribute_help(object: Object, name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if object == Object::Device {
        return did_you_mean(name, DEVICE.iter().map(|(known, _)| *known));
    }
    if lower == "manager" || lower.starts_with("manager.") {
        return Some("the only rule about managers is `Direct Reports for \"<object id>\"`".to_owned());
    }
    if lower.starts_with("extension_") {
        let form =
            "a directory extension is `extension_`, the application id as 32 hexadecimal digits, `_` and the name";
        return Some(form.to_owned());
    }
    if lower.starts_with("extensionattribute") {
        return Some("extension attributes are numbered 1 to 15".to_owned());
    }
    if let Some((_, help)) =
        UNSUPPORTED.iter().find(|(known, _)| lower == *known || lower.starts_with(&format!("{known}.")))
    {
        return Some((*help).to_owned());
    }
    let known: Vec<String> = Attribute::known().filter_map(|attribute| attribute.rule_name()).collect();
    did_you_mean(name, known.iter().map(String::as_str))
}

/// Whether the name is spelt as documented: letter case aside it is the attribute's. Both spellings of `mailNickName`
/// are documented, and a directory extension has the case it was created with.
pub fn is_documented_spelling(attribute: &Attribute, name: &str) -> bool {
    if let Attribute::Extension(ExtensionName(_)) = attribute {
        return name.starts_with("extension_");
    }
    let documented = attribute.rule_name().is_some_and(|known| known == name);
    documented || matches!(name, "mailNickname" | "employeehiredate" | "memberof")
}

/// What to write instead of an operator that other languages have.
pub fn unknown_operator_help(word: &str) -> Option<&'static str> {
    let word = word.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).to_ascii_lowercase();
    Some(match word.as_str() {
        "gt" | "greaterthan" => "`-ge` is the order operator, on `employeeHireDate` only",
        "lt" | "lessthan" => "`-le` is the order operator, on `employeeHireDate` only",
        "like" => "use `-startsWith`, `-endsWith`, `-contains` or `-match`",
        "notlike" => "use `-notStartsWith`, `-notEndsWith`, `-notContains` or `-notMatch`",
        "isnull" => "write `-eq null`",
        "isnotnull" => "write `-ne null`",
        "xor" => "combine `-and`, `-or` and `-not`",
        "equals" => "write `-eq`",
        "notequals" | "neq" => "write `-ne`",
        "notany" => "write `-all` with the opposite comparison",
        _ => return None,
    })
}
