//! Reading the portal's files, whichever of its layouts they have.

use std::path::Path;

use super::raw::RawTable;
use super::result::IDENT_EPOCH;
use super::series::PortalSeries;
use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Reads a result of the portal: the CSV of a package, slots as JSON (one object, or a list of them), or a raw result, whose
/// columns are then made here.
///
/// Times stand in `isodate`, ISO 8601 or seconds since 1970, else in `ident`, days since 1960. Columns of text
/// (`metadata`) are left out.
///
/// # Errors
/// [`Error::Io`] if it cannot be read; [`Error::Format`] with what is wrong, if it is something else.
pub fn read(path: impl AsRef<Path>) -> Result<PortalSeries> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let series = match text.chars().next() {
        Some('{' | '[') => from_json(text),
        _ if text.lines().next().is_some_and(|head| head.contains(',')) => from_csv(text),
        _ => RawTable::parse(text).and_then(|raw| {
            let slots = raw.components().map_err(|problem| problem.to_string())?;
            Ok(PortalSeries::of(&slots))
        }),
    };
    let series = series.map_err(|problem| Error::format(path, problem))?;
    series
        .check_shape()
        .map_err(|problem| Error::format(path, problem.to_string()))?;
    Ok(series)
}

type Parsed = std::result::Result<PortalSeries, String>;

fn from_csv(text: &str) -> Parsed {
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let heads: Vec<String> = table
        .headers()
        .map_err(|e| e.to_string())?
        .iter()
        .map(str::to_owned)
        .collect();
    let mut rows = Rows::new(heads)?;
    for record in table.records() {
        let record = record.map_err(|e| e.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        rows.add(&cells).map_err(|problem| format!("line {line}: {problem}"))?;
    }
    Ok(rows.series)
}

fn from_json(text: &str) -> Parsed {
    let slots: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let slots = match slots {
        serde_json::Value::Array(slots) => slots,
        one => vec![one],
    };
    let mut rows: Option<Rows> = None;
    for slot in slots {
        let serde_json::Value::Object(slot) = slot else {
            return Err("a slot is an object of columns".to_owned());
        };
        let held = match rows.take() {
            Some(held) => held,
            None => Rows::new(slot.keys().cloned().collect())?,
        };
        let mut held = held;
        if slot.len() != held.heads.len() {
            return Err(format!(
                "{} columns, where the first slot has {}",
                slot.len(),
                held.heads.len()
            ));
        }
        let cell = |name: &String| match slot.get(name) {
            Some(serde_json::Value::String(text)) => Ok(text.clone()),
            Some(serde_json::Value::Null) => Ok(String::new()),
            Some(serde_json::Value::Number(number)) => Ok(number.to_string()),
            Some(other) => Err(format!("{name} = {other}")),
            None => Err(format!("a slot has no {name}")),
        };
        let cells: Vec<String> = held.heads.iter().map(cell).collect::<std::result::Result<_, _>>()?;
        held.add(&cells)?;
        rows = Some(held);
    }
    rows.map(|rows| rows.series).ok_or_else(|| "no slot".to_owned())
}

/// Rows as they come.
struct Rows {
    heads: Vec<String>,
    /// Which head is the time.
    time: usize,
    /// Which heads have numbers.
    numbers: Vec<usize>,
    series: PortalSeries,
}

impl Rows {
    fn new(heads: Vec<String>) -> std::result::Result<Self, String> {
        let place = |name: &str| heads.iter().position(|head| head == name);
        let Some(time) = place("isodate").or_else(|| place("ident")) else {
            return Err(format!(
                "neither isodate nor ident among the columns {}",
                heads.join(", ")
            ));
        };
        let is_number = |k: &usize| !["isodate", "metadata"].contains(&heads[*k].as_str());
        let numbers: Vec<usize> = (0..heads.len()).filter(is_number).collect();
        let series = PortalSeries {
            times: Vec::new(),
            columns: numbers.iter().map(|k| (heads[*k].clone(), Vec::new())).collect(),
        };
        Ok(Self {
            time,
            numbers,
            series,
            heads,
        })
    }

    fn add(&mut self, cells: &[String]) -> std::result::Result<(), String> {
        self.series.times.push(time(&self.heads[self.time], &cells[self.time])?);
        for (k, (name, values)) in self.numbers.iter().zip(&mut self.series.columns) {
            values.push(match cells[*k].as_str() {
                "" | "NA" | "NaN" | "nan" => f64::NAN,
                cell => cell.parse().map_err(|_| format!("{name} = {cell:?} is no number"))?,
            });
        }
        Ok(())
    }
}

fn time(column: &str, cell: &str) -> std::result::Result<UtcTime, String> {
    let number = cell.parse::<f64>().ok().filter(|number| number.abs() < 1e11);
    match (column, number) {
        ("ident", Some(days)) => Ok(IDENT_EPOCH.plus_seconds((86_400.0 * days).round() as i64)),
        ("isodate", Some(seconds)) => Ok(UtcTime::from_seconds(seconds.round() as i64)),
        ("isodate", None) => UtcTime::parse(cell.trim_end_matches(".000Z")).map_err(|e| e.to_string()),
        _ => Err(format!("{column} = {cell:?} is no time")),
    }
}
