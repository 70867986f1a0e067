//! WRF files as a source of meteorology.

use std::path::{Path, PathBuf};

use super::aloft::{Aloft, Volumes};
use super::file::{Part, WrfFile};
use super::place::Place;
use super::surface::Surface;
use crate::error::{Error, Result};
use crate::met::file_stamp::FileStamp;
use crate::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use crate::netcdf_file::read_netcdf;
use crate::time::UtcTime;

/// Which winds of a WRF file move particles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrfWinds {
    /// `U`, `V`, `W`: the wind at the time.
    #[default]
    Instantaneous,
    /// `AVGFLX_RUM`, `AVGFLX_RVM`, `AVGFLX_WWM`: means over the interval that ends at the time (Nehrkorn et al. 2010).
    TimeAveraged,
}

/// Choices for reading a WRF file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrfOptions {
    /// Which winds move particles.
    pub winds: WrfWinds,
}

/// A file that WRF has written (`wrfout_d01_…`). Opening reads attributes, times and places; [`read`](MetReader::read)
/// reads one time and keeps no file open.
///
/// Fields are those of the mass points: winds are the mean of the two faces of a cell, heights and vertical motion that of
/// the levels above and below. Places are exactly WRF's; lengths are those of a sphere of 6371.2 km, where WRF's has
/// 6370 km, so that cells are 0.02 % larger. A nest that moves is cut to the points that it holds at all times of the file.
#[derive(Debug)]
pub struct WrfReader {
    path: PathBuf,
    stamp: FileStamp,
    aloft: Aloft,
    surface: Surface,
    /// Where each time is, in the order of the description.
    parts: Vec<Part>,
    description: MetDescription,
    forecast_hours: Vec<Option<i32>>,
    warnings: Vec<String>,
}

impl WrfReader {
    /// Opens a file with default options.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`]; [`Error::Format`] if it is no WRF file, lacks what transport needs, or lies on a
    /// grid that is not understood.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, WrfOptions::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: WrfOptions) -> Result<Self> {
        let path = path.as_ref();
        read_netcdf(path, || Self::open_here(path, options))
    }

    /// On the thread of the netCDF library.
    fn open_here(path: &Path, options: WrfOptions) -> Result<Self> {
        let stamp = FileStamp::of_path(path)?;
        let file = WrfFile::open(path)?;
        if !file.is_of_wrf() {
            return file.fail("not a WRF file: it lacks MAP_PROJ or the dimension west_east_stag");
        }
        let (aloft, surface) = (Aloft::of(&file, options.winds)?, Surface::of(&file));
        let (stored_times, mut warnings) = (file.times()?, Vec::new());
        let place = Place::of(&file, stored_times.len())?;
        if place.moves {
            warnings.push(format!(
                "the nest moves: only the {} x {} points that it holds at all its times are used",
                place.grid.nx, place.grid.ny
            ));
        }
        let order = ascending(&stored_times);
        if order.len() < stored_times.len() {
            let repeated = stored_times.len() - order.len();
            warnings.push(format!(
                "{repeated} of {} times repeat another; the first of each is used",
                stored_times.len()
            ));
        }
        let times: Vec<UtcTime> = order.iter().map(|&place| stored_times[place]).collect();
        let start = file.time("SIMULATION_START_DATE").or_else(|| file.time("START_DATE"));
        let hours_since = |time: UtcTime| i32::try_from((time.seconds() - start?.seconds()) / 3600).ok();
        let levels = level_values(&file)?;
        let mut variables = vec![surface.names()];
        variables.extend(levels[1..].iter().map(|_| aloft.names()));
        Ok(Self {
            path: path.to_owned(),
            stamp,
            aloft,
            surface,
            parts: order.iter().map(|&stored| place.parts[stored].clone()).collect(),
            forecast_hours: times.iter().map(|&time| hours_since(time)).collect(),
            description: MetDescription {
                source: path.to_owned(),
                model: "AWRF".to_owned(),
                grid: place.grid,
                vertical: VerticalCoordinate::WrfEta,
                levels,
                variables,
                times,
            },
            warnings,
        })
    }

    /// On the thread of the netCDF library.
    fn stored(&self, part: &Part) -> Result<(Volumes, Vec<RawField>)> {
        self.stamp.check(&self.path)?;
        let file = WrfFile::open(&self.path)?;
        let stored = (self.aloft.read(&file, part)?, self.surface.read(&file, part)?);
        self.stamp.check(&self.path)?;
        Ok(stored)
    }
}

impl MetReader for WrfReader {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        self.forecast_hours.clone()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let Some(part) = self.parts.get(time_index) else {
            let held = self.parts.len();
            return Err(Error::format(
                &self.path,
                format!("time {time_index} of {held} asked for"),
            ));
        };
        let time = self.description.times[time_index];
        let (volumes, mut fields) = read_netcdf(&self.path, || self.stored(part))?;
        let volumes = volumes.complete(&self.description.grid);
        if let Some(problem) = volumes.imbalance() {
            return Err(Error::format(&self.path, format!("{time}: {problem}")));
        }
        let mut add = |name: &str, values| {
            fields.push(RawField {
                level: 0,
                name: name.to_owned(),
                values,
            });
        };
        add("SHGT", volumes.terrain_m());
        if !self.surface.holds_pressure {
            add("PRSS", volumes.ground_pressure_hpa());
        }
        fields.extend(volumes.fields());
        Ok(RawSnapshot {
            time,
            forecast_hour: self.forecast_hours[time_index].unwrap_or(0),
            fields,
        })
    }
}

/// Places of times in ascending order, each time once.
fn ascending(times: &[UtcTime]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&place| times[place]);
    order.dedup_by_key(|place| times[*place]);
    order
}

/// The surface, then η of each level: ZNU, or without it the pressure of the base state over 1000 hPa, which names levels
/// as well.
fn level_values(file: &WrfFile<'_>) -> Result<Vec<f64>> {
    let count = file.length("bottom_top")?;
    let values = match file.holds("ZNU") {
        true => file.profile("ZNU", 0)?,
        false => file
            .profile("PB", 0)?
            .iter()
            .map(|pressure_pa| pressure_pa / 1e5)
            .collect(),
    };
    if values.len() != count || !values.windows(2).all(|pair| pair[1] < pair[0]) {
        return file.fail(format!(
            "the values of the {count} levels (ZNU, or PB without it) do not descend"
        ));
    }
    Ok(std::iter::once(1.0).chain(values).collect())
}
