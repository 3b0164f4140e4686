//! Which SKU a text names. In: the catalogue and the tenant's own SKU table. Out: ids. Never: picks one of several, drops a
//! name that nobody knows.

use std::collections::BTreeMap;

use super::{code, value};
use crate::catalog::{Catalog, SkuId};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// How a text resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Known(SkuId),
    /// Nobody knows the name; it stands for itself.
    Unknown(SkuId),
    /// The name stands for several SKUs, of which the tenant has none or more than one.
    Ambiguous(SkuId, Vec<String>),
}

impl Found {
    pub fn sku_id(&self) -> &SkuId {
        match self {
            Found::Known(id) | Found::Unknown(id) | Found::Ambiguous(id, _) => id,
        }
    }
}

/// Names of SKUs, the tenant's own first.
#[derive(Debug)]
pub(super) struct Products<'a> {
    catalog: &'a Catalog,
    tenant: BTreeMap<String, SkuId>,
}

/// Blanks and letter case differ between portal, catalogue and report.
pub(super) fn fold_name(name: &str) -> String {
    name.split(|c: char| c.is_whitespace() || c == '\u{a0}')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

impl<'a> Products<'a> {
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, tenant: BTreeMap::new() }
    }

    /// Teaches a name that the tenant's own export gives to an SKU.
    pub fn learn(&mut self, name: &str, sku_id: &SkuId) {
        if !name.trim().is_empty() {
            self.tenant.entry(fold_name(name)).or_insert_with(|| sku_id.clone());
        }
    }

    pub fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// The SKU that `text` names: a GUID in any form, a part number with or without `tenant:` before it, or a product name.
    pub fn find(&self, text: &str) -> Found {
        let text = text.trim();
        if let Some(guid) = value::guid(text) {
            let id = SkuId::new(&guid);
            let known = self.catalog.sku(&id).is_some() || self.tenant.values().any(|known| *known == id);
            return if known { Found::Known(id) } else { Found::Unknown(id) };
        }
        match self.named(text) {
            Found::Unknown(id) => match text.rsplit_once(':') {
                Some((tenant, part)) if is_tenant(tenant) && !part.trim().is_empty() => self.named(part.trim()),
                _ => Found::Unknown(id),
            },
            found => found,
        }
    }

    fn named(&self, name: &str) -> Found {
        if let Some(id) = self.tenant.get(&fold_name(name)) {
            return Found::Known(id.clone());
        }
        let mut found = self.catalog.find(name);
        if found.is_empty() && name.contains(' ') {
            // Newer names are often the part number with blanks: `Microsoft 365 Copilot`, `Microsoft_365_Copilot`.
            found = self.catalog.find(&fold_name(name).replace(' ', "_"));
        }
        match found.as_slice() {
            [] => Found::Unknown(SkuId::new(name)),
            [sku] => Found::Known(sku.sku_id.clone()),
            several => {
                let own: Vec<_> =
                    several.iter().filter(|sku| self.tenant.values().any(|id| *id == sku.sku_id)).collect();
                match own.as_slice() {
                    [sku] => Found::Known(sku.sku_id.clone()),
                    _ => Found::Ambiguous(
                        SkuId::new(name),
                        several.iter().map(|sku| sku.sku_part_number.to_string()).collect(),
                    ),
                }
            }
        }
    }

    fn is_known(&self, text: &str) -> bool {
        !matches!(self.find(text), Found::Unknown(_))
    }
}

/// The name before `:SKU` in what the MSOnline module writes. A list of such SKUs is no name.
fn is_tenant(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

/// What joins the SKUs of one cell: decided once a column by what resolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Character(char),
    /// A `+` without a blank on either side: product names hold ` + `.
    Plus,
}

const SEPARATORS: [Separator; 5] = [
    Separator::Character(';'),
    Separator::Character(','),
    Separator::Plus,
    Separator::Character('|'),
    Separator::Character(' '),
];

impl Separator {
    fn split(self, text: &str) -> Vec<&str> {
        let parts: Vec<&str> = match self {
            Separator::Character(c) => text.split(c).collect(),
            Separator::Plus => split_plus(text),
        };
        parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    fn joint(self) -> String {
        match self {
            Separator::Character(c) => c.to_string(),
            Separator::Plus => "+".to_owned(),
        }
    }

    /// The separator by which the most texts of a column resolve; `;` where none does better.
    pub fn of<'a>(products: &Products<'_>, cells: impl Iterator<Item = &'a str>) -> Separator {
        let mut counts = [0u32; SEPARATORS.len()];
        for cell in cells.take(2000) {
            if products.is_known(cell) {
                continue;
            }
            for (count, separator) in counts.iter_mut().zip(SEPARATORS) {
                let parts = separator.split(cell);
                if parts.len() > 1 {
                    *count += parts.iter().filter(|part| products.is_known(part)).count() as u32;
                }
            }
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        counts.iter().position(|count| *count == most && most > 0).map_or(SEPARATORS[0], |at| SEPARATORS[at])
    }
}

fn split_plus(text: &str) -> Vec<&str> {
    let cut = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + 1..].chars().next());
        before.is_some_and(|c| !c.is_whitespace()) && after.is_some_and(|c| !c.is_whitespace())
    };
    let mut start = 0;
    let mut parts = Vec::new();
    for at in memchr::memchr_iter(b'+', text.as_bytes()).filter(cut) {
        parts.push(&text[start..at]);
        start = at + 1;
    }
    parts.push(&text[start..]);
    parts
}

/// All SKUs of one cell. A cell that is a known name is one SKU; otherwise it is split, and pieces that only together make a
/// known name are put together again, the longest first.
pub(super) fn split(products: &Products<'_>, separator: Separator, cell: &str) -> Vec<Found> {
    let whole = products.find(cell);
    if !matches!(whole, Found::Unknown(_)) {
        return vec![whole];
    }
    let parts = separator.split(cell);
    if parts.len() < 2 {
        return vec![whole];
    }
    let mut found = Vec::new();
    let mut start = 0;
    while start < parts.len() {
        let longest = parts.len().min(start + 6);
        let joined = (start + 1..=longest).rev().find_map(|end| {
            let name = parts[start..end].join(&separator.joint());
            let sku = products.find(&name);
            (!matches!(sku, Found::Unknown(_))).then_some((sku, end))
        });
        let (sku, end) = joined.unwrap_or_else(|| (products.find(parts[start]), start + 1));
        found.push(sku);
        start = end;
    }
    found
}

/// What to say of a name that does not resolve.
pub(super) fn unknown(name: &str, several: Option<&[String]>, products: &Products<'_>) -> Diagnostic {
    let shown: String = name.chars().take(120).collect();
    match several {
        Some(several) => {
            let message = format!("`{shown}` stands for several SKUs and is kept by its name");
            let list = several.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ");
            let help = format!("it may be {list}; the tenant's SKU export (Get-MgSubscribedSku) decides");
            Diagnostic::warning(code::AMBIGUOUS_PRODUCT, message).help(help)
        }
        None => {
            let message = format!("no catalogue knows the product `{shown}`; it is kept by this name");
            let near = did_you_mean(name, products.catalog.names()).filter(|near| near.starts_with("did you"));
            let more = "a localised name needs the tenant's SKU ids, a newer product needs `--catalog FILE`";
            let help = near.map_or(more.to_owned(), |near| format!("{near} {more}"));
            Diagnostic::warning(code::UNKNOWN_PRODUCT, message).help(help)
        }
    }
}
