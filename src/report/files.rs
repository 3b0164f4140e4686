//! Everything a forecast leaves in a folder. In: a forecast and options. Out: file names with bytes, in a fixed order. Never:
//! writes them.

use rayon::prelude::*;

use super::comparison::comparison_files;
use super::document::{Chart, Document, Level, document, scenario};
use super::html::Page;
use super::kind::Kind;
use super::pseudonym::pseudonymise_whole;
use super::{Language, RenderError, Theme, chart, focus, html, json, markdown, pdf, series, star, xlsx};
use crate::forecast::{Forecast, Whole};

/// The file of which `report` makes all others again.
pub const SAVED: &str = "saved.json";

/// How reports are made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub language: Language,
    pub theme: Theme,
    /// Pseudonyms instead of the names of people, groups, departments and the tenant, made with this salt.
    pub pseudonyms: Option<String>,
    /// Font files for characters that the embedded faces lack, such as Chinese, Japanese and Korean.
    pub fonts: Vec<Vec<u8>>,
    /// A Typst template instead of the built-in one; it reads the same `/report.json` and `/charts/*.svg`.
    pub template: Option<String>,
    /// The kinds of files to make; all of them where none is named.
    pub only: Vec<Kind>,
}

impl Options {
    pub fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }
}

pub type Files = Result<Vec<(String, Vec<u8>)>, RenderError>;

/// Every file of a report: the PDF, the series, JSON, and an SVG and a PNG for each chart.
pub fn files(forecast: &Forecast, options: &Options) -> Files {
    files_of(&Whole::Forecast(forecast.clone()), options)
}

/// Every file of a forecast, of a scenario's forecast, or of a comparison.
pub fn files_of(whole: &Whole, options: &Options) -> Files {
    let hidden = options.pseudonyms.as_deref().map(|salt| pseudonymise_whole(whole, salt));
    let whole = hidden.as_ref().unwrap_or(whole);
    let mut files = match whole {
        Whole::Forecast(forecast) => of_forecast(forecast, &document(forecast, options.language), None, options)?,
        Whole::Scenario { title, forecast, baseline } => {
            let document = scenario(forecast, title, options.language);
            of_forecast(forecast, &document, Some((title, baseline)), options)?
        }
        Whole::Comparison(comparison) => comparison_files(comparison, options)?,
    };
    files.push((SAVED.to_owned(), whole.bytes()?));
    Ok(files)
}

/// A document's charts, drawn.
pub type Drawings<'a> = Vec<(&'a Chart, String)>;

pub fn drawn<'a>(document: &'a Document, options: &Options, theme: Theme) -> Result<Drawings<'a>, RenderError> {
    let svg = |chart: &'a Chart| Ok((chart, chart::svg(chart, options.language, theme)?));
    document.charts.par_iter().map(svg).collect()
}

fn of_forecast(
    forecast: &Forecast,
    document: &Document,
    scenario: Option<(&String, &Forecast)>,
    options: &Options,
) -> Files {
    let drawings = drawn(document, options, options.theme)?;
    let title = scenario.map(|(title, _)| title.as_str());
    let (pages, (data, pictures)) = rayon::join(
        || pages(document, &drawings, scenario, options),
        || rayon::join(|| data(forecast, document, title, options), || pictures(&drawings, options)),
    );
    let mut files = pages?;
    files.extend(data?);
    files.extend(pictures?);
    Ok(files)
}

fn pages(
    document: &Document,
    drawn: &Drawings<'_>,
    scenario: Option<(&String, &Forecast)>,
    options: &Options,
) -> Files {
    // Pages are white, whatever the theme of the pictures; HTML turns the light colours into dark ones by itself.
    let drawn = &on_white(document, drawn, options)?;
    let mut files = Vec::new();
    if options.wants(Kind::Pdf) {
        let pdf = pdf::render(document, drawn, options.template.as_deref(), &options.fonts)?;
        files.push(("report.pdf".to_owned(), pdf));
    }
    if options.wants(Kind::Html) {
        let page = match scenario {
            None => html::render(document, drawn),
            Some((title, baseline)) => switched(document, drawn, title, baseline, options)?,
        };
        files.push(("report.html".to_owned(), page));
    }
    if options.wants(Kind::Markdown) {
        files.push(("report.md".to_owned(), markdown::render(document, Level::Full).into_bytes()));
    }
    Ok(files)
}

/// The page of a scenario, which can be switched to the baseline.
fn switched(
    document: &Document,
    drawings: &Drawings<'_>,
    title: &str,
    baseline: &Forecast,
    options: &Options,
) -> Result<Vec<u8>, RenderError> {
    let without = super::document::document(baseline, options.language);
    let its = drawn(&without, options, Theme::Light)?;
    let name = super::Words::of(options.language).say("compare.baseline");
    let title = super::clean::text(title);
    Ok(html::switched(&[
        Page { name: &title, document, charts: drawings },
        Page { name: &name, document: &without, charts: &its },
    ]))
}

/// The drawings as they stand on a white page.
pub fn on_white<'a>(
    document: &'a Document,
    drawings: &Drawings<'a>,
    options: &Options,
) -> Result<Drawings<'a>, RenderError> {
    match options.theme {
        Theme::Light => Ok(drawings.clone()),
        Theme::Dark => drawn(document, options, Theme::Light),
    }
}

fn data(forecast: &Forecast, document: &Document, scenario: Option<&str>, options: &Options) -> Files {
    let mut files = Vec::new();
    let mut add = |name: &str, kind: Kind, make: &dyn Fn() -> Result<Vec<u8>, RenderError>| {
        if options.wants(kind) {
            files.push((name.to_owned(), make()?));
        }
        Ok::<(), RenderError>(())
    };
    add("report.xlsx", Kind::Xlsx, &|| xlsx::render(forecast, document))?;
    add("forecast.json", Kind::Json, &|| json::of_scenario(forecast, scenario))?;
    add("series.csv", Kind::Csv, &|| series::csv(forecast))?;
    add("series.parquet", Kind::Parquet, &|| series::parquet(forecast))?;
    add("focus.csv", Kind::Csv, &|| focus::render(forecast, scenario))?;
    files.extend(star::files(forecast, options)?);
    Ok(files)
}

/// An SVG and a PNG of each chart.
pub fn pictures(drawings: &Drawings<'_>, options: &Options) -> Files {
    let picture = |(chart, svg): &(&Chart, String)| {
        let mut files = Vec::new();
        if options.wants(Kind::Svg) {
            files.push((format!("{}.svg", chart.id), chart::portable(svg).into_bytes()));
        }
        if options.wants(Kind::Png) {
            files.push((format!("{}.png", chart.id), chart::png(&chart.id, svg, &options.fonts)?));
        }
        Ok(files)
    };
    let made: Result<Vec<_>, RenderError> = drawings.par_iter().map(picture).collect();
    Ok(made?.into_iter().flatten().collect())
}
