//! Tracer samples in the DATEM text format (NOAA ARL, Data Archive of Tracer Experiments and Meteorology): a line of title,
//! a line of column names, and rows of year, month, day, hour and minute, duration (hhmm), latitude, longitude,
//! concentration, station.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::output::write_whole;
use crate::time::UtcTime;

const COLUMNS: usize = 9;

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct TracerSample {
    /// Start of sampling, UTC.
    pub start: UtcTime,
    /// How long was sampled, s.
    pub duration_s: i64,
    /// Where.
    pub place: LonLat,
    /// Concentration in the unit of the file, which it does not state; negative where nothing was measured.
    pub value: f64,
    /// Number or code of the station.
    pub station: String,
}

/// All samples of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct TracerSamples {
    /// The first line.
    pub title: String,
    /// What was measured: the name of its column, such as `pmch`.
    pub tracer: String,
    /// In the order of the file.
    pub samples: Vec<TracerSample>,
}

/// Reads samples.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read; [`Error::Format`], naming the line, if it is no such table.
pub fn read_datem(path: impl AsRef<Path>) -> Result<TracerSamples> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let mut lines = text.lines().enumerate();
    let head = lines.by_ref().take(2).map(|(_, line)| line).collect::<Vec<_>>();
    let [title, names] = head[..] else {
        return Err(Error::format(
            path,
            "expected a title and a line of column names (year mn dy shr dur lat lon … stn)",
        ));
    };
    let names: Vec<&str> = names.split_whitespace().collect();
    if names.len() != COLUMNS || !names[0].eq_ignore_ascii_case("year") {
        let problem = format!(
            "line 2: expected the columns year mn dy shr dur lat lon, the tracer, stn; found {}",
            names.join(" ")
        );
        return Err(Error::format(path, problem));
    }
    let filled = lines.filter(|(_, line)| !line.trim().is_empty());
    let samples: Result<Vec<TracerSample>> = filled
        .map(|(k, line)| {
            sample(line).ok_or_else(|| Error::format(path, format!("line {}: no sample: {line:?}", k + 1)))
        })
        .collect();
    Ok(TracerSamples {
        title: title.trim().to_owned(),
        tracer: names[7].to_owned(),
        samples: samples?,
    })
}

fn sample(line: &str) -> Option<TracerSample> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let [year, month, day, clock, duration, lat, lon, value, station] = cells[..] else {
        return None;
    };
    let hour_minute = |text: &str| {
        text.parse::<u16>()
            .ok()
            .map(|hhmm| (hhmm / 100, hhmm % 100))
            .filter(|(_, m)| *m < 60)
    };
    let (hour, minute) = hour_minute(clock)?;
    let start = UtcTime::from_calendar(
        year.parse().ok()?,
        month.parse().ok()?,
        day.parse().ok()?,
        u8::try_from(hour).ok()?,
        u8::try_from(minute).ok()?,
    )?;
    let (hours, minutes) = hour_minute(duration)?;
    Some(TracerSample {
        start,
        duration_s: 3600 * i64::from(hours) + 60 * i64::from(minutes),
        place: place(lon, lat)?,
        value: value.parse().ok().filter(|value: &f64| value.is_finite())?,
        station: station.to_owned(),
    })
}

fn place(lon: &str, lat: &str) -> Option<LonLat> {
    let (lon_deg, lat_deg) = (lon.parse().ok()?, lat.parse().ok()?);
    let exists = (-360.0..=360.0).contains(&lon_deg) && (-90.0..=90.0).contains(&lat_deg);
    exists.then_some(LonLat { lon_deg, lat_deg })
}

/// Reads a table of stations: a title, a line of column names, and rows of station, latitude, longitude.
///
/// # Errors
/// As [`read_datem`].
pub fn read_datem_stations(path: impl AsRef<Path>) -> Result<Vec<(String, LonLat)>> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let rows = text
        .lines()
        .enumerate()
        .skip(2)
        .filter(|(_, line)| !line.trim().is_empty());
    let stations = rows.map(|(k, line)| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        match cells[..] {
            [station, lat, lon, ..] => place(lon, lat).map(|place| (station.to_owned(), place)),
            _ => None,
        }
        .ok_or_else(|| Error::format(path, format!("line {}: no station: {line:?}", k + 1)))
    });
    stations.collect()
}

/// Writes samples, so that a model's can be compared by other tools; whole or not at all.
///
/// # Errors
/// [`Error::Io`] if the file cannot be written.
pub fn write_datem(path: impl AsRef<Path>, samples: &TracerSamples) -> Result<()> {
    let mut text = format!(
        "{}\nyear mn dy  shr  dur   lat     lon    {}  stn\n",
        samples.title, samples.tracer
    );
    for sample in &samples.samples {
        let civil = sample.start.civil();
        let (hours, minutes) = (sample.duration_s / 3600, sample.duration_s / 60 % 60);
        let when = civil.strftime("%Y %m %d %H%M");
        let (lat, lon) = (sample.place.lat_deg, sample.place.lon_deg);
        // writing to a String cannot fail
        let _ = writeln!(
            text,
            "{when} {hours:02}{minutes:02} {lat:.4} {lon:.4} {} {}",
            sample.value, sample.station
        );
    }
    let path = path.as_ref();
    write_whole(path, |beside| {
        std::fs::write(beside, &text).map_err(Error::io("write", path))
    })
}
