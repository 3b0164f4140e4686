//! The program: hands its arguments to the library and ends with the code it gets back.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(seatcast::cli::run(std::env::args_os()))
}
