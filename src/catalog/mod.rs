//! SKUs and the service plans inside them. In: Microsoft's catalogue as CSV. Out: look-ups by id, part number and name.
//! Never: decides what a tenant owns; an unknown SKU is normal and no error.

mod service_plan;
mod sku;

pub use service_plan::ServicePlan;
pub use sku::{Catalog, CatalogError, Sku, SkuId};
