//! A report as Markdown, for a comment on a pull request. In: a document. Out: GitHub's Markdown up to a level; what is not of the
//! summary, and long tables, folded. Never: lets a name become markup, a link or a mention.

use super::document::{Block, Cell, Document, Level, Phrase, Span, Table, Tone, Trouble};
use super::words::Words;

/// A table of more rows than this is folded.
const LONG: usize = 15;

pub fn render(document: &Document, level: Level) -> String {
    let words = Words::of(document.language);
    let mut out =
        format!("# {}\n\n{}\n\n{}\n\n", escape(&document.title), escape(&document.subtitle), phrase(&document.verdict));
    if !document.money.0.is_empty() {
        out.push_str(&format!("{}\n\n", phrase(&document.money)));
    }
    let (first, more) = document.first_troubles();
    let list = |troubles: &[Trouble], out: &mut String| {
        for trouble in troubles {
            let mark = if trouble.tone == Tone::Alarm { "🔴" } else { "🟠" };
            out.push_str(&format!("- {mark} {}\n", phrase(&trouble.phrase)));
        }
    };
    list(first, &mut out);
    if !more.is_empty() {
        let summary = words.tell("more.count", &[("n", words.count(more.len() as u64))]);
        out.push_str(&format!("\n<details><summary>{}</summary>\n\n", escape(&summary)));
        list(more, &mut out);
        out.push_str("\n</details>\n");
    }
    for section in document.sections.iter().filter(|section| section.level <= level) {
        let folded = section.level > Level::Summary;
        if folded {
            out.push_str(&format!("\n<details><summary><b>{}</b></summary>\n\n", escape(&section.title)));
        } else {
            out.push_str(&format!("\n## {}\n\n", escape(&section.title)));
        }
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => out.push_str(&format!("{}\n\n", phrase(text))),
                Block::Note(text) | Block::SparkKey(text) => out.push_str(&format!("<sub>{}</sub>\n\n", escape(text))),
                Block::Table(data) => table(&mut out, data, words),
                Block::Chart(_) => {}
            }
        }
        if folded {
            out.push_str("</details>\n");
        }
    }
    out
}

fn phrase(phrase: &Phrase) -> String {
    let span = |span: &Span| match (span.strong, span.text.trim().is_empty()) {
        (true, false) => format!("**{}**", escape(span.text.trim())),
        _ => escape(&span.text),
    };
    phrase.0.iter().map(span).collect()
}

fn table(out: &mut String, table: &Table, words: &Words) {
    let folded = table.rows.len() > LONG;
    if folded {
        out.push_str(&format!("<details><summary>{}</summary>\n\n", escape(&table.caption)));
    } else {
        out.push_str(&format!("**{}**\n\n", escape(&table.caption)));
    }
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    out.push_str(&line(&mut table.columns.iter().map(|column| escape(&column.header()))));
    out.push_str(&line(&mut table.columns.iter().map(|column| if column.numeric { "---:" } else { "---" }.to_owned())));
    for row in &table.rows {
        let cell = |(at, cell): (usize, &Cell)| match (at, row.tone) {
            (0, Tone::Alarm) => format!("▲ {}", escape(&cell.shown(words))),
            (0, Tone::Warning) => format!("● {}", escape(&cell.shown(words))),
            _ => escape(&cell.shown(words)),
        };
        out.push_str(&line(&mut row.cells.iter().enumerate().map(cell)));
    }
    out.push('\n');
    if folded {
        out.push_str("</details>\n\n");
    }
    for note in &table.notes {
        out.push_str(&format!("<sub>{}</sub>\n\n", escape(note)));
    }
}

/// Every character that Markdown, HTML or a forge gives a meaning, as an entity.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '*' | '_' | '`' | '#' | '[' | ']' | '|' | '\\' | '~' | '@' | '!' | '$' | ':' => {
                escaped.push_str(&format!("&#{};", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
