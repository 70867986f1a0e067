//! `airshed config --defaults`.

use crate::cli::{Ending, print};
use crate::config::Config;
use crate::error::Result;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print the complete file at its defaults
    #[arg(long, required = true)]
    defaults: bool,
}

pub(super) fn run(_arguments: &Arguments) -> Result<Ending> {
    print(Config::defaults_text().trim_end())?;
    Ok(Ending::Done)
}
