//! Everything a forecast leaves in a folder. In: a forecast and options. Out: file names with bytes, in a fixed order. Never:
//! writes them.

use rayon::prelude::*;

use super::document::{Chart, Document, Level, document};
use super::pseudonym::pseudonymise;
use super::{Language, RenderError, Theme, chart, focus, html, json, markdown, pdf, series, star, xlsx};
use crate::forecast::Forecast;

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
}

/// Every file of a report: the PDF, the series, JSON, and an SVG and a PNG for each chart.
pub fn files(forecast: &Forecast, options: &Options) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let hidden = options.pseudonyms.as_deref().map(|salt| pseudonymise(forecast, salt));
    let forecast = hidden.as_ref().unwrap_or(forecast);
    let document = document(forecast, options.language);
    let drawn: Result<Vec<(&Chart, String)>, RenderError> = document
        .charts
        .par_iter()
        .map(|chart| Ok((chart, chart::svg(chart, options.language, options.theme)?)))
        .collect();
    let drawn = drawn?;
    let (pages, (data, pictures)) = rayon::join(
        || pages(&document, &drawn, options),
        || {
            rayon::join(
                || data(forecast, &document),
                || drawn.par_iter().map(|drawn| picture(drawn, options)).collect::<Result<Vec<_>, _>>(),
            )
        },
    );
    let mut files = pages?;
    files.extend(data?);
    files.extend(pictures?.into_iter().flatten());
    Ok(files)
}

type Files = Result<Vec<(String, Vec<u8>)>, RenderError>;

fn pages(document: &Document, drawn: &[(&Chart, String)], options: &Options) -> Files {
    // Pages are white, whatever the theme of the pictures; HTML turns the light colours into dark ones by itself.
    let redrawn: Vec<(&Chart, String)> = match options.theme {
        Theme::Light => drawn.to_vec(),
        Theme::Dark => drawn
            .iter()
            .map(|(chart, _)| Ok((*chart, chart::svg(chart, options.language, Theme::Light)?)))
            .collect::<Result<_, RenderError>>()?,
    };
    Ok(vec![
        ("report.pdf".to_owned(), pdf::render(document, &redrawn, options.template.as_deref(), &options.fonts)?),
        ("report.html".to_owned(), html::render(document, &redrawn)),
        ("report.md".to_owned(), markdown::render(document, Level::Full).into_bytes()),
    ])
}

fn data(forecast: &Forecast, document: &Document) -> Files {
    let mut files = vec![
        ("report.xlsx".to_owned(), xlsx::render(forecast, document)?),
        ("forecast.json".to_owned(), json::render(forecast)?),
        ("series.csv".to_owned(), series::csv(forecast)?),
        ("series.parquet".to_owned(), series::parquet(forecast)?),
        ("focus.csv".to_owned(), focus::render(forecast)?),
    ];
    files.extend(star::files(forecast)?);
    Ok(files)
}

fn picture((chart, svg): &(&Chart, String), options: &Options) -> Files {
    let png = chart::png(&chart.id, svg, &options.fonts)?;
    Ok(vec![(format!("{}.svg", chart.id), chart::portable(svg).into_bytes()), (format!("{}.png", chart.id), png)])
}
