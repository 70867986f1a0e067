//! A complete small case, made up on the spot: idealised weather around a real tower, Cabauw (207 m), and invented
//! emissions. For a first look, for tests, and as a pattern for one's own cases.

use std::path::{Path, PathBuf};

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::inventory::invented_co2;
use crate::met::MetReader;
use crate::met::arl::write_arl;
use crate::met::synthetic::{SyntheticWeather, WeatherOptions};
use crate::output::write_whole;

/// First line of a demo's configuration; a folder that holds it may be written over.
const MARK: &str = "# airshed demo: idealised weather and invented emissions around a real tower";

const CONFIG: &str = r#"
[met]
files = ["met/*.arl"]

[run]
hours = -24
particles = 1000
seed = 1
receptors = "receptors.csv"
output = "out"

[grid.europe]
west = -12.0
east = 16.0
south = 44.0
north = 60.0
dx = 0.1
dy = 0.1

[grid.near]
west = 3.0
east = 7.0
south = 51.0
north = 53.0
dx = 0.02
dy = 0.02
time_integrate = true

[flux.invented_co2]
file = "flux/invented_co2.nc"
variable = "emi_co2"
"#;

const RECEPTORS: &str = "\
id,time,lon_deg,lat_deg,height_agl_m
CBW207_night,2019-09-22T03:00Z,4.927,51.971,207
CBW207_noon,2019-09-22T12:00Z,4.927,51.971,207
CBW207_evening,2019-09-22T21:00Z,4.927,51.971,207
";

/// Where the files of a demo are.
#[derive(Clone, Debug)]
pub struct DemoCase {
    /// ARL file of the idealised weather.
    pub met: PathBuf,
    /// Table of the receptors.
    pub receptors: PathBuf,
    /// NetCDF file of the invented emissions.
    pub flux: PathBuf,
    /// Configuration.
    pub config: PathBuf,
}

/// Writes the case into a folder, which must be new, empty or that of an earlier demo.
///
/// # Errors
/// [`Error::Config`] if the folder holds something else; [`Error::Io`] and netCDF errors.
pub fn write_case(folder: &Path) -> Result<DemoCase> {
    require_own(folder)?;
    for part in ["met", "flux"] {
        let part = folder.join(part);
        std::fs::create_dir_all(&part).map_err(Error::io("create", &part))?;
    }
    let case = DemoCase {
        met: folder.join("met").join("idealised_201909.arl"),
        receptors: folder.join("receptors.csv"),
        flux: folder.join("flux").join("invented_co2.nc"),
        config: folder.join("config.toml"),
    };
    write_text(&case.config, &format!("{MARK}\n{CONFIG}"))?;
    write_text(&case.receptors, RECEPTORS)?;
    write_weather(&case.met)?;
    write_whole(&case.flux, |beside| {
        write_flux(beside).map_err(Error::netcdf(&case.flux))
    })?;
    Ok(case)
}

fn require_own(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mut entries = std::fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let is_demo = std::fs::read_to_string(folder.join("config.toml")).is_ok_and(|text| text.starts_with(MARK));
    if is_demo || entries.next().is_none() {
        return Ok(());
    }
    let allowed = "the folder holds something else: name a new or an empty one, or that of an earlier demo";
    Err(Error::config("DIR", folder.display(), allowed))
}

fn write_text(path: &Path, text: &str) -> Result<()> {
    write_whole(path, |beside| {
        std::fs::write(beside, text).map_err(Error::io("write", path))
    })
}

fn write_weather(path: &Path) -> Result<()> {
    let mut weather = SyntheticWeather::new(WeatherOptions::default())?;
    let description = weather.description().clone();
    let snapshots = (0..description.times.len()).map(|index| weather.read(index));
    write_arl(path, &description, snapshots).map(drop)
}

/// A file as EDGAR distributes them: `emi_co2(lat, lon)` in kg m⁻² s⁻¹ at cell centres, 0.1°.
fn write_flux(path: &Path) -> std::result::Result<(), netcdf::Error> {
    let lon: Vec<f64> = (0..460).map(|i| -20.95 + 0.1 * f64::from(i)).collect();
    let lat: Vec<f64> = (0..260).map(|j| 38.05 + 0.1 * f64::from(j)).collect();
    let values = Array2::from_shape_fn((lat.len(), lon.len()), |(j, i)| {
        let (cities, countryside) = invented_co2(lon[i], lat[j]);
        (countryside + cities) as f32
    });
    let mut file = netcdf::create(path)?;
    file.add_attribute("Conventions", "CF-1.8")?;
    file.add_attribute(
        "title",
        "Invented CO2 emissions for the airshed demo: synthetic, no inventory",
    )?;
    for (name, long_name, units, centres) in [
        ("lat", "latitude", "degrees_north", &lat),
        ("lon", "longitude", "degrees_east", &lon),
    ] {
        file.add_dimension(name, centres.len())?;
        let mut axis = file.add_variable::<f64>(name, &[name])?;
        axis.put_attribute("standard_name", long_name)?;
        axis.put_attribute("units", units)?;
        axis.put_values(centres, ..)?;
    }
    let mut emissions = file.add_variable::<f32>("emi_co2", &["lat", "lon"])?;
    emissions.put_attribute("long_name", "invented emissions of CO2")?;
    emissions.put_attribute("units", "kg m-2 s-1")?;
    emissions.put(values.view(), ..)
}
