//! Observations: measured series, one of one station, quantity and height.
//!
//! | file | what it states |
//! |---|---|
//! | ICOS ATC release: gases, meteorology, integrated and flask samples | station, height, unit, scale, flags; stamps are the start of the hour |
//! | ObsPack netCDF, as GLOBALVIEWplus is laid out | the same; `time` is the middle of the interval |
//! | CSV with `time` and `value` | what its columns say |
//!
//! Values keep the unit and the scale of their file until [`Observations::in_unit`] converts them; nothing converts scales.
//! Times are UTC, each with its averaging interval. What was not measured, or carries a flag that is not wanted, stays a gap.

pub mod datem;
mod format;
mod icos;
mod icos_header;
#[cfg(feature = "netcdf")]
mod obspack;
mod read;
mod table;
mod unit;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

#[cfg(feature = "cli")]
pub(crate) use format::Layout;
pub use read::{Flags, ReadOptions};
pub(crate) use table::csv_reader;
pub use unit::Unit;

use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::time::UtcTime;
use read::one_of;

/// One measured value and the interval it is the mean of.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Start of the averaging interval, UTC.
    pub start: UtcTime,
    /// End of it; the same as `start` for a sample whose length is not known.
    pub end: UtcTime,
    /// In the unit of the series; NaN where nothing was measured, or the flag is not wanted.
    pub value: f64,
    /// Standard deviation of what was averaged, in the same unit; NaN if not stated.
    pub stdev: f64,
    /// Standard error of the value, in the same unit; NaN if not stated.
    pub stderr: f64,
    /// How many measurements were averaged.
    pub points: Option<u32>,
    /// Quality flag, as the file has it; empty if it has none.
    pub flag: String,
}

/// One series of one station, quantity and height.
#[derive(Clone, Debug, PartialEq)]
pub struct Observations {
    /// Code of the station: `CBW`.
    pub station: String,
    /// Name of the station; empty if not stated.
    pub station_name: String,
    /// What was measured, as the file calls it: `CH4`, `co2`, `14C`, `AT`.
    pub species: String,
    /// Unit of values and uncertainties.
    pub unit: Unit,
    /// Calibration scale, as stated; empty if it is not.
    pub scale: String,
    /// Who measured; empty if not stated.
    pub contributor: String,
    /// Height of the intake above ground, m.
    pub height_agl_m: Option<f64>,
    /// Where the station stands.
    pub place: Option<LonLat>,
    /// Height of its ground above sea level, m.
    pub elevation_asl_m: Option<f64>,
    /// In order of time.
    pub rows: Vec<Observation>,
    /// Further uncertainties under the names of the file (`LTR`, `CMR`, `QcBias` …), in the unit of the series, a value for
    /// each row.
    pub uncertainties: BTreeMap<String, Vec<f64>>,
    /// How many measured values became gaps because their flag was not wanted.
    pub rejected: usize,
    /// What a reader should know: contradictions of a header, lines that are missing.
    pub notes: Vec<String>,
}

impl Observations {
    /// Reads a file, whatever its layout, and keeps what is flagged as good.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &ReadOptions::default())
    }

    /// The same, with choices.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read; [`Error::Format`] if it is damaged or no such file; [`Error::Config`] if it
    /// holds several series and the options name none of them, or if its unit is unknown.
    pub fn open_with(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self> {
        let path = path.as_ref();
        one_of(path, Self::open_all(path, options)?, options)
    }

    /// All series of a file that the options allow, such as the quantities of a meteorological file.
    ///
    /// # Errors
    /// As [`Self::open_with`], but for several series.
    pub fn open_all(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Vec<Self>> {
        read::read(path.as_ref(), options)
    }

    /// The same series in another unit; uncertainties with it.
    ///
    /// # Errors
    /// [`Error::Config`] if the unit measures something else.
    pub fn in_unit(mut self, unit: Unit) -> Result<Self> {
        let factor = self.unit.factor_to(unit)?;
        for row in &mut self.rows {
            row.value *= factor;
            row.stdev *= factor;
            row.stderr *= factor;
        }
        self.uncertainties
            .values_mut()
            .flatten()
            .for_each(|value| *value *= factor);
        Ok(Self { unit, ..self })
    }

    /// How many rows have a value.
    pub fn measured(&self) -> usize {
        self.rows.iter().filter(|row| row.value.is_finite()).count()
    }

    /// Puts rows in order, checks that each interval ends after it starts, and notes values of the same time.
    fn checked(mut self, path: &Path) -> Result<Self> {
        if let Some(row) = self.rows.iter().find(|row| row.end < row.start) {
            let problem = format!("an interval starts at {} and ends before, at {}", row.start, row.end);
            return Err(Error::format(path, problem));
        }
        if !self.rows.is_sorted_by_key(|row| row.start) {
            let mut order: Vec<usize> = (0..self.rows.len()).collect();
            order.sort_by_key(|&k| self.rows[k].start);
            for column in self.uncertainties.values_mut() {
                *column = order.iter().map(|&k| column[k]).collect();
            }
            self.rows.sort_by_key(|row| row.start);
        }
        let measured: Vec<UtcTime> = self
            .rows
            .iter()
            .filter(|row| row.value.is_finite())
            .map(|row| row.start)
            .collect();
        let twice = measured.windows(2).filter(|pair| pair[0] == pair[1]).count();
        if twice > 0 {
            let problem = "with the start of another value: a single model time meets the last, a window averages them";
            self.notes.push(format!("{twice} {problem}"));
        }
        Ok(self)
    }
}

impl fmt::Display for Observations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.species, self.station)?;
        if let Some(height) = self.height_agl_m {
            write!(f, " {height} m")?;
        }
        write!(f, ", {}: {} values", self.unit, self.measured())?;
        if let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) {
            write!(f, " from {} to {}", first.start, last.end)?;
        }
        Ok(())
    }
}
