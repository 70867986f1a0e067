//! The air that flows in: mole fractions of a tracer where particles end.
//!
//! What a receptor sees is the background plus what surface fluxes add. A [`Background`] is a constant, a series in time, a
//! field of a global model in space and time, or curtains at the sides of a domain; [`Background::sample`] takes its mean
//! over the [`End`]s of an ensemble.

mod axis;
mod curtains;
#[cfg(feature = "netcdf")]
mod curtains_file;
#[cfg(feature = "netcdf")]
mod field;
mod mean;
mod series;

use crate::boundary::{End, Fate};
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::receptor::Receptor;
use crate::tracer::Unit;
use curtains::Curtains;
#[cfg(feature = "netcdf")]
pub use field::FieldOptions;
pub use mean::{BackgroundMean, FateShares};
use series::Series;

/// The amount of a tracer in air that flows in. Mole fractions are in ppm, whatever the source has.
#[derive(Debug)]
pub struct Background {
    name: String,
    unit: Unit,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Constant(f64),
    Series(Series),
    #[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
    Curtains(Box<Curtains>),
    #[cfg(feature = "netcdf")]
    Field(Box<field::MoleField>),
}

/// Where and when a background is asked for.
#[derive(Clone, Copy, Debug)]
struct Place {
    lon_deg: f64,
    lat_deg: f64,
    /// Since 1970-01-01.
    seconds: f64,
    #[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
    pressure_hpa: f64,
    #[cfg_attr(not(feature = "netcdf"), allow(dead_code))]
    height_asl_m: f64,
    height_agl_m: f64,
    fate: Fate,
}

impl Place {
    fn of(end: &End, receptor: &Receptor) -> Self {
        Self {
            lon_deg: end.lon_deg,
            lat_deg: end.lat_deg,
            seconds: receptor.time.seconds() as f64 + 60.0 * end.time_min,
            pressure_hpa: end.pressure_hpa,
            height_asl_m: end.height_asl_m,
            height_agl_m: end.height_agl_m,
            fate: end.fate,
        }
    }
}

impl Background {
    /// The same everywhere and at any time, in a unit such as `ppm`, `nmol mol-1`, `Bq m-3`.
    ///
    /// # Errors
    /// [`Error::Config`] if the value is not finite or the unit unknown.
    pub fn constant(value: f64, unit: &str) -> Result<Self> {
        let (unit, factor) = Unit::parse(unit)?;
        if !value.is_finite() {
            return Err(Error::config("background", value, "a number"));
        }
        Ok(Self {
            name: "constant".to_owned(),
            unit,
            kind: Kind::Constant(factor * value),
        })
    }

    /// What it is: the variable of a file, `constant`, `series` or `curtains`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The unit of its values: ppm for all mole fractions.
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// Its value where each particle ended, in [`unit`](Self::unit); NaN where it says nothing: beyond the range of a field
    /// in place or time, for curtains also away from the sides, and for particles that were never followed.
    ///
    /// # Errors
    /// [`Error::Config`] if an end lies beyond the span of a series, or on another edge than that of the curtains; those of
    /// the files.
    pub fn at_ends(&self, ends: &[End], receptor: &Receptor) -> Result<Vec<f64>> {
        let places: Vec<Place> = ends.iter().map(|end| Place::of(end, receptor)).collect();
        match &self.kind {
            Kind::Constant(value) => Ok(vec![*value; ends.len()]),
            Kind::Series(series) => places.iter().map(|place| series.at(place.seconds)).collect(),
            Kind::Curtains(curtains) => places.iter().map(|place| curtains.at(place)).collect(),
            #[cfg(feature = "netcdf")]
            Kind::Field(field) => field.at(&places),
        }
    }

    /// The mean over the ends of an ensemble: what the air brings to the receptor that flows in at its ends.
    ///
    /// Each particle counts with its weight and mass ([`End::share_of_air`]) and with what is left, by `decay`, after its
    /// age. Particles that are still inside count where they are. Those that the background says nothing about are left out, and `covered_share` says so.
    ///
    /// # Errors
    /// As [`at_ends`](Self::at_ends); [`Error::Config`] if there are no particles.
    pub fn sample(&self, ends: &[End], receptor: &Receptor, decay: Option<Decay>) -> Result<BackgroundMean> {
        if ends.is_empty() {
            return Err(Error::config("particles", 0, "at least one is needed for a background"));
        }
        let mut values = self.at_ends(ends, receptor)?;
        if let Some(decay) = decay {
            let left = ends.iter().map(|end| decay.remaining(60.0 * end.age_min));
            values.iter_mut().zip(left).for_each(|(value, left)| *value *= left);
        }
        Ok(BackgroundMean::of(ends, &values, self.unit))
    }
}
