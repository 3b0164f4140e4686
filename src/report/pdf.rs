//! The report as PDF, set by Typst. In: a document, its charts as SVG, a template. Out: the bytes of a tagged PDF that depend
//! on nothing else. Never: reads a file, a system font or the clock, or takes a word of the data for markup.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::Datelike;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::document::{Block, Chart, Document, Level, Phrase, Section, Table, Tone, Trouble};
use super::face;
use super::words::Words;
use super::{RenderError, chart};

/// The template that is part of the program.
pub const TEMPLATE: &str = include_str!("../../reports/templates/report.typ");

#[derive(Clone)]
struct Faces {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Faces {
    fn of(fonts: Vec<Font>) -> Self {
        Faces { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    /// These faces, and those of `more` behind them.
    fn with(&self, more: &[Vec<u8>]) -> Self {
        let more = more.iter().flat_map(|data| Font::iter(Bytes::new(data.clone())));
        Faces::of(self.fonts.iter().cloned().chain(more).collect())
    }
}

/// The faces that are compiled in; no font of the system.
static FACES: LazyLock<Faces> =
    LazyLock::new(|| Faces::of(face::all().flat_map(|data| Font::iter(Bytes::new(data))).collect()));

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// The little world that a template sees: itself, `/report.json`, and `/charts/<id>.svg`.
struct Pages {
    main: Source,
    files: BTreeMap<String, Bytes>,
    today: Option<Datetime>,
    faces: Faces,
}

impl World for Pages {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.faces.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(missing(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        match path.root() {
            VirtualRoot::Project => {
                self.files.get(path.vpath().get_without_slash()).cloned().ok_or_else(|| missing(id))
            }
            VirtualRoot::Package(_) => Err(missing(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.faces.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

fn datetime(day: chrono::NaiveDate) -> Option<Datetime> {
    let (month, date) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    Datetime::from_ymd_hms(day.year(), month, date, 0, 0, 0)
}

/// Sets `document` with `charts` by `template`, or by the built-in one. `fonts` are for characters that the others lack.
pub fn render(
    document: &Document,
    charts: &[(&Chart, String)],
    template: Option<&str>,
    fonts: &[Vec<u8>],
) -> Result<Vec<u8>, RenderError> {
    let path = VirtualPath::new("/report.typ").map_err(|error| RenderError::Pdf(format!("{error:?}")))?;
    let main = FileId::new(RootedPath::new(VirtualRoot::Project, path));
    let data = serde_json::to_vec(&value(document))?;
    let mut files = BTreeMap::from([("report.json".to_owned(), Bytes::new(data))]);
    for (chart, svg) in charts {
        files.insert(format!("charts/{}.svg", chart.id), Bytes::from_string(chart::faced(svg)));
    }
    let source = Source::new(main, template.unwrap_or(TEMPLATE).to_owned());
    let pages = Pages { main: source, files, today: datetime(document.today), faces: FACES.with(fonts) };
    let set: PagedDocument = typst::compile(&pages).output.map_err(|errors| failed(&errors))?;
    // PDF/UA asks for more than tags, for example that every character has a glyph: where a name or a template of one's own
    // cannot give that, the PDF is tagged all the same.
    let accessible =
        PdfStandards::new(&[PdfStandard::Ua_1]).map(|standards| PdfOptions { standards, ..options(document) });
    let universal = accessible.ok().and_then(|options| typst_pdf::pdf(&set, &options).ok());
    let bytes = match universal {
        Some(bytes) => bytes,
        None => typst_pdf::pdf(&set, &options(document)).map_err(|errors| failed(&errors))?,
    };
    // Typst keeps what it has laid out for a next run; there is none in this process that would use it.
    typst::comemo::evict(0);
    Ok(bytes)
}

fn options(document: &Document) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(format!("seatcast report {} {}", document.tenant, document.today)),
        creator: Smart::Custom(Some(document.creator.clone())),
        timestamp: datetime(document.today).map(Timestamp::new_utc),
        ..PdfOptions::default()
    }
}

fn failed(errors: &[SourceDiagnostic]) -> RenderError {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    RenderError::Pdf(messages.join("; "))
}

/// The document as a template reads it: every text ready to be shown, every choice of layout left open.
fn value(document: &Document) -> serde_json::Value {
    let words = Words::of(document.language);
    let (first, more) = document.first_troubles();
    serde_json::json!({
        "language": document.language.tag(),
        "title": document.title,
        "tenant": document.tenant,
        "subtitle": document.subtitle,
        "footer": document.footer,
        "contents": words.say("contents"),
        "page-of": words.say("page-of"),
        "verdict": phrase(&document.verdict),
        "money": phrase(&document.money),
        "troubles": troubles(first),
        "more-troubles": troubles(more),
        "more-note": words.tell("more.after-contents", &[("n", words.count(more.len() as u64))]),
        "more-title": words.say("more.title"),
        "first-chart": document.first_chart().map(chart),
        "first-note": words.say("first-note"),
        "sections": document.sections.iter().map(|part| section(document, part, words)).collect::<Vec<_>>(),
    })
}

fn troubles(troubles: &[Trouble]) -> Vec<serde_json::Value> {
    let each = |trouble: &Trouble| serde_json::json!({ "tone": tone(trouble.tone), "phrase": phrase(&trouble.phrase) });
    troubles.iter().map(each).collect()
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Warning => "warning",
        Tone::Alarm => "alarm",
    }
}

fn phrase(phrase: &Phrase) -> serde_json::Value {
    phrase.0.iter().map(|span| serde_json::json!({ "text": span.text, "strong": span.strong })).collect()
}

fn chart(chart: &Chart) -> serde_json::Value {
    let (width, height) = super::chart::size(&chart.picture);
    serde_json::json!({
        "path": format!("/charts/{}.svg", chart.id),
        "title": chart.title,
        "alt": chart.description,
        "width": width,
        "height": height,
    })
}

fn section(document: &Document, section: &Section, words: &Words) -> serde_json::Value {
    let blocks: Vec<serde_json::Value> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph(text) => Some(serde_json::json!({ "kind": "paragraph", "phrase": phrase(text) })),
            Block::Note(text) => Some(serde_json::json!({ "kind": "note", "text": text })),
            Block::SparkKey(_) => None,
            Block::Table(data) => Some(table(data, words)),
            Block::Chart(id) => {
                let data = document.chart(id)?;
                Some(serde_json::json!({ "kind": "chart", "chart": chart(data) }))
            }
        })
        .collect();
    serde_json::json!({
        "id": section.id,
        "title": section.title,
        "appendix": section.level == Level::Appendix,
        "blocks": blocks,
    })
}

fn table(table: &Table, words: &Words) -> serde_json::Value {
    let kept = table.page_columns();
    let columns = kept.iter().filter_map(|at| table.columns.get(*at));
    let rows = table.rows.iter().map(|row| {
        let cells = kept.iter().filter_map(|at| row.cells.get(*at));
        serde_json::json!({
            "tone": tone(row.tone),
            "apart": row.apart,
            "cells": cells.map(|cell| cell.shown(words)).collect::<Vec<_>>(),
        })
    });
    serde_json::json!({
        "kind": "table",
        "id": table.id,
        "caption": table.caption,
        "notes": table.notes,
        "columns": columns.map(|column| serde_json::json!({
            "title": column.title,
            "unit": column.unit,
            "numeric": column.numeric,
        })).collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
    })
}
