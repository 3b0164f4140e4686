//! A number that nobody knows exactly. In: a range, or three percentiles. Out: the value at any share of all chance. Never: draws.

/// The 90th percentile of the standard normal distribution.
const Z90: f64 = 1.281_551_565_544_600_4;

/// A number that is drawn once for each replication.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// Uniformly between two values.
    Between { low: f64, high: f64 },
    /// Through three percentiles: log-normal below `p50` and, with a width of its own, above it; normal where `p10` is 0, cut
    /// off at 0. Both halves meet in `p50`, and a fifth of all draws lies outside `p10..p90`.
    Percentiles { p10: f64, p50: f64, p90: f64 },
}

impl Spread {
    pub const fn between(low: f64, high: f64) -> Self {
        Spread::Between { low, high }
    }

    pub const fn exactly(value: f64) -> Self {
        Spread::Between { low: value, high: value }
    }

    /// The middle of the range, or the median.
    pub fn middle(&self) -> f64 {
        match self {
            Spread::Between { low, high } => f64::midpoint(*low, *high),
            Spread::Percentiles { p50, .. } => *p50,
        }
    }

    pub fn is_exact(&self) -> bool {
        match self {
            Spread::Between { low, high } => low == high,
            Spread::Percentiles { p10, p90, .. } => p10 == p90,
        }
    }

    /// The value that a share `0 <= share < 1` of all chance lies below.
    pub fn at(&self, share: f64) -> f64 {
        match *self {
            Spread::Between { low, high } => low + (high - low) * share,
            Spread::Percentiles { p10, p50, p90 } => {
                let z = normal_quantile(share) / Z90;
                let outer = if z < 0.0 { p10 } else { p90 };
                match p10 > 0.0 {
                    true => p50 * (outer / p50).powf(z.abs()),
                    false => (p50 + (outer - p50) * z.abs()).max(0.0),
                }
            }
        }
    }

    /// The same with every value multiplied.
    pub fn times(self, factor: f64) -> Self {
        match self {
            Spread::Between { low, high } => Spread::Between { low: low * factor, high: high * factor },
            Spread::Percentiles { p10, p50, p90 } => {
                Spread::Percentiles { p10: p10 * factor, p50: p50 * factor, p90: p90 * factor }
            }
        }
    }

    /// Percent as a share.
    pub fn per_cent(self) -> Self {
        match self {
            Spread::Between { low, high } => Spread::Between { low: low / 100.0, high: high / 100.0 },
            Spread::Percentiles { p10, p50, p90 } => {
                Spread::Percentiles { p10: p10 / 100.0, p50: p50 / 100.0, p90: p90 / 100.0 }
            }
        }
    }

    /// `8`, `8..14`, or `p10 8, p50 11, p90 16`; `None` of anything else, of negative numbers and of wrong order.
    pub fn parse(text: &str) -> Option<Spread> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        let text = text.trim();
        if text.starts_with('p') {
            let mut parts = text.split(',');
            let mut named = |name: &str| {
                let rest = parts.next()?.trim().strip_prefix(name)?;
                number(rest.strip_prefix(char::is_whitespace)?)
            };
            let (p10, p50, p90) = (named("p10")?, named("p50")?, named("p90")?);
            let ordered = p10 <= p50 && p50 <= p90 && parts.next().is_none();
            return ordered.then_some(Spread::Percentiles { p10, p50, p90 });
        }
        let (low, high) = text.split_once("..").unwrap_or((text, text));
        let (low, high) = (number(low)?, number(high)?);
        (low <= high).then_some(Spread::Between { low, high })
    }

    /// As `parse` reads it. Four decimals: what was typed comes back, whatever arithmetic did to it.
    pub fn text(&self) -> String {
        let shown = |value: f64| (value * 10_000.0).round() / 10_000.0;
        match *self {
            Spread::Between { low, high } if shown(low) == shown(high) => shown(low).to_string(),
            Spread::Between { low, high } => format!("{}..{}", shown(low), shown(high)),
            Spread::Percentiles { p10, p50, p90 } => {
                format!("p10 {}, p50 {}, p90 {}", shown(p10), shown(p50), shown(p90))
            }
        }
    }
}

/// The quantile of the standard normal distribution by Acklam's rational approximation: nine digits.
fn normal_quantile(share: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let polynomial = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let share = share.clamp(1e-12, 1.0 - 1e-12);
    let tail = |share: f64| {
        let q = (-2.0 * share.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    };
    match share {
        low if low < 0.024_25 => tail(low),
        high if high > 1.0 - 0.024_25 => -tail(1.0 - high),
        middle => {
            let q = middle - 0.5;
            polynomial(&A, q * q) * q / polynomial(&B, q * q)
        }
    }
}
