//! How to export what is missing. In: a gap. Out: the command or the portal steps that close it. Never: runs one.
//!
//! The commands flatten what `Export-Csv` would print as a type name, and write dates that no culture changes.

/// Users, with everything that rules and licences need.
pub const USERS: &str = r"# PowerShell 7; users
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
pub const GROUPS: &str = r"# PowerShell 7; groups
Get-MgGroup -All -Property Id,DisplayName,MailEnabled,SecurityEnabled,GroupTypes,MembershipRule,MembershipRuleProcessingState,Visibility,IsAssignableToRole,OnPremisesSyncEnabled,AssignedLicenses |
 Select-Object Id,DisplayName,MailEnabled,SecurityEnabled,@{n='GroupTypes';e={$_.GroupTypes -join ';'}},MembershipRule,MembershipRuleProcessingState,Visibility,IsAssignableToRole,OnPremisesSyncEnabled,@{n='AssignedLicenses';e={$_.AssignedLicenses.SkuId -join ';'}} |
 Export-Csv groups.csv -Encoding utf8BOM";

/// Direct members of all groups.
pub const MEMBERS: &str = r"# PowerShell 7; direct members of all groups
Get-MgGroup -All | ForEach-Object { $g=$_; Get-MgGroupMember -GroupId $g.Id -All | Select-Object @{n='GroupId';e={$g.Id}},@{n='GroupDisplayName';e={$g.DisplayName}},@{n='MemberId';e={$_.Id}},@{n='MemberType';e={$_.AdditionalProperties.'@odata.type'}} } |
 Export-Csv members.csv -Encoding utf8BOM";

/// Units of all SKUs.
pub const SKUS: &str = r"# PowerShell 7; SKUs
Get-MgSubscribedSku | Select-Object SkuId,SkuPartNumber,AppliesTo,CapabilityStatus,ConsumedUnits,@{n='Enabled';e={$_.PrepaidUnits.Enabled}},@{n='Warning';e={$_.PrepaidUnits.Warning}},@{n='Suspended';e={$_.PrepaidUnits.Suspended}},@{n='LockedOut';e={$_.PrepaidUnits.LockedOut}} |
 Export-Csv skus.csv -Encoding utf8BOM";

/// Activity, for seats that nobody uses.
pub const ACTIVITY: &str = "Microsoft 365 admin center: Reports, Usage, Active users, Export (turn concealed names off first: Settings, Org settings, Reports)";

/// One thing that is missing, what cannot be said without it, and how to get it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    pub missing: String,
    pub consequence: String,
    pub remedy: String,
}
