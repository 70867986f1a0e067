//! ObsPack netCDF, as GLOBALVIEWplus is laid out: one file of one site, gas and intake; values in mol mol⁻¹.
//!
//! `start_time` is the start of an interval of `time_interval` seconds; without it `time` is its middle.

use std::collections::BTreeMap;
use std::path::Path;

use netcdf::types::NcVariableType;
use netcdf::{AttributeValue, File, Variable};

use super::{Observation, Observations, ReadOptions, Unit};
use crate::cf_time::TimeUnit;
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::netcdf_file::{Packing, as_numbers, global_text, open, read_netcdf, text, variable};
use crate::time::UtcTime;

/// ObsPack writes this, or less, where nothing is known.
const MISSING: f64 = -999.0;
/// Characters of a flag at most.
const LONGEST_FLAG: usize = 64;
/// Heights that differ by less are the same intake, m.
const SAME_HEIGHT_M: f64 = 0.5;

/// The series of a file.
pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Vec<Observations>> {
    read_netcdf(path, || {
        let file = open(path)?;
        let values = variable_of_values(&file, path)?;
        let count = values.len();
        let column = |name: &str| numbers(&file, path, name, count);
        let Some(measured) = column("value")? else {
            return Err(Error::format(path, "no numbers in the variable \"value\""));
        };
        let times = times(&file, path, count)?;
        let intake = column("intake_height")?.unwrap_or_default();
        let flags = flags(&file, path, count)?;
        let height_agl_m = height(&file, path, &intake, options)?;
        let (stdev, stderr, points) = (column("value_std_dev")?, column("value_unc")?, column("nvalue")?);
        let mut series = metadata(&file, path, &values, height_agl_m)?;
        let cell = |column: &Option<Vec<f64>>, k: usize| column.as_ref().map_or(f64::NAN, |values| values[k]);
        for k in 0..count {
            let elsewhere = |wanted: f64| intake.get(k).is_some_and(|at| (at - wanted).abs() >= SAME_HEIGHT_M);
            if height_agl_m.is_some_and(elsewhere) {
                continue;
            }
            let (flag, is_good) = &flags[k];
            let wanted = options.flags.want(flag, *is_good);
            series.rejected += usize::from(measured[k].is_finite() && !wanted);
            let averaged = cell(&points, k);
            series.rows.push(Observation {
                start: times[k].0,
                end: times[k].1,
                value: if wanted { measured[k] } else { f64::NAN },
                stdev: cell(&stdev, k),
                stderr: cell(&stderr, k),
                points: (averaged >= 0.0).then_some(averaged as u32),
                flag: flag.clone(),
            });
        }
        Ok(vec![series])
    })
}

fn variable_of_values<'f>(file: &'f File, path: &Path) -> Result<Variable<'f>> {
    let values = variable(file, path, "value").map_err(|_| {
        Error::format(
            path,
            "no variable \"value\": this is no ObsPack file of one site and gas",
        )
    })?;
    match values.dimensions().len() {
        1 => Ok(values),
        found => Err(Error::format(
            path,
            format!("the variable \"value\" has {found} dimensions, expected 1 (obs)"),
        )),
    }
}

/// A column of numbers, NaN where there is none; `None` if the file does not have it.
fn numbers(file: &File, path: &Path, name: &str, count: usize) -> Result<Option<Vec<f64>>> {
    let Some(variable) = file.variable(name).filter(|v| v.dimensions().len() == 1) else {
        return Ok(None);
    };
    if variable.len() != count {
        let problem = format!("{name} has {} values, \"value\" has {count}", variable.len());
        return Err(Error::format(path, problem));
    }
    let stored = variable.get_values::<f64, _>(..).map_err(Error::netcdf(path))?;
    let packing = Packing::of(&variable);
    let known = |value: f64| {
        if value <= MISSING && !["time", "start_time"].contains(&name) {
            f64::NAN
        } else {
            value
        }
    };
    Ok(Some(
        stored.into_iter().map(|value| known(packing.unpack(value))).collect(),
    ))
}

fn times(file: &File, path: &Path, count: usize) -> Result<Vec<(UtcTime, UtcTime)>> {
    let lengths = numbers(file, path, "time_interval", count)?;
    let (name, share_before) = match file.variable("start_time") {
        Some(_) => ("start_time", 0.0),
        None => ("time", 0.5),
    };
    let absent = || Error::format(path, "no variable \"time\"");
    let stamps = numbers(file, path, name, count)?.ok_or_else(absent)?;
    let variable = file.variable(name).ok_or_else(absent)?;
    let units = text(&variable, "units").unwrap_or_else(|| "seconds since 1970-01-01T00:00:00Z".to_owned());
    let unit = TimeUnit::parse(&units, text(&variable, "calendar").as_deref()).map_err(|p| Error::format(path, p))?;
    let times = stamps.iter().enumerate().map(|(k, &stamp)| {
        let at = unit
            .time(stamp)
            .ok_or_else(|| Error::format(path, format!("{name}: no time at {k}")))?;
        let length_s = lengths.as_ref().map_or(0.0, |lengths| lengths[k]).max(0.0);
        let before_s = if length_s.is_finite() {
            (share_before * length_s).round() as i64
        } else {
            0
        };
        let start = at.plus_seconds(-before_s);
        let length_s = if length_s.is_finite() {
            length_s.round() as i64
        } else {
            0
        };
        Ok((start, start.plus_seconds(length_s)))
    });
    times.collect()
}

