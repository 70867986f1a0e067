//! Writing, release by release.

use std::path::Path;

use ndarray::{Array2, Axis};
use netcdf::{Extents, FileMut};

use super::super::{Footprints, ForeignFootprint, Format, SOURCE, require_same_series};
use super::hours::HoursBack;
use super::layout::{Layout, SIDES, layout};
use super::{Conditions, stamp_of};
use crate::boundary::BoundaryInfluence;
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::Axes;
use crate::output::attributes::{Attribute, put, put_global, text};
use crate::output::grid_axes::{pairs, put_axis};
use crate::output::write_whole;
use crate::time::UtcTime;

/// Depth of the height layers of a file without a lateral boundary, and their number.
const LAYER_M: f64 = 1000.0;
const LAYERS: usize = 20;

/// Writes footprints of one grid and place, by receptor time; `path` appears whole or not at all.
pub(in super::super) fn write(
    path: &Path,
    format: Format,
    count: usize,
    footprints: &mut Footprints<'_>,
) -> Result<()> {
    let Some(first) = footprints.next().transpose()? else {
        return Err(Error::config("footprints", "none", "at least one"));
    };
    let axes = first.footprint.grid.axes()?;
    if !axes.crs.is_longlat() {
        let allowed = format!("files of {format} have longitudes and latitudes: grid onto them");
        return Err(Error::config("grid crs", &first.footprint.grid.crs, allowed));
    }
    write_whole(path, |unfinished| {
        let refused = || Error::netcdf(path);
        let mut writer = Writer {
            file: netcdf::create(unfinished).map_err(refused())?,
            layout: layout(format),
            is_paris: format == Format::Paris,
            epoch: new_year(stamp_of(&first.footprint)),
            axes: &axes,
            height_edges_m: heights_of(&first),
            hours: None,
        };
        writer.put_frame(&first, count).map_err(refused())?;
        writer.put_release(0, &first)?.map_err(refused())?;
        let mut last = first.footprint.receptor.time;
        for (k, next) in footprints.enumerate() {
            let next = next?;
            require_same_series(&first.footprint, &next.footprint, last)?;
            writer.put_release(k + 1, &next)?.map_err(refused())?;
            last = next.footprint.receptor.time;
        }
        writer.file.close().map_err(refused())
    })
}

fn heights_of(first: &ForeignFootprint) -> Vec<f64> {
    match &first.boundary {
        Some(boundary) => boundary.height_edges_m.clone(),
        None => (0..=LAYERS).map(|k| k as f64 * LAYER_M).collect(),
    }
}

fn new_year(time: UtcTime) -> UtcTime {
    UtcTime::from_calendar(time.civil().year().into(), 1, 1, 0, 0).unwrap_or(time)
}

pub(super) struct Writer<'a> {
    pub file: FileMut,
    pub layout: &'static Layout,
    pub is_paris: bool,
    /// Zero of the time axis.
    epoch: UtcTime,
    pub axes: &'a Axes,
    height_edges_m: Vec<f64>,
    /// The hours resolved, from the first release that has them on.
    hours: Option<HoursBack>,
}

