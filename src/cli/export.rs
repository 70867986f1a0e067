//! `airshed export`: footprint files for other models and portals.

use std::path::PathBuf;

use crate::cli::{Ending, print};
use crate::error::Result;
use crate::formats::{Format, RESOLVED_HOURS, export};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Footprint files that `airshed run` or `airshed footprint` wrote
    #[arg(required = true)]
    footprints: Vec<PathBuf>,
    /// stilt, pystilt, icos, openghg or paris
    #[arg(long)]
    format: Format,
    /// Folder, or, if it ends in .nc, the one file
    #[arg(long, value_name = "DIR_OR_FILE")]
    out: PathBuf,
    /// Hours before the release to keep resolved (openghg, paris); 0: none
    #[arg(long, value_name = "HOURS", default_value_t = RESOLVED_HOURS)]
    resolved_h: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let written = export(
        &arguments.footprints,
        arguments.format,
        &arguments.out,
        arguments.resolved_h,
    )?;
    written.iter().try_for_each(|path| print(&path.display().to_string()))?;
    Ok(Ending::Done)
}
