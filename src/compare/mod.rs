//! Comparison of a modelled with a measured series: matched in time, selected, averaged; statistics with 95 % intervals.
//!
//! | step | where |
//! |---|---|
//! | a model's series from a table or from `enhancements.csv` | [`ModelSeries`] |
//! | which measurement belongs to which model time | [`Matching`] |
//! | hours in local solar time, mountain rule, wind speed | [`Hours`], [`ComparisonOptions`] |
//! | means over local solar days | [`Averaging`] |
//! | bias, RMSE, R, slope … | [`Statistics`] |
//! | by season, month, hour, wind sector | [`Grouping`] |
//! | Taylor diagram, distributions, ensembles of models, tracer experiments | [`Taylor`], [`Distribution`], [`ensemble_band`], [`tracer_statistics`] |

mod averaging;
mod bootstrap;
mod distribution;
mod enhancements;
mod ensemble;
mod groups;
mod matching;
mod model;
mod moments;
mod persistence;
mod place;
mod regression;
mod report;
mod selection;
mod statistics;
mod taylor;
mod tracer;

pub use averaging::Averaging;
pub use distribution::{Distribution, Quantile};
pub use ensemble::{BandRow, ensemble_band};
pub use groups::{Group, Grouping};
pub use matching::Matching;
pub use model::{ModelOptions, ModelRow, ModelSeries, unit_of};
pub use regression::Errors;
pub use report::{group_table, statistics_table, tracer_table};
pub use selection::Hours;
pub use statistics::{Estimate, Statistics};
pub use taylor::Taylor;
pub use tracer::{TracerStatistics, tracer_statistics};

use crate::error::{Error, Result};
use crate::observations::{Observations, Unit};
use crate::stations::Station;
use crate::time::UtcTime;
use selection::Selection;

/// Heights that differ by less are the same, m.
const SAME_HEIGHT_M: f64 = 0.5;

/// A model time and what was measured then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matched {
    /// Model time, UTC; start of the measurement if the model was averaged over it, or of the day.
    pub time: UtcTime,
    /// Modelled; NaN in a gap of the model.
    pub model: f64,
    /// Its standard error, NaN if unknown.
    pub model_stderr: f64,
    /// Measured; NaN in a gap of the measurements.
    pub observed: f64,
    /// Its standard error, NaN if unknown.
    pub observed_stderr: f64,
    /// How many values of the finer series were averaged, or pairs of a day.
    pub averaged: u32,
    /// Wind speed, m s⁻¹; NaN if unknown.
    pub wind_speed_m_s: f64,
    /// Direction the wind comes from, degrees clockwise from north; NaN if unknown.
    pub wind_from_deg: f64,
    /// Whether the selection takes it.
    pub selected: bool,
}

impl Matched {
    /// Whether statistics take it: selected, and neither side a gap.
    pub fn counts(&self) -> bool {
        self.selected && self.model.is_finite() && self.observed.is_finite()
    }
}

/// Choices of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComparisonOptions {
    /// Which measurement belongs to a model time; `None`: [`Matching::OverObservation`] if measurements last longer than two
    /// model steps, else [`Matching::Containing`].
    pub matching: Option<Matching>,
    /// Hours of the day.
    pub hours: Hours,
    /// Least wind speed, m s⁻¹; where it is unknown a pair is left out.
    pub min_wind_m_s: Option<f64>,
    /// Means over days.
    pub averaging: Averaging,
    /// Errors of single values, for the regression.
    pub errors: Errors,
    /// Longitude for local solar time, degrees east, if the measurements do not state theirs.
    pub lon_deg: Option<f64>,
    /// Whether the station counts as one on a mountain; `None`: as the station table has it.
    pub mountain: Option<bool>,
    /// Whether heights of model and measurement may differ without being the stated model height.
    pub any_height: bool,
    /// Seed of the bootstrap.
    pub seed: u64,
}

/// A modelled and a measured series, matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Name of the model series.
    pub model: String,
    /// Name of the measurements: species, station, height.
    pub observed: String,
    /// Unit of both, that of the measurements.
    pub unit: Unit,
    /// All model times, gaps included, in order.
    pub rows: Vec<Matched>,
    /// How single values were matched.
    pub matching: Matching,
    /// Longitude used for local solar time, degrees east.
    pub lon_deg: Option<f64>,
    averaging: Averaging,
    errors: Errors,
    seed: u64,
}

/// How many rows there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In all.
    pub rows: usize,
    /// With values on both sides, and selected: those that statistics take.
    pub pairs: usize,
    /// Selected, without a measurement.
    pub gaps_observed: usize,
    /// Selected, with a measurement but without a model value.
    pub gaps_model: usize,
    /// Not selected.
    pub not_selected: usize,
}

