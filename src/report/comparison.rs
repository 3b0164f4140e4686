//! The files of a comparison. In: a comparison and options. Out: JSON, a comment for a pull request, and file names with bytes.
//! Never: writes them.

use serde_json::Value;

use super::document::{Level, comparison};
use super::files::{Files, Options};
use super::kind::Kind;
use super::{RenderError, html, markdown, pdf, xlsx};
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
pub fn comparison_files(made: &Comparison, options: &Options) -> Files {
    let document = comparison(made, options.language);
    let mut files = Vec::new();
    let mut add = |name: &str, kind: Kind, make: &dyn Fn() -> Result<Vec<u8>, RenderError>| {
        if options.wants(kind) {
            files.push((name.to_owned(), make()?));
        }
        Ok::<(), RenderError>(())
    };
    add("compare.pdf", Kind::Pdf, &|| pdf::render(&document, &[], options.template.as_deref(), &options.fonts))?;
    add("compare.html", Kind::Html, &|| Ok(html::render(&document, &[])))?;
    add("compare.md", Kind::Markdown, &|| Ok(markdown::render(&document, Level::Full).into_bytes()))?;
    add("compare.xlsx", Kind::Xlsx, &|| xlsx::tables_of(&document))?;
    add("compare.json", Kind::Json, &|| comparison_json(made))?;
    Ok(files)
}
