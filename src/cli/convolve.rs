//! `airshed convolve`: footprint files × a flux, as CSV on stdout.

use std::path::{Path, PathBuf};

use crate::cli::Ending;
use crate::convolve::GriddedFlux;
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::flux::Flux;
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::output::enhancements::{enhancement_rows, write_rows};
use crate::output::read_footprint;
use crate::store::Store;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Footprint files or stores that `airshed run`, `airshed footprint` or `airshed store` wrote
    #[arg(required = true)]
    footprints: Vec<PathBuf>,
    /// NetCDF file of the flux
    #[arg(long, value_name = "FILE")]
    flux: PathBuf,
    /// Variable in it
    #[arg(long, value_name = "NAME")]
    variable: String,
    /// Half-life of the tracer on its way to the receptor, h (222Rn: 91.764); without it nothing decays
    #[arg(long, value_name = "HOURS")]
    half_life_h: Option<f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let flux = Flux::open(&arguments.flux, &arguments.variable)?;
    let decay = arguments.half_life_h.map(Decay::of_half_life_h).transpose()?;
    let mut gridded: Option<(Grid, GriddedFlux)> = None;
    let mut rows = Vec::new();
    let mut convolve = |footprint: Footprint| -> Result<()> {
        let (grid, prepared) = match gridded.take() {
            Some((grid, prepared)) if grid == footprint.grid => (grid, prepared),
            _ => (footprint.grid.clone(), flux.on_grid(&footprint.grid)?.decaying(decay)),
        };
        let enhancement = prepared.convolve(&footprint)?;
        rows.extend(enhancement_rows(&footprint, &arguments.variable, &enhancement));
        gridded = Some((grid, prepared));
        Ok(())
    };
    for path in &arguments.footprints {
        if Store::is_store(path)? {
            Store::open(path)?
                .footprints()
                .try_for_each(|footprint| convolve(footprint?))?;
        } else {
            convolve(read_footprint(path)?)?;
        }
    }
    match write_rows(std::io::stdout().lock(), &rows, Path::new("stdout")) {
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => Ok(Ending::Done),
        written => written.map(|()| Ending::Done),
    }
}
