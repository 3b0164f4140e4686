//! How good forecasts of the past were, as a chart. In: losses and coverage by months ahead. Out: the chart as data, worded.
//! Never: a loss without that of the baselines beside it.

use super::{Chart, Picture};
use crate::forecast::{Skill, SkillKind};
use crate::report::words::{Language, Words};

/// The chart of every set of series that was forecast; `None` where there is none.
pub fn skill(sets: &[Skill], language: Language) -> Option<Chart> {
    let words = Words::of(language);
    let origins = sets.iter().map(|set| set.origins).max()?;
    let described = |set: &Skill| {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let line = |line: &crate::forecast::SkillLine| {
            let values = [
                ("method", line.method.clone()),
                ("loss", format!("{:.2}", mean(&line.loss)).replace('.', words.point())),
                ("coverage", format!("{:.0}%", mean(&line.coverage) * 100.0)),
            ];
            words.tell("skill.described", &values)
        };
        let lines = set.lines.iter().map(line).collect::<Vec<_>>().join("; ");
        format!("{}: {lines}", title(set, words))
    };
    Some(Chart {
        id: "backtest".to_owned(),
        title: words.say("skill.title"),
        subtitle: words.tell("skill.subtitle", &[("origins", words.count(origins as u64))]),
        description: sets.iter().map(described).collect::<Vec<_>>().join(". "),
        picture: Picture::Skill(sets.to_vec()),
    })
}

/// What a set of series is.
pub fn title(set: &Skill, words: &Words) -> String {
    let key = match set.kind {
        SkillKind::People => "skill.people",
        SkillKind::Seats => "skill.seats",
        SkillKind::Rules => "skill.rules",
    };
    words.tell(key, &[("n", words.count(set.series as u64))])
}
