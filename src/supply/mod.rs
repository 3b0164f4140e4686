//! Units owned on a day, and what they cost. In: subscription lots and prices. Out: `PrepaidUnits` and money for any day.
//! Never: knows a user. (Imports `directory` for the SKU counters of the export, which are the same four numbers.)

mod lifecycle;
mod prepaid;
mod price;
mod subscription;

pub use lifecycle::{Channel, Lifecycle};
pub use prepaid::{Supply, SupplyStep};
pub use price::{Price, PriceBook};
pub use subscription::{BillingPlan, Renewal, Subscription, Term};
