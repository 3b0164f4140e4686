//! Files as text with a known source. In: names and bytes. Out: for each file a table, or the reason why there is none. Never:
//! looks at a cell's meaning, compares two files, except where the Unicode ones prove the code page of another.

use std::collections::BTreeSet;
use std::sync::Arc;

use encoding_rs::Encoding;
use rayon::prelude::*;

use super::report::FileReport;
use super::settings::{self, Settings};
use super::source::{self, Kind, Source};
use super::table::Table;
use super::{Options, SourceFile, bytes, code, code_page, rates};
use crate::diagnostic::{Diagnostic, Origin};
use crate::digest::InputDigest;

/// What one file turned out to be, before its cells are looked at.
pub(super) struct Loaded {
    pub report: FileReport,
    pub digest: InputDigest,
    pub content: Content,
}

pub(super) enum Content {
    Nothing,
    /// Bytes of some code page, which other files may prove.
    Undecoded(Vec<u8>),
    Table(Source, Table),
    Settings(Settings, String),
    Rates(Settings, String),
}

/// Reads every file, in the order given.
pub(super) fn files(files: Vec<SourceFile>, options: &Options) -> Vec<Loaded> {
    let mut loaded: Vec<Loaded> = files.into_par_iter().map(|file| load(file, options)).collect();
    if loaded.iter().any(|loaded| matches!(loaded.content, Content::Undecoded(_))) {
        prove_code_pages(&mut loaded, options);
    }
    loaded
}

/// Reads the files of a code page that the folder's Unicode files prove; the others stay refused.
fn prove_code_pages(loaded: &mut [Loaded], options: &Options) {
    let mut proved = Vec::new();
    {
        let unicode = loaded.iter().filter_map(|loaded| match &loaded.content {
            Content::Table(_, table) => Some(table.text()),
            _ => None,
        });
        let known: BTreeSet<&str> = unicode.flat_map(|text| code_page::words(text)).collect();
        for (at, loaded) in loaded.iter().enumerate() {
            if let Content::Undecoded(bytes) = &loaded.content {
                proved.push((at, code_page::proved(bytes, &known)));
            }
        }
    }
    for (at, proved) in proved {
        let Loaded { report, content, .. } = &mut loaded[at];
        *content = Content::Nothing;
        let Some(proved) = proved else { continue };
        let name = report.path.clone();
        *report = FileReport::new(&name);
        report.encoding = "windows-1252".to_owned();
        let message = format!(
            "the file is not Unicode; it is read as windows-1252, because all {} of its words with other than ASCII letters \
             stand so in other files of the folder",
            proved.words
        );
        let help = "export it again as UTF-8, or name its encoding with `--encoding`";
        report
            .diagnostics
            .push(Diagnostic::warning(code::PROVED_CODE_PAGE, message).at(&Origin::file(&*name)).help(help));
        *content = self::content(&name, Arc::new(proved.text), options, report);
    }
}

fn load(file: SourceFile, options: &Options) -> Loaded {
    let SourceFile { name, bytes } = file;
    let mut report = FileReport::new(&name);
    let told = options.encoding.as_deref().and_then(|label| Encoding::for_label(label.as_bytes()));
    // Where the text is the file itself, its digest is taken while its records are found.
    let early = !bytes::is_its_text(&bytes, told);
    let early = early.then(|| InputDigest::of(&name, &bytes));
    let (digest, content) = match bytes::decode(&name, bytes, told) {
        Err(refused) => {
            report.refuse(*refused.finding);
            let digest = early.unwrap_or_else(|| InputDigest::of(&name, &refused.bytes));
            let content = if refused.single_bytes { Content::Undecoded(refused.bytes) } else { Content::Nothing };
            (digest, content)
        }
        Ok(decoded) => {
            report.encoding = decoded.encoding;
            let text = Arc::new(decoded.text);
            rayon::join(
                || early.unwrap_or_else(|| InputDigest::of(&name, text.as_bytes())),
                || content(&name, text.clone(), options, &mut report),
            )
        }
    };
    Loaded { report, digest, content }
}

