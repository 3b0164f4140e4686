//! Drawings for viewers that lack the embedded font. In: an SVG of `Canvas`. Out: the same with the width of every text
//! written down, so that another face is stretched to it and nothing is cut off. Never: changes what the text says.

use super::canvas::width;

/// Adds `textLength` to each text element. Only understands what plotters writes.
pub fn texts(svg: &str) -> String {
    let mut fixed = String::with_capacity(svg.len() + svg.len() / 8);
    let mut rest = svg;
    while let Some((before, after)) = rest.split_once("<text ") {
        fixed.push_str(before);
        fixed.push_str("<text ");
        if let Some((attributes, _)) = after.split_once('>')
            && let Some((content, _)) = after[attributes.len() + 1..].split_once("</text>")
            && let Some(size) = attribute(attributes, "font-size").and_then(|size| size.parse::<f64>().ok())
        {
            let bold = attribute(attributes, "font-weight") == Some("bold");
            let length = width(&unescape(content.trim_matches('\n')), size, bold);
            if length >= 1.0 {
                fixed.push_str(&format!("textLength=\"{length:.0}\" lengthAdjust=\"spacingAndGlyphs\" "));
            }
        }
        rest = after;
    }
    fixed.push_str(rest);
    fixed
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(&format!("{name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

fn unescape(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}
