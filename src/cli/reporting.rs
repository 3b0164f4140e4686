//! How reports are to look, and where they go. In: arguments. Out: options that the report room knows, files in a folder.
//! Never: a report with a name in it that was to be hidden.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::settings::{self, Format};
use super::{Failure, outputs, render};
use crate::diagnostic::Diagnostic;
use crate::forecast::Whole;
use crate::report::{self, Language, Theme};

/// The arguments of every command that makes a report.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Where files go [default: reports/<name of the tenant folder>]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    out: Option<PathBuf>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// Print nothing but errors
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
    /// The language of every output: `en` or `nl`
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = language, help_heading = "Output")]
    language: Language,
    /// The ground that charts are drawn on
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    theme: Ground,
    /// Make only these kinds of files, separated by commas: pdf, html, md, xlsx, json, csv, parquet, svg, png
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = kind, help_heading = "Output")]
    only: Vec<report::Kind>,
    /// A Typst template in place of the built-in one
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    template: Option<PathBuf>,
    /// A font file for characters that the built-in faces lack
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    font: Vec<PathBuf>,
    /// Stable pseudonyms in place of every name; keep SALT secret, whoever knows it can check a guess
    #[arg(long, value_name = "SALT", help_heading = "Output")]
    pub pseudonymise: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Ground {
    #[default]
    Light,
    Dark,
}

pub fn language(tag: &str) -> Result<Language, String> {
    Language::parse(tag).ok_or_else(|| format!("`{tag}` is not a language of the reports: `en` and `nl` are"))
}

fn kind(name: &str) -> Result<report::Kind, String> {
    let names = report::Kind::ALL.map(report::Kind::name).join(", ");
    report::Kind::parse(name.trim()).ok_or_else(|| format!("`{name}` is no kind of file: choose from {names}"))
}

impl ReportArgs {
    fn options(&self) -> Result<report::Options, Failure> {
        let read = |path: &PathBuf| std::fs::read(path).map_err(|source| Failure::Read { path: path.clone(), source });
        let text = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|source| Failure::Read { path: path.clone(), source })
        };
        Ok(report::Options {
            language: self.language,
            theme: match self.theme {
                Ground::Light => Theme::Light,
                Ground::Dark => Theme::Dark,
            },
            // Names are hidden before anything is rendered, the screen included.
            pseudonyms: None,
            fonts: self.font.iter().map(read).collect::<Result<_, _>>()?,
            template: self.template.as_ref().map(text).transpose()?,
            only: self.only.clone(),
        })
    }

    /// Writes every file of the report, to `folder` where `--out` names none, then prints what was asked for. Gives back what
    /// it was made of, without names where those were to be hidden.
    pub fn deliver(&self, made: Whole, folder: &Path) -> Result<Whole, Failure> {
        let failed = |error: report::RenderError| Failure::Other(error.to_string());
        let made = match &self.pseudonymise {
            Some(salt) => report::pseudonymise_whole(&made, salt),
            None => made,
        };
        let folder = self.out.as_deref().unwrap_or(folder);
        let files = report::files_of(&made, &self.options()?).map_err(failed)?;
        for (name, bytes) in &files {
            outputs::write(&folder.join(name), bytes)?;
        }
        if self.quiet {
            return Ok(made);
        }
        if self.format == Format::Json {
            let json = match &made {
                Whole::Forecast(forecast) => report::json::render(forecast),
                Whole::Scenario { title, forecast, .. } => report::json::of_scenario(forecast, Some(title)),
                Whole::Comparison(comparison) => report::comparison_json(comparison),
            };
            outputs::print(&String::from_utf8_lossy(&json.map_err(failed)?))?;
            return Ok(made);
        }
        let document = match &made {
            Whole::Forecast(forecast) => report::document(forecast, self.language),
            Whole::Scenario { title, forecast, .. } => report::scenario(forecast, title, self.language),
            Whole::Comparison(comparison) => report::comparison(comparison, self.language),
        };
        self.show(&document, folder, files.len())?;
        Ok(made)
    }

    /// Findings name people and groups: where those are to be hidden, only their number is said.
    pub fn warn(&self, findings: &[Diagnostic]) {
        match (self.quiet, &self.pseudonymise) {
            (true, _) => {}
            (false, None) => render::warnings(findings),
            (false, Some(_)) => render::count(findings.len()),
        }
    }

    fn show(&self, document: &report::Document, folder: &Path, files: usize) -> Result<(), Failure> {
        let screen =
            report::Screen { columns: settings::width(), colour: settings::colour(), ..report::Screen::default() };
        let mut text = report::text(document, &screen);
        text.push_str(&format!("\n{files} files in {}\n", folder.display()));
        outputs::print(&text)
    }
}
