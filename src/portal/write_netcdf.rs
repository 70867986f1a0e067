//! Writing a series as CF netCDF.

use std::path::Path;

use netcdf::FileMut;

use super::series::{PortalSeries, unit};
use crate::error::{Error, Result};
use crate::netcdf_file::on_netcdf_thread;
use crate::output::write_whole;

/// Columns that become scalar coordinates: name, CF name, unit.
const PLACE: [(&str, &str, &str); 3] = [
    ("lonstart", "longitude", "degrees_east"),
    ("latstart", "latitude", "degrees_north"),
    ("aglstart", "height", "m"),
];

/// Writes a series as netCDF-4 with the conventions CF-1.8: `time`, and a variable of it for each column. Points of the
/// columns' names become underlines (`co2.bio.gee` is `co2_bio_gee`); the attribute `portal_name` has the name itself. Where
/// the receptor stays in its place, that is `longitude`, `latitude` and `height`. The file appears whole or not at all.
///
/// # Errors
/// [`Error::Config`] if columns differ in length or names stand twice; [`Error::Io`], [`Error::NetCdf`] if it cannot be
/// written.
pub fn write_netcdf(path: impl AsRef<Path>, series: &PortalSeries) -> Result<()> {
    let path = path.as_ref();
    series.check_shape()?;
    on_netcdf_thread(|| {
        write_whole(path, |unfinished| {
            let write = || {
                let mut file = netcdf::create(unfinished)?;
                file.add_attribute("Conventions", "CF-1.8")?;
                file.add_attribute(
                    "title",
                    "Modelled mole fractions by component, in the columns of the ICOS Carbon Portal",
                )?;
                put_times(&mut file, series)?;
                let coordinates = put_place(&mut file, series)?;
                for (name, values) in &series.columns {
                    put_column(&mut file, name, values, &coordinates)?;
                }
                file.close()
            };
            write().map_err(Error::netcdf(path))
        })
    })
}

fn put_times(file: &mut FileMut, series: &PortalSeries) -> netcdf::Result<()> {
    file.add_dimension("time", series.times.len())?;
    let mut time = file.add_variable::<f64>("time", &["time"])?;
    for (name, value) in [
        ("units", "seconds since 1970-01-01 00:00:00"),
        ("standard_name", "time"),
        ("calendar", "standard"),
        ("axis", "T"),
    ] {
        time.put_attribute(name, value)?;
    }
    let seconds: Vec<f64> = series.times.iter().map(|time| time.seconds() as f64).collect();
    time.put_values(&seconds, ..)
}

/// The names of the scalar coordinates; none if the receptor moves.
fn put_place(file: &mut FileMut, series: &PortalSeries) -> netcdf::Result<String> {
    let fixed = |name: &str| {
        let values = series.column(name)?;
        let first = *values.first()?;
        values.iter().all(|value| *value == first).then_some(first)
    };
    let found: Option<Vec<f64>> = PLACE.iter().map(|(column, ..)| fixed(column)).collect();
    let Some(found) = found else {
        return Ok(String::new());
    };
    for ((_, name, units), value) in PLACE.into_iter().zip(found) {
        let mut coordinate = file.add_variable::<f64>(name, &[])?;
        coordinate.put_attribute("units", units)?;
        coordinate.put_attribute("standard_name", name)?;
        if name == "height" {
            coordinate.put_attribute("positive", "up")?;
            coordinate.put_attribute("axis", "Z")?;
        }
        coordinate.put_value(value, ())?;
    }
    Ok(PLACE.map(|(_, name, _)| name).join(" "))
}

fn put_column(file: &mut FileMut, name: &str, values: &[f64], coordinates: &str) -> netcdf::Result<()> {
    let mut variable = file.add_variable::<f64>(&name.replace('.', "_"), &["time"])?;
    variable.set_fill_value(f64::NAN)?;
    variable.put_attribute("units", unit(name))?;
    variable.put_attribute("long_name", name.replace(['.', '_'], " "))?;
    variable.put_attribute("portal_name", name)?;
    if !coordinates.is_empty() {
        variable.put_attribute("coordinates", coordinates)?;
    }
    variable.put_values(values, ..)
}
