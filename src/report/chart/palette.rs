//! Colours of charts. In: a theme. Out: colours that stay apart for the colour-blind and in grey. Never: the only sign of
//! anything; lines also differ by shape and label.

use plotters::style::RGBColor;

/// On light or on dark ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

/// After Okabe and Ito. In grey the band is light, demand middling, capacity the darkest (on light ground).
pub struct Palette {
    pub ground: RGBColor,
    pub ink: RGBColor,
    pub quiet: RGBColor,
    pub grid: RGBColor,
    pub demand: RGBColor,
    pub band: RGBColor,
    pub capacity: RGBColor,
    pub short: RGBColor,
    pub short_text: RGBColor,
    pub heat_low: RGBColor,
    pub heat_high: RGBColor,
}

impl Theme {
    pub fn palette(self) -> Palette {
        match self {
            Theme::Light => Palette {
                ground: RGBColor(255, 255, 255),
                ink: RGBColor(26, 26, 26),
                quiet: RGBColor(89, 89, 89),
                grid: RGBColor(226, 226, 226),
                demand: RGBColor(0, 114, 178),
                band: RGBColor(186, 216, 236),
                capacity: RGBColor(26, 26, 26),
                short: RGBColor(230, 120, 30),
                short_text: RGBColor(176, 66, 0),
                heat_low: RGBColor(253, 224, 200),
                heat_high: RGBColor(122, 32, 0),
            },
            Theme::Dark => Palette {
                ground: RGBColor(24, 26, 30),
                ink: RGBColor(240, 240, 240),
                quiet: RGBColor(176, 178, 182),
                grid: RGBColor(58, 61, 67),
                demand: RGBColor(86, 180, 233),
                band: RGBColor(38, 78, 106),
                capacity: RGBColor(240, 240, 240),
                short: RGBColor(230, 120, 30),
                short_text: RGBColor(255, 166, 87),
                heat_low: RGBColor(84, 56, 38),
                heat_high: RGBColor(255, 196, 140),
            },
        }
    }
}
