//! What each variable means: its quantity, unit, sign, and the time that a value stands for.

use super::axes::{Times, times};
use super::container::{Container, VariableInfo, text};
use super::mapping::{Direction, Mapping, Over, Stamp, Stated};
use super::names::{Named, ecmwf, standard};
use super::units::Unit;
use crate::error::{Error, Result};
use crate::met::collection::{Quantity, When, WindAxes};
use crate::time::UtcTime;

/// Density of water, kg m⁻³: precipitation in kg m⁻² as a depth.
const WATER_KG_M3: f64 = 1000.0;

/// What a variable means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    pub quantity: Quantity,
    /// Our value = factor · (unpacked value) + offset.
    pub factor: f64,
    pub offset: f64,
    over: Over,
    interval: Interval,
}

/// Where the interval of a mean or sum comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Interval {
    /// The bounds of the time axis, else the step before the time.
    OfAxis,
    /// s, and where in it the time stands.
    Fixed(i64, Stamp),
}

/// ECMWF's hourly accumulations and means hold for the hour that ends at their time.
const ECMWF_INTERVAL: Interval = Interval::Fixed(3600, Stamp::End);

/// Tells what variables mean, and keeps what cannot be told.
pub(super) struct Recogniser<'a> {
    mapping: &'a Mapping,
    path: std::path::PathBuf,
    /// The one time of a file without a time axis.
    scalar_time: Option<UtcTime>,
    from_ecmwf: bool,
    earth_winds: bool,
    grid_winds: bool,
    pub warnings: Vec<String>,
}

impl<'a> Recogniser<'a> {
    pub fn new(container: &mut dyn Container, mapping: &'a Mapping) -> Result<Self> {
        let scalar = |held: &&VariableInfo| {
            held.dimensions.is_empty() && held.text("units").is_some_and(|u| u.contains(" since "))
        };
        let candidates: Vec<VariableInfo> = container.variables().iter().filter(scalar).cloned().collect();
        let of_name = |name: &str| candidates.iter().find(|held| held.name == name);
        let scalar_time = match of_name("valid_time").or(of_name("time")) {
            Some(coordinate) => times(container, coordinate)?.and_then(|times| times.at.first().copied()),
            None => None,
        };
        let says = |name: &str, word: &str| text(container.attributes(), name).is_some_and(|text| text.contains(word));
        Ok(Self {
            mapping,
            path: container.name().to_owned(),
            scalar_time,
            from_ecmwf: says("GRIB_centre", "ecmf")
                || says("institution", "ECMWF")
                || says("institution", "European Centre"),
            earth_winds: false,
            grid_winds: false,
            warnings: Vec::new(),
        })
    }

    /// What a variable means; `None` if it is nothing that is needed, or cannot be used, which a warning tells.
    ///
    /// # Errors
    /// [`Error::Format`] if a mapping names the variable and it still cannot be used.
    pub fn meaning(&mut self, info: &VariableInfo, has_levels: bool) -> Result<Option<Meaning>> {
        let (named, stated) = match self.mapping.of(&info.name) {
            Some((None, _)) => return Ok(None),
            Some((Some(quantity), stated)) => {
                let sign = if stated.positive == Some(Direction::Down) {
                    -1.0
                } else {
                    1.0
                };
                (
                    Named {
                        quantity,
                        sign,
                        unit: None,
                    },
                    Some(stated),
                )
            }
            None => match recognise(info, has_levels, self.from_ecmwf) {
                Some(named) => (named, None),
                None => return Ok(None),
            },
        };
        self.note_wind(info, named.quantity);
        match meaning(info, named, stated.as_ref()) {
            Ok(meaning) => Ok(Some(meaning)),
            Err(problem) if stated.is_some() => Err(Error::format(&self.path, problem)),
            Err(problem) => {
                self.warnings
                    .push(format!("{problem}; it is not used (a mapping can state its units)"));
                Ok(None)
            }
        }
    }

    fn note_wind(&mut self, info: &VariableInfo, quantity: Quantity) {
        if quantity != Quantity::WindX {
            return;
        }
        let relative_to_grid = info.numbers("GRIB_uvRelativeToGrid").first().copied();
        match info.text("standard_name") {
            _ if relative_to_grid == Some(1.0) => self.grid_winds = true,
            Some("eastward_wind") => self.earth_winds = true,
            _ if relative_to_grid == Some(0.0) => self.earth_winds = true,
            _ => self.grid_winds = true,
        }
    }

    /// Grid axes, unless the winds say that they are eastward and northward.
    pub fn wind_axes(&self) -> WindAxes {
        match self.earth_winds && !self.grid_winds {
            true => WindAxes::Earth,
            false => WindAxes::Grid,
        }
    }

    pub fn model(&self) -> &'static str {
        if self.from_ecmwf { "ECMW" } else { "NCDF" }
    }

    /// When the values along the time axis hold.
    pub fn whens(&self, meaning: &Meaning, times: Option<&Times>) -> Vec<When> {
        let Some(times) = times else {
            return vec![
                self.scalar_time
                    .map_or(When::Always, |time| meaning.when(time, None, 0)),
            ];
        };
        let step_s = times
            .at
            .windows(2)
            .map(|pair| pair[1].seconds() - pair[0].seconds())
            .filter(|s| *s > 0)
            .min();
        let when = |(place, &time): (usize, &UtcTime)| {
            let bounds = times.bounds.as_ref().and_then(|bounds| bounds.get(place)).copied();
            meaning.when(time, bounds, step_s.unwrap_or(3600))
        };
        times.at.iter().enumerate().map(when).collect()
    }
}

