//! What a report says. In: a `Forecast`. Out: a `Document` of sections with typed cells. Never: knows a format, a page or a
//! screen.

mod basis;
mod bundle;
mod cells;
mod certainty;
mod comparison;
mod comparison_causes;
mod comparison_costs;
mod comparison_months;
mod comparison_pictures;
mod costs;
mod first_shortage;
mod guidance;
mod hindsight;
mod more;
mod orders;
mod page_one;
mod pictures;
mod purchase;
mod purchase_cost;
mod seats;
mod skill;
mod status;
mod true_up;
mod waiting;

use chrono::NaiveDate;

pub use bundle::bundle;
pub use cells::{Cell, Column, Phrase, Row, Span, Table, Tone};
pub use comparison::comparison;
pub use hindsight::hindsight;
pub use pictures::{
    Bars, Chart, Fan, Heat, Mark, MarkKind, MonthBars, Picture, RiskCurve, Runway, Stack, Step, Timeline,
};
pub use purchase::purchase_plan;
pub use skill::{skill, title as skill_title};
pub use status::status;

use super::words::{Language, Words};
use crate::forecast::{Forecast, SkuForecast};

/// A report, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub language: Language,
    pub title: String,
    /// The tenant's name as it may be shown.
    pub tenant: String,
    /// “Today” of the forecast: the only date that a format may print or store.
    pub today: NaiveDate,
    /// One line: what reader, horizon and number of futures the report rests on.
    pub subtitle: String,
    /// The verdict in one sentence, then a sentence for each SKU in trouble.
    pub verdict: Phrase,
    /// What the seats cost and when the next decision falls due; empty where nothing is known.
    pub money: Phrase,
    pub troubles: Vec<Trouble>,
    pub sections: Vec<Section>,
    pub charts: Vec<Chart>,
    /// The line at the foot of every page.
    pub footer: String,
    /// Program and version that made the report.
    pub creator: String,
}

/// One SKU in trouble, worded.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub tone: Tone,
    pub phrase: Phrase,
}

/// How far a reader has to go for a section. A terminal shows summaries, a page all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Summary,
    Full,
    Appendix,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub id: &'static str,
    pub title: String,
    pub level: Level,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Paragraph(Phrase),
    /// Small print: how to read what stands above it.
    Note(String),
    /// How to read sparklines; only for formats that show them.
    SparkKey(String),
    Table(Table),
    /// The `id` of one of the document's charts.
    Chart(String),
}

/// So many sentences fit on page one beside a picture; where there are more, one fewer is shown, and how many follow.
const ON_PAGE_ONE: usize = 8;

impl Document {
    /// The sentences of page one, and those that follow later.
    pub fn first_troubles(&self) -> (&[Trouble], &[Trouble]) {
        let all = self.troubles.len();
        self.troubles.split_at(if all <= ON_PAGE_ONE { all } else { ON_PAGE_ONE - 1 })
    }

    pub fn chart(&self, id: &str) -> Option<&Chart> {
        self.charts.iter().find(|chart| chart.id == id)
    }

    /// The picture on page one.
    pub fn first_chart(&self) -> Option<&Chart> {
        ["overview-first", "overview", comparison_pictures::DEMAND].into_iter().find_map(|id| self.chart(id))
    }

    /// Every table with the section it stands in.
    pub fn tables(&self) -> impl Iterator<Item = (&Section, &Table)> {
        self.sections.iter().flat_map(|section| {
            section.blocks.iter().filter_map(move |block| match block {
                Block::Table(table) => Some((section, table)),
                _ => None,
            })
        })
    }
}

/// The SKUs of a forecast with those in trouble first, each group in the order of the forecast.
fn in_order(forecast: &Forecast) -> Vec<&SkuForecast> {
    let rank = |sku: &SkuForecast| {
        forecast.trouble.iter().position(|trouble| sku.is_called(&trouble.sku)).unwrap_or(forecast.trouble.len())
    };
    let mut skus: Vec<&SkuForecast> = forecast.skus.iter().collect();
    skus.sort_by_key(|sku| rank(sku));
    skus
}

/// The document of `forecast` in `language`.
pub fn document(forecast: &Forecast, language: Language) -> Document {
    let words = Words::of(language);
    let charts = pictures::charts(forecast, words);
    let tenant = super::clean::text(&forecast.provenance.tenant);
    let today = words.date(forecast.provenance.today);
    let mut sections = vec![
        seats::outlook(forecast, words, &charts),
        seats::today(forecast, words),
        costs::renewals(forecast, words, &charts),
        true_up::where_owed(&forecast.status, words),
        waiting::waiting(forecast, words),
        first_shortage::first_shortages(forecast, words),
        orders::orders(forecast, words),
        costs::months(forecast, words, &charts),
        costs::departments(forecast, words),
        costs::centres(forecast, words),
        waiting::groups(forecast, words),
        waiting::reclaimable(forecast, words),
        seats::bridge(forecast, words, &charts),
        basis::assumptions(forecast, words),
        basis::coverage(forecast, words),
        basis::provenance(forecast, words),
        guidance::reading(words),
    ];
    sections.extend(seats::monthly(forecast, words));
    sections.retain(|section| !section.blocks.is_empty());
    Document {
        language,
        title: words.tell("title", &[("tenant", tenant.clone())]),
        subtitle: page_one::subtitle(forecast, words),
        verdict: page_one::verdict(forecast, words),
        money: page_one::money(forecast, words),
        troubles: page_one::troubles(forecast, words),
        footer: words.tell("footer", &[("tenant", tenant.clone()), ("today", today)]),
        creator: format!("seatcast {}", super::clean::text(&forecast.provenance.version)),
        today: forecast.provenance.today,
        tenant,
        sections,
        charts,
    }
}

/// The same for what a scenario makes of the tenant: it says so before anything else.
pub fn scenario(forecast: &Forecast, title: &str, language: Language) -> Document {
    let mut document = document(forecast, language);
    let name = super::clean::text(title);
    let named = Words::of(language).tell("scenario-of", &[("scenario", name)]);
    document.subtitle = format!("{named} · {}", document.subtitle);
    document.footer = format!("{named} · {}", document.footer);
    document
}
