//! The dimensions of variables: times, levels, and those that count nothing.

use std::collections::BTreeMap;

use super::container::{Attribute, Container, VariableInfo};
use super::units::Unit;
use crate::cf_time::TimeUnit;
use crate::error::{Error, Result};
use crate::met::collection::Level;
use crate::time::UtcTime;

/// What a dimension counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Axis {
    Time(Times),
    Levels(Vec<Level>),
    /// Time since the start of a forecast, s.
    Leads(Vec<i64>),
    /// Of two or more values the first that is there counts: preliminary and final data (`expver`).
    FirstHeld,
    /// Of length one, or of a height at which screens and anemometers stand.
    Single,
    /// Nothing that is understood.
    Unknown,
}

/// The times of an axis, and the intervals that they bound, if these are stated.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Times {
    pub at: Vec<UtcTime>,
    pub bounds: Option<Vec<(UtcTime, UtcTime)>>,
    /// How long before each time its forecast started, s.
    pub leads_s: Option<Vec<i64>>,
    /// Whether these are the times at which forecasts started.
    pub are_starts: bool,
}

impl Times {
    /// The times that forecasts started now and then are for: all of the first forecast, then of the next.
    pub fn after(&self, leads_s: &[i64]) -> Self {
        let starts = self.at.iter();
        let later = |start: &UtcTime| leads_s.iter().map(|&s| start.plus_seconds(s)).collect::<Vec<_>>();
        Self {
            at: starts.flat_map(later).collect(),
            bounds: None,
            leads_s: Some(leads_s.repeat(self.at.len())),
            are_starts: false,
        }
    }
}

/// Highest place of a screen or anemometer, m above ground.
const MAST_TOP_M: f64 = 12.0;

/// All numbers of a variable with at most two dimensions.
pub(crate) fn values(container: &mut dyn Container, variable: &VariableInfo) -> Result<Vec<f64>> {
    let ranges: Vec<_> = variable.dimensions.iter().map(|(_, length)| 0..*length).collect();
    Ok(container.read(&variable.name, &ranges)?.into_iter().collect())
}

/// The variable of a name.
pub(crate) fn variable(container: &dyn Container, name: &str) -> Option<VariableInfo> {
    container
        .variables()
        .iter()
        .find(|variable| variable.name == name)
        .cloned()
}

/// What each dimension of a container counts; those of the map are left to others.
///
/// # Errors
/// [`Error::Format`] if a time cannot be understood; those of the container.
pub(crate) fn axes(container: &mut dyn Container) -> Result<BTreeMap<String, Axis>> {
    let mut lengths: BTreeMap<String, usize> = BTreeMap::new();
    for variable in container.variables() {
        lengths.extend(variable.dimensions.iter().cloned());
    }
    let mut axes = BTreeMap::new();
    for (name, length) in lengths {
        axes.insert(name.clone(), axis(container, &name, length)?);
    }
    Ok(axes)
}

fn axis(container: &mut dyn Container, name: &str, length: usize) -> Result<Axis> {
    if name == "expver" {
        return Ok(Axis::FirstHeld);
    }
    let Some(coordinate) = coordinate_of(container, name) else {
        return Ok(match length {
            1 => Axis::Single,
            _ => Axis::Unknown,
        });
    };
    if let Some(times) = times_and_leads(container, &coordinate)? {
        return Ok(Axis::Time(times));
    }
    if coordinate.text("standard_name") == Some(LEAD)
        && let Some(leads_s) = leads_s(container, &coordinate)?
    {
        return Ok(Axis::Leads(leads_s));
    }
    let numbers = match coordinate.attributes.get("units") {
        Some(Attribute::Text(_)) | None => values(container, &coordinate)?,
        Some(Attribute::Numbers(_)) => Vec::new(),
    };
    Ok(match levels(&coordinate, &numbers) {
        Some(levels) => Axis::Levels(levels),
        None if length == 1 => Axis::Single,
        None => Axis::Unknown,
    })
}

/// CF's name of the time since the start of a forecast.
const LEAD: &str = "forecast_period";
/// CF's name of the time at which a forecast started.
const START: &str = "forecast_reference_time";

/// Numbers of a variable that holds times since the start of a forecast, s; `None` if its unit is none of time.
fn leads_s(container: &mut dyn Container, held: &VariableInfo) -> Result<Option<Vec<i64>>> {
    let unit = held.text("units").and_then(Unit::parse);
    let Some((factor, _)) = unit.zip(Unit::parse("s")).and_then(|(unit, s)| unit.to(s)) else {
        return Ok(None);
    };
    let values = values(container, held)?;
    let whole = |value: &f64| value.is_finite().then(|| (factor * value).round() as i64);
    Ok(values.iter().map(whole).collect())
}

