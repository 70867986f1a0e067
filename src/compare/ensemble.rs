//! Bands of an ensemble of model series, such as one for each flux product.

use std::collections::BTreeMap;

use super::ModelSeries;
use super::distribution::{quantile, sorted};
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// The ensemble at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandRow {
    /// Model time, UTC.
    pub time: UtcTime,
    /// Least value of the members.
    pub min: f64,
    /// Their median.
    pub median: f64,
    /// Largest value.
    pub max: f64,
    /// How many members have a value then; the band is that of these.
    pub members: usize,
}

/// Least, median and largest value at each time that any member has.
///
/// # Errors
/// [`Error::Config`] if there is no series, or their units differ.
pub fn ensemble_band(series: &[ModelSeries]) -> Result<Vec<BandRow>> {
    let Some(first) = series.first() else {
        return Err(Error::config("ensemble", "[]", "at least one model series"));
    };
    if let Some(other) = series.iter().find(|other| other.unit != first.unit) {
        let unit = |series: &ModelSeries| series.unit.map_or("no unit", |unit| unit.name());
        let allowed = format!(
            "in {}; {} is in {}: convert one of them",
            unit(other),
            first.name,
            unit(first)
        );
        return Err(Error::config("ensemble", &other.name, allowed));
    }
    let mut at: BTreeMap<UtcTime, Vec<f64>> = BTreeMap::new();
    for row in series.iter().flat_map(|series| &series.rows) {
        at.entry(row.time).or_default().push(row.value);
    }
    let rows = at.into_iter().map(|(time, values)| {
        let values = sorted(values.into_iter().filter(|value| value.is_finite()));
        BandRow {
            time,
            min: quantile(&values, 0.0),
            median: quantile(&values, 0.5),
            max: quantile(&values, 1.0),
            members: values.len(),
        }
    });
    Ok(rows.collect())
}
