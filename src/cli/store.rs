//! `airshed store`: footprint files into one sparse store.

use std::path::PathBuf;

use crate::cli::{Ending, print};
use crate::error::{Error, Result};
use crate::output::{RunAttributes, read_footprint, read_run_attributes};
use crate::store::{Store, append_store, write_store};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Footprint files on one grid, from one run
    #[arg(required = true)]
    footprints: Vec<PathBuf>,
    /// The store; if there is one, the footprints are added to it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let (out, first) = (&arguments.out, &arguments.footprints[0]);
    let run = read_run_attributes(first)?;
    let of_same_run = |path: &PathBuf, found: &RunAttributes| {
        let told = format!("another run than {} ({run:?}): a store holds one", first.display());
        Error::config(path.display().to_string(), format!("{found:?}"), told)
    };
    let footprints = arguments
        .footprints
        .iter()
        .map(|path| match read_run_attributes(path)? {
            found if found == run => read_footprint(path),
            found => Err(of_same_run(path, &found)),
        });
    match out.exists() {
        true => append_store(out, &run, footprints)?,
        false => write_store(out, &run, footprints)?,
    }
    let receptors = Store::open(out)?.receptors().len();
    let bytes = out.metadata().map_err(Error::io("read", out))?.len();
    print(&format!("{}: {receptors} receptors, {bytes} bytes", out.display()))?;
    Ok(Ending::Done)
}
