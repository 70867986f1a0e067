//! Fluxes of one after the other in time, such as the monthly files of a year, as one.

use std::ops::Range;

use ndarray::{Array3, Axis, concatenate};

use super::{Details, Flux, FluxTimes, Values};
use crate::error::{Error, Result};
use crate::time::UtcTime;

impl Flux {
    /// Fluxes on the same cells, as one with all their maps in the order of time. A map that holds at any time is taken for the
    /// year that it is known to be of.
    ///
    /// # Errors
    /// [`Error::Config`] if there are none, cells differ, times overlap, or the time of a map is unknown.
    pub fn joined(fluxes: Vec<Self>) -> Result<Self> {
        let mut parts = fluxes
            .into_iter()
            .map(|flux| Ok((flux.known_spans()?, flux)))
            .collect::<Result<Vec<_>>>()?;
        parts.sort_by_key(|(spans, _)| spans[0].0);
        let Some((_, first)) = parts.first() else {
            return Err(Error::config("fluxes", "none", "at least one is needed"));
        };
        if let Some((_, other)) = parts.iter().find(|(_, flux)| flux.mesh != first.mesh) {
            return Err(Error::config(
                "cells of fluxes",
                other,
                format!("differ from those of {first}"),
            ));
        }
        let times = FluxTimes::intervals(parts.iter().flat_map(|(spans, _)| spans.iter().copied()).collect())?;
        let same = |year: &super::FluxYear| {
            parts
                .iter()
                .all(|(_, flux)| flux.year().is_some_and(|y| y.year == year.year))
        };
        let details = Details {
            year: first.details.year.clone().filter(same),
            span: None,
            ..first.details.clone()
        };
        Ok(Self {
            name: first.name.clone(),
            mesh: first.mesh.clone(),
            times,
            details,
            values: Values::Joined(parts.into_iter().map(|(_, flux)| flux).collect()),
        })
    }

    fn known_spans(&self) -> Result<Vec<(UtcTime, UtcTime)>> {
        let spans = self.times.as_intervals().map(<[_]>::to_vec);
        let known = spans.or_else(|| self.details.span.map(|span| vec![span]));
        known.ok_or_else(|| {
            let allowed = "its map holds at any time: to join it with others, its year must be known";
            Error::config("flux", self, allowed)
        })
    }

    #[cfg(feature = "netcdf")]
    pub(super) fn in_other_years(self, options: &super::FluxOptions) -> Result<Self> {
        let times = match (options.climatology, options.nearest_year) {
            (Some(true), _) => self.times.climatology()?,
            (_, true) => self.times.nearest_year(),
            _ => self.times,
        };
        Ok(Self { times, ..self })
    }
}

/// Values of some maps of fluxes one after the other.
pub(super) fn values(
    fluxes: &[Flux],
    maps: Range<usize>,
    rows: Range<usize>,
    columns: Range<usize>,
) -> Result<Array3<f64>> {
    let mut parts = Vec::new();
    let mut first = 0;
    for flux in fluxes {
        let count = flux.times.count();
        let own = maps.start.max(first)..maps.end.min(first + count);
        if own.start < own.end {
            parts.push(flux.values(own.start - first..own.end - first, rows.clone(), columns.clone())?);
        }
        first += count;
    }
    if parts.is_empty() {
        return Ok(Array3::zeros((0, rows.len(), columns.len())));
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    concatenate(Axis(0), &views).map_err(|problem| Error::config("fluxes", problem, "their cells must be the same"))
}
