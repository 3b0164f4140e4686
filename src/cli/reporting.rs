//! How reports are to look, and where they go. In: arguments. Out: options that the report room knows, files in a folder.
//! Never: a report with a name in it that was to be hidden.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::settings::{self, Format};
use super::{Failure, outputs, render};
use crate::diagnostic::Diagnostic;
use crate::forecast::{Comparison, Forecast};
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
        })
    }

    /// Writes every file of the report, then prints what was asked for.
    pub fn deliver(&self, forecast: &Forecast, name: &str) -> Result<(), Failure> {
        let forecast = match &self.pseudonymise {
            Some(salt) => Cow::Owned(report::pseudonymise(forecast, salt)),
            None => Cow::Borrowed(forecast),
        };
        let options = self.options()?;
        let folder = self.out.clone().unwrap_or_else(|| outputs::default_folder(name));
        let files = report::files(&forecast, &options).map_err(|error| Failure::Other(error.to_string()))?;
        for (name, bytes) in &files {
            outputs::write(&folder.join(name), bytes)?;
        }
        match self.quiet {
            true => Ok(()),
            false => self.print(&forecast, &folder, files.len()),
        }
    }

    /// The same for a comparison.
    pub fn deliver_comparison(&self, comparison: &Comparison, name: &str) -> Result<(), Failure> {
        let failed = |error: report::RenderError| Failure::Other(error.to_string());
        let comparison = match &self.pseudonymise {
            Some(salt) => Cow::Owned(report::pseudonymise_comparison(comparison, salt)),
            None => Cow::Borrowed(comparison),
        };
        let folder = self.out.clone().unwrap_or_else(|| outputs::default_folder(name).join("compare"));
        let files = report::comparison_files(&comparison, &self.options()?).map_err(failed)?;
        for (name, bytes) in &files {
            outputs::write(&folder.join(name), bytes)?;
        }
        if self.quiet {
            return Ok(());
        }
        if self.format == Format::Json {
            return outputs::print(&String::from_utf8_lossy(&report::comparison_json(&comparison).map_err(failed)?));
        }
        let document = report::comparison(&comparison, self.language);
        self.show(&document, &folder, files.len())
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

    fn print(&self, forecast: &Forecast, folder: &Path, files: usize) -> Result<(), Failure> {
        if self.format == Format::Json {
            let json = report::json::render(forecast).map_err(|error| Failure::Other(error.to_string()))?;
            return outputs::print(&String::from_utf8_lossy(&json));
        }
        self.show(&report::document(forecast, self.language), folder, files)
    }
}
