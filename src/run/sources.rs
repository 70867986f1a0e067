//! Who emitted what samples hold, and the air that flowed in: the tables of a run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::attribution::{Attribution, Contributions};
use crate::background::Background;
use crate::boundary::{Domain, DomainSpec, Ends};
use crate::config::Config;
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::inventory::Loss;
use crate::output::contributions::{
    ContributionRow, contribution_rows, read_contributions, series_rows, write_contributions, write_series,
};
use crate::receptor::Receptor;
use crate::run::manifest::ReceptorReport;
use crate::tracer::Unit;

/// Name of the table of all receptors.
pub const CONTRIBUTIONS: &str = "contributions.csv";

/// Inventories and backgrounds of a run.
pub(super) struct Sources {
    pub attribution: Option<Attribution>,
    backgrounds: Vec<Inflow>,
}

/// A background at the edges of a domain.
struct Inflow {
    tracer: String,
    /// Of the domains of the run.
    domain: usize,
    background: Background,
    decay: Option<Decay>,
}

impl Sources {
    /// Opens them; domains that backgrounds need besides the given ones are added.
    pub fn of(config: &Config, domains: &mut Vec<DomainSpec>) -> Result<Self> {
        let attribution = config.attribution()?;
        let mut backgrounds = Vec::new();
        for (tracer, grid, background) in config.backgrounds()? {
            if background.unit() != Unit::Ppm {
                let allowed = "a mole fraction, to be added to enhancements in ppm";
                return Err(Error::config(
                    format!("background.{tracer}.units"),
                    background.unit(),
                    allowed,
                ));
            }
            let known = domains.iter().position(|spec| spec.grid.name == grid);
            let domain = known.unwrap_or_else(|| {
                domains.push(DomainSpec {
                    grid: config.grid[&grid].to_grid(&grid),
                    height_edges_m: Domain::usual_height_edges_m(),
                });
                domains.len() - 1
            });
            backgrounds.push(Inflow {
                decay: attribution.as_ref().and_then(|a| decay_of(a, &tracer)),
                tracer,
                domain,
                background,
            });
        }
        Ok(Self {
            attribution,
            backgrounds,
        })
    }

    /// Whether there are any.
    pub fn are_asked_for(&self) -> bool {
        self.attribution.is_some() || !self.backgrounds.is_empty()
    }

    /// The rows of a receptor.
    pub fn rows(
        &self,
        receptor: &Receptor,
        told: Option<&Contributions>,
        ends: &[Ends],
    ) -> Result<Vec<ContributionRow>> {
        let sampled = self.backgrounds.iter().map(|inflow| {
            let mean = inflow
                .background
                .sample(&ends[inflow.domain].each, receptor, inflow.decay)?;
            Ok((inflow.tracer.clone(), mean))
        });
        Ok(contribution_rows(receptor, told, &sampled.collect::<Result<Vec<_>>>()?))
    }
}

/// The decay that the inventories of a tracer state.
fn decay_of(attribution: &Attribution, tracer: &str) -> Option<Decay> {
    let mut of_tracer = attribution
        .inventories()
        .iter()
        .filter(|inventory| inventory.tracer == tracer);
    of_tracer.find_map(|inventory| match inventory.loss {
        Loss::Decay(decay) => Some(decay),
        _ => None,
    })
}

/// File of the rows of a receptor.
pub(super) fn path_of(output: &Path, id: &str) -> PathBuf {
    output.join(format!("{id}_contributions.csv"))
}

/// Puts the tables of all receptors together: all rows, and a series for each tracer.
pub(super) fn finish(output: &Path, receptors: &[ReceptorReport]) -> Result<()> {
    let mut rows = Vec::new();
    for report in receptors {
        let path = path_of(output, &report.id);
        if report.files.iter().any(|file| path.ends_with(&file.name)) {
            rows.extend(read_contributions(path)?);
        }
    }
    write_contributions(output.join(CONTRIBUTIONS), &rows)?;
    let tracers: BTreeSet<&str> = rows.iter().map(|row| row.tracer.as_str()).collect();
    for tracer in tracers {
        write_series(output.join(format!("series_{tracer}.csv")), &series_rows(&rows, tracer))?;
    }
    Ok(())
}
