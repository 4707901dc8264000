//! `consentry openapi`: the description of the API, without a server.

use clap::Args as ClapArgs;

use crate::{
    cli::{CliError, Global, output},
    reference::openapi::document,
};

/// Print what every endpoint takes and answers, as an OpenAPI 3.1 document
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:\n  consentry openapi > openapi.json")]
pub(super) struct Args {}

pub(super) fn run(global: &Global, _: &Args) -> Result<(), CliError> {
    let (loaded, _data_dir) = global.load()?;
    output::json(&document(&loaded.config.issuer))
}
