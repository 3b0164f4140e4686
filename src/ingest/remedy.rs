//! How to export what is missing. In: a gap. Out: the command or the portal steps that close it. Never: runs one.
//!
//! The commands flatten what `Export-Csv` would print as a type name, and write dates that no culture changes.

use crate::directory::{Attribute, AttributeKind};

/// Users, with everything that rules and licences need.
pub const USERS: &str = r"# PowerShell 7; users (Entra admin center: Users, All users, Download users gives them without licences)
Get-MgUser -All -Property Id,UserPrincipalName,DisplayName,AccountEnabled,UserType,UsageLocation,Department,JobTitle,CompanyName,Country,State,City,OfficeLocation,EmployeeId,EmployeeType,EmployeeHireDate,CreatedDateTime,CreationType,ExternalUserState,OnPremisesSyncEnabled,OnPremisesImmutableId,OnPremisesExtensionAttributes,AssignedLicenses,LicenseAssignmentStates |
 Select-Object Id,UserPrincipalName,DisplayName,AccountEnabled,UserType,UsageLocation,Department,JobTitle,CompanyName,Country,State,City,OfficeLocation,EmployeeId,EmployeeType,
  @{n='EmployeeHireDate';e={$_.EmployeeHireDate ? $_.EmployeeHireDate.ToUniversalTime().ToString('s')+'Z' : $null}},
  @{n='CreatedDateTime';e={$_.CreatedDateTime.ToUniversalTime().ToString('s')+'Z'}},
  CreationType,ExternalUserState,OnPremisesSyncEnabled,OnPremisesImmutableId,
  @{n='ExtensionAttribute1';e={$_.OnPremisesExtensionAttributes.ExtensionAttribute1}},
  @{n='AssignedLicenses';e={$_.AssignedLicenses.SkuId -join ';'}},
  @{n='LicenseAssignmentPaths';e={($_.LicenseAssignmentStates | ForEach-Object { $_.SkuId + '=' + ($_.AssignedByGroup ? 'group:' + $_.AssignedByGroup : 'direct') }) -join ';'}} |
 Export-Csv users.csv -Encoding utf8BOM";

/// Groups with their rules and licences.
pub const GROUPS: &str = r"# PowerShell 7; groups (Entra admin center: Groups, Download groups gives them without rules and licences)
Get-MgGroup -All -Property Id,DisplayName,MailEnabled,SecurityEnabled,GroupTypes,MembershipRule,MembershipRuleProcessingState,Visibility,IsAssignableToRole,OnPremisesSyncEnabled,AssignedLicenses |
 Select-Object Id,DisplayName,MailEnabled,SecurityEnabled,@{n='GroupTypes';e={$_.GroupTypes -join ';'}},MembershipRule,MembershipRuleProcessingState,Visibility,IsAssignableToRole,OnPremisesSyncEnabled,@{n='AssignedLicenses';e={$_.AssignedLicenses.SkuId -join ';'}} |
 Export-Csv groups.csv -Encoding utf8BOM";

/// Direct members of all groups.
pub const MEMBERS: &str = r"# PowerShell 7; direct members of all groups (Entra admin center: a group, Members, Download members gives one)
Get-MgGroup -All | ForEach-Object { $g=$_; Get-MgGroupMember -GroupId $g.Id -All | Select-Object @{n='GroupId';e={$g.Id}},@{n='GroupDisplayName';e={$g.DisplayName}},@{n='MemberId';e={$_.Id}},@{n='MemberType';e={$_.AdditionalProperties.'@odata.type'}} } |
 Export-Csv members.csv -Encoding utf8BOM";

/// Units of all SKUs.
pub const SKUS: &str = r"# PowerShell 7; SKUs (Microsoft 365 admin center: Billing, Licenses, Export gives them by name)
Get-MgSubscribedSku | Select-Object SkuId,SkuPartNumber,AppliesTo,CapabilityStatus,ConsumedUnits,@{n='Enabled';e={$_.PrepaidUnits.Enabled}},@{n='Warning';e={$_.PrepaidUnits.Warning}},@{n='Suspended';e={$_.PrepaidUnits.Suspended}},@{n='LockedOut';e={$_.PrepaidUnits.LockedOut}} |
 Export-Csv skus.csv -Encoding utf8BOM";

/// Activity, for seats that nobody uses.
pub const ACTIVITY: &str = "Microsoft 365 admin center: Reports, Usage, Active users, Export (turn concealed names off first: Settings, Org settings, Reports)";

/// A file of these attributes alone, which joins the others by id.
pub fn attributes(missing: &[Attribute]) -> String {
    let pascal = |name: &str| name[..1].to_ascii_uppercase() + &name[1..];
    let mut properties: Vec<String> = vec!["Id".to_owned(), "UserPrincipalName".to_owned()];
    let mut columns = properties.clone();
    let mut expand = "";
    for attribute in missing {
        let graph = attribute.graph_name();
        let name = pascal(&graph);
        let (property, column) = match attribute {
            Attribute::ExtensionAttribute(_) => (
                "OnPremisesExtensionAttributes".to_owned(),
                format!("@{{n='{name}';e={{$_.OnPremisesExtensionAttributes.{name}}}}}"),
            ),
            Attribute::Extension(_) => {
                (graph.clone(), format!("@{{n='{graph}';e={{$_.AdditionalProperties['{graph}']}}}}"))
            }
            Attribute::Manager => {
                expand = " -ExpandProperty Manager";
                continue;
            }
            _ => match attribute.kind() {
                AttributeKind::Texts => (name.clone(), format!("@{{n='{name}';e={{$_.{name} -join ';'}}}}")),
                AttributeKind::Instant => (
                    name.clone(),
                    format!("@{{n='{name}';e={{$_.{name} ? $_.{name}.ToUniversalTime().ToString('s')+'Z' : $null}}}}"),
                ),
                _ => (name.clone(), name.clone()),
            },
        };
        if !properties.contains(&property) {
            properties.push(property);
        }
        columns.push(column);
    }
    if !expand.is_empty() {
        columns.push("@{n='Manager';e={$_.Manager.Id}}".to_owned());
    }
    format!(
        "# PowerShell 7; what the other files of users lack, joined to them by id\n\
         Get-MgUser -All -Property {}{expand} |\n Select-Object {} |\n Export-Csv users-more.csv -Encoding utf8BOM",
        properties.join(","),
        columns.join(",")
    )
}

/// One thing that is missing, what cannot be said without it, and how to get it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    pub missing: String,
    pub consequence: String,
    pub remedy: String,
}
