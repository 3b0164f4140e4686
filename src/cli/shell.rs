//! `seatcast completions` and `seatcast man`: what a shell and a manual want to know. In: the declaration of the arguments. Out:
//! a script, a page. Never: kept by hand.

use clap::{Args as ClapArgs, Command};
use clap_complete::Shell;

use super::{Exit, Failure, outputs};

/// Print a completion script for a shell
#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    #[arg(value_enum)]
    shell: Shell,
}

pub fn completions(args: &CompletionsArgs, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "seatcast", &mut script);
    outputs::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Print the manual page
#[derive(Debug, ClapArgs)]
pub struct ManArgs {}

pub fn man(command: Command) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| Failure::Other(format!("cannot make the manual page: {error}")))?;
    outputs::print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
