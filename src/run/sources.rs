//! Who emitted what samples hold, and the air that flowed in: the tables of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::attribution::{Attribution, Contributions};
use crate::background::Background;
use crate::boundary::{Domain, DomainSpec, Ends};
use crate::config::Config;
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::inventory::{Loss, usual_name};
use crate::output::contributions::{
    ContributionRow, Kind, contribution_rows, read_contributions, series_rows, write_series,
};
use crate::output::write_whole;
use crate::receptor::Receptor;
use crate::run::manifest::{ReceptorReport, State};
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
    pub fn of(config: &Config, attribution: Option<Attribution>, domains: &mut Vec<DomainSpec>) -> Result<Self> {
        let mut backgrounds = Vec::new();
        for (tracer, grid, background) in config.backgrounds()? {
            let tracer = usual_name(&tracer);
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
                decay: decay_of(attribution.as_ref(), &tracer)?,
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
///
/// # Errors
/// [`Error::Config`] if they differ; [`Error::NotBuilt`] for another loss: it is not known where particles end.
fn decay_of(attribution: Option<&Attribution>, tracer: &str) -> Result<Option<Decay>> {
    let inventories = attribution.map_or(&[][..], Attribution::inventories).iter();
    let mut losses = inventories
        .filter(|inventory| inventory.tracer == tracer)
        .map(|inventory| inventory.loss);
    let loss = losses.next().unwrap_or_else(|| Loss::usual(tracer));
    if losses.any(|other| other != loss) {
        let allowed = "its inventories state different losses on the way";
        return Err(Error::config(format!("background.{tracer}"), tracer, allowed));
    }
    match loss {
        Loss::None => Ok(None),
        Loss::Decay(decay) => Ok(Some(decay)),
        Loss::HydroxylCo(_) | Loss::HydroxylCh4(_) => Err(Error::NotBuilt {
            feature: format!("background.{tracer} with a loss to hydroxyl radicals"),
            instead: "leave out oh_molec_cm3, or the background".into(),
        }),
    }
}

/// What the user should know of a tracer that several inventories have.
pub(super) fn rivals(attribution: &Attribution) -> Vec<String> {
    let mut by_tracer: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for inventory in attribution.inventories() {
        by_tracer.entry(&inventory.tracer).or_default().push(&inventory.name);
    }
    let several = by_tracer.into_iter().filter(|(_, names)| names.len() > 1);
    let words = several.map(|(tracer, names)| {
        format!(
            "the enhancement of {tracer} is the sum of the inventories {}: rival inventories belong into runs of their own",
            names.join(", ")
        )
    });
    words.collect()
}

/// File of the rows of a receptor.
pub(super) fn path_of(output: &Path, id: &str) -> PathBuf {
    output.join(format!("{id}_contributions.csv"))
}

/// Puts the tables of all receptors together: all rows, and a series for each tracer. Gives the names of the tables.
pub(super) fn finish(output: &Path, receptors: &[ReceptorReport]) -> Result<Vec<String>> {
    let mut sums = Vec::new();
    let path = output.join(CONTRIBUTIONS);
    write_whole(&path, |beside| {
        let mut all = csv::Writer::from_path(beside).map_err(|e| Error::io("write", &path)(e.into()))?;
        for report in receptors.iter().filter(|report| report.state != State::Failed) {
            let own = path_of(output, &report.id);
            if !report.files.iter().any(|file| own.ends_with(&file.name)) {
                continue;
            }
            for row in read_contributions(own)? {
                all.serialize(&row).map_err(|e| Error::io("write", &path)(e.into()))?;
                if row.kind != Kind::Part {
                    sums.push(row);
                }
            }
        }
        all.flush().map_err(Error::io("write", &path))
    })?;
    let mut tables = vec![CONTRIBUTIONS.to_owned()];
    let tracers: BTreeSet<&str> = sums.iter().map(|row| row.tracer.as_str()).collect();
    for tracer in tracers {
        let name = format!("series_{tracer}.csv");
        write_series(output.join(&name), &series_rows(&sums, tracer))?;
        tables.push(name);
    }
    Ok(tables)
}