/// Flag of each value, and whether it is good: `qcflag` that begins with a dot, `obs_flag` 1, or neither there.
fn flags(file: &File, path: &Path, count: usize) -> Result<Vec<(String, bool)>> {
    let numbers = numbers(file, path, "obs_flag", count)?;
    let letters = match file.variable("qcflag") {
        Some(variable) => Some(strings(&variable, path, count)?),
        None => None,
    };
    let flag = |k: usize| {
        let number = numbers.as_ref().map(|flags| flags[k]);
        let letter = letters.as_ref().map(|flags| flags[k].as_str());
        let is_good = number.is_none_or(|flag| flag == 1.0) && letter.is_none_or(|flag| flag.starts_with('.'));
        let shown = letter.map_or_else(
            || number.map_or_else(String::new, |flag| flag.to_string()),
            str::to_owned,
        );
        (shown, is_good)
    };
    Ok((0..count).map(flag).collect())
}

/// Texts stored as characters, one row each.
fn strings(variable: &Variable<'_>, path: &Path, count: usize) -> Result<Vec<String>> {
    let lengths: Vec<usize> = variable.dimensions().iter().map(netcdf::Dimension::len).collect();
    let length = match lengths[..] {
        [rows, length]
            if rows == count && variable.vartype() == NcVariableType::Char && (1..=LONGEST_FLAG).contains(&length) =>
        {
            length
        }
        _ => {
            let problem = format!(
                "{} has the shape {lengths:?}: expected characters by observation",
                variable.name()
            );
            return Err(Error::format(path, problem));
        }
    };
    let bytes = variable.get_raw_values(..).map_err(Error::netcdf(path))?;
    let text = |row: &[u8]| String::from_utf8_lossy(row).trim_matches(['\0', ' ']).to_owned();
    Ok(bytes.chunks(length).map(text).collect())
}

/// The intake: that asked for, else the only one of the values, else that of the file.
fn height(file: &File, path: &Path, intake: &[f64], options: &ReadOptions) -> Result<Option<f64>> {
    let mut heights: Vec<f64> = intake.iter().copied().filter(|height| height.is_finite()).collect();
    heights.sort_by(f64::total_cmp);
    heights.dedup_by(|a, b| (*a - *b).abs() < SAME_HEIGHT_M);
    let stated = || global_number(file, "dataset_intake_ht").filter(|&height| height > MISSING);
    match (options.height_agl_m, heights.len()) {
        (Some(wanted), 1..) => match heights.iter().find(|known| (*known - wanted).abs() < SAME_HEIGHT_M) {
            Some(&known) => Ok(Some(known)),
            None => Err(several(path, wanted.to_string(), &heights)),
        },
        (None, 2..) => Err(several(path, "none named".into(), &heights)),
        (_, 1) => Ok(Some(heights[0])),
        (_, _) => Ok(stated()),
    }
}

fn several(path: &Path, asked: String, heights: &[f64]) -> Error {
    let known: Vec<String> = heights.iter().map(f64::to_string).collect();
    let allowed = format!(
        "{} holds the intakes {} m: name one of them",
        path.display(),
        known.join(", ")
    );
    Error::config("height", asked, allowed)
}

fn metadata(file: &File, path: &Path, values: &Variable<'_>, height_agl_m: Option<f64>) -> Result<Observations> {
    let stated = |name: &str| global_text(file, name).unwrap_or_default();
    let unit = text(values, "units").ok_or_else(|| Error::format(path, "\"value\" states no units"))?;
    let place = (
        global_number(file, "site_longitude"),
        global_number(file, "site_latitude"),
    );
    Ok(Observations {
        station: stated("site_code"),
        station_name: stated("site_name"),
        species: stated("dataset_parameter"),
        unit: Unit::parse(&unit)?,
        scale: stated("dataset_calibration_scale"),
        contributor: stated("lab_1_name"),
        height_agl_m,
        place: match place {
            (Some(lon_deg), Some(lat_deg)) => Some(LonLat { lon_deg, lat_deg }),
            _ => None,
        },
        elevation_asl_m: global_number(file, "site_elevation"),
        rows: Vec::new(),
        uncertainties: BTreeMap::new(),
        rejected: 0,
        notes: Vec::new(),
    })
}

/// A number of the whole file, also one that is written out.
fn global_number(file: &File, name: &str) -> Option<f64> {
    let value: AttributeValue = file.attribute(name)?.value().ok()?;
    as_numbers(value).first().copied()
}
