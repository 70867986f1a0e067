//! `airshed met`: what meteorology files hold, and what can be made of them.

mod cut;
mod fetch;
mod listing;
mod plot;
mod to_arl;

use std::path::PathBuf;

use crate::cli::Ending;
use crate::error::{Error, Result};
use crate::met::cf::Mapping;
use crate::met::store::{MetOptions, MetStore};
use crate::time::UtcTime;
use cut::CutArguments;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<MetCommand>,
    /// Files or globs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What variables of netCDF files are, where their names do not tell: a TOML file with lines such as U = "UWND"
    #[arg(long, value_name = "TOML")]
    mapping: Option<PathBuf>,
    /// Which of several nested grids, counted from 1 in the order of the listing, the finest first
    #[arg(long, value_name = "N")]
    nest: Option<usize>,
    #[command(flatten)]
    cut: CutArguments,
    /// Writes an ARL file, for HYSPLIT and STILT
    #[arg(long, value_name = "OUT")]
    to_arl: Option<PathBuf>,
    /// Prints how large the ARL file and the fields in memory are, and writes nothing
    #[arg(long)]
    estimate: bool,
    /// Draws a map of one time: pressure, wind, boundary layer
    #[arg(long, value_name = "MAP.png")]
    plot: Option<PathBuf>,
    /// The time of the map, of those held the nearest; the first by default
    #[arg(long, value_name = "TIME", value_parser = cut::parse_time, requires = "plot")]
    time: Option<UtcTime>,
}

#[derive(clap::Subcommand)]
enum MetCommand {
    /// Fetches ARL files of the public archives of NOAA; what breaks off is taken up again
    Fetch(fetch::Arguments),
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    if let Some(MetCommand::Fetch(arguments)) = &arguments.command {
        return fetch::run(arguments);
    }
    let patterns: Vec<String> = arguments
        .files
        .iter()
        .map(|f| f.to_string_lossy().into_owned())
        .collect();
    let mapping = arguments.mapping.as_ref().map(Mapping::open).transpose()?;
    let options = MetOptions {
        mapping: mapping.unwrap_or_default(),
        ..MetOptions::default()
    };
    let met = MetStore::open_with(&patterns, &options)?;
    for warning in met.warnings() {
        warn(warning);
    }
    if let Some(path) = &arguments.plot {
        plot::run(&met, arguments, path)?;
    }
    if arguments.estimate || arguments.to_arl.is_some() {
        return to_arl::run(&met, arguments);
    }
    if arguments.plot.is_none() {
        listing::print_all(&met, arguments)?;
    }
    Ok(Ending::Done)
}

impl Arguments {
    /// Index of the nest that is meant; the only one, if it is not named.
    fn nest(&self, met: &MetStore) -> Result<usize> {
        let nests = met.nests();
        match self.nest {
            Some(number) if (1..=nests.len()).contains(&number) => Ok(number - 1),
            Some(number) => {
                let allowed = format!("the files hold {} grids, counted from 1", nests.len());
                Err(Error::config("--nest", number, allowed))
            }
            None if nests.len() == 1 => Ok(0),
            None => {
                let one = |(index, nest): (usize, &crate::met::MetDescription)| {
                    format!("{}: {} {}", index + 1, nest.model, nest.grid.summary())
                };
                let all: Vec<String> = nests.iter().enumerate().map(one).collect();
                let allowed = format!("the files hold several grids, choose one: {}", all.join("; "));
                Err(Error::config("--nest", "(not given)", allowed))
            }
        }
    }
}

fn warn(text: &str) {
    eprintln!("airshed: warning: {text}");
}

/// Bytes for a person.
fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} bytes"),
        10_000..10_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}
