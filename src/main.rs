//! The program: hands its arguments to the library and ends with the code it gets back.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(seatcast::cli::run(std::env::args_os()))
}
