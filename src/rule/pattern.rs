//! One regular expression, ready to run. In: a pattern of a rule. Out: whether a text holds a match. Never: a silent false:
//! a match that takes too many steps is `None`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use super::dotnet::{self, Refused, Translated};

/// Steps that a backtracking match may take.
const STEP_LIMIT: usize = 1_000_000;
/// Bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 4 << 20;

/// A pattern: ignores case, matches anywhere. Two patterns are equal when their texts are.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: Box<str>,
    translated: Arc<Translated>,
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    /// Linear time. Texts that end in a line break need the second engine where the pattern has an end anchor.
    Linear(regex::Regex, Arc<OnceLock<Option<fancy_regex::Regex>>>),
    Backtracking(Box<fancy_regex::Regex>),
}

fn backtracking(pattern: &str) -> Result<fancy_regex::Regex, Box<fancy_regex::Error>> {
    fancy_regex::RegexBuilder::new(pattern)
        .case_insensitive(true)
        .backtrack_limit(STEP_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .build()
        .map_err(Box::new)
}

impl Pattern {
    /// Compiles a pattern of the .NET dialect.
    pub fn compile(source: &str) -> Result<Pattern, Refused> {
        let translated = dotnet::translate(source)?;
        let engine = if translated.backtracking {
            let refused = |error: Box<fancy_regex::Error>| Refused::Unsupported { at: 0, why: error.to_string() };
            Engine::Backtracking(Box::new(backtracking(&translated.exact).map_err(refused)?))
        } else {
            let mut builder = regex::RegexBuilder::new(&translated.plain);
            let built = builder.case_insensitive(true).size_limit(SIZE_LIMIT).build();
            let regex = built.map_err(|error| Refused::Unsupported {
                at: 0,
                why: match error {
                    regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
                    error => error.to_string().lines().last().unwrap_or("unknown syntax").to_owned(),
                },
            })?;
            Engine::Linear(regex, Arc::new(OnceLock::new()))
        };
        Ok(Pattern { source: source.into(), translated: Arc::new(translated), engine })
    }

    /// The pattern as the rule has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The pattern for `regex`, exact for texts without a line break at their end; `None` where only backtracking helps.
    pub fn linear(&self) -> Option<&str> {
        matches!(self.engine, Engine::Linear(..)).then_some(self.translated.plain.as_str())
    }

    /// Whether the text holds a match; `None` where the step limit was reached first.
    pub fn holds(&self, text: &str) -> Option<bool> {
        match &self.engine {
            Engine::Linear(_, exact) if self.translated.final_line_break && text.ends_with('\n') => {
                let regex = exact.get_or_init(|| backtracking(&self.translated.exact).ok());
                regex.as_ref()?.is_match(text).ok()
            }
            Engine::Linear(regex, _) => Some(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).ok(),
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.source.cmp(&other.source)
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}
