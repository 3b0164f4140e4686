//! The files of a comparison. In: a comparison and options. Out: JSON, a comment for a pull request, and file names with bytes.
//! Never: writes them.

use rayon::prelude::*;
use serde_json::Value;

use super::document::{self, Document, Level, comparison};
use super::files::{Drawings, Files, Options, drawn, on_white, pictures};
use super::html::Page;
use super::kind::Kind;
use super::words::Words;
use super::{RenderError, Theme, clean, html, markdown, pdf, xlsx};
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
    let drawings = drawn(&document, options, options.theme)?;
    let white = on_white(&document, &drawings, options)?;
    let mut files = Vec::new();
    let mut add = |name: &str, kind: Kind, make: &dyn Fn() -> Result<Vec<u8>, RenderError>| {
        if options.wants(kind) {
            files.push((name.to_owned(), make()?));
        }
        Ok::<(), RenderError>(())
    };
    add("compare.pdf", Kind::Pdf, &|| pdf::render(&document, &white, options.template.as_deref(), &options.fonts))?;
    add("compare.html", Kind::Html, &|| page(made, &document, &white, options))?;
    add("compare.md", Kind::Markdown, &|| Ok(markdown::render(&document, Level::Full).into_bytes()))?;
    add("compare.xlsx", Kind::Xlsx, &|| xlsx::comparison(made, &document))?;
    add("compare.json", Kind::Json, &|| comparison_json(made))?;
    files.extend(pictures(&drawings, options)?);
    Ok(files)
}

/// All side by side, and the whole report of the baseline and of each scenario to switch to.
fn page(
    made: &Comparison,
    document: &Document,
    drawings: &Drawings<'_>,
    options: &Options,
) -> Result<Vec<u8>, RenderError> {
    let words = Words::of(options.language);
    let mut names = vec![words.say("compare.baseline")];
    let mut documents = vec![document::document(&made.baseline, options.language)];
    for case in &made.scenarios {
        let title = if case.title.is_empty() { &case.name } else { &case.title };
        names.push(clean::text(title));
        documents.push(document::scenario(&case.forecast, title, options.language));
    }
    let own: Result<Vec<Drawings<'_>>, RenderError> =
        documents.par_iter().map(|document| drawn(document, options, Theme::Light)).collect();
    let own = own?;
    let together = words.say("html.side-by-side");
    let mut pages = vec![Page { name: &together, document, charts: drawings }];
    let each = names.iter().zip(&documents).zip(&own);
    pages.extend(each.map(|((name, document), charts)| Page { name, document, charts }));
    Ok(html::switched(&pages))
}
