//! `seatcast rule eval`: answers JSON lines on stdin, a line each, in order. In: stdin. Out: stdout. Never: stops at a bad line.

use std::io::{self, BufRead, BufReader, Read, Write};

use clap::Args;
use serde_json::Value as Json;

use super::ReadingsArgs;
use crate::cli::settings::Format;
use crate::cli::{Exit, Failure};
use crate::rule;

/// Bytes of one request.
const LINE_LIMIT: u64 = 16 << 20;

/// Evaluate rules over users: JSON lines on stdin, an answer a line
#[derive(Debug, Args)]
#[command(after_help = "A request is {\"id\":…,\"rule\":…,\"target\":\"user\"|\"device\",\"now\":…,\"user\":{…}}.")]
pub struct EvalArgs {
    /// How answers are written
    #[arg(long, value_enum, default_value_t = Format::Json, help_heading = "Output")]
    format: Format,
    #[command(flatten)]
    readings: ReadingsArgs,
}

pub fn run(args: &EvalArgs) -> Result<Exit, Failure> {
    let mut sandbox = rule::Sandbox::new(args.readings.options()?);
    let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    while read_line(&mut input, &mut line)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = if line.len() as u64 > LINE_LIMIT {
            rule::refusal(&Json::Null, rule::code::BAD_LINE, "the line is longer than 16 MiB")
        } else {
            sandbox.answer(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line))
        };
        // Whoever waits for an answer before the next request must get it.
        let written = writeln!(output, "{}", shown(&answer, args.format));
        let flushed = if input.buffer().is_empty() { output.flush() } else { Ok(()) };
        if !kept(written.and(flushed))? {
            return Ok(Exit::Done);
        }
    }
    kept(output.flush())?;
    Ok(Exit::Done)
}

/// Reads one line without its end, at most a little over the limit; the rest of a longer one is skipped.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Failure> {
    let failed = |source| Failure::Read { path: "stdin".into(), source };
    line.clear();
    let read = input.by_ref().take(LINE_LIMIT + 1).read_until(b'\n', line).map_err(failed)?;
    if line.last() != Some(&b'\n') && line.len() as u64 > LINE_LIMIT {
        input.skip_until(b'\n').map_err(failed)?;
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(read > 0)
}

/// False where the reader has gone away, which is no error.
fn kept(result: io::Result<()>) -> Result<bool, Failure> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(source) => Err(Failure::Write { path: "stdout".into(), source }),
    }
}

fn shown(answer: &Json, format: Format) -> String {
    if format == Format::Json {
        return answer.to_string();
    }
    let word = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let id = answer.get("id").map(word).unwrap_or_default();
    match (answer.get("member"), answer.get("error")) {
        (Some(member), _) => format!("{id}: {}", if member == &Json::Bool(true) { "member" } else { "not a member" }),
        (_, Some(error)) => {
            let part = |key: &str| error.get(key).map(word).unwrap_or_default();
            format!("{id}: error[{}] at {}: {}", part("code"), part("offset"), part("message"))
        }
        _ => id,
    }
}
