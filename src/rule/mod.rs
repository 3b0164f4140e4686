//! The dynamic membership rule language of Entra ID groups. In: the text of a rule. Out: a checked rule that says of any user
//! whether they belong, and every finding about the text. Never: fails on a text, reads the clock, or guesses in silence:
//! where the documentation is open, a [`Choice`] with a code of its own is taken.
//!
//! `text → tokens → ast::Expr → Checked → bool`: [`parse`] and [`compile`] for one rule, [`Checked::holds`] for one user,
//! [`RuleSet`] for many of both.

pub mod ast;
mod check;
mod checked;
mod choice;
pub mod code;
mod conformance;
mod difference;
mod dotnet;
mod eval;
mod explain;
mod fold;
mod instant;
mod lexer;
mod lint;
mod names;
mod parser;
mod pattern;
mod record;
mod request;
mod review;
mod sample;
mod sensitivity;
mod set;
mod source;
mod token;
mod worlds;

pub use ast::Object;
pub use checked::{Checked, Form};
pub use choice::{Choice, Options};
pub use conformance::{Outcome, conformance, junit};
pub use difference::{Clause, Difference, difference};
pub use explain::{Step, shown};
pub use fold::fold;
pub use instant::{Timestamp, timestamp};
pub use lint::{Grouped, lint, lint_groups};
pub use parser::{DEPTH_LIMIT, LENGTH_LIMIT};
pub use record::record;
pub use request::{Sandbox, refusal};
pub use review::{Reviewed, review};
pub use sample::{Answers, Pair, compare, sample};
pub use sensitivity::{Sensitivity, sensitivities};
pub use set::{Classes, RuleSet, Sieve};
pub use token::{Operator, Span};

use source::Source;

use crate::diagnostic::{Diagnosed, Origin};

/// Reads a rule's text into a tree. `None` where the text has no reading; the findings say why.
pub fn parse(text: &str, origin: &Origin) -> Diagnosed<Option<ast::Expr>> {
    parser::parse(&Source::new(text, origin), &Options::default())
}

/// Parses and checks a rule. `None` where it cannot be evaluated; the findings say why.
///
/// ```
/// use seatcast::{diagnostic::Origin, directory::{Attribute, User, Value}, rule};
///
/// let compiled = rule::compile("user.department -eq \"Sales\"", &Origin::file("groups.csv"));
/// let checked = compiled.value.expect("the rule is valid");
/// let user = User::default().with(Attribute::Department, Value::text("SALES"));
/// let now = chrono::DateTime::UNIX_EPOCH;
/// assert!(checked.holds(&user, now));
/// ```
pub fn compile(text: &str, origin: &Origin) -> Diagnosed<Option<Checked>> {
    compile_with(text, origin, &Options::default())
}

/// The same with open readings taken another way.
pub fn compile_with(text: &str, origin: &Origin, options: &Options) -> Diagnosed<Option<Checked>> {
    let source = Source::new(text, origin);
    let parsed = parser::parse(&source, options);
    let mut diagnostics = parsed.diagnostics;
    let Some(expr) = parsed.value else { return Diagnosed::new(None, diagnostics) };
    let checked = check::check(&source, expr, options).into_value(&mut diagnostics);
    crate::diagnostic::sort(&mut diagnostics);
    Diagnosed::new(checked, diagnostics)
}
