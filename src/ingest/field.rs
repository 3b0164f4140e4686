//! What the columns of user files mean. In: a source and a header. Out: a field. Never: looks at a cell.

use super::source::Source;
use super::table::Heading;
use crate::directory::Attribute;

/// What a column of a user file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Attribute(Attribute),
    /// `accountEnabled` the other way round.
    BlockCredential,
    /// The flags of AD DS, of which one means disabled.
    AccountControl,
    Licenses,
    LicensePaths,
    ObjectGuid,
    /// The start of the day after the last one.
    AccountExpires,
    /// One of several columns of which the latest day counts.
    Activity,
    /// The day on which the export was made, or of which it speaks.
    ExportedOn,
    IsDeleted,
    ObjectClass,
}

/// Header spellings that are neither Graph's nor the rule language's, folded.
const ALIASES: &[(&str, Attribute)] = &[
    ("upn", Attribute::UserPrincipalName),
    ("userid", Attribute::Id),
    ("firstname", Attribute::GivenName),
    ("lastname", Attribute::Surname),
    ("sn", Attribute::Surname),
    ("title", Attribute::JobTitle),
    ("office", Attribute::OfficeLocation),
    ("physicaldeliveryofficename", Attribute::OfficeLocation),
    ("countryorregion", Attribute::Country),
    ("countryregion", Attribute::Country),
    ("co", Attribute::Country),
    ("c", Attribute::Country),
    ("stateorprovince", Attribute::State),
    ("st", Attribute::State),
    ("l", Attribute::City),
    ("company", Attribute::CompanyName),
    ("whencreated", Attribute::CreatedDateTime),
    ("softdeletiontimestamp", Attribute::DeletedDateTime),
    ("softdeletiontime", Attribute::DeletedDateTime),
    ("dirsyncenabled", Attribute::OnPremisesSyncEnabled),
    ("directorysynced", Attribute::OnPremisesSyncEnabled),
    ("immutableid", Attribute::OnPremisesImmutableId),
    ("sid", Attribute::OnPremisesSecurityIdentifier),
    ("objectsid", Attribute::OnPremisesSecurityIdentifier),
    ("samaccountname", Attribute::OnPremisesSamAccountName),
    ("distinguishedname", Attribute::OnPremisesDistinguishedName),
    ("dn", Attribute::OnPremisesDistinguishedName),
    ("mobile", Attribute::MobilePhone),
    ("phonenumber", Attribute::BusinessPhones),
    ("telephonenumber", Attribute::BusinessPhones),
    ("fax", Attribute::FaxNumber),
    ("facsimiletelephonenumber", Attribute::FaxNumber),
    ("sipproxyaddress", Attribute::ImAddresses),
    ("invitationstate", Attribute::ExternalUserState),
    ("userstate", Attribute::ExternalUserState),
    ("alternateemailaddress", Attribute::OtherMails),
    ("alternateemailaddresses", Attribute::OtherMails),
    ("emailaddress", Attribute::Mail),
    ("managerupn", Attribute::Manager),
    ("managerid", Attribute::Manager),
    ("lastlogondate", Attribute::LastActivityDate),
    ("lastlogontimestamp", Attribute::LastActivityDate),
    ("lastsignindatetime", Attribute::LastActivityDate),
    ("msexchusagelocation", Attribute::UsageLocation),
];

/// The field of a column; `None` for a column that nothing needs.
pub(super) fn field(source: Source, heading: &Heading) -> Option<Field> {
    let name = heading.folded.as_str();
    let special = match name {
        "blockcredential" => Some(Field::BlockCredential),
        "useraccountcontrol" => Some(Field::AccountControl),
        "enabled" => Some(Field::Attribute(Attribute::AccountEnabled)),
        "licenseassignmentpaths" => Some(Field::LicensePaths),
        "assignedlicenses" | "licenses" | "assignedproducts" | "skuid" | "accountskuid" | "licensestype"
        | "licjoined" | "skupartnumber" => Some(Field::Licenses),
        "objectguid" => Some(Field::ObjectGuid),
        "accountexpirationdate" | "accountexpires" => Some(Field::AccountExpires),
        "reportrefreshdate" | "lastdirsynctime" => Some(Field::ExportedOn),
        "isdeleted" => Some(Field::IsDeleted),
        "objectclass" => Some(Field::ObjectClass),
        "objectid" if !source.is_on_premises() => Some(Field::Attribute(Attribute::Id)),
        "name" | "cn" if source.is_on_premises() => Some(Field::Attribute(Attribute::DisplayName)),
        _ if source == Source::UsageActiveUserDetail && name.ends_with("lastactivitydate") => Some(Field::Activity),
        "lastactivitydate" if source == Source::UsageM365App => Some(Field::Activity),
        _ => None,
    };
    if special.is_some() {
        return special;
    }
    if let Some((_, attribute)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        return Some(Field::Attribute(attribute.clone()));
    }
    let attribute = Attribute::from_graph_name(&heading.name).or_else(|| Attribute::from_graph_name(name));
    // A bare list of plans or groups is in no export in a form that could be read back.
    attribute.filter(|attribute| !matches!(attribute, Attribute::AssignedPlans)).map(Field::Attribute)
}