impl Meaning {
    fn when(&self, time: UtcTime, bounds: Option<(UtcTime, UtcTime)>, step_s: i64) -> When {
        let (from, to) = match (self.interval, bounds) {
            (Interval::OfAxis, Some(bounds)) => bounds,
            (Interval::OfAxis, None) => (time.plus_seconds(-step_s), time),
            (Interval::Fixed(seconds, Stamp::End), _) => (time.plus_seconds(-seconds), time),
            (Interval::Fixed(seconds, Stamp::Start), _) => (time, time.plus_seconds(seconds)),
            (Interval::Fixed(seconds, Stamp::Middle), _) => {
                let from = time.plus_seconds(-seconds / 2);
                (from, from.plus_seconds(seconds))
            }
        };
        match self.over {
            Over::Instant => When::At(time),
            _ if from >= to => When::At(time),
            Over::Mean => When::Mean(from, to),
            Over::Sum => When::Sum(from, to),
        }
    }
}

/// By ECMWF's number, then by name, by standard name.
fn recognise(info: &VariableInfo, has_levels: bool, from_ecmwf: bool) -> Option<Named> {
    let number = info.numbers("GRIB_paramId").first().copied();
    let short = info
        .text("GRIB_shortName")
        .or(info.text("short_name"))
        .unwrap_or(&info.name);
    let by_number = number.and_then(|_| ecmwf(number, short, has_levels));
    let by_name = || ecmwf(None, short, has_levels).or_else(|| ecmwf(None, &info.name, has_levels));
    let by_standard = || standard(info.text("standard_name")?, has_levels);
    // outside ECMWF's files its short names may mean anything, unless the standard name agrees
    let named = by_name().filter(|named| {
        from_ecmwf || info.text("standard_name").is_none() || by_standard().is_none_or(|s| s.quantity == named.quantity)
    });
    by_number.or(named).or_else(by_standard)
}

fn meaning(info: &VariableInfo, named: Named, stated: Option<&Stated>) -> std::result::Result<Meaning, String> {
    let spelt = stated
        .and_then(|stated| stated.units.as_deref())
        .or_else(|| info.text("units"))
        .or(named.unit);
    let problem = |what: &str| format!("variable {} ({}): {what}", info.name, named.quantity.name());
    let spelt = spelt.ok_or_else(|| problem("no units are stated"))?;
    let unit = Unit::parse(spelt).ok_or_else(|| problem(&format!("units {spelt:?} are not understood")))?;
    let conversion = converted(named.quantity, unit);
    let (factor, offset, is_sum) = conversion.ok_or_else(|| {
        problem(&format!(
            "units {spelt:?} do not fit: {} is meant",
            named.quantity.unit()
        ))
    })?;
    let step_type = info.text("GRIB_stepType").unwrap_or_default();
    let cell_methods = info.text("cell_methods").unwrap_or_default();
    let is_mean = step_type == "avg" || cell_methods.contains("time: mean") || info.name.starts_with("mean_surface");
    let over = match stated.and_then(|stated| stated.over) {
        Some(over) => over,
        None if !named.quantity.is_rate() && !is_rain(named.quantity) => Over::Instant,
        None if is_sum => Over::Sum,
        None if is_mean || is_rain(named.quantity) => Over::Mean,
        None => Over::Instant,
    };
    let hours = stated.and_then(|stated| stated.hours);
    let interval = match hours {
        Some(hours) => Interval::Fixed(
            (3600.0 * hours).round() as i64,
            stated.and_then(|s| s.stamp).unwrap_or_default(),
        ),
        None if named.unit.is_some() && !cell_methods.contains("time:") => ECMWF_INTERVAL,
        None => Interval::OfAxis,
    };
    let sign = named.sign;
    Ok(Meaning {
        quantity: named.quantity,
        factor: sign * factor,
        offset: sign * offset,
        over,
        interval,
    })
}

fn is_rain(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::Rain | Quantity::ConvectiveRain)
}

/// Factor and offset to the quantity's unit, and whether the values add up over time.
fn converted(quantity: Quantity, unit: Unit) -> Option<(f64, f64, bool)> {
    let ours = Unit::parse(quantity.unit())?;
    if let Some((factor, offset)) = unit.to(ours) {
        return Some((factor, offset, is_rain(quantity)));
    }
    if quantity.is_rate() {
        return unit
            .to(ours.times_seconds())
            .map(|(factor, offset)| (factor, offset, true));
    }
    let water = |spelt: &str| unit.to(Unit::parse(spelt)?).map(|(factor, _)| factor);
    let depth = water("kg m-2").map(|factor| (factor / WATER_KG_M3, 0.0, true));
    let rate = || water("kg m-2 s-1").map(|factor| (factor / WATER_KG_M3, 0.0, false));
    let fall = || water("m s-1").map(|factor| (factor, 0.0, false));
    depth.or_else(rate).or_else(fall).filter(|_| is_rain(quantity))
}
