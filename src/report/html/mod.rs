//! A report as one page of HTML. In: a document and its charts as SVG. Out: one file that needs no other and no network.
//! Never: takes a word of the data for markup or script.

use chrono::NaiveDate;

use super::chart;
use super::document::{Block, Cell, Chart, Document, Fan, Phrase, Picture, Section, Span, Table, Tone, Trouble};
use super::words::Words;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// A table of more rows than this scrolls on its own.
const MANY: usize = 40;

/// One of several documents of a page that can be switched.
pub struct Page<'a> {
    /// What the switch calls it.
    pub name: &'a str,
    pub document: &'a Document,
    pub charts: &'a [(&'a Chart, String)],
}

/// Where a document stands on the page: ids of several of them must not meet.
#[derive(Clone, Copy)]
struct Place {
    number: usize,
    switched: bool,
}

impl Place {
    fn id(self, id: &str) -> String {
        if self.number == 0 { id.to_owned() } else { format!("case-{}-{id}", self.number) }
    }

    /// What shows an element only while its document is chosen.
    fn class(self) -> String {
        if self.switched { format!(" class=\"of-case of-case-{}\"", self.number) } else { String::new() }
    }
}

pub fn render(document: &Document, charts: &[(&Chart, String)]) -> Vec<u8> {
    switched(&[Page { name: "", document, charts }])
}

/// Several documents on one page, one of them shown: a group of radio buttons chooses which, also without the script. The first
/// gives the page its title and language.
pub fn switched(pages: &[Page<'_>]) -> Vec<u8> {
    let Some(Page { document, .. }) = pages.first() else { return Vec::new() };
    let words = Words::of(document.language);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"generator\" content=\"{}\">\n<title>{}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n",
        document.language.tag(),
        escape(&document.creator),
        escape(&document.title),
        hiding(pages.len()),
    );
    page.push_str(&format!("<a class=\"skip\" href=\"#main\">{}</a>\n", escape(&words.say("html.skip"))));
    let place = |number| Place { number, switched: pages.len() > 1 };
    navigation(&mut page, pages, &place, words);
    page.push_str("<main id=\"main\">\n");
    for (number, Page { document, charts, .. }) in pages.iter().enumerate() {
        let place = place(number);
        page.push_str(&format!("<div{}>\n", place.class()));
        first(&mut page, document, charts, place, words);
        for part in &document.sections {
            section(&mut page, part, charts, place, words);
        }
        let (footer, creator) = (escape(&document.footer), escape(&document.creator));
        page.push_str(&format!("<footer>{footer} · {creator}</footer>\n</div>\n"));
    }
    page.push_str(&format!("</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    page.into_bytes()
}

/// Rules that hide what is not chosen.
fn hiding(pages: usize) -> String {
    let rule = |n| format!("body:has(#case-{n}:not(:checked)) .of-case-{n} {{ display: none; }}\n");
    if pages > 1 { (0..pages).map(rule).collect() } else { String::new() }
}

fn navigation(page: &mut String, pages: &[Page<'_>], place: &dyn Fn(usize) -> Place, words: &Words) {
    page.push_str(&format!("<nav aria-label=\"{}\">\n", escape(&words.say("contents"))));
    let scenario = escape(&words.say("html.scenario"));
    if pages.len() > 1 {
        page.push_str(&format!("<fieldset class=\"cases\"><legend>{}</legend>\n", escape(&words.say("html.show"))));
        for (number, Page { name, .. }) in pages.iter().enumerate() {
            let chosen = if number == 0 { " checked" } else { "" };
            page.push_str(&format!(
                "<label><input type=\"radio\" name=\"case\" id=\"case-{number}\"{chosen}> <bdi>{}</bdi></label>\n",
                escape(name)
            ));
        }
        page.push_str("</fieldset>\n");
    }
    for (number, Page { document, .. }) in pages.iter().enumerate() {
        let place = place(number);
        page.push_str(&format!("<ul{}>\n", place.class()));
        for section in &document.sections {
            let (id, title) = (place.id(section.id), escape(&section.title));
            page.push_str(&format!("<li><a href=\"#{id}\">{title}</a></li>\n"));
        }
        page.push_str("</ul>\n");
    }
    let all = escape(&words.say("html.all-scenarios"));
    page.push_str(&format!(
        "<p class=\"switch\" hidden><label>{scenario} <select id=\"scenario\"><option value=\"\">{all}</option>\
         </select></label></p>\n<button type=\"button\" id=\"theme\">{}</button>\n</nav>\n",
        escape(&words.say("html.theme"))
    ));
}

fn first(page: &mut String, document: &Document, charts: &[(&Chart, String)], place: Place, words: &Words) {
    page.push_str(&format!(
        "<h1>{}</h1>\n<p class=\"quiet\">{}</p>\n",
        escape(&document.title),
        escape(&document.subtitle)
    ));
    page.push_str(&format!("<p class=\"verdict\">{}</p>\n", phrase(&document.verdict)));
    if !document.money.0.is_empty() {
        page.push_str(&format!("<p>{}</p>\n", phrase(&document.money)));
    }
    let (shown, more) = document.first_troubles();
    troubles(page, shown);
    if !more.is_empty() {
        let summary = words.tell("more.count", &[("n", words.count(more.len() as u64))]);
        page.push_str(&format!("<details><summary>{}</summary>\n", escape(&summary)));
        troubles(page, more);
        page.push_str("</details>\n");
    }
    let overview = document.first_chart();
    if let Some(overview) = overview {
        figure(page, &overview.id, charts, place, words);
        page.push_str(&format!("<p class=\"note\">{}</p>\n", escape(&words.say("first-note"))));
    }
}

fn troubles(page: &mut String, troubles: &[Trouble]) {
    if troubles.is_empty() {
        return;
    }
    page.push_str("<ul class=\"troubles\">\n");
    for trouble in troubles {
        page.push_str(&format!("<li class=\"{}\">{}</li>\n", tone(trouble.tone), phrase(&trouble.phrase)));
    }
    page.push_str("</ul>\n");
}

fn section(page: &mut String, section: &Section, charts: &[(&Chart, String)], place: Place, words: &Words) {
    let (id, title) = (place.id(section.id), escape(&section.title));
    page.push_str(&format!("<section id=\"{id}\">\n<h2>{title}</h2>\n"));
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) => page.push_str(&format!("<p>{}</p>\n", phrase(text))),
            Block::Note(text) => page.push_str(&format!("<p class=\"note\">{}</p>\n", escape(text))),
            Block::SparkKey(_) => {}
            Block::Table(data) => table(page, data, place, words),
            Block::Chart(id) => figure(page, id, charts, place, words),
        }
    }
    page.push_str("</section>\n");
}

