//! The command `airshed`: arguments in, files and tables out; what it does is in the library.
//!
//! Exit status: 0 all done, 1 some receptor failed, 2 the request itself is wrong, 130 interrupted.

mod compare;
mod config;
mod convolve;
mod demo;
mod export;
mod footprint;
mod import;
mod met;
mod progress;
mod run;
mod store;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::{Error, Result};

/// Lagrangian footprints of atmospheric trace gases: from meteorology and a tower to ppm.
#[derive(Parser)]
#[command(name = "airshed", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All receptors of a configuration: transport, footprints, enhancements
    Run(run::Arguments),
    /// Grids stored trajectories again: no transport
    Footprint(footprint::Arguments),
    /// Packs footprint files into one sparse file of many receptors, the Jacobian of an inversion
    Store(store::Arguments),
    /// Footprints x a flux: ppm per receptor and hour, as CSV
    Convolve(convolve::Arguments),
    /// A modelled series against a measured one: matched in time, with statistics and their 95 % intervals
    Compare(Box<compare::Arguments>),
    /// Footprints in the files of STILT v2, PYSTILT, the ICOS portal, OpenGHG or PARIS
    Export(export::Arguments),
    /// Footprints of others as files of airshed
    Import(import::Arguments),
    /// What meteorology files hold: grid, times, levels, fields, what is missing and what will be derived; writes them,
    /// or a part, as ARL
    Met(Box<met::Arguments>),
    /// The full configuration file, with a comment on each key
    Config(config::Arguments),
    /// Writes a complete small case (met, receptors, flux, config) into a folder and runs it
    Demo(demo::Arguments),
}

/// How a command that was carried out ended.
enum Ending {
    Done,
    SomeFailed,
}

/// Runs the command on the arguments of the process.
pub fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let resumes = matches!(command, Command::Run(_));
    let result = match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Footprint(arguments) => footprint::run(&arguments),
        Command::Store(arguments) => store::run(&arguments),
        Command::Convolve(arguments) => convolve::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Met(arguments) => met::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
    };
    match result {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::SomeFailed) => ExitCode::from(1),
        Err(Error::Interrupted) => {
            let hint = if resumes {
                "; finished receptors are kept, --resume goes on from there"
            } else {
                ""
            };
            eprintln!("airshed: interrupted{hint}");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("airshed: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints to stdout; a reader that has gone (`| head`) is no error.
fn print(text: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::io("write", "stdout")(error)),
        _ => Ok(()),
    }
}
