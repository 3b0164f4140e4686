//! The formats of files. In: a name as it is typed. Out: a kind. Never: what a file of it says.

/// A kind of file, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Pdf,
    Html,
    Markdown,
    Xlsx,
    Json,
    Csv,
    Parquet,
    Svg,
    Png,
}

impl Kind {
    pub const ALL: [Kind; 9] =
        [Kind::Pdf, Kind::Html, Kind::Markdown, Kind::Xlsx, Kind::Json, Kind::Csv, Kind::Parquet, Kind::Svg, Kind::Png];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Pdf => "pdf",
            Kind::Html => "html",
            Kind::Markdown => "md",
            Kind::Xlsx => "xlsx",
            Kind::Json => "json",
            Kind::Csv => "csv",
            Kind::Parquet => "parquet",
            Kind::Svg => "svg",
            Kind::Png => "png",
        }
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}