impl Comparison {
    /// Matches a model series with measurements.
    ///
    /// The model is converted to the unit of the measurements; a series without a unit is taken to be in it.
    ///
    /// # Errors
    /// [`Error::Config`] if the units measure different things, if heights differ (unless the model's is the stated model
    /// height of the station, or any will do), if a window is impossible, if hours are selected and no longitude is known, or of
    /// measurements that the model is averaged over; if two model values have the same time; if an error for the regression is
    /// not above zero, or known on one side alone.
    pub fn new(model: &ModelSeries, observed: &Observations, options: &ComparisonOptions) -> Result<Self> {
        check_heights(model, observed, options)?;
        let factor = model.unit.map_or(Ok(1.0), |unit| unit.factor_to(observed.unit))?;
        let mut model_rows = model.rows.clone();
        for row in &mut model_rows {
            row.value *= factor;
            row.stderr *= factor;
        }
        model_rows.sort_by_key(|row| row.time);
        if let Some(pair) = model_rows.windows(2).find(|pair| pair[0].time == pair[1].time) {
            let allowed = "the model has two values of this time: a series of one station and height is needed";
            return Err(Error::config("time", pair[0].time, allowed));
        }
        let matching = options
            .matching
            .unwrap_or_else(|| Matching::usual(&model_rows, observed));
        let lon_deg = options.lon_deg.or(observed.place.map(|place| place.lon_deg));
        if matching == Matching::OverObservation && options.hours != Hours::Any {
            let allowed = "the measurements last longer than two model steps and hold all hours: select the hours of the model before";
            return Err(Error::config("hours", "selected", allowed));
        }
        let selection = Selection::new(options, observed, lon_deg)?;
        let mut rows = matching.rows(&model_rows, observed)?;
        for row in &mut rows {
            row.selected = selection.takes(row);
        }
        let rows = options.averaging.average(rows, lon_deg)?;
        options.errors.check(&rows)?;
        Ok(Self {
            model: model.name.clone(),
            observed: name_of(observed),
            unit: observed.unit,
            rows,
            averaging: options.averaging,
            matching,
            lon_deg,
            errors: options.errors,
            seed: options.seed,
        })
    }

    /// Statistics of all pairs.
    pub fn statistics(&self) -> Statistics {
        Statistics::of(&self.pairs(), self.errors, self.seed)
    }

    /// Statistics by group, in the order of the groups; groups without pairs are left out.
    ///
    /// # Errors
    /// [`Error::Config`] if local solar time, or the wind, is needed and unknown, and for hours of means over days.
    pub fn by(&self, grouping: Grouping) -> Result<Vec<Group>> {
        groups::by(self, grouping)
    }

    /// Coordinates in a Taylor diagram.
    pub fn taylor(&self) -> Taylor {
        Taylor::of(&self.pairs())
    }

    /// Quantiles of both sides, and the distance between their distributions.
    ///
    /// # Errors
    /// [`Error::Config`] if a probability lies outside 0…1.
    pub fn distribution(&self, probabilities: &[f64]) -> Result<Distribution> {
        Distribution::of(&self.pairs(), probabilities)
    }

    /// How many rows there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            rows: self.rows.len(),
            ..Counts::default()
        };
        for row in &self.rows {
            let kind = match (row.selected, row.observed.is_finite(), row.model.is_finite()) {
                (false, ..) => &mut counts.not_selected,
                (_, false, _) => &mut counts.gaps_observed,
                (_, _, false) => &mut counts.gaps_model,
                _ => &mut counts.pairs,
            };
            *kind += 1;
        }
        counts
    }

    fn pairs(&self) -> Vec<Matched> {
        self.rows.iter().copied().filter(Matched::counts).collect()
    }
}

fn name_of(observed: &Observations) -> String {
    let height = observed
        .height_agl_m
        .map_or_else(String::new, |height| format!(" {height} m"));
    format!("{} {}{height}", observed.species, observed.station)
        .trim()
        .to_owned()
}

fn check_heights(model: &ModelSeries, observed: &Observations, options: &ComparisonOptions) -> Result<()> {
    let (Some(own), Some(measured)) = (model.height_agl_m, observed.height_agl_m) else {
        return Ok(());
    };
    let same = |height: f64| (own - height).abs() < SAME_HEIGHT_M;
    let stated = Station::find(&observed.station)
        .ok()
        .and_then(|station| station.model_height_agl_m);
    if options.any_height || same(measured) || stated.is_some_and(same) {
        return Ok(());
    }
    let allowed =
        format!("measured at {measured} m above ground: take that height, or say that any will do (any_height)");
    Err(Error::config("model height", own, allowed))
}
