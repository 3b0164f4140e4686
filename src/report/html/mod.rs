//! A report as one page of HTML. In: a document and its charts as SVG. Out: one file that needs no other and no network.
//! Never: takes a word of the data for markup or script.

use chrono::NaiveDate;

use super::chart;
use super::document::{Block, Cell, Chart, Document, Fan, Phrase, Picture, Section, Span, Table, Tone};
use super::words::Words;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

pub fn render(document: &Document, charts: &[(&Chart, String)]) -> Vec<u8> {
    let words = Words::of(document.language);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"generator\" content=\"{}\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        document.language.tag(),
        escape(&document.creator),
        escape(&document.title),
    );
    page.push_str(&format!("<a class=\"skip\" href=\"#main\">{}</a>\n", escape(&words.say("html.skip"))));
    navigation(&mut page, document, words);
    page.push_str("<main id=\"main\">\n");
    first(&mut page, document, charts, words);
    for part in &document.sections {
        section(&mut page, part, charts, words);
    }
    page.push_str(&format!("<footer>{} · {}</footer>\n</main>\n", escape(&document.footer), escape(&document.creator)));
    page.push_str(&format!("<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    page.into_bytes()
}

fn navigation(page: &mut String, document: &Document, words: &Words) {
    page.push_str(&format!("<nav aria-label=\"{}\">\n<ul>\n", escape(&words.say("contents"))));
    for section in &document.sections {
        page.push_str(&format!("<li><a href=\"#{}\">{}</a></li>\n", section.id, escape(&section.title)));
    }
    let scenario = escape(&words.say("html.scenario"));
    let all = escape(&words.say("html.all-scenarios"));
    page.push_str(&format!(
        "</ul>\n<p class=\"switch\" hidden><label>{scenario} <select id=\"scenario\"><option value=\"\">{all}</option>\
         </select></label></p>\n<button type=\"button\" id=\"theme\">{}</button>\n</nav>\n",
        escape(&words.say("html.theme"))
    ));
}

fn first(page: &mut String, document: &Document, charts: &[(&Chart, String)], words: &Words) {
    page.push_str(&format!(
        "<h1>{}</h1>\n<p class=\"quiet\">{}</p>\n",
        escape(&document.title),
        escape(&document.subtitle)
    ));
    page.push_str(&format!("<p class=\"verdict\">{}</p>\n", phrase(&document.verdict)));
    if !document.troubles.is_empty() {
        page.push_str("<ul class=\"troubles\">\n");
        for trouble in &document.troubles {
            page.push_str(&format!("<li class=\"{}\">{}</li>\n", tone(trouble.tone), phrase(&trouble.phrase)));
        }
        page.push_str("</ul>\n");
    }
    let overview = document.chart("overview-first").or(document.chart("overview"));
    if let Some(overview) = overview {
        figure(page, &overview.id, charts, words);
        page.push_str(&format!("<p class=\"note\">{}</p>\n", escape(&words.say("first-note"))));
    }
}

fn section(page: &mut String, section: &Section, charts: &[(&Chart, String)], words: &Words) {
    page.push_str(&format!("<section id=\"{}\">\n<h2>{}</h2>\n", section.id, escape(&section.title)));
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) => page.push_str(&format!("<p>{}</p>\n", phrase(text))),
            Block::Note(text) => page.push_str(&format!("<p class=\"note\">{}</p>\n", escape(text))),
            Block::SparkKey(_) => {}
            Block::Table(data) => table(page, data, words),
            Block::Chart(id) => figure(page, id, charts, words),
        }
    }
    page.push_str("</section>\n");
}

fn figure(page: &mut String, id: &str, charts: &[(&Chart, String)], words: &Words) {
    let Some((chart, svg)) = charts.iter().find(|(chart, _)| chart.id == id) else { return };
    let readings = match &chart.picture {
        Picture::Fan(fan) => readings(fan, words),
        _ => None,
    };
    let data =
        readings.as_ref().map_or(String::new(), |text| format!(" tabindex=\"0\" data-readings=\"{}\"", escape(text)));
    page.push_str(&format!(
        "<figure id=\"chart-{id}\"{data}>\n<div role=\"img\" aria-label=\"{}\">{}</div>\n",
        escape(&chart.description),
        chart::scalable(svg),
    ));
    if readings.is_some() {
        let hint = escape(&words.say("html.readings"));
        page.push_str(&format!("<figcaption aria-live=\"polite\">{hint}</figcaption>\n"));
    }
    page.push_str("</figure>\n");
}

