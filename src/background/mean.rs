//! The mean of a background over the ends of an ensemble, with its error and the shares it stands on.

use std::fmt;

use crate::boundary::{End, Fate, Side, Sides};
use crate::error::Result;
use crate::tracer::Unit;

/// Shares of the weight of an ensemble by how its particles ended; together 1.
#[derive(Clone, Debug, PartialEq)]
pub struct FateShares {
    /// Left through each side.
    pub sides: Sides<f64>,
    /// Left through the top.
    pub top: f64,
    /// Inside at the end of the run.
    pub inside: f64,
    /// Left the meteorology inside the domain.
    pub left_meteorology: f64,
    /// Where the meteorology ended.
    pub met_gap: f64,
    /// Started outside the domain.
    pub started_outside: f64,
}

impl FateShares {
    /// Of all sides.
    pub fn through_sides(&self) -> f64 {
        self.sides.each().into_iter().sum()
    }

    fn of(ends: &[End]) -> Self {
        let whole: f64 = ends.iter().map(End::share_of_air).sum();
        let share = |fate: Fate| {
            let held = ends.iter().filter(|end| end.fate == fate).map(End::share_of_air);
            held.fold(0.0, |sum, weight| sum + weight) / whole
        };
        Self {
            sides: [Side::North, Side::East, Side::South, Side::West]
                .map(|side| share(Fate::Left(side)))
                .into(),
            top: share(Fate::Top),
            inside: share(Fate::Inside),
            left_meteorology: share(Fate::LeftMeteorology),
            met_gap: share(Fate::MetGap),
            started_outside: share(Fate::StartedOutside),
        }
    }
}

/// What a background brings to a receptor.
#[derive(Clone, Debug, PartialEq)]
pub struct BackgroundMean {
    /// Weighted mean over the particles that are covered; NaN if none is.
    pub value: f64,
    /// Sampling error of it, one standard error: that of a ratio of weighted sums of independent particles; NaN for fewer
    /// than two.
    pub stderr: f64,
    /// Weighted standard deviation between the particles.
    pub sd: f64,
    /// Unit of these.
    pub unit: Unit,
    /// Share of the weight that the background says something about.
    pub covered_share: f64,
    /// Shares by how particles ended.
    pub shares: FateShares,
    /// Weighted mean age at the ends, h.
    pub mean_age_h: f64,
    /// Number of particles.
    pub particles: usize,
}

impl BackgroundMean {
    /// Of values where particles ended; NaN where there is none.
    pub(super) fn of(ends: &[End], values: &[f64], unit: Unit) -> Self {
        let whole: f64 = ends.iter().map(End::share_of_air).sum();
        let covered = || {
            let pairs = ends.iter().map(End::share_of_air).zip(values.iter().copied());
            pairs.filter(|(_, value)| !value.is_nan())
        };
        let weight: f64 = covered().map(|(weight, _)| weight).sum();
        // from one of the values: the mean of equal ones is exact
        let origin = covered().next().map_or(f64::NAN, |(_, value)| value);
        let beyond: f64 = covered().map(|(weight, value)| weight * (value - origin)).sum();
        let value = origin + beyond / weight;
        let squares = |power: i32| -> f64 {
            let terms = covered().map(|(weight, held)| weight.powi(power) * (held - value).powi(2));
            terms.sum()
        };
        let count = covered().count() as f64;
        let age: f64 = ends.iter().map(|end| end.share_of_air() * end.age_min).sum();
        Self {
            value,
            stderr: (squares(2) * count / (count - 1.0)).sqrt() / weight,
            sd: (squares(1) / weight).sqrt(),
            unit,
            covered_share: weight / whole,
            shares: FateShares::of(ends),
            mean_age_h: age / whole / 60.0,
            particles: ends.len(),
        }
    }

    /// The same in another unit of mole fraction.
    ///
    /// # Errors
    /// As [`Unit::convert`].
    pub fn to(&self, unit: Unit) -> Result<Self> {
        Ok(Self {
            value: self.unit.convert(self.value, unit)?,
            stderr: self.unit.convert(self.stderr, unit)?,
            sd: self.unit.convert(self.sd, unit)?,
            unit,
            ..self.clone()
        })
    }
}

impl fmt::Display for BackgroundMean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value, stderr, unit, ..
        } = self;
        let covered = 100.0 * self.covered_share;
        let inside = 100.0 * self.shares.inside;
        write!(
            f,
            "{value:.4} ± {stderr:.4} {unit}, {covered:.1} % covered, {inside:.1} % never left"
        )
    }
}
