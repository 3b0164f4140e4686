//! The catalogue of purchasable SKUs. In: CSV text. Out: a `Catalog`. Never: fails on an SKU it does not know.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::ServicePlan;

/// The key of a SKU: a GUID in lower case, or where an export gives none, its part number as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SkuId(Arc<str>);

impl SkuId {
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_ascii_lowercase().into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for SkuId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for SkuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SkuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SkuId({})", self.0)
    }
}

/// One SKU of the catalogue with its plans, sorted by plan id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sku {
    pub sku_id: SkuId,
    pub sku_part_number: Box<str>,
    pub product_name: Box<str>,
    pub service_plans: Vec<ServicePlan>,
}

/// Every SKU that Microsoft's list of product names and service plans holds. Invariant: names are folded as `fold` does.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    skus: BTreeMap<SkuId, Sku>,
    by_part_number: BTreeMap<String, Vec<SkuId>>,
    by_name: BTreeMap<String, Vec<SkuId>>,
}

/// A catalogue that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the SKU catalogue cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error("the SKU catalogue has no column `{0}`")]
    MissingColumn(&'static str),
}

/// Case and blanks differ between portal, catalogue and reports: one folded form for all.
fn fold(name: &str) -> String {
    name.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Catalog {
    /// The catalogue that is part of the program (`data/sku-catalog.csv`; its provenance is in `data/README.md`).
    pub fn embedded() -> &'static Catalog {
        static EMBEDDED: LazyLock<Catalog> = LazyLock::new(|| {
            Catalog::parse(include_bytes!("../../data/sku-catalog.csv")).expect("the embedded catalogue is well formed")
        });
        &EMBEDDED
    }

    /// Reads a catalogue with the columns of the embedded one, or with those of Microsoft's own download
    /// (`Product_Display_Name`, `String_Id`, `GUID`, `Service_Plan_Name`, `Service_Plan_Id`, …).
    pub fn parse(bytes: &[u8]) -> Result<Catalog, CatalogError> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let headers = reader.headers()?.clone();
        let find = |names: &[&str]| {
            headers.iter().position(|header| {
                let header = header.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
                names.contains(&header.as_str())
            })
        };
        let need = |names: &[&str], shown: &'static str| find(names).ok_or(CatalogError::MissingColumn(shown));
        let product = need(&["product_display_name"], "product_display_name")?;
        let part_number = need(&["sku_part_number", "string_id"], "sku_part_number")?;
        let guid = need(&["sku_id", "guid"], "sku_id")?;
        let plan_name = find(&["service_plan_name"]);
        let plan_id = find(&["service_plan_id"]);
        let plan_display = find(&["service_plan_display_name", "service_plans_included_friendly_names"]);

        let mut catalog = Catalog::default();
        for record in reader.records() {
            let record = record?;
            let cell = |index: usize| record.get(index).unwrap_or("").trim();
            let optional = |index: Option<usize>| index.map(cell).unwrap_or("");
            let sku_id = SkuId::new(cell(guid));
            if sku_id.as_str().is_empty() {
                continue;
            }
            let sku = catalog.skus.entry(sku_id.clone()).or_insert_with(|| Sku {
                sku_id,
                sku_part_number: cell(part_number).into(),
                product_name: cell(product).into(),
                service_plans: Vec::new(),
            });
            if !optional(plan_id).is_empty() {
                sku.service_plans.push(ServicePlan {
                    id: optional(plan_id).to_ascii_lowercase().into(),
                    name: optional(plan_name).into(),
                    display_name: optional(plan_display).into(),
                });
            }
        }
        for sku in catalog.skus.values_mut() {
            sku.service_plans.sort();
            sku.service_plans.dedup_by(|a, b| a.id == b.id);
            catalog.by_part_number.entry(fold(&sku.sku_part_number)).or_default().push(sku.sku_id.clone());
            catalog.by_name.entry(fold(&sku.product_name)).or_default().push(sku.sku_id.clone());
        }
        Ok(catalog)
    }

    pub fn sku(&self, sku_id: &SkuId) -> Option<&Sku> {
        self.skus.get(sku_id)
    }

    /// All SKUs in the order of their ids.
    pub fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.skus.values()
    }

    /// Every SKU that `text` names: an id, else a part number, else a product name, blanks and letter case aside.
    /// More than one where a part number or name stands for several ids, none where the catalogue does not know it.
    pub fn find(&self, text: &str) -> Vec<&Sku> {
        if let Some(sku) = self.skus.get(&SkuId::new(text)) {
            return vec![sku];
        }
        let folded = fold(text);
        let ids = self.by_part_number.get(&folded).or_else(|| self.by_name.get(&folded));
        ids.into_iter().flatten().filter_map(|id| self.skus.get(id)).collect()
    }

    /// Part numbers and product names, for “did you mean”.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.skus.values().flat_map(|sku| [&*sku.sku_part_number, &*sku.product_name])
    }
}
