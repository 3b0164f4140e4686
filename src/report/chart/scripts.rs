//! Words in several scripts. In: an SVG of `Canvas`. Out: the same, in which runs of a script name the embedded face that has it.
//! Never: changes what a text says.
//!
//! A renderer that looks for missing characters one by one gives up where the letters of a word melt together, as in Arabic.

/// First and last characters of a script, and its face.
const SCRIPTS: [(char, char, &str); 6] = [
    ('\u{590}', '\u{5ff}', "Noto Sans Hebrew"),
    ('\u{600}', '\u{8ff}', "Noto Sans Arabic"),
    ('\u{900}', '\u{97f}', "Noto Sans Devanagari"),
    ('\u{e00}', '\u{e7f}', "Noto Sans Thai"),
    ('\u{fb1d}', '\u{fb4f}', "Noto Sans Hebrew"),
    ('\u{fb50}', '\u{fefc}', "Noto Sans Arabic"),
];

fn face(character: char) -> Option<&'static str> {
    let held = SCRIPTS.iter().find(|(first, last, _)| (*first..=*last).contains(&character));
    held.map(|(_, _, face)| *face)
}

/// Only understands what plotters writes.
pub fn faced(svg: &str) -> String {
    let mut faced = String::with_capacity(svg.len());
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once("<text ") {
        faced.push_str(before);
        faced.push_str("<text ");
        rest = after;
        if let Some((attributes, content)) = after.split_once('>')
            && let Some((content, end)) = content.split_once("</text>")
        {
            faced.push_str(attributes);
            faced.push('>');
            // Blanks at the ends are no part of the text, and would shift which letter is of which run.
            faced.push_str(&runs(content.trim()));
            faced.push_str("</text>");
            rest = end;
        }
    }
    faced.push_str(rest);
    faced
}

/// Blanks between two words of a script belong to it.
fn runs(content: &str) -> String {
    if content.chars().all(|character| face(character).is_none()) {
        return content.to_owned();
    }
    let mut runs: Vec<(Option<&str>, String)> = Vec::new();
    for character in content.chars() {
        let own = face(character);
        match runs.last_mut() {
            Some((current, text)) if *current == own => text.push(character),
            Some((Some(_), text)) if character == ' ' => text.push(character),
            _ => runs.push((own, character.to_string())),
        }
    }
    let written = runs.into_iter().map(|(face, text)| match face {
        Some(face) => format!("<tspan font-family=\"{face}\" font-weight=\"normal\">{text}</tspan>"),
        None => text,
    });
    written.collect()
}
