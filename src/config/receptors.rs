//! `[[receptor]]` tables, or the CSV table that `run.receptors` names.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::receptor::{Receptor, read_csv, series};
use crate::time::UtcTime;

/// One `[[receptor]]` table: a receptor, or a series of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceptorEntry {
    id: Option<String>,
    time: Option<toml::Value>,
    start: Option<toml::Value>,
    end: Option<toml::Value>,
    every_h: Option<f64>,
    lon_deg: f64,
    lat_deg: f64,
    height_agl_m: f64,
}

/// The table that is read if the file names neither a table nor receptors.
const DEFAULT_TABLE: &str = "receptors.csv";

/// The receptors of a configuration: `[[receptor]]` tables or a CSV table, not both.
pub(super) fn resolve(
    entries: Option<Vec<ReceptorEntry>>,
    table: Option<&Path>,
    folder: &Path,
) -> Result<Vec<Receptor>> {
    match (entries, table) {
        (Some(_), Some(table)) => Err(Error::config(
            "run.receptors",
            table.display(),
            "give either run.receptors or [[receptor]] tables, not both",
        )),
        (Some(entries), None) if !entries.is_empty() => {
            let expanded: Result<Vec<_>> = entries.iter().map(ReceptorEntry::expand).collect();
            Ok(expanded?.concat())
        }
        (None, Some(table)) => read_csv(&folder.join(table)),
        _ if folder.join(DEFAULT_TABLE).is_file() => read_csv(&folder.join(DEFAULT_TABLE)),
        _ => Err(Error::config(
            "run.receptors",
            "missing",
            "no receptors: name a CSV table, or write [[receptor]] tables",
        )),
    }
}

impl ReceptorEntry {
    fn expand(&self) -> Result<Vec<Receptor>> {
        let at = |time| Receptor::new(time, self.lon_deg, self.lat_deg, self.height_agl_m);
        match (&self.time, &self.start, &self.end, self.every_h) {
            (Some(time), None, None, None) => {
                let receptor = at(utc("receptor time", time)?)?;
                Ok(vec![match &self.id {
                    Some(id) => receptor.with_id(id)?,
                    None => receptor,
                }])
            }
            (None, Some(start), Some(end), Some(every_h)) => series(
                &at(utc("receptor start", start)?)?,
                self.id.as_deref(),
                utc("receptor end", end)?,
                every_h,
            ),
            _ => Err(Error::config(
                "receptor",
                self.id.as_deref().unwrap_or("without id"),
                "give either time, or start, end and every_h",
            )),
        }
    }
}

/// A time written as text or as a TOML date-time (with an offset, if it has one).
fn utc(key: &str, value: &toml::Value) -> Result<UtcTime> {
    let refused = || Error::config(key, value, "expected ISO 8601 in UTC, such as 2010-02-12T18:00");
    match value {
        toml::Value::String(text) => UtcTime::parse(text).map_err(|_| refused()),
        toml::Value::Datetime(d) => {
            let (Some(date), Some(time)) = (d.date, d.time) else {
                return Err(refused());
            };
            let local = UtcTime::from_calendar(date.year.into(), date.month, date.day, time.hour, time.minute);
            let offset_s = match d.offset {
                Some(toml::value::Offset::Custom { minutes }) => 60 * i64::from(minutes),
                _ => 0,
            };
            let seconds = i64::from(time.second.unwrap_or(0)) - offset_s;
            local.map(|t| t.plus_seconds(seconds)).ok_or_else(refused)
        }
        _ => Err(refused()),
    }
}
