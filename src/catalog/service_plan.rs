//! A feature inside a SKU. In: a catalogue row. Out: a plan. Never: knows which user has it.

/// One service plan, for example Exchange Online (Plan 2). `id` is a GUID in lower case, `name` the catalogue's short name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServicePlan {
    pub id: Box<str>,
    pub name: Box<str>,
    pub display_name: Box<str>,
}
