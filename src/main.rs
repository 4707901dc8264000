//! The `consentry` command: argv → [`consentry::cli::run`] → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    consentry::cli::run(std::env::args_os())
}
