//! What charts show. In: a forecast. Out: charts as data, with titles and the words that stand in them. Never: a pixel.

use chrono::NaiveDate;

use super::{Tone, in_order, more};
use crate::forecast::{Forecast, RenewalEvent, Skill, SkuForecast};
use crate::money::Currency;
use crate::report::words::Words;
use crate::report::{clean, shorten};

/// A chart: `id` is unique and fit for a file name.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    pub id: String,
    pub title: String,
    pub subtitle: String,
    /// What the chart shows, for those who cannot see it.
    pub description: String,
    pub picture: Picture,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Picture {
    Fan(Fan),
    /// Small multiples: every SKU, or the first of them.
    Overview(Vec<Fan>),
    /// How long the seats last, SKU by SKU.
    Runway(Runway),
    /// How likely a shortage is, SKU by month.
    Heat(Heat),
    /// What a month costs, by SKU, in one currency.
    Stack(Stack),
    /// From today's demand to the horizon's, in tenths of a seat.
    Bridge(Vec<Step>),
    /// Renewals on a line of time.
    Timeline(Timeline),
    /// What each percent of accepted risk costs.
    Risk(RiskCurve),
    /// How good forecasts of the past were, by months ahead.
    Skill(Vec<Skill>),
    /// Differences to the baseline, a bar each.
    Bars(Bars),
    /// Differences of cost to the baseline month by month, in layers by SKU, a panel for each scenario.
    MonthBars(MonthBars),
    /// One SKU without and with scenarios: panels on one scale.
    Sides(Vec<Fan>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    pub rows: Vec<Bar>,
}

/// `value` to the right of zero or to the left, with `text` at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub name: String,
    /// The scenario.
    pub of: String,
    pub value: i64,
    pub text: String,
    pub tone: Tone,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MonthBars {
    pub currency: Currency,
    pub days: Vec<NaiveDate>,
    /// The same in all panels: SKUs by the largest difference, the others together as the last.
    pub layers: Vec<String>,
    /// Name, a verdict of a few words, and for each layer minor units by day.
    pub panels: Vec<(String, String, Vec<Vec<i64>>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Runway {
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub rows: Vec<RunwayRow>,
}

/// The first shortage at P10, P50 and P90; `None` is later than the horizon.
#[derive(Clone, Debug, PartialEq)]
pub struct RunwayRow {
    pub name: String,
    pub text: String,
    pub tone: Tone,
    pub dates: [Option<NaiveDate>; 3],
}

#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    pub days: Vec<NaiveDate>,
    /// Replications that run short, of all.
    pub rows: Vec<(String, Vec<u32>)>,
    pub of: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    pub currency: Currency,
    pub days: Vec<NaiveDate>,
    /// From the bottom up, the dearest first; minor units.
    pub layers: Vec<(String, Vec<i64>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub name: String,
    pub tenths: i64,
    /// A whole bar from zero, not a change.
    pub whole: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    pub start: NaiveDate,
    pub end: NaiveDate,
    pub rows: Vec<TimelineRow>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TimelineRow {
    pub name: String,
    pub text: String,
    pub tone: Tone,
    pub day: NaiveDate,
    pub act_by: Option<NaiveDate>,
}

/// Costs in minor units by accepted risk in hundredths of a percent, ascending, and the risk that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskCurve {
    pub currency: Currency,
    pub points: Vec<(u32, i64)>,
    pub own: Option<u32>,
}

/// Demand against supply of one SKU.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    pub name: String,
    /// A verdict of a few words, for the small multiples.
    pub verdict: String,
    pub tone: Tone,
    pub days: Vec<NaiveDate>,
    pub p10: Vec<u32>,
    pub p50: Vec<u32>,
    pub p90: Vec<u32>,
    /// Capacity from each day on; the first day is today.
    pub supply: Vec<(NaiveDate, u32)>,
    pub marks: Vec<Mark>,
}

/// Something that happens on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub day: NaiveDate,
    pub text: String,
    pub kind: MarkKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    Renewal,
    Shortage,
}

/// Overviews on page one show at most so many SKUs.
const FIRST: usize = 9;
/// Columns that a product takes in the title of a chart: what the chart shows has to fit behind it.
const TITLE: usize = 44;

/// The overview of all SKUs, where there are many an overview of the first, and a fan for each SKU, those in trouble first.
pub fn charts(forecast: &Forecast, words: &Words) -> Vec<Chart> {
    let skus = in_order(forecast);
    let fans: Vec<(String, Fan)> = skus
        .iter()
        .zip(names(&skus))
        .filter(|(sku, _)| !sku.points.is_empty())
        .map(|(sku, id)| (id, fan(forecast, sku, words)))
        .collect();
    if fans.is_empty() {
        return Vec::new();
    }
    let all: Vec<Fan> = fans.iter().map(|(_, fan)| fan.clone()).collect();
    let mut charts = vec![overview("overview", &all, all.len(), words)];
    if all.len() > FIRST {
        charts.push(overview("overview-first", &all[..FIRST], all.len(), words));
    }
    let ids: Vec<String> = fans.iter().map(|(id, _)| id.clone()).collect();
    let known: Vec<&SkuForecast> = skus.into_iter().filter(|sku| !sku.points.is_empty()).collect();
    let names = shorten::apart_on_columns(all.iter().map(|fan| fan.name.as_str()), TITLE);
    let drawn = fans.into_iter().zip(&known).zip(&names);
    charts.extend(drawn.map(|(((id, fan), sku), name)| {
        let chart = fan_chart(forecast, id, fan, sku, words);
        Chart { title: words.tell("chart.fan", &[("product", name.clone())]), ..chart }
    }));
    charts.extend(more::charts(forecast, &known, &ids, &names, words));
    charts
}

fn overview(id: &str, fans: &[Fan], all: usize, words: &Words) -> Chart {
    let shown = ("shown", fans.len().to_string());
    let values = [shown, ("all", words.plural("unit.skus", all as u64))];
    let key = if fans.len() < all { "chart.overview-first" } else { "chart.overview" };
    let described: Vec<String> = fans.iter().map(|fan| format!("{}: {}", fan.name, fan.verdict)).collect();
    Chart {
        id: id.to_owned(),
        title: words.tell(key, &values),
        subtitle: words.say("chart.overview-subtitle"),
        description: described.join("; "),
        picture: Picture::Overview(fans.to_vec()),
    }
}

fn fan_chart(forecast: &Forecast, id: String, fan: Fan, sku: &SkuForecast, words: &Words) -> Chart {
    let date = |day: Option<&NaiveDate>| day.map_or(String::new(), |day| words.date(*day));
    let number = |value: Option<&u32>| words.count(value.copied().map_or(0, u64::from));
    let values = [
        ("product", fan.name.clone()),
        ("sku", clean::text(&sku.sku_part_number)),
        ("start", date(fan.days.first())),
        ("end", date(fan.days.last())),
        ("replications", words.count(u64::from(forecast.provenance.replications))),
        ("from", number(fan.p50.first())),
        ("to", number(fan.p50.last())),
        ("low", number(fan.p10.last())),
        ("high", number(fan.p90.last())),
        ("capacity", number(fan.supply.last().map(|(_, capacity)| capacity))),
        ("verdict", fan.verdict.clone()),
    ];
    Chart {
        id,
        title: words.tell("chart.fan", &values),
        subtitle: words.tell("chart.fan-subtitle", &values),
        description: words.tell("chart.fan-description", &values),
        picture: Picture::Fan(fan),
    }
}

pub fn fan(forecast: &Forecast, sku: &SkuForecast, words: &Words) -> Fan {
    let name = match clean::text(&sku.product_name) {
        name if name.is_empty() => clean::text(&sku.sku_part_number),
        name => name,
    };
    let first = &sku.first_shortage;
    let short_today = sku.points.first().is_some_and(|point| point.demand.p50 > point.capacity);
    let of = forecast.provenance.replications;
    let values = [("date", first.p50.or(first.p10).map_or(String::new(), |day| words.month(day)))];
    let share = [("share", words.share(first.replications_short, of))];
    let (verdict, tone) = match first {
        _ if short_today => (words.say("chart.short-now"), Tone::Alarm),
        first if first.p50.is_some() => (words.tell("chart.short-from", &values), Tone::Alarm),
        first if first.p10.is_some() => (words.tell("chart.at-risk", &share), Tone::Warning),
        _ => (words.say("chart.enough"), Tone::Plain),
    };
    let mut marks: Vec<Mark> = forecast
        .renewals
        .iter()
        .filter(|event| sku.is_called(&event.sku))
        .map(|event| renewal_mark(event, words))
        .collect();
    if let Some(day) = first.p50.filter(|_| !short_today) {
        let text = words.tell("chart.mark-shortage", &[("date", words.day(day))]);
        marks.push(Mark { day, text, kind: MarkKind::Shortage });
    }
    marks.sort_by_key(|mark| mark.day);
    Fan {
        name,
        verdict,
        tone,
        days: sku.points.iter().map(|point| point.day).collect(),
        p10: sku.points.iter().map(|point| point.demand.p10).collect(),
        p50: sku.points.iter().map(|point| point.demand.p50).collect(),
        p90: sku.points.iter().map(|point| point.demand.p90).collect(),
        supply: supply(sku),
        marks,
    }
}

/// Capacity to the day where the forecast has it, else at the monthly points.
fn supply(sku: &SkuForecast) -> Vec<(NaiveDate, u32)> {
    match sku.supply.as_slice() {
        [] => sku.points.iter().map(|point| (point.day, point.capacity)).collect(),
        levels => levels.iter().map(|level| (level.day, level.capacity)).collect(),
    }
}

/// Renewals that change nothing have a mark without words.
fn renewal_mark(event: &RenewalEvent, words: &Words) -> Mark {
    let values = [
        ("before", words.count(u64::from(event.quantity_before))),
        ("after", words.count(u64::from(event.quantity_after))),
    ];
    let changed = event.quantity_before != event.quantity_after;
    let text = if changed { words.tell("chart.mark-renewal", &values) } else { String::new() };
    Mark { day: event.day, text, kind: MarkKind::Renewal }
}

/// Names of other files of a report.
const RESERVED: [&str; 10] = [
    "overview",
    "overview-first",
    "report",
    "forecast",
    "series",
    "runway",
    "shortage-chance",
    "renewals",
    "costs",
    "demand",
];

/// File names for the SKUs: their part numbers, made safe for every file system and distinct without regard to case.
pub fn names(skus: &[&SkuForecast]) -> Vec<String> {
    let mut taken: Vec<String> = RESERVED.map(str::to_owned).to_vec();
    let mut name = |sku: &&SkuForecast| {
        let safe = safe_name(&sku.sku_part_number);
        let free = |candidate: &String| !taken.contains(&candidate.to_lowercase());
        let found = std::iter::once(safe.clone()).chain((2..).map(|n| format!("{safe}-{n}"))).find(free);
        let found = found.unwrap_or(safe);
        taken.push(found.to_lowercase());
        found
    };
    skus.iter().map(&mut name).collect()
}

/// Letters, digits, `-` and `_`, at most 80 of them; never a name that Windows keeps for a device.
fn safe_name(text: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    let name: String = text.chars().map(keep).take(80).collect();
    let name = if name.is_empty() { "sku".to_owned() } else { name };
    let upper = name.to_ascii_uppercase();
    let numbered = |stem: &str| upper.strip_prefix(stem).is_some_and(|rest| rest.len() == 1);
    let device = matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT");
    if device { format!("sku-{name}") } else { name }
}
