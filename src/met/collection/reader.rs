//! Sources of fields on one grid as meteorology, time by time.

use std::fmt::Write;
use std::path::PathBuf;

use super::aloft::{Aloft, LevelFields, add_hybrid, arl_name, fill_below_ground, take_level};
use super::field::FieldSource;
use super::hybrid::HybridLevels;
use super::inventory::{Inventory, LevelKey};
use super::quantity::Quantity;
use super::surface::{Output, Recipe, outputs};
use super::values::{Values, Wanted};
use super::vertical::{Standing, choose, from_the_ground_up};
use crate::error::{Error, Result};
use crate::met::sunlit_flux::sunlit_downward;
use crate::met::{MetDescription, MetReader, RawField, RawSnapshot, VerticalCoordinate};
use crate::time::UtcTime;

/// Pressure that stands for the ground where levels are named, Pa.
const NAMING_PRESSURE_PA: f64 = 101_325.0;

/// Sources of fields on one grid, put together to met times.
pub(crate) struct Collection {
    sources: Vec<Box<dyn FieldSource>>,
    inventory: Inventory,
    /// From the ground up.
    levels: Vec<LevelKey>,
    hybrid: Option<HybridLevels>,
    aloft: Aloft,
    surface: Vec<Output>,
    description: MetDescription,
    forecast_hours: Vec<Option<i32>>,
    warnings: Vec<String>,
}

