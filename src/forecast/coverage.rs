//! What a result does not cover. In: counts. Out: the lines that every report prints. Never: left out when zero.

use chrono::NaiveDate;

/// A dynamic group whose rule was not simulated, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UnsimulatedRule {
    pub group: String,
    pub reason: String,
    /// Members as exported, who are held as they are.
    pub members_kept: u32,
}

/// How much of the tenant the result rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    pub rules_simulated: u32,
    pub rules_not_simulated: Vec<UnsimulatedRule>,
    pub users: u32,
    pub users_without_usage_location: u32,
    pub users_without_department: u32,
    /// Accounts whose last day has passed and that go within the horizon or later, how many of them should be gone by now, and
    /// the day on which the last of them goes.
    #[serde(default)]
    pub past_leave: u32,
    #[serde(default)]
    pub past_leave_overdue: u32,
    #[serde(default)]
    pub past_leave_gone_by: Option<NaiveDate>,
    pub skus_without_price: Vec<String>,
    pub skus_without_renewal_date: Vec<String>,
    /// Free, viral and tenant-wide SKUs, which enter no total.
    pub skus_not_planned: Vec<String>,
}
