//! Units owned on a day, and what they cost. In: subscription lots and prices. Out: `PrepaidUnits` and money for any day.
//! Never: knows a user. (Imports `directory` for the SKU counters of the export, which are the same four numbers.)

mod commerce;
mod cost;
mod lifecycle;
mod prepaid;
mod price;
mod renewal;
mod standing;
mod subscription;
mod true_up;

pub use commerce::{Account, NotAllowed, Order, WINDOW_DAYS};
pub use lifecycle::{Channel, Lifecycle};
pub use prepaid::{Supply, SupplyStep};
pub use price::{Price, PriceBook};
pub use renewal::{LotRenewal, TermEnd};
pub use standing::LotStanding;
pub use subscription::{BillingPlan, Renewal, Stage, Subscription, Term};
pub use true_up::{Reservation, TrueUp, TrueUpCount, true_up};