impl Writer<'_> {
    fn put_frame(&mut self, first: &ForeignFootprint, count: usize) -> netcdf::Result<()> {
        self.put_times(&first.footprint, count)?;
        self.put_plane()?;
        self.put_heights()?;
        self.put_maps(self.layout.total, &self.layout.order, self.layout.total_units)?;
        let in_layout = self.layout.conditions;
        let place = [
            ("release_lon", "degrees_east", "longitude of release"),
            ("release_lat", "degrees_north", "latitude of release"),
            ("release_height", "m", "height of release above model ground"),
        ];
        for (name, units, long_name) in in_layout.into_iter().chain(place) {
            let mut series = self.file.add_variable::<f32>(name, &["time"])?;
            series.set_fill_value(f32::NAN)?;
            put(&mut series, vec![text("units", units), text("long_name", long_name)])?;
        }
        self.put_sides()?;
        put_global(&mut self.file, of_file(&first.footprint))
    }

    fn put_times(&mut self, first: &Footprint, count: usize) -> netcdf::Result<()> {
        self.file.add_dimension("time", count)?;
        self.file.add_dimension("nv", 2)?;
        let since = format!("seconds since {}", self.epoch.civil().strftime("%Y-%m-%d"));
        let mut time = self.file.add_variable::<f64>("time", &["time"])?;
        time.set_fill_value(f64::NAN)?;
        put(
            &mut time,
            vec![
                text("long_name", "time"),
                text("standard_name", "time"),
                text("units", since),
                text("calendar", "gregorian"),
                text("bounds", "time_bnds"),
            ],
        )?;
        if let Some(hours) = first.receptor.release_h.filter(|&h| h > 0.0) {
            let comment = "time stamp corresponds to the beginning of each averaging period";
            put(
                &mut time,
                vec![
                    text("label", "left"),
                    text("period", format!("{hours:?} hours")),
                    text("comment", comment),
                ],
            )?;
        }
        self.file.add_variable::<f64>("time_bnds", &["time", "nv"]).map(drop)
    }

    fn put_plane(&mut self) -> netcdf::Result<()> {
        let (names, axes) = (self.layout.plane, self.axes);
        let (degrees_east, degrees_north) = match self.is_paris {
            true => ("degrees_east", "degrees_north"),
            false => ("Degrees_east", "Degrees_north"),
        };
        let of = |units, name: &str| vec![text("units", units), text("standard_name", name)];
        let single = |values: Vec<f64>| values.into_iter().map(|v| v as f32).collect::<Vec<f32>>();
        let (lon, lat) = (single(axes.x_centres()), single(axes.y_centres()));
        put_axis(
            &mut self.file,
            names.x,
            &lon,
            &pairs(&axes.x_edges()),
            of(degrees_east, "longitude"),
        )?;
        put_axis(
            &mut self.file,
            names.y,
            &lat,
            &pairs(&axes.y_edges()),
            of(degrees_north, "latitude"),
        )?;
        if self.is_paris {
            return Ok(());
        }
        // OpenGHG drops this dimension, and refuses files without it
        self.file.add_dimension("lev", 1)?;
        self.file.add_string_variable("lev", &["lev"])?.put_string("F", 0..1)
    }

    fn put_heights(&mut self) -> netcdf::Result<()> {
        let layers = pairs(&self.height_edges_m);
        let middles: Vec<f32> = layers.iter().map(|[a, b]| f64::midpoint(*a, *b) as f32).collect();
        let long_name = "middle of the layer through which particles left, above ground";
        let of_height = vec![text("units", "m"), text("long_name", long_name)];
        put_axis(&mut self.file, "height", &middles, &layers, of_height)
    }

    /// A variable of maps in single precision.
    pub fn put_maps(&mut self, name: &str, order: &[&str], units: &str) -> netcdf::Result<()> {
        let chunk: Vec<usize> = order.iter().map(|d| self.chunk_of(d)).collect();
        let mut maps = self.file.add_variable::<f32>(name, order)?;
        maps.set_chunking(&chunk)?;
        maps.set_compression(4, true)?;
        maps.set_fill_value(f32::NAN)?;
        let long_name = "source receptor relationship";
        put(&mut maps, vec![text("units", units), text("long_name", long_name)])
    }

    /// One release, whole otherwise.
    fn chunk_of(&self, dimension: &str) -> usize {
        match dimension {
            "time" => 1,
            name => self.file.dimension_len(name).unwrap_or(1),
        }
    }

    fn put_sides(&mut self) -> netcdf::Result<()> {
        let heights = self.height_edges_m.len() - 1;
        for (side, name, is_row) in SIDES {
            let (dimension, length) = match is_row {
                true => (self.layout.plane.x, self.axes.nx),
                false => (self.layout.plane.y, self.axes.ny),
            };
            let share = format!("Fraction of total particles leaving domain ({name} side)");
            let age = format!("Mean age of particles leaving domain ({name} side)");
            for (kind, units, long_name) in [("particle_locations", "", share), ("mean_age_particles", "hrs", age)] {
                let dimensions = ["height", dimension, "time"];
                let mut variable = self.file.add_variable::<f32>(&format!("{kind}_{side}"), &dimensions)?;
                variable.set_chunking(&[heights, length, 1])?;
                variable.set_compression(4, true)?;
                variable.set_fill_value(f32::NAN)?;
                put(&mut variable, vec![text("units", units), text("long_name", long_name)])?;
            }
        }
        Ok(())
    }

    fn check_boundary(&self, release: &ForeignFootprint) -> Result<()> {
        let Some(boundary) = &release.boundary else {
            return Ok(());
        };
        let [layers, nx, ny] = [self.height_edges_m.len() - 1, self.axes.nx, self.axes.ny];
        let shapes = [&boundary.fraction, &boundary.mean_age_h].map(|sides| sides.each().map(|side| side.dim()));
        let expected = [(layers, nx), (layers, ny), (layers, nx), (layers, ny)];
        if shapes == [expected; 2] && boundary.height_edges_m == self.height_edges_m {
            return Ok(());
        }
        let allowed = format!("sides of {nx} x {ny} cells and the {layers} height layers of the first release");
        Err(Error::config(
            "boundary of receptor",
            &release.footprint.receptor.id,
            allowed,
        ))
    }

    /// The outer error is of the footprint, the inner one of the file.
    fn put_release(&mut self, k: usize, release: &ForeignFootprint) -> Result<netcdf::Result<()>> {
        self.check_boundary(release)?;
        if let Some(resolved) = &release.resolved {
            let hours = HoursBack::of(&resolved.layers)?;
            let (agreed, is_new) = match self.hours {
                Some(agreed) => (agreed, false),
                None => (hours, true),
            };
            if agreed != hours {
                let allowed = format!(
                    "as many hours resolved as before, {} of {} s",
                    agreed.count, agreed.layer_s
                );
                return Err(Error::config(
                    "layers of receptor",
                    &release.footprint.receptor.id,
                    allowed,
                ));
            }
            self.hours = Some(hours);
            let frame = if is_new { self.put_hours(hours) } else { Ok(()) };
            if let Err(refused) = frame.and_then(|()| self.put_resolved(k, hours, resolved)) {
                return Ok(Err(refused));
            }
        }
        Ok(self.put_values(k, release))
    }

    fn put_values(&mut self, k: usize, release: &ForeignFootprint) -> netcdf::Result<()> {
        let footprint = &release.footprint;
        let seconds = |t: UtcTime| (t.seconds() - self.epoch.seconds()) as f64;
        let (stamp, end) = (seconds(stamp_of(footprint)), seconds(footprint.receptor.time));
        self.put("time", &[stamp], k..k + 1)?;
        self.put("time_bnds", &[stamp, end], (k..k + 1, ..))?;
        let receptor = &footprint.receptor;
        let place = [
            ("release_lon", receptor.lon_deg),
            ("release_lat", receptor.lat_deg),
            ("release_height", receptor.height_agl_m().unwrap_or(f64::NAN)),
        ];
        let values = in_units(&release.conditions, self.layout.in_si);
        let names = self.layout.conditions.map(|(name, ..)| name);
        for (name, value) in names.into_iter().zip(values).chain(place) {
            self.put(name, &[value as f32], k..k + 1)?;
        }
        let total = singles(&footprint.foot.sum_axis(Axis(0)));
        match self.is_paris {
            true => self.put(self.layout.total, &total, (k..k + 1, .., ..))?,
            false => self.put(self.layout.total, &total, (.., .., k..k + 1))?,
        }
        let boundary = release.boundary.iter();
        boundary.into_iter().try_for_each(|b| self.put_boundary(k, b))
    }

    fn put_boundary(&mut self, k: usize, boundary: &BoundaryInfluence) -> netcdf::Result<()> {
        let parts = [
            ("particle_locations", &boundary.fraction),
            ("mean_age_particles", &boundary.mean_age_h),
        ];
        for (kind, sides) in parts {
            for ((letter, ..), side) in SIDES.iter().zip(sides.each()) {
                self.put(&format!("{kind}_{letter}"), &singles(side), (.., .., k..k + 1))?;
            }
        }
        Ok(())
    }

    pub fn put<T, E>(&mut self, name: &str, values: &[T], extents: E) -> netcdf::Result<()>
    where
        T: netcdf::types::NcTypeDescriptor,
        E: TryInto<Extents>,
        E::Error: Into<netcdf::Error>,
    {
        match self.file.variable_mut(name) {
            Some(mut variable) => variable.put_values(values, extents),
            None => Err(netcdf::Error::NotFound(name.into())),
        }
    }
}

fn of_file(first: &Footprint) -> Vec<Attribute> {
    let inlet = first
        .receptor
        .height_agl_m()
        .map(|h| text("inlet_height", format!("{h}magl")));
    let rest = [
        text("title", "Surface influence footprints by release time"),
        text("source", SOURCE),
        text("model", "airshed"),
        text("domain", &first.grid.name),
        text("species", "Inert"),
    ];
    rest.into_iter().chain(inlet).collect()
}

pub(super) fn singles(map: &Array2<f64>) -> Vec<f32> {
    map.iter().map(|&v| v as f32).collect()
}

/// In the order of the layout.
fn in_units(conditions: &Conditions, in_si: bool) -> [f64; 5] {
    let (temperature, pressure) = match in_si {
        true => (conditions.temperature_c + 273.15, conditions.pressure_hpa * 100.0),
        false => (conditions.temperature_c, conditions.pressure_hpa),
    };
    [
        temperature,
        pressure,
        conditions.wind_speed_m_s,
        conditions.wind_from_deg,
        conditions.mixing_height_m,
    ]
}
