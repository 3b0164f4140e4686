//! What a result does not cover. In: counts. Out: the lines that every report prints. Never: left out when zero.

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
    pub skus_without_price: Vec<String>,
    pub skus_without_renewal_date: Vec<String>,
    /// Free, viral and tenant-wide SKUs, which enter no total.
    pub skus_not_planned: Vec<String>,
}
