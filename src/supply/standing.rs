//! Where each lot stands on a day, and what becomes of it next. In: lots, a day. Out: plain rows. Never: sums lots.

use chrono::{Months, NaiveDate};
use serde::{Serialize, Serializer};

use super::{LotRenewal, Stage, Supply};

/// A term of three years and the grace after it end within so many months.
const AHEAD_MONTHS: u32 = 42;

/// One lot on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotStanding {
    pub subscription: Box<str>,
    #[serde(rename = "state", serialize_with = "by_name")]
    pub stage: Stage,
    /// Units in that stage; of a lot that lies ahead, those that will be.
    pub units: u32,
    /// The first day of a lot that lies ahead.
    pub starts: Option<NaiveDate>,
    /// The end of its term that comes next, or the last one; `None` where no file tells it.
    pub term_end: Option<NaiveDate>,
    /// What comes next; `None` where nothing is to be decided, as with a month's term that renews as it is.
    pub next: Option<LotRenewal>,
}

fn by_name<S: Serializer>(stage: &Stage, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(stage.name())
}

impl Supply {
    /// Every lot, in the order of the file.
    pub fn standing(&self, day: NaiveDate) -> Vec<LotStanding> {
        let ahead = day.checked_add_months(Months::new(AHEAD_MONTHS)).unwrap_or(NaiveDate::MAX);
        let tomorrow = day.succ_opt().unwrap_or(day);
        let standing = |lot: &super::Subscription| {
            let (stage, units) = lot.on(day);
            let starts = (stage == Stage::Ahead).then_some(lot.start);
            let coming = lot.term_ends(ahead.max(lot.term_end.unwrap_or(day))).find(|end| *end > day);
            LotStanding {
                subscription: lot.id.clone(),
                stage,
                units: if starts.is_some() { lot.quantity } else { units },
                starts,
                term_end: coming.or(lot.term_end),
                next: lot.renewals(tomorrow, ahead.max(lot.term_end.unwrap_or(day))).into_iter().next(),
            }
        };
        self.lots.iter().map(standing).collect()
    }
}
