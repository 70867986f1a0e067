//! What each variable means: its quantity, unit, sign, and the time that a value stands for.

use super::axes::{Times, times_and_leads};
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
    /// Along what a component of wind or stress lies.
    pub axes: WindAxes,
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
    scalar_time: Option<Times>,
    from_ecmwf: bool,
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
            Some(coordinate) => times_and_leads(container, coordinate)?,
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

    /// Tells of a variable that would mean something, were it not for a dimension.
    pub fn leave_out(&mut self, info: &VariableInfo, dimension: &str) {
        let means_something = |has_levels| recognise(info, has_levels, self.from_ecmwf).is_some();
        if means_something(true) || means_something(false) {
            self.warnings.push(format!(
                "variable {} is not used: its dimension {dimension} counts neither times nor levels; choose one value of it",
                info.name
            ));
        }
    }

    pub fn model(&self) -> &'static str {
        if self.from_ecmwf { "ECMW" } else { "NCDF" }
    }

    /// When the values along the time axis hold; `None` of a mean or sum whose interval nothing states.
    pub fn whens(&mut self, info: &VariableInfo, meaning: &Meaning, times: Option<&Times>) -> Vec<Option<When>> {
        let Some(times) = times.or(self.scalar_time.as_ref()) else {
            return vec![Some(When::Always)];
        };
        let steps_s = times.at.windows(2).map(|pair| pair[1].seconds() - pair[0].seconds());
        let step_s = steps_s.filter(|s| *s > 0).min();
        let of_forecasts = times.leads_s.as_deref().filter(|_| meaning.is_sum_of_forecast(times));
        let when = |(place, &time): (usize, &UtcTime)| {
            let lead_s = of_forecasts.and_then(|leads_s| leads_s.get(place));
            if let Some(&lead_s) = lead_s {
                return (lead_s > 0).then(|| When::Sum(time.plus_seconds(-lead_s), time));
            }
            let bounds = times.bounds.as_ref().and_then(|bounds| bounds.get(place)).copied();
            meaning.when(time, bounds, step_s)
        };
        let whens: Vec<Option<When>> = times.at.iter().enumerate().map(when).collect();
        if !whens.is_empty() && whens.iter().all(Option::is_none) {
            self.warnings.push(format!(
                "variable {} ({}) is not used: it adds up or is a mean over a time that nothing states; state `over` and `hours` in a \
                 table of names",
                info.name,
                meaning.quantity.name()
            ));
        }
        whens
    }
}

impl Meaning {
    /// Whether ECMWF adds up from the start of the forecast: it does, except for the reanalysis, which is hourly and starts
    /// anew twice a day.
    fn is_sum_of_forecast(&self, times: &Times) -> bool {
        let leads_s = times.leads_s.as_deref().unwrap_or_default();
        let longest_s = if leads_s.len() == 1 { 3600 } else { 18 * 3600 };
        let of_reanalysis = |&lead_s: &i64| (3600..=longest_s).contains(&lead_s) && lead_s % 3600 == 0;
        let hourly = leads_s
            .windows(2)
            .all(|pair| pair[1] <= pair[0] || pair[1] - pair[0] == 3600);
        self.over == Over::Sum && self.interval == ECMWF_INTERVAL && !(hourly && leads_s.iter().all(of_reanalysis))
    }

    fn when(&self, time: UtcTime, bounds: Option<(UtcTime, UtcTime)>, step_s: Option<i64>) -> Option<When> {
        if self.over == Over::Instant {
            return Some(When::At(time));
        }
        let (from, to) = match (self.interval, bounds) {
            (Interval::OfAxis, Some(bounds)) => bounds,
            (Interval::OfAxis, None) => (time.plus_seconds(-step_s?), time),
            (Interval::Fixed(seconds, Stamp::End), _) => (time.plus_seconds(-seconds), time),
            (Interval::Fixed(seconds, Stamp::Start), _) => (time, time.plus_seconds(seconds)),
            (Interval::Fixed(seconds, Stamp::Middle), _) => {
                let from = time.plus_seconds(-seconds / 2);
                (from, from.plus_seconds(seconds))
            }
        };
        (from < to).then_some(match self.over {
            Over::Sum => When::Sum(from, to),
            _ => When::Mean(from, to),
        })
    }
}

/// Eastward and northward, if the variable says so.
fn axes(info: &VariableInfo) -> WindAxes {
    let standard = info.text("standard_name").unwrap_or_default();
    match info.numbers("GRIB_uvRelativeToGrid").first() {
        Some(relative) if *relative == 1.0 => WindAxes::Grid,
        Some(_) => WindAxes::Earth,
        None if standard.contains("eastward") || standard.contains("northward") => WindAxes::Earth,
        None => WindAxes::Grid,
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
    let of_ecmwf = ["msshf", "mslhf"].contains(&info.name.as_str()) || info.name.starts_with("mean_surface");
    let is_mean = step_type == "avg" || cell_methods.contains("time: mean") || of_ecmwf;
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
        axes: axes(info),
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
