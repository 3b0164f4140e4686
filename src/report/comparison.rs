//! The files of a comparison. In: a comparison and options. Out: JSON, a comment for a pull request, and file names with bytes.
//! Never: writes them.

use serde_json::Value;

use super::document::{Level, comparison};
use super::{Options, RenderError, html, markdown, pdf, xlsx};
use crate::forecast::Comparison;

/// Changes when a field goes or changes its meaning; new fields do not change it.
const VERSION: u32 = 1;

/// The comparison for other programs.
pub fn comparison_json(comparison: &Comparison) -> Result<Vec<u8>, RenderError> {
    let mut value = serde_json::to_value(comparison)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("version".to_owned(), VERSION.into());
    }
    let mut bytes = serde_json::to_vec_pretty(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Every file of a comparison.
pub fn comparison_files(made: &Comparison, options: &Options) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let document = comparison(made, options.language);
    Ok(vec![
        ("compare.pdf".to_owned(), pdf::render(&document, &[], options.template.as_deref(), &options.fonts)?),
        ("compare.html".to_owned(), html::render(&document, &[])),
        ("compare.md".to_owned(), markdown::render(&document, Level::Full).into_bytes()),
        ("compare.xlsx".to_owned(), xlsx::tables_of(&document)?),
        ("compare.json".to_owned(), comparison_json(made)?),
    ])
}