/// The times of a coordinate, with how long before each its forecast started if the container tells: of each time on
/// its dimension, or of all alike.
///
/// # Errors
/// As [`times`].
pub(super) fn times_and_leads(container: &mut dyn Container, coordinate: &VariableInfo) -> Result<Option<Times>> {
    let Some(mut times) = times(container, coordinate)? else {
        return Ok(None);
    };
    let lead_on = |dimensions: &[(String, usize)]| {
        let is_lead = |held: &&VariableInfo| held.dimensions == dimensions && held.text("standard_name") == Some(LEAD);
        container.variables().iter().find(is_lead).cloned()
    };
    let (each, all) = (lead_on(&coordinate.dimensions), lead_on(&[]));
    let known = match each.filter(|_| !times.are_starts).or(all) {
        Some(held) => leads_s(container, &held)?,
        None => None,
    };
    Ok(Some(match known.as_deref() {
        Some([lead_s]) if times.are_starts => times.after(&[*lead_s]),
        Some([lead_s]) => Times {
            leads_s: Some(vec![*lead_s; times.at.len()]),
            ..times
        },
        Some(leads_s) if leads_s.len() == times.at.len() && !times.are_starts => {
            times.leads_s = Some(leads_s.to_vec());
            times
        }
        _ => times,
    }))
}

/// The coordinate variable of a dimension: the time of validity, on this dimension alone; else that of its name; else any
/// that holds times.
fn coordinate_of(container: &dyn Container, name: &str) -> Option<VariableInfo> {
    let alone = |held: &&VariableInfo| held.dimensions.len() == 1 && held.dimensions[0].0 == name;
    let mut candidates = container.variables().iter().filter(alone);
    let named = candidates.clone().find(|held| held.name == name);
    let tells_time = |held: &&VariableInfo| held.text("units").is_some_and(|units| units.contains(" since "));
    let is_valid = |held: &&VariableInfo| tells_time(held) && held.text("standard_name") == Some("time");
    let valid = candidates.clone().find(is_valid);
    valid.or(named).or_else(|| candidates.find(tells_time)).cloned()
}

/// The times of a coordinate; `None` if it holds none.
///
/// # Errors
/// [`Error::Format`] if its unit, calendar or a value cannot be understood.
pub(super) fn times(container: &mut dyn Container, coordinate: &VariableInfo) -> Result<Option<Times>> {
    let Some(units) = coordinate.text("units").filter(|units| units.contains(" since ")) else {
        return Ok(None);
    };
    let path = container.name().to_owned();
    let wrong = |problem: String| Error::format(&path, format!("variable {}: {problem}", coordinate.name));
    let unit = TimeUnit::parse(units, coordinate.text("calendar")).map_err(wrong)?;
    let time = |value: f64| {
        unit.time(value)
            .ok_or_else(|| wrong(format!("{value} {units} is no time")))
    };
    let at: Vec<UtcTime> = values(container, coordinate)?
        .into_iter()
        .map(time)
        .collect::<Result<_>>()?;
    let bounds = match coordinate.text("bounds").and_then(|name| variable(container, name)) {
        Some(bounds) if bounds.dimensions.len() == 2 && bounds.dimensions[1].1 == 2 => {
            let edges: Vec<UtcTime> = values(container, &bounds)?
                .into_iter()
                .map(time)
                .collect::<Result<_>>()?;
            Some(edges.as_chunks::<2>().0.iter().map(|[from, to]| (*from, *to)).collect())
        }
        _ => None,
    };
    Ok(Some(Times {
        at,
        bounds,
        leads_s: None,
        are_starts: coordinate.text("standard_name") == Some(START),
    }))
}

/// Names of dimensions that number the levels of a model.
const MODEL_LEVELS: [&str; 9] = [
    "hybrid",
    "model_level",
    "lev",
    "level",
    "mlev",
    "hlev",
    "height",
    "generalVertical",
    "layer",
];

/// Names under which archives (ARCO-ERA5) hold pressures in hPa without saying so.
const UNSTATED: [&str; 3] = ["level", "lev", "plev"];
/// No model has more levels: higher numbers are pressures.
const MOST_LEVELS: f64 = 200.0;

fn levels(coordinate: &VariableInfo, numbers: &[f64]) -> Option<Vec<Level>> {
    let standard = coordinate.text("standard_name").unwrap_or_default();
    let units = coordinate.text("units").unwrap_or_default();
    let numbered = || {
        let whole = |value: &f64| (1.0..=10_000.0).contains(value) && value.fract() == 0.0;
        let number = |(place, &value): (usize, &f64)| match numbers.iter().all(whole) {
            true => Level::Model(value as u32),
            false => Level::Model(place as u32 + 1),
        };
        Some(numbers.iter().enumerate().map(number).collect())
    };
    if standard.contains("hybrid") || standard.contains("sigma") || standard == "model_level_number" {
        return numbered();
    }
    let unit = Unit::parse(units);
    let pressure = Unit::parse("hPa").and_then(|hpa| unit?.to(hpa));
    if let Some((factor, _)) = pressure.filter(|_| !numbers.is_empty()) {
        return Some(numbers.iter().map(|value| Level::Pressure(factor * value)).collect());
    }
    let stated = coordinate.text("units").is_some();
    if !stated && UNSTATED.contains(&coordinate.name.as_str()) && numbers.iter().any(|number| *number > MOST_LEVELS) {
        return Some(numbers.iter().copied().map(Level::Pressure).collect());
    }
    let above_ground = unit.is_some_and(|unit| Some(unit) == Unit::parse("m"));
    if above_ground && numbers.len() == 1 && numbers[0] <= MAST_TOP_M {
        return None;
    }
    let known = MODEL_LEVELS.contains(&coordinate.name.as_str()) || coordinate.text("axis") == Some("Z");
    (known && !units.starts_with("degree")).then(numbered).flatten()
}
