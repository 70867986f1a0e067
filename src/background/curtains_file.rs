//! Opening curtains in OpenGHG's layout.

use std::path::Path;

use ndarray::{Array3, ArrayD, Axis as ArrayAxis, Ix3};

use super::axis::ascends;
use super::curtains::Curtains;
use super::{Background, Kind};
use crate::error::{Error, Result};
use crate::flux::{FluxTimes, plus_months};
use crate::met::cf::{Axis, Container, VariableInfo, axes, open_netcdf, values, variable};
use crate::netcdf_file::Packing;
use crate::time::UtcTime;
use crate::tracer::Unit;

/// Variables of the sides, and the axis along each.
const SIDES: [(&str, &str); 4] = [("vmr_n", "lon"), ("vmr_e", "lat"), ("vmr_s", "lon"), ("vmr_w", "lat")];

impl Background {
    /// Opens curtains as OpenGHG keeps them: `vmr_n`, `vmr_s` over `height`, `lon` and `vmr_e`, `vmr_w` over `height`,
    /// `lat`, each with `time` if there are several; mole fractions by height above ground \[m\]. A stamp holds up to the
    /// next, a single one for a month. Without `units` they are mol mol⁻¹.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`] if the file cannot be read; [`Error::Format`] if it holds something else.
    pub fn open_curtains(path: impl AsRef<Path>) -> Result<Self> {
        Self::curtains(open_netcdf(path)?)
    }

    /// As [`open_curtains`](Self::open_curtains), of anything that holds variables.
    ///
    /// # Errors
    /// As [`open_curtains`](Self::open_curtains).
    pub fn curtains(mut container: Box<dyn Container>) -> Result<Self> {
        let container = container.as_mut();
        let axis = |container: &mut dyn Container, name: &str| ascending(container, name);
        let heights_m = axis(container, "height")?;
        let (lon_deg, lat_deg) = (axis(container, "lon")?, axis(container, "lat")?);
        let [north, east, south, west] = SIDES;
        let sides = [
            side(container, north)?,
            side(container, east)?,
            side(container, south)?,
            side(container, west)?,
        ];
        let times = times(container)?;
        let count = times.count();
        if let Some(found) = sides.iter().map(|side| side.len_of(ArrayAxis(0))).find(|n| *n != count) {
            let problem = format!("{found} curtains for {count} times");
            return Err(Error::format(container.name(), problem));
        }
        container.rest();
        Ok(Self {
            name: "curtains".to_owned(),
            unit: Unit::Ppm,
            kind: Kind::Curtains(Box::new(Curtains {
                heights_m,
                lon_deg,
                lat_deg,
                sides: sides.into(),
                times,
            })),
        })
    }
}

fn required(container: &dyn Container, name: &str) -> Result<VariableInfo> {
    let missing = || {
        let problem = format!("no variable {name}; curtains hold vmr_n, vmr_e, vmr_s, vmr_w, height, lon, lat");
        Error::format(container.name(), problem)
    };
    variable(container, name).ok_or_else(missing)
}

fn ascending(container: &mut dyn Container, name: &str) -> Result<Vec<f64>> {
    let info = required(container, name)?;
    let axis = values(container, &info)?;
    match ascends(&axis) && axis.len() > 1 {
        true => Ok(axis),
        false => Err(Error::format(
            container.name(),
            format!("{name} needs two coordinates or more that ascend"),
        )),
    }
}

/// `[time][height][along]`, ppm.
fn side(container: &mut dyn Container, (name, along): (&str, &str)) -> Result<Array3<f64>> {
    let info = required(container, name)?;
    let units = info.text("units").unwrap_or("mol mol-1");
    let (unit, factor) = Unit::parse(units).map_err(|problem| Error::format(container.name(), problem.to_string()))?;
    let path = container.name().to_owned();
    let wrong = |problem: String| Error::format(&path, format!("variable {name}: {problem}"));
    if unit != Unit::Ppm {
        return Err(wrong(format!("{units} is no mole fraction")));
    }
    let ranges: Vec<_> = info.dimensions.iter().map(|(_, length)| 0..*length).collect();
    let packing = Packing::stated(|attribute| info.numbers(attribute).to_vec());
    let stored: ArrayD<f64> = container.read(name, &ranges)?;
    let dimensions: Vec<&str> = info.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    let place = |wanted: &str| dimensions.iter().position(|held| *held == wanted);
    let shape = || wrong(format!("its dimensions are {dimensions:?}, not time, height, {along}"));
    let (stored, order) = match (place("time"), place("height"), place(along), dimensions.len()) {
        (Some(time), Some(height), Some(along), 3) => (stored, [time, height, along]),
        (None, Some(height), Some(along), 2) => (stored.insert_axis(ArrayAxis(2)), [2, height, along]),
        _ => return Err(shape()),
    };
    let ordered = stored.into_dimensionality::<Ix3>().map_err(|_| shape())?;
    let ordered = ordered.permuted_axes(order);
    Ok(ordered.mapv(|value| factor * packing.unpack(value)))
}

fn times(container: &mut dyn Container) -> Result<FluxTimes> {
    let path = container.name().to_owned();
    let wrong = |problem: String| Error::format(&path, problem);
    let stamps = match axes(container)?.remove("time") {
        Some(Axis::Time(times)) => times.at,
        _ => scalar_time(container)?,
    };
    let times = match stamps[..] {
        [] => return Ok(FluxTimes::constant()),
        [only] => {
            let end = plus_months(only, 1).unwrap_or_else(|| only.plus_hours(30 * 24));
            FluxTimes::intervals(vec![(only, end)])
        }
        _ => FluxTimes::from_starts(&stamps),
    };
    times.map_err(|problem| wrong(problem.to_string()))
}

/// The time of a file that has no axis of times.
fn scalar_time(container: &mut dyn Container) -> Result<Vec<UtcTime>> {
    let Some(info) = variable(container, "time") else {
        return Ok(Vec::new());
    };
    let path = container.name().to_owned();
    let wrong = |problem: String| Error::format(&path, format!("variable time: {problem}"));
    let units = info.text("units").unwrap_or_default();
    let unit = crate::cf_time::TimeUnit::parse(units, info.text("calendar")).map_err(wrong)?;
    let values = values(container, &info)?;
    let time = |value: &f64| {
        unit.time(*value)
            .ok_or_else(|| wrong(format!("{value} {units} is no time")))
    };
    values.iter().map(time).collect()
}
