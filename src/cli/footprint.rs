//! `airshed footprint`: stored trajectories on the grids of a configuration.

use std::path::PathBuf;

use crate::cli::{Ending, print};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::footprint::grid_particles_on;
use crate::output::{read_run_attributes, read_trajectories, write_footprint};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Configuration file; its [grid.NAME] tables count
    config: PathBuf,
    /// Particle files that `airshed run` wrote
    #[arg(required = true)]
    trajectories: Vec<PathBuf>,
    /// Folder of the footprints, in place of run.output
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let config = Config::from_toml(&arguments.config)?;
    let output = arguments.out.clone().unwrap_or_else(|| config.output_folder());
    std::fs::create_dir_all(&output).map_err(Error::io("create", &output))?;
    for path in &arguments.trajectories {
        let (trajectories, run) = (read_trajectories(path)?, read_run_attributes(path)?);
        for footprint in grid_particles_on(&trajectories, &config.grids())? {
            let path = output.join(format!("{}_foot_{}.nc", trajectories.receptor.id, footprint.grid.name));
            write_footprint(&path, &footprint, &run)?;
            print(&path.display().to_string())?;
        }
    }
    Ok(Ending::Done)
}