/// For each month where it stands on the drawing and the words to show for it, as JSON for the script.
fn readings(fan: &Fan, words: &Words) -> Option<String> {
    let places = chart::places(fan, words.language())?;
    let units = |day: NaiveDate| fan.supply.iter().rev().find(|(from, _)| *from <= day).map_or(0, |(_, units)| *units);
    let count = |value: u32| words.count(u64::from(value));
    let values = fan.p10.iter().zip(&fan.p50).zip(&fan.p90);
    let months = fan.days.iter().zip(&places.days).zip(values).map(|((day, place), ((p10, p50), p90))| {
        let values = [
            ("day", words.date(*day)),
            ("p10", count(*p10)),
            ("p50", count(*p50)),
            ("p90", count(*p90)),
            ("capacity", count(units(*day))),
        ];
        serde_json::json!([place, words.tell("html.reading", &values)])
    });
    let months: Vec<serde_json::Value> = months.collect();
    Some(serde_json::json!({ "top": places.top, "bottom": places.bottom, "months": months }).to_string())
}

fn table(page: &mut String, table: &Table, words: &Words) {
    let rows = table.rows.len();
    page.push_str("<div class=\"sheet\">\n");
    if rows > 5 {
        let filter = escape(&words.say("html.filter"));
        page.push_str(&format!("<label class=\"filter\">{filter} <input type=\"search\"></label>\n"));
    }
    page.push_str(&format!("<table>\n<caption>{}</caption>\n<thead><tr>", escape(&table.caption)));
    let kept = table.page_columns();
    for column in kept.iter().filter_map(|at| table.columns.get(*at)) {
        let class = if column.numeric { " class=\"number\"" } else { "" };
        let unit = match column.unit.as_str() {
            "" => String::new(),
            unit => format!(" <small>{}</small>", escape(unit)),
        };
        let title = escape(&column.title);
        page.push_str(&format!("<th scope=\"col\"{class}><button type=\"button\">{title}{unit}</button></th>"));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    let switched = table.columns.iter().position(|column| column.title == words.say("column.scenario"));
    for row in &table.rows {
        let apart = if row.apart { " apart" } else { "" };
        // Rows that stand apart, such as those of the baseline, are shown beside every scenario.
        let scenario = switched.and_then(|at| row.cells.get(at)).filter(|_| !row.apart);
        let scenario =
            scenario.map_or(String::new(), |cell| format!(" data-scenario=\"{}\"", escape(&cell.shown(words))));
        page.push_str(&format!("<tr class=\"{}{apart}\"{scenario}>", tone(row.tone)));
        for (at, cell) in kept.iter().filter_map(|at| row.cells.get(*at).map(|cell| (*at, cell))) {
            let numeric = table.columns.get(at).is_some_and(|column| column.numeric);
            let class = if numeric { " class=\"number\"" } else { "" };
            let (name, scope) = if at == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
            let order = order(cell).map_or(String::new(), |order| format!(" data-order=\"{order}\""));
            let text = escape(&cell.for_sheet(words));
            page.push_str(&format!("<{name}{scope}{class}{order}><bdi>{text}</bdi></{name}>"));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
    for note in &table.notes {
        page.push_str(&format!("<p class=\"note\">{}</p>\n", escape(note)));
    }
    page.push_str("</div>\n");
}

/// What a numeric cell is sorted by.
fn order(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Count(n) => Some(i64::from(*n)),
        Cell::Signed(n) | Cell::Tenths(n) => Some(*n),
        Cell::Date(day) => Some(day.signed_duration_since(chrono::NaiveDate::default()).num_days()),
        Cell::Money(money) => Some(money.minor),
        Cell::Share { count, .. } => Some(i64::from(*count)),
        Cell::Range { high, .. } => Some(i64::from(*high)),
        Cell::Nothing | Cell::Absent(_) | Cell::Text(_) | Cell::Name(_) | Cell::Spark(_) => None,
    }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Warning => "warning",
        Tone::Alarm => "alarm",
    }
}

fn phrase(phrase: &Phrase) -> String {
    let span = |span: &Span| match span.strong {
        true => format!("<strong><bdi>{}</bdi></strong>", escape(&span.text)),
        false => escape(&span.text),
    };
    phrase.0.iter().map(span).collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