impl Collection {
    /// Collections of the sources on each grid, in the order in which the grids are met with.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn by_grid(sources: Vec<Box<dyn FieldSource>>) -> Result<Vec<Box<dyn MetReader>>> {
        let mut grids: Vec<Vec<Box<dyn FieldSource>>> = Vec::new();
        for source in sources {
            match grids
                .iter_mut()
                .find(|members| members[0].grid().same_points(source.grid()))
            {
                Some(members) => members.push(source),
                None => grids.push(vec![source]),
            }
        }
        let reader = |members| Ok(Box::new(Self::new(members)?) as Box<dyn MetReader>);
        grids.into_iter().map(reader).collect()
    }

    /// Of sources that lie on one grid.
    ///
    /// # Errors
    /// [`Error::MetField`] if no time has wind and temperature on levels, or levels of a model lack what gives their
    /// pressure; those of the sources.
    pub fn new(mut sources: Vec<Box<dyn FieldSource>>) -> Result<Self> {
        let inventory = Inventory::new(&sources);
        let name = source_name(&sources);
        let standing = choose(&inventory).ok_or_else(|| no_levels(&name, &sources))?;
        let Standing {
            times,
            incomplete,
            levels,
        } = standing;
        let hybrid = sources.iter().find_map(|source| source.hybrid().cloned());
        let levels = from_the_ground_up(levels, hybrid.as_ref(), &inventory, (&mut sources, times[0]))?;
        let aloft = Aloft::choose(&inventory, &levels, &times);
        let (surface, partly) = outputs(&inventory, &times);
        let mut warnings: Vec<String> = sources.iter().flat_map(|source| source.warnings().to_vec()).collect();
        if let (Some(first), Some(last)) = (incomplete.first(), incomplete.last()) {
            let count = incomplete.len();
            warnings.push(format!(
                "{count} times from {first} to {last} lack wind or temperature on some levels and are not used"
            ));
        }
        warnings.extend(partly);
        warnings.extend(aloft.gaps(&inventory, levels[0], &times));
        let nearest = |&time: &UtcTime| inventory.at(Quantity::WindX, levels[0], time)?.forecast_hour;
        let mut collection = Self {
            forecast_hours: times.iter().map(nearest).collect(),
            description: describe(name, &sources, &levels, times)?,
            sources,
            inventory,
            levels,
            hybrid,
            aloft,
            surface,
            warnings,
        };
        collection.check_pressure()?;
        collection.name_variables();
        Ok(collection)
    }

    /// Numbers of the levels, from the ground up, where these have coefficients and no pressure of their own.
    fn hybrid_levels(&self) -> Option<(&HybridLevels, Vec<u32>)> {
        let hybrid = self.hybrid.as_ref().filter(|_| !self.aloft.pressure)?;
        let number = |level: &LevelKey| match level {
            LevelKey::Model(number) => Some(*number),
            _ => None,
        };
        Some((hybrid, self.levels.iter().map(number).collect::<Option<_>>()?))
    }

    fn check_pressure(&self) -> Result<()> {
        let fail = |field: &str, needed_for: &str| {
            Err(Error::MetField {
                source_name: self.description.source.display().to_string(),
                field: field.into(),
                needed_for: needed_for.into(),
            })
        };
        if self.description.vertical == VerticalCoordinate::Pressure || self.aloft.pressure {
            return Ok(());
        }
        match self.hybrid_levels() {
            None => fail(
                "PRES on levels of the model, or their coefficients a and b",
                "needed to place the levels; GRIB holds a and b as the PV array, netCDF as hyai, hybi or hyam, hybm",
            ),
            Some(_) if !self.surface.iter().any(|output| output.name == "PRSS") => fail(
                "PRSS",
                "needed on levels of the model; add the file with surface pressure (sp or lnsp)",
            ),
            Some(_) => Ok(()),
        }
    }

    fn name_variables(&mut self) {
        let first = self.description.times[0];
        let derived = self.hybrid_levels().is_some();
        let named = |level: &LevelKey| {
            let held = |quantity: &Quantity| self.inventory.at(*quantity, *level, first).is_some();
            let quantities = self.aloft.quantities().into_iter().filter(held);
            let mut names: Vec<String> = quantities.map(|quantity| arl_name(quantity).to_owned()).collect();
            if derived {
                names.push("PRES".into());
                if self.aloft.height.is_none() && self.aloft.temperature == Quantity::Temperature {
                    names.push("HGTS".into());
                }
            }
            names
        };
        let surface = self.surface.iter().map(|output| output.name.clone()).collect();
        let variables = std::iter::once(surface).chain(self.levels.iter().map(named)).collect();
        self.description.variables = variables;
    }

    /// Fields to be read for a time.
    fn wanted(&self, time: UtcTime) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for output in &self.surface {
            for &quantity in output.recipe.takes() {
                let known = wanted.iter().any(|(held, ..)| *held == quantity);
                let terms = match output.recipe {
                    Recipe::Amount(_, hours) => self.inventory.amount(quantity, hours, time),
                    _ => self.inventory.terms(quantity, LevelKey::Surface, time),
                };
                wanted.extend(
                    terms
                        .filter(|_| !known)
                        .map(|terms| (quantity, LevelKey::Surface, terms)),
                );
            }
        }
        for &level in &self.levels {
            for quantity in self.aloft.quantities() {
                let terms = self.inventory.terms(quantity, level, time);
                wanted.extend(terms.map(|terms| (quantity, level, terms)));
            }
        }
        wanted
    }

    /// Whether heat flows up under a high sun.
    fn check_direction(&self, surface: &[RawField], time: UtcTime) -> Result<()> {
        let heat = surface.iter().find(|field| field.name == Quantity::SensibleHeat.name());
        let wrong = heat.and_then(|heat| sunlit_downward(&heat.values, &self.description.grid, time));
        wrong.map_or(Ok(()), |(low, high)| {
            Err(Error::format(
                &self.description.source,
                format!(
                    "the sensible heat flux at {time} is {low:.0} to {high:.0} W m-2 (upward) where the sun stands high: its sign \
                     is wrong; state it in a table of names: positive = \"down\""
                ),
            ))
        })
    }

    /// The fields on levels, from the ground up.
    fn take_levels(&self, values: &mut Values, surface: &[RawField]) -> Vec<LevelFields> {
        let mut levels: Vec<LevelFields> = self
            .levels
            .iter()
            .map(|&level| take_level(values, &self.aloft, level))
            .collect();
        if self.description.vertical == VerticalCoordinate::Pressure {
            fill_below_ground(&mut levels, &self.description.levels[1..]);
        }
        let at_surface = |name: &str| {
            surface
                .iter()
                .find(|field| field.name == name)
                .map(|field| &field.values)
        };
        if let (Some((hybrid, numbers)), Some(pressure)) = (self.hybrid_levels(), at_surface("PRSS")) {
            add_hybrid(&mut levels, &numbers, hybrid, (pressure, at_surface("SHGT")));
        }
        levels
    }
}

