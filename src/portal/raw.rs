//! The raw layout: nearly a thousand columns for each slot.

use std::collections::BTreeMap;
use std::path::Path;

use super::categories::category_and_fuel;
use super::components::{Components, RadonSource, Source, Vegetation, Weather};
use super::result::IDENT_EPOCH;
use crate::error::{Error, Result};
use crate::tracer::Tracer;

const GASES: [(&str, Tracer); 3] = [("co2", Tracer::Co2), ("co", Tracer::Co), ("ch4", Tracer::Ch4)];
const CLASSES: [&str; 8] = [
    "evergreen",
    "decid",
    "mixfrst",
    "shrb",
    "savan",
    "crop",
    "grass",
    "others",
];
const NATURAL: [&str; 8] = ["wet", "soil", "uptake", "peat", "geo", "fire", "ocean", "lakes"];
const RADON_MAPS: [(&str, &str); 3] = [("", "rn"), ("noah", "rn_noah"), ("era", "rn_era")];
/// Totals that heads of such files name, while their rows leave them out: 992 names, 983 values.
const WITHOUT_VALUES: [&str; 9] = [
    "co2ffm", "coffm", "ch4ffm", "co2", "co", "ch4", "sdco2", "sdco", "sdch4",
];

/// A raw result: numbers by column and slot.
///
/// Names have `+` where R puts a point, and no quotes. Those without values in the file are not there.
#[derive(Clone, Debug, PartialEq)]
pub struct RawTable {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values, row by row; NaN is no value, and stands for text.
    pub rows: Vec<Vec<f64>>,
    /// Text of the column `metadata`, one per row; empty if there is none.
    pub metadata: Vec<String>,
}

impl RawTable {
    /// Reads a raw result: one head and one row for each slot, separated by blanks, with or without quotes.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Format`], naming line and column, if it is something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        Self::parse(&text).map_err(|problem| Error::format(path, problem))
    }

    pub(super) fn parse(text: &str) -> std::result::Result<Self, String> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (_, head) = lines.next().ok_or("an empty file")?;
        let names: Vec<String> = words(head).map(canonical).collect();
        if names.first().is_none_or(|name| name != "ident") {
            return Err("a raw result begins with the column ident".to_owned());
        }
        let shorter: Vec<String> = names
            .iter()
            .filter(|name| !WITHOUT_VALUES.contains(&name.as_str()))
            .cloned()
            .collect();
        let mut columns: Option<Vec<String>> = None;
        let (mut rows, mut metadata) = (Vec::new(), Vec::new());
        for (index, line) in lines {
            let cells: Vec<&str> = words(line).collect();
            let held = match columns.take() {
                Some(held) => held,
                None if cells.len() == names.len() => names.clone(),
                None => shorter.clone(),
            };
            if cells.len() != held.len() {
                let expected = format!("{} or, without totals, {}", names.len(), shorter.len());
                return Err(format!(
                    "line {}: {} values where the head has {expected}",
                    index + 1,
                    cells.len()
                ));
            }
            let row: std::result::Result<Vec<f64>, String> = held
                .iter()
                .zip(&cells)
                .map(|(name, cell)| value(name, cell, index + 1))
                .collect();
            rows.push(row?);
            metadata.extend(
                held.iter()
                    .position(|name| name == "metadata")
                    .map(|place| cells[place].to_owned()),
            );
            columns = Some(held);
        }
        Ok(Self {
            columns: columns.ok_or("no row under the head")?,
            rows,
            metadata,
        })
    }

    /// What each slot is made of.
    ///
    /// # Errors
    /// [`Error::Config`] if a row has no `ident`, `latstart`, `lonstart` or `aglstart`.
    pub fn components(&self) -> Result<Vec<Components>> {
        self.rows.iter().map(|row| self.slot(row)).collect()
    }

    fn slot(&self, row: &[f64]) -> Result<Components> {
        let by_name: BTreeMap<&str, f64> = self
            .columns
            .iter()
            .map(String::as_str)
            .zip(row.iter().copied())
            .collect();
        let get = |name: &str| by_name.get(name).copied();
        let needed = |name: &str| {
            let found = get(name).filter(|value| value.is_finite());
            found.ok_or_else(|| Error::config("raw result", name, "each row needs it as a number"))
        };
        let day_s = (86_400.0 * needed("ident")?).round();
        let time = IDENT_EPOCH.plus_seconds(day_s as i64);
        let mut slot = Components::at(time, needed("lonstart")?, needed("latstart")?, needed("aglstart")?);
        for (gas, tracer) in GASES {
            slot.background_ppm
                .extend(get(&format!("{gas}ini")).map(|ppm| (tracer, ppm)));
        }
        slot.sources = self
            .columns
            .iter()
            .zip(row)
            .filter_map(|(name, ppm)| source(name, *ppm))
            .collect();
        slot.vegetation = CLASSES
            .iter()
            .filter_map(|class| {
                Some(Vegetation {
                    gee_ppm: get(&format!("gee{class}"))?,
                    respiration_ppm: get(&format!("resp{class}"))?,
                    class: (*class).to_owned(),
                })
            })
            .collect();
        let natural = NATURAL
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), get(&format!("ch4{name}"))?)));
        slot.natural_ch4_ppm = natural.collect();
        slot.radon = RADON_MAPS
            .iter()
            .filter_map(|(map, name)| {
                Some(RadonSource {
                    map: (*map).to_owned(),
                    background_bq_m3: get(&format!("{name}ini"))?,
                    ground_bq_m3: get(name)?,
                })
            })
            .collect();
        slot.weather = weather(get);
        Ok(slot)
    }
}

fn weather(get: impl Fn(&str) -> Option<f64>) -> Option<Weather> {
    Some(Weather {
        mixing_height_m: get("zi")?,
        wind_m_s: [get("ubar")?, get("vbar")?, get("wbar")?],
        wind_direction_deg: get("wind.dir")?,
    })
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().map(|word| word.trim_matches('"'))
}

/// Ends that a name may have, and the begin that its deviations have.
const ENDS: [&str; 3] = ["ini", "ffm", ""];

/// A name with `+` where R has put a point.
fn canonical(name: &str) -> String {
    let (sd, rest) = match name.strip_prefix("sd") {
        Some(rest) => ("sd", rest),
        None => ("", name),
    };
    let Some((gas, rest)) = rest
        .split_once('.')
        .filter(|(gas, _)| GASES.iter().any(|(known, _)| known == gas))
    else {
        return name.to_owned();
    };
    let end = ENDS.into_iter().find(|end| rest.ends_with(end)).unwrap_or_default();
    match category_and_fuel(&rest[..rest.len() - end.len()]) {
        Some((category, fuel)) => format!("{sd}{gas}.{category}.{fuel}{end}"),
        None => name.to_owned(),
    }
}

fn source(name: &str, ppm: f64) -> Option<Source> {
    let (gas, rest) = name.split_once('.')?;
    let (_, tracer) = GASES.into_iter().find(|(known, _)| *known == gas)?;
    if rest.ends_with("ini") || rest.ends_with("ffm") {
        return None;
    }
    let (category, fuel) = category_and_fuel(rest)?;
    Some(Source {
        tracer,
        category,
        fuel,
        ppm,
    })
}

fn value(name: &str, cell: &str, line: usize) -> std::result::Result<f64, String> {
    if name == "metadata" || ["NA", "NaN", ""].contains(&cell) {
        return Ok(f64::NAN);
    }
    cell.parse()
        .map_err(|_| format!("line {line}: {name} = {cell:?} is no number"))
}
