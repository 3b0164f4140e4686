//! `seatcast rule sample`: pairs of user and rule to check with Microsoft's own evaluator, and the answers read back. In: a tenant
//! folder, perhaps answers. Out: JSON lines, or where the two disagree. Never: asks a service.

use std::path::PathBuf;

use clap::Args;

use super::{instant, put, read};
use crate::cli::inputs::TenantArgs;
use crate::cli::{Exit, Failure};
use crate::rule;

/// Emit (user, rule) pairs to ask Microsoft's own evaluator, or compare its answers
#[derive(Debug, Args)]
#[command(after_help = "Send `request` of each line to the Graph beta action evaluateDynamicMembership and keep \
{\"id\":…,\"membershipRuleEvaluationResult\":…} a line; then give that file with --answers.")]
pub struct SampleArgs {
    #[command(flatten)]
    tenant: TenantArgs,
    /// Members, and as many others, asked for each rule
    #[arg(long, value_name = "N", default_value_t = 3)]
    each: usize,
    /// Answers of the service, JSON lines
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

pub fn run(args: &SampleArgs) -> Result<Exit, Failure> {
    let baseline = args.tenant.load()?.baseline;
    let now = instant(baseline.today);
    let reviewed = rule::review(&baseline.snapshot, now, &rule::Options::default());
    let pairs = rule::sample(&baseline.snapshot, &reviewed, args.each, now);
    let Some(path) = &args.answers else {
        let lines: Vec<String> = pairs.iter().map(|pair| format!("{}\n", pair.json())).collect();
        put(&lines.concat())?;
        return Ok(Exit::Done);
    };
    let answers = rule::compare(&pairs, &read(path)?);
    for pair in &answers.disagreed {
        let (ours, theirs) = if pair.member { ("member", "no member") } else { ("no member", "member") };
        let open = if pair.open { ", on an open reading" } else { "" };
        put(&format!("{}: seatcast says {ours}, the service {theirs}{open}\n  {}\n", pair.user_id, pair.rule))?;
    }
    for line in &answers.unread {
        put(&format!("line {line} answers no pair of this sample\n"))?;
    }
    put(&format!(
        "{} answers agree, {} disagree, {} of {} pairs unanswered\n",
        answers.agreed,
        answers.disagreed.len(),
        pairs.len().saturating_sub(answers.agreed as usize + answers.disagreed.len()),
        pairs.len()
    ))?;
    Ok(if answers.disagreed.is_empty() && answers.unread.is_empty() { Exit::Done } else { Exit::Failed })
}