fn content(name: &str, text: Arc<String>, options: &Options, report: &mut FileReport) -> Content {
    let file = name.rsplit(['/', '\\']).next().unwrap_or("");
    let is_rates = file.eq_ignore_ascii_case("rates.toml");
    if !is_rates && !file.eq_ignore_ascii_case("seatcast.toml") {
        return recognise(name, text, options, report);
    }
    report.kind = Kind::Settings;
    let text = text.trim_start_matches('\u{feff}').to_owned();
    if is_rates {
        let rates = rates::rates(&Origin::file(name), &text, &mut report.diagnostics);
        report.refused = report.diagnostics.iter().any(Diagnostic::is_error);
        return Content::Rates(rates, text);
    }
    let settings = settings::settings(&Origin::file(name), &text, &mut report.diagnostics);
    report.refused = report.diagnostics.iter().any(Diagnostic::is_error);
    Content::Settings(settings, text)
}

/// Cuts a text into records and finds out which program wrote it.
fn recognise(name: &str, text: Arc<String>, options: &Options, report: &mut FileReport) -> Content {
    let Some(mut table) = Table::read(Origin::file(name), text, &mut report.diagnostics, options.lenient) else {
        report.refused = true;
        return Content::Nothing;
    };
    report.delimiter = Some(table.delimiter);
    report.rows_read = table.rows() as u32;
    report.rows_rejected = table.rejected;
    let told = options.sources.get(name).copied();
    let source = match told {
        Some(told) if !told.lacks(&table.header).is_empty() => {
            let lacks = told.lacks(&table.header).join(", ");
            let actual = source::detect(&table).map_or("of an unknown kind", Source::label);
            let message = format!("the file is not {}: it lacks {lacks}", told.label());
            let finding = Diagnostic::error(code::UNKNOWN_SOURCE, message).at(&table.origin);
            report.refuse(finding.help(format!("its header is that of {actual}")));
            return Content::Nothing;
        }
        Some(told) => told,
        None => match source::detect(&table) {
            Ok(source) => source::refine(source, &table),
            Err((nearest, lacks)) => {
                report.refuse(unrecognised(&table, nearest, &lacks));
                return Content::Nothing;
            }
        },
    };
    report.source = Some(source);
    report.kind = source.kind();
    let by_hand = matches!(source.kind(), Kind::Subscriptions | Kind::Prices | Kind::PlanRules);
    if let Some(place) = table.without_last_line_end().filter(|_| !by_hand) {
        let message = "the last line has no line end, which every exporting program writes";
        let help = "if the file was cut off here, its last value is not whole; export it again to be sure";
        report.diagnostics.push(Diagnostic::warning(code::NO_LAST_LINE_END, message).at(&place).help(help));
    }
    table.neutral = source.is_canonical();
    if table.rows() == 0 && table.rejected == 0 && matches!(source.kind(), Kind::Users | Kind::Skus) {
        let message = "the file holds a header and nothing else";
        report.refuse(Diagnostic::error(code::HEADER_ONLY, message).at(&table.origin).help("export it again"));
        return Content::Nothing;
    }
    Content::Table(source, table)
}

fn unrecognised(table: &Table, nearest: Source, lacks: &[&str]) -> Diagnostic {
    let names: Vec<&str> = table.header.iter().map(|heading| &*heading.name).take(12).collect();
    let more = if table.header.len() > 12 { ", …" } else { "" };
    let message = format!("no known export has the header `{}{more}`", names.join(", "));
    let help = format!(
        "nearest is {}, which also has {}; a localised header must be exported in English; `--source FILE=ID` names the source",
        nearest.label(),
        lacks.join(", ").replace('|', " or ")
    );
    Diagnostic::error(code::UNKNOWN_SOURCE, message).at(&table.origin).help(help)
}