impl MetReader for Collection {
    fn description(&self) -> &MetDescription {
        &self.description
    }

    fn read(&mut self, time_index: usize) -> Result<RawSnapshot> {
        let time = self.description.time(time_index)?;
        let wanted = self.wanted(time);
        let mut values = Values::read(&mut self.sources, &wanted)?;
        let made = |output: &Output| {
            let values = output.recipe.make(&values)?;
            Some(RawField {
                level: 0,
                name: output.name.clone(),
                values,
            })
        };
        let mut fields: Vec<RawField> = self.surface.iter().filter_map(made).collect();
        self.check_direction(&fields, time)?;
        for (level, held) in self.take_levels(&mut values, &fields).into_iter().enumerate() {
            let raw = |(name, values): (&str, _)| RawField {
                level: level + 1,
                name: name.to_owned(),
                values,
            };
            fields.extend(held.into_iter().map(raw));
        }
        let forecast_hour = self.forecast_hours[time_index].unwrap_or(0);
        Ok(RawSnapshot {
            time,
            forecast_hour,
            fields,
        })
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        self.forecast_hours.clone()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// The first source that holds winds, and how many there are besides.
fn source_name(sources: &[Box<dyn FieldSource>]) -> PathBuf {
    let holds_wind = |source: &dyn FieldSource| {
        let mut fields = source.fields().iter();
        fields.any(|field| field.quantity == Quantity::WindX)
    };
    let windy = sources.iter().find(|source| holds_wind(source.as_ref()));
    let first = windy.or(sources.first());
    let name = first.map_or_else(PathBuf::new, |source| source.name().to_owned());
    match sources.len() {
        0 | 1 => name,
        many => PathBuf::from(format!("{} and {} more", name.display(), many - 1)),
    }
}

fn no_levels(name: &std::path::Path, sources: &[Box<dyn FieldSource>]) -> Error {
    let mut held: Vec<&str> = Vec::new();
    for field in sources.iter().flat_map(|source| source.fields()) {
        if !held.contains(&field.quantity.name()) {
            held.push(field.quantity.name());
        }
    }
    let held = match held.as_slice() {
        [] => "nothing".into(),
        _ => held.join(" "),
    };
    let mut needed_for = format!(
        "understood here: {held}; give the files with winds and temperature on pressure or model levels together with these"
    );
    for warning in sources.iter().flat_map(|source| source.warnings()) {
        let _ = write!(needed_for, "; {warning}");
    }
    Error::MetField {
        source_name: name.display().to_string(),
        field: "UWND, VWND and TEMP on the same levels at one time".into(),
        needed_for,
    }
}

/// All but the variables.
fn describe(
    source: PathBuf,
    sources: &[Box<dyn FieldSource>],
    levels: &[LevelKey],
    times: Vec<UtcTime>,
) -> Result<MetDescription> {
    let hybrid = sources.iter().find_map(|source| source.hybrid());
    let value = |level: &LevelKey| match level {
        LevelKey::Surface => 0.0,
        LevelKey::Pressure(thousandths) => 1e-3 * *thousandths as f64,
        LevelKey::Model(number) => match hybrid.filter(|hybrid| hybrid.holds(*number)) {
            Some(hybrid) => hybrid.pressure_pa(*number, NAMING_PRESSURE_PA) / NAMING_PRESSURE_PA,
            None => f64::from(*number),
        },
    };
    let vertical = match levels.first() {
        Some(LevelKey::Model(_)) => VerticalCoordinate::WrfEta,
        _ => VerticalCoordinate::Pressure,
    };
    let Some(first) = sources.first() else {
        return Err(Error::format(source, "no source of fields"));
    };
    Ok(MetDescription {
        model: first.model().to_owned(),
        grid: first.grid().clone(),
        vertical,
        levels: std::iter::once(0.0).chain(levels.iter().map(value)).collect(),
        variables: Vec::new(),
        times,
        source,
    })
}
