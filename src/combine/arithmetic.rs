//! Sums, means and differences of footprints on one grid.

use std::collections::BTreeSet;

use ndarray::{Array3, Axis, Zip};

use super::groups::{Part, added};
use crate::error::{Error, Result};
use crate::footprint::{Footprint, MassBudget, Sampling};
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// The sum over receptors, under a new id.
///
/// Layers of the same time are added; the sum has all layers from the first to the last of any footprint. Footprints
/// integrated over time are added whatever their times, and the sum's layer spans all of them. Besides its id, the
/// receptor is that of the first footprint: a flux that decays must be convolved before, not after the sum.
///
/// *Error*: footprints of different receptors are independent, and the errors of their cells add up in quadrature. If a
/// receptor comes twice, its particles may be the same: then `stderr` is `None`, but `sampling` still holds.
///
/// # Errors
/// [`Error::Config`] if there is no footprint, they differ in their cells, their measure or the length of their layers,
/// or their layers do not begin at the same minute; the errors of [`Receptor::with_id`].
pub fn sum(id: &str, footprints: &[&Footprint]) -> Result<Footprint> {
    combined(id, &footprints.iter().map(|&f| (1.0, f)).collect::<Vec<_>>())
}

/// The mean over receptors or times, under a new id: [`sum`] over their number.
///
/// # Errors
/// As [`sum`].
pub fn mean(id: &str, footprints: &[&Footprint]) -> Result<Footprint> {
    let share = 1.0 / footprints.len().max(1) as f64;
    combined(id, &footprints.iter().map(|&f| (share, f)).collect::<Vec<_>>())
}

/// `a − b`, under the id of `a`; layers and errors as in [`sum`].
///
/// Two footprints of the same receptor and seed, say with a switch on and off, differ by less than their errors tell:
/// their particles are the same. The groups of `sampling` know, so layers and total have the right error.
///
/// # Errors
/// As [`sum`].
pub fn difference(a: &Footprint, b: &Footprint) -> Result<Footprint> {
    combined(&a.receptor.id, &[(1.0, a), (-1.0, b)])
}

fn combined(id: &str, terms: &[(f64, &Footprint)]) -> Result<Footprint> {
    let Some(&(_, first)) = terms.first() else {
        return Err(Error::config("footprints", 0, "at least one to combine"));
    };
    for (_, other) in &terms[1..] {
        require_alike(first, other)?;
    }
    let span = Span::over(terms)?;
    let (_, rows, columns) = first.foot.dim();
    let mut foot = Array3::zeros((span.layers, rows, columns));
    let mut budget = MassBudget {
        total: 0.0,
        inside: 0.0,
        smeared_out: 0.0,
        outside: 0.0,
    };
    for (factor, term) in terms {
        for (layer, place) in term.foot.outer_iter().zip(span.places(term)) {
            foot.index_axis_mut(Axis(0), place).scaled_add(*factor, &layer);
        }
        budget.total += factor * term.budget.total;
        budget.smeared_out += factor * term.budget.smeared_out;
        budget.outside += factor * term.budget.outside;
        budget.inside += factor * term.budget.inside;
    }
    Ok(Footprint {
        receptor: Receptor::with_id(first.receptor.clone(), id)?,
        layer_start: span.starts(),
        layer_seconds: span.layer_seconds,
        stderr: in_quadrature(terms, &span),
        sampling: groups(terms, &span),
        age: None,
        grid: first.grid.clone(),
        foot,
        budget,
    })
}

fn require_alike(first: &Footprint, other: &Footprint) -> Result<()> {
    let (a, b) = (&first.grid, &other.grid);
    let differ = |key: &str, value: String, allowed: String| Err(Error::config(key, value, allowed));
    if !a.has_cells_of(b) {
        let allowed = format!(
            "the cells of grid {} of {}: regrid one of them",
            a.name, first.receptor.id
        );
        return differ("grid", format!("{} of {}", b.name, other.receptor.id), allowed);
    }
    if a.gridding.measure != b.gridding.measure {
        let allowed = format!("{:?} as that of {}", a.gridding.measure, first.receptor.id);
        return differ("measure", format!("{:?}", b.gridding.measure), allowed);
    }
    if a.time_integrate != b.time_integrate {
        let allowed = format!(
            "{} as that of {}: integrate the other",
            a.time_integrate, first.receptor.id
        );
        return differ("time_integrate", b.time_integrate.to_string(), allowed);
    }
    Ok(())
}