fn figure(page: &mut String, id: &str, charts: &[(&Chart, String)], place: Place, words: &Words) {
    let Some((chart, svg)) = charts.iter().find(|(chart, _)| chart.id == id) else { return };
    let readings = match &chart.picture {
        Picture::Fan(fan) => readings(fan, words),
        _ => None,
    };
    let data =
        readings.as_ref().map_or(String::new(), |text| format!(" tabindex=\"0\" data-readings=\"{}\"", escape(text)));
    page.push_str(&format!(
        "<figure id=\"{}\"{data}>\n<div role=\"img\" aria-label=\"{}\">{}</div>\n",
        place.id(&format!("chart-{id}")),
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

fn table(page: &mut String, table: &Table, place: Place, words: &Words) {
    let caption = format!("table-{}", table.id);
    let rows = table.rows.len();
    let many = if rows > MANY { " many" } else { "" };
    page.push_str(&format!("<div class=\"sheet{many}\">\n"));
    page.push_str(&format!("<p class=\"caption\" id=\"{}\">{}</p>\n", place.id(&caption), escape(&table.caption)));
    if rows > 5 {
        let filter = escape(&words.say("html.filter"));
        page.push_str(&format!("<label class=\"filter\">{filter} <input type=\"search\"></label>\n"));
    }
    // What scrolls can be reached by the keyboard.
    page.push_str(&format!(
        "<div class=\"rows\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}\">\n<table aria-labelledby=\"{0}\">\n<thead><tr>",
        place.id(&caption)
    ));
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
    page.push_str("</tbody>\n</table>\n</div>\n");
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
