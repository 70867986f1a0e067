//! `airshed run`: the receptors of a configuration.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use crate::cli::progress::Progress;
use crate::cli::{Ending, print};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::met::store::DEFAULT_MEMORY_BUDGET_BYTES;
use crate::output::enhancements::totals_table;
use crate::run::{Results, RunOptions, State, run as run_all};

const GB: f64 = (1_u64 << 30) as f64;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Configuration file; `airshed config --defaults` prints one
    config: PathBuf,
    /// Folder of the results, in place of run.output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; all cores by default. Results are the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Keep receptors whose files are complete and whose configuration is the same
    #[arg(long)]
    resume: bool,
    /// Memory for decoded meteorology, GB; results are the same for any
    #[arg(long, value_name = "GB", value_parser = gigabytes, default_value_t = DEFAULT_MEMORY_BUDGET_BYTES as f64 / GB)]
    met_memory: f64,
}

fn gigabytes(text: &str) -> std::result::Result<f64, String> {
    let fits = |size: &f64| (0.0..1e9).contains(size);
    text.parse()
        .ok()
        .filter(fits)
        .ok_or("expected GB, a number from 0 on".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    if let Some(threads) = arguments.threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get());
        pool.build_global()
            .map_err(|e| Error::config("--threads", threads, e.to_string()))?;
    }
    let config = Config::from_toml(&arguments.config)?;
    let options = RunOptions {
        output: arguments.out.clone(),
        resume: arguments.resume,
        met_memory_bytes: Some((arguments.met_memory * GB) as usize),
    };
    carry_out(&config, &options)
}

/// Runs a configuration with a progress bar and prints what came of it.
pub(super) fn carry_out(config: &Config, options: &RunOptions) -> Result<Ending> {
    let progress = Progress::new()?;
    let results = run_all(config, options, &|event| progress.note(event));
    progress.clear();
    let results = results?;
    if !results.enhancements.is_empty() {
        print(&totals_table(&results.enhancements))?;
        print("")?;
    }
    print(&summary(&results))?;
    match results.manifest.count(State::Failed) {
        0 => Ok(Ending::Done),
        _ => Ok(Ending::SomeFailed),
    }
}

fn summary(results: &Results) -> String {
    let manifest = &results.manifest;
    let states = [
        (State::Complete, "complete"),
        (State::Empty, "empty"),
        (State::Truncated, "truncated"),
        (State::Failed, "failed"),
    ];
    let counts = states
        .iter()
        .map(|(state, word)| (manifest.count(*state), word))
        .filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts.map(|(n, word)| format!("{n} {word}")).collect();
    format!(
        "receptors: {} ({}) in {:.1} s\nresults:   {}",
        manifest.receptors.len(),
        counts.join(", "),
        manifest.wall_s,
        results.output.display()
    )
}
