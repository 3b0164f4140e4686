//! How sure a number is, and what it hangs on. In: counts. Out: errors, waiting times, drivers. Never: an error of 0 of something
//! that was only looked at so many times.

use super::Percentiles;

/// In how many of so many replications something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance {
    pub count: u32,
    pub of: u32,
}

impl Chance {
    /// `None` of nothing.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.count) / f64::from(self.of))
    }

    /// Half the width of Wilson's interval at one standard error: close to `sqrt(p(1-p)/n)`, and above 0 where something
    /// happened never or always.
    pub fn standard_error(self) -> Option<f64> {
        let (p, n) = (self.share()?, f64::from(self.of));
        Some((p * (1.0 - p) / n + 1.0 / (4.0 * n * n)).sqrt() / (1.0 + 1.0 / n))
    }
}

/// What users without a seat go through from tomorrow to the horizon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Waits {
    /// The sum over all days of the users who wait, over replications.
    pub seat_days_lost: Percentiles,
    /// `None` where nobody looked, or nobody waits.
    pub times: Option<WaitingTimes>,
}

/// How long those wait who do, from replications in which everybody in line was followed by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WaitingTimes {
    pub replications: u32,
    /// Users who wait at all, the mean over these replications, in tenths.
    pub users_tenths: u32,
    /// Days that each of them waits: the mean in tenths, and the nearest-rank percentile.
    pub days_mean_tenths: u32,
    pub days_p90: u32,
}

/// What was asked for with `--precision`, and what came of it; all in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Precision {
    pub asked: u32,
    /// The largest standard error of any SKU's chance of a shortage.
    pub chance_error: u32,
    /// The largest standard error of any SKU's P90 of demand at the horizon, as a share of it.
    pub p90_error: u32,
    pub reached: bool,
}

/// How one input that is only known as a range moves the shortage of one SKU.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Driver {
    pub sku_part_number: String,
    /// As `seatcast.toml` names it.
    pub input: String,
    /// How many more seats short (fewer free) the worst month is with the input at its P90 instead of its P10, in tenths.
    pub swing_tenths: i64,
    /// The part of the variance of the worst month that goes with the input, in thousandths.
    pub explained_thousandths: u32,
}

/// How sure a forecast is as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Certainty {
    /// `None` where the number of replications was given.
    pub precision: Option<Precision>,
    /// By SKU, the inputs that move it most first; those that cannot be told from chance are left out.
    pub drivers: Vec<Driver>,
}
