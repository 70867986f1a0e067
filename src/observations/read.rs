//! Reading any file of observations: what is wanted of it, and which of its series.

use std::path::Path;

use super::format::Layout;
use super::{Observations, Unit, icos, table};
use crate::error::{Error, Result};

/// Heights that differ by less are the same intake, m.
const SAME_HEIGHT_M: f64 = 0.5;

/// Which quality flags are wanted; values with others become gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Flags {
    /// ICOS: `O`, correct after manual quality control. ObsPack: `obs_flag` 1 and a `qcflag` that begins with a dot. CSV: all.
    #[default]
    Good,
    /// All.
    All,
    /// These.
    Listed(Vec<String>),
}

impl Flags {
    /// Whether a value is wanted that the file itself calls good or not.
    pub(super) fn want(&self, flag: &str, is_good: bool) -> bool {
        match self {
            Self::Good => is_good,
            Self::All => true,
            Self::Listed(flags) => flags.iter().any(|wanted| wanted == flag),
        }
    }
}

/// What is wanted of a file of observations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadOptions {
    /// Which quantity, of a file with several: `WS`. Of a CSV table its column, or the part of its name before the unit.
    pub species: Option<String>,
    /// Which station, of a table with several.
    pub station: Option<String>,
    /// Which intake, m above ground, of a file with several.
    pub height_agl_m: Option<f64>,
    /// Which flags.
    pub flags: Flags,
    /// Unit of a CSV table that does not state it.
    pub unit: Option<Unit>,
    /// Hours that each value of a CSV table stands for, from its time on, where no column `end` says so.
    pub interval_h: Option<f64>,
    /// Hours by which the clock of an ICOS file is ahead of UTC, where its header names a time zone that is not UTC.
    pub utc_offset_h: Option<f64>,
}

impl ReadOptions {
    pub(super) fn wants_station(&self, station: &str) -> bool {
        self.station
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(station))
    }

    pub(super) fn wants_species(&self, species: &str) -> bool {
        self.species
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(species))
    }

    pub(super) fn wants_height(&self, height_agl_m: Option<f64>) -> bool {
        match (self.height_agl_m, height_agl_m) {
            (Some(wanted), Some(height)) => (wanted - height).abs() < SAME_HEIGHT_M,
            (Some(_), None) | (None, _) => true,
        }
    }
}

/// All series of a file that are wanted.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Observations>> {
    let all = match Layout::of(path)? {
        Layout::Icos => icos::read(path, options)?,
        Layout::NetCdf => read_netcdf(path, options)?,
        Layout::Datem => {
            let problem =
                "DATEM: tracer samples of many places, which are compared as a whole (read_datem, airshed compare)";
            return Err(Error::format(path, problem));
        }
        Layout::Table => table::read(path, options)?,
    };
    let found: Vec<String> = all.iter().map(describe).collect();
    let wanted = |series: &Observations| {
        options.wants_species(&series.species)
            && options.wants_station(&series.station)
            && options.wants_height(series.height_agl_m)
    };
    let kept: Vec<_> = all.into_iter().filter(wanted).collect();
    match kept.is_empty() {
        true => Err(Error::format(
            path,
            format!("no such series; there are: {}", found.join("; ")),
        )),
        false => kept.into_iter().map(|series| series.checked(path)).collect(),
    }
}

#[cfg(feature = "netcdf")]
fn read_netcdf(path: &Path, options: &ReadOptions) -> Result<Vec<Observations>> {
    super::obspack::read(path, options)
}

#[cfg(not(feature = "netcdf"))]
fn read_netcdf(path: &Path, _: &ReadOptions) -> Result<Vec<Observations>> {
    let problem = "netCDF, which this build of airshed does not read: build it with the feature `netcdf`";
    Err(Error::format(path, problem))
}

/// The only series, or an error that names them.
pub(super) fn one_of(path: &Path, mut all: Vec<Observations>, options: &ReadOptions) -> Result<Observations> {
    match (all.pop(), all.len()) {
        (Some(series), 0) => Ok(series),
        (last, _) => {
            let found: Vec<String> = all.iter().chain(&last).map(describe).collect();
            let asked = options.species.as_deref().unwrap_or("none named");
            let allowed = format!(
                "{} holds {}: name one (species, station, height)",
                path.display(),
                found.join("; ")
            );
            Err(Error::config("series", asked, allowed))
        }
    }
}

fn describe(series: &Observations) -> String {
    let height = series
        .height_agl_m
        .map_or_else(String::new, |height| format!(" at {height} m"));
    format!("{} of {}{height}", series.species, series.station)
}
