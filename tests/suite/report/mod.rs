//! Reports: what they say, and that every format is whole, repeatable and safe.

mod again;
mod bridge;
mod fixture;
mod hostile;
mod many;
mod nameless;
mod names;
mod pictures;
mod shapes;
mod side_by_side;
mod words;

use std::sync::LazyLock;

use seatcast::forecast::Forecast;
use seatcast::report::{Document, Language, Options, document, files};

static FORECAST: LazyLock<Forecast> = LazyLock::new(fixture::forecast);
static DOCUMENT: LazyLock<Document> = LazyLock::new(|| document(&FORECAST, Language::English));
/// All files of the fixture, made once for all tests.
static FILES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| files(&FORECAST, &Options::default()).unwrap());

fn file(name: &str) -> &'static [u8] {
    &FILES.iter().find(|(known, _)| known == name).unwrap().1
}

fn text_of(name: &str) -> &'static str {
    std::str::from_utf8(file(name)).unwrap()
}
