//! Charts and pages: that they are whole, carry their words and need no font of the system.

use std::sync::LazyLock;

use seatcast::report::{Language, Options, Picture, RenderError, Theme, document, pdf, png, svg};

use super::{DOCUMENT, FORECAST, file, fixture, text_of};

/// Width and height from the header of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_fan_chart_names_what_it_shows() {
    let svg = text_of("POWER_BI_PRO.svg");
    for words in [
        "Power BI Pro: seats needed and seats owned",
        "P10 to P90 of 1,000 simulated futures",
        "capacity 190",
        "P90",
        "today",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    assert_eq!(size(file("POWER_BI_PRO.png")), (1600, 900));
}

#[test]
fn an_axis_that_does_not_start_at_zero_says_so() {
    assert!(text_of("SPE_E3.svg").contains("vertical axis starts at"));
    assert!(!text_of("VISIOCLIENT.svg").contains("vertical axis starts at"));
}

#[test]
fn the_overview_has_a_panel_for_each_sku() {
    let svg = text_of("overview.svg");
    for sku in &FORECAST.skus {
        let start: String = sku.product_name.chars().take(12).collect();
        assert!(svg.contains(&start), "{start}");
    }
    assert!(size(file("overview.png")).1 > 900);
}

#[test]
fn png_is_drawn_from_the_same_drawing_with_the_embedded_font() {
    // Text is put on pixels: without its words the picture is another one.
    let svg = text_of("VISIOCLIENT.svg");
    let wordless: String = svg.split("<text").enumerate().fold(String::new(), |kept, (at, part)| match at {
        0 => kept + part,
        _ => kept + part.split_once("</text>").unwrap().1,
    });
    assert!(png("test", &wordless, &[]).unwrap() != file("VISIOCLIENT.png"));
}

#[test]
fn names_in_other_scripts_are_drawn_and_not_boxed() {
    // Two names of the same length would be the same row of empty boxes.
    let svg = |name: &str| {
        let text = format!("<text x=\"10\" y=\"40\" font-family=\"Noto Sans\" font-size=\"30\">{name}</text>");
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"60\">{text}</svg>")
    };
    for (one, other) in [
        ("微软", "財務"),
        ("ライ", "セン"),
        ("한국", "서울"),
        ("مكت", "قسم"),
        ("מחל", "רשת"),
        ("ฝาย", "ขาด"),
        ("विक", "धन"),
    ] {
        let drawn = [one, other].map(|name| png("names", &svg(name), &[]).unwrap());
        assert!(drawn[0] != drawn[1], "{one} and {other} look the same");
    }
}

/// Letters that melt together, beside numbers and signs of another face: each word is drawn, and not a row of empty boxes.
#[test]
fn names_in_mixed_scripts_are_drawn_and_not_boxed() {
    // Of one length, so that two rows of boxes would be the same picture.
    for (one, other) in
        [("الأمان 365…", "الأداء 365…"), ("(רשת E5)…", "(ארץ E5)…"), ("क्षत 365…", "ज्ञत 365…"), ("ผู้ใช้ 365…", "น้ำใส่ 365…")]
    {
        let drawn = [one, other].map(|name| {
            let mut own = FORECAST.clone();
            own.skus.truncate(1);
            own.skus[0].product_name = name.to_owned();
            let drawn = document(&own, Language::English);
            let chart = drawn.charts.iter().find(|chart| chart.id == "runway").unwrap();
            png("runway", &svg(chart, Language::English, Theme::Light).unwrap(), &[]).unwrap()
        });
        assert!(drawn[0] != drawn[1], "{one} and {other} look the same");
    }
}

#[test]
fn dark_charts_differ_and_names_are_escaped() {
    let plan = fixture::Plan { product: "<b>&\"Ende\"</b>", ..fixture::plans().remove(3) };
    let drawn = document(&fixture::forecast_of(&[plan], 24), Language::Dutch);
    let chart = drawn.charts.iter().find(|chart| matches!(chart.picture, Picture::Fan(_))).unwrap();
    let dark = svg(chart, Language::Dutch, Theme::Dark).unwrap();
    assert!(dark != svg(chart, Language::Dutch, Theme::Light).unwrap());
    assert!(dark.contains("&lt;b&gt;&amp;&quot;Ende&quot;&lt;/b&gt;"));
    assert!(dark.contains("licenties"));
}

/// How often `needle` occurs in `bytes`.
fn count(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).filter(|window| *window == needle).count()
}

#[test]
fn the_pdf_has_pages_tags_and_its_own_fonts() {
    let pdf = file("report.pdf");
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(
        count(pdf, b"/Type/Page\n") + count(pdf, b"/Type/Page/") + count(pdf, b"/Type /Page\n") >= 2
            || count(pdf, b"/Type/Page") >= 3
    );
    assert!(count(pdf, b"/StructTreeRoot") > 0, "tagged");
    assert!(count(pdf, b"pdfuaid") > 0, "as PDF/UA asks");
    assert!(count(pdf, b"/FontFile") > 0, "fonts are embedded");
    assert!(count(pdf, b"D:20261124") > 0, "dated by the forecast");
}

static WITHOUT_CHARTS: LazyLock<seatcast::report::Document> =
    LazyLock::new(|| seatcast::report::Document { charts: Vec::new(), sections: Vec::new(), ..DOCUMENT.clone() });

#[test]
fn names_are_data_and_never_markup() {
    let mut evil = WITHOUT_CHARTS.clone();
    evil.title = "#panic(\"no\") *bold* $x$ @ref <label> \\".to_owned();
    evil.tenant = "#include \"/etc/passwd\"".to_owned();
    assert!(pdf(&evil, &[], None, &[]).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn a_template_of_ones_own_sees_the_data_and_no_other_file() {
    let own = "#let data = json(\"/report.json\")\n#data.title";
    assert!(pdf(&WITHOUT_CHARTS, &[], Some(own), &[]).is_ok());
    for wrong in ["#read(\"/etc/passwd\")", "#import \"@preview/x:1.0.0\": *", "#let"] {
        match pdf(&WITHOUT_CHARTS, &[], Some(wrong), &[]) {
            Err(RenderError::Pdf(message)) => assert!(!message.is_empty()),
            other => panic!("{wrong}: {other:?}"),
        }
    }
    let options = Options::default();
    assert!(options.template.is_none());
}
