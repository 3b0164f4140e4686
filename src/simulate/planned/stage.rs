//! What holds from one planned day to the next. In: licensing today, a script. Out: stages, which rules decide in each, whom joiners
//! are like, and the steps between them. Never: chance.

use std::sync::Arc;

use super::script::{PeopleAct, Who};
use crate::directory::{GroupLicense, SkuIndex};
use crate::licensing::{BundleIndex, Seeker, Target};
use crate::scenario::Wave;
use crate::simulate::event::Slot;
use crate::simulate::people::People;
use crate::simulate::person::Persons;
use crate::simulate::profile::PatternId;

/// What holds from one step to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Rules with `system.now` that decide, with their bundles.
    pub clocked: Vec<(usize, BundleIndex)>,
    /// Which of the plan's tables of SKUs by bundle holds.
    pub version: usize,
    /// Exported users and newcomers as they would be without chance: whom joiners are like.
    pub models: Arc<Persons>,
    /// What a mover takes from a model, by model.
    pub moving: Arc<Vec<PatternId>>,
}

impl Stage {
    /// Today, before anybody knows what movers take.
    pub fn first(models: Persons, clocked: Vec<(usize, BundleIndex)>) -> Self {
        Self { clocked, version: 0, models: Arc::new(models), moving: Arc::default() }
    }

    /// The lists of assigned groups that somebody has.
    pub fn assigned(&self) -> impl Iterator<Item = Target> + '_ {
        (0..self.models.len() as Slot).map(|model| self.models.get(model).assigned)
    }
}

/// A rule that begins to decide about a group; where members were assigned before, those leave.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub bundle: BundleIndex,
    pub rule: usize,
    pub assigned: bool,
    /// Not where the group is paused again on the same day.
    pub decides: bool,
}

/// A change to one person. Rules are positions in the rule set.
#[derive(Clone, Debug)]
pub enum Edit {
    /// New codes by slot, and what they make of a profile.
    Rewrite {
        who: Who,
        set: Vec<(usize, u32)>,
        pattern: PatternId,
    },
    Members {
        bundle: BundleIndex,
        who: Who,
        wave: Wave,
        join: bool,
    },
    Direct {
        sku: SkuIndex,
        who: Who,
        wave: Wave,
        give: bool,
        safely: bool,
    },
}

/// One day of changes, after which the next stage holds.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub day: u32,
    pub replaced: Vec<(BundleIndex, Vec<GroupLicense>)>,
    /// Groups that are processed no more, with the rule that decided until then.
    pub paused: Vec<(BundleIndex, usize)>,
    /// Bundles whose rule with `system.now` decides no more.
    pub unclocked: Vec<BundleIndex>,
    pub begun: Vec<Begun>,
    pub edits: Vec<Edit>,
    /// SKUs whose direct licences are taken only from those who hold them by a group.
    pub safely: Vec<SkuIndex>,
    /// Exported users whom the step changes, ascending, with the bundles that they have before it.
    pub touched: Vec<(Slot, Target)>,
}

impl Step {
    /// Whether it is about what people are or which groups they are in, and not only about what groups give.
    pub fn is_about_people(&self) -> bool {
        !(self.paused.is_empty() && self.unclocked.is_empty() && self.begun.is_empty() && self.edits.is_empty())
    }

    /// Whether anybody's number in a wave matters.
    pub fn asks_names(&self) -> bool {
        self.edits.iter().any(|edit| match edit {
            Edit::Members { wave, .. } | Edit::Direct { wave, .. } => *wave != Wave::WHOLE,
            Edit::Rewrite { .. } => false,
        })
    }
}

/// Another tenant's people as models: `first` is the number of the first, and they live in a world of their own until they
/// join.
pub struct Newcomers {
    pub first: Slot,
    pub people: People,
}

/// An act on people; rules are positions in the world's rule set.
pub struct PlannedAct {
    pub day: u32,
    pub act: PeopleAct,
    /// What the people of this act are drawn by.
    pub key: u64,
}

/// Today and the stages after it. Invariant: one more stage than steps.
pub struct Plan {
    pub stages: Vec<Stage>,
    pub steps: Vec<Step>,
    /// What happens to people by plan, in order of days.
    pub people_acts: Vec<PlannedAct>,
    pub newcomers: Vec<Newcomers>,
    /// What licensing needs to know of each newcomer, in order.
    pub seekers: Vec<Seeker>,
    /// What waves are drawn by, of each model.
    pub names: Vec<u64>,
    /// The SKUs of each bundle as bits, by version: today's, and one for each step that changes what groups give.
    pub bits: Vec<Vec<u64>>,
    words: usize,
}

impl Plan {
    /// Nothing planned yet.
    pub fn new(first: Stage, bits: Vec<u64>, words: usize) -> Self {
        Self {
            stages: vec![first],
            steps: Vec::new(),
            people_acts: Vec::new(),
            newcomers: Vec::new(),
            seekers: Vec::new(),
            names: Vec::new(),
            bits: vec![bits],
            words,
        }
    }

    /// The number of the stage that holds at the end of a day.
    pub fn stage_on(&self, day: u32) -> usize {
        self.steps.partition_point(|step| step.day <= day)
    }

    /// The SKUs that a bundle gives in a version, as bits.
    pub fn bundle_bits(&self, version: usize, bundle: BundleIndex) -> &[u64] {
        &self.bits[version][bundle.get() * self.words..(bundle.get() + 1) * self.words]
    }

    pub fn gives(&self, version: usize, bundle: BundleIndex, sku: SkuIndex) -> bool {
        self.bundle_bits(version, bundle)[sku.get() / 64] >> (sku.get() % 64) & 1 == 1
    }
}