/// The layers of all terms.
struct Span {
    first: UtcTime,
    layer_seconds: i64,
    layers: usize,
    integrated: bool,
}

impl Span {
    fn over(terms: &[(f64, &Footprint)]) -> Result<Self> {
        let with_layers = || terms.iter().map(|(_, f)| *f).filter(|f| !f.layer_start.is_empty());
        let starts = || with_layers().filter_map(|f| f.layer_start.first());
        let ends = with_layers().filter_map(|f| Some(f.layer_start.last()?.plus_seconds(f.layer_seconds)));
        let integrated = terms.iter().any(|(_, f)| f.grid.time_integrate);
        let (Some(&first), Some(end)) = (starts().min(), ends.max()) else {
            return Err(Error::config("footprints", "no layers", "at least one with a layer"));
        };
        let whole = end.seconds() - first.seconds();
        let layer_seconds = match integrated {
            true => whole,
            false => with_layers().next().map_or(whole, |f| f.layer_seconds),
        };
        let span = Self {
            first,
            layer_seconds,
            layers: if integrated {
                1
            } else {
                (whole / layer_seconds.max(1)) as usize
            },
            integrated,
        };
        with_layers().try_for_each(|term| span.require_aligned(term))?;
        Ok(span)
    }

    fn require_aligned(&self, term: &Footprint) -> Result<()> {
        if self.integrated {
            return Ok(());
        }
        if term.layer_seconds != self.layer_seconds {
            let allowed = format!(
                "layers of {} s as in the others: resample, or integrate all",
                self.layer_seconds
            );
            return Err(Error::config(
                "layer length",
                format!("{} s", term.layer_seconds),
                allowed,
            ));
        }
        let astray = |start: &&UtcTime| (start.seconds() - self.first.seconds()) % self.layer_seconds != 0;
        match term.layer_start.iter().find(astray) {
            None => Ok(()),
            Some(start) => {
                let allowed = format!(
                    "a whole number of layers of {} s from {}: integrate all",
                    self.layer_seconds, self.first
                );
                Err(Error::config("layer start", start, allowed))
            }
        }
    }

    fn starts(&self) -> Vec<UtcTime> {
        let start = |layer| self.first.plus_seconds(self.layer_seconds * layer as i64);
        (0..self.layers).map(start).collect()
    }

    /// The layer of the span of each layer of a term.
    fn places(&self, term: &Footprint) -> Vec<usize> {
        let place = |start: &UtcTime| match self.integrated {
            true => 0,
            false => ((start.seconds() - self.first.seconds()) / self.layer_seconds) as usize,
        };
        term.layer_start.iter().map(place).collect()
    }
}

fn are_independent(terms: &[(f64, &Footprint)]) -> bool {
    let ids: BTreeSet<&str> = terms.iter().map(|(_, f)| f.receptor.id.as_str()).collect();
    ids.len() == terms.len()
}

fn in_quadrature(terms: &[(f64, &Footprint)], span: &Span) -> Option<Array3<f64>> {
    if !are_independent(terms) {
        return None;
    }
    let (_, rows, columns) = terms.first()?.1.foot.dim();
    let mut squares = Array3::<f64>::zeros((span.layers, rows, columns));
    for (factor, term) in terms {
        for (error, place) in term.stderr.as_ref()?.outer_iter().zip(span.places(term)) {
            let square = |sum: &mut f64, error: &f64| *sum += (factor * error).powi(2);
            Zip::from(squares.index_axis_mut(Axis(0), place))
                .and(&error)
                .for_each(square);
        }
    }
    Some(squares.mapv_into(f64::sqrt))
}

fn groups(terms: &[(f64, &Footprint)], span: &Span) -> Option<Sampling> {
    let parts: Option<Vec<Part<'_>>> = terms
        .iter()
        .map(|(factor, term)| {
            Some(Part {
                sampling: term.sampling.as_ref()?,
                factor: *factor,
                layers: span.places(term),
            })
        })
        .collect();
    let parts = parts?;
    let counts = parts.iter().map(|part| part.sampling.particles);
    let particles = match are_independent(terms) {
        true => counts.sum(),
        false => counts.max()?,
    };
    added(&parts, span.layers, particles)
}
