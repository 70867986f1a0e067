//! `airshed demo`: a complete small case.

use std::path::PathBuf;

use crate::cli::run::carry_out;
use crate::cli::{Ending, print};
use crate::config::Config;
use crate::demo::write_case;
use crate::error::Result;
use crate::run::RunOptions;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Folder to write into: new, empty, or that of an earlier demo
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let case = write_case(&arguments.folder)?;
    let named = |what: &str, path: &std::path::Path| print(&format!("{what:14} {}", path.display()));
    named("meteorology", &case.met)?;
    named("receptors", &case.receptors)?;
    named("flux", &case.flux)?;
    named("configuration", &case.config)?;
    print("")?;
    let ending = carry_out(&Config::from_toml(&case.config)?, &RunOptions::default())?;
    print(&format!("\nTo run it again:  airshed run {}", case.config.display()))?;
    Ok(ending)
}
