//! Inventories: surface fluxes of one tracer by sector and fuel, with their course over the year, the week and the day.

mod loss;
mod profile;
mod profiles;
mod scaling;
mod synthetic;

#[cfg(feature = "netcdf")]
mod open;

pub use loss::{Air, Loss};
pub use profile::{Factors, LocalHour, Southern, TemporalProfile};
pub use profiles::TemporalProfiles;
pub use scaling::YearlyScaling;
#[cfg(feature = "netcdf")]
pub(crate) use synthetic::invented_co2;

use std::fmt;
use std::path::PathBuf;

use crate::flux::Flux;
use crate::tracer::Tracer;

/// The emissions of one sector from one fuel.
#[derive(Clone, Debug)]
pub struct Source {
    /// Sector, as the user names it: `1a4`, `residential`.
    pub sector: String,
    /// Fuel; empty if it is not told.
    pub fuel: String,
    /// Map or maps [µmol m⁻² s⁻¹].
    pub flux: Flux,
}

/// What surfaces emit of one tracer, by sector and fuel.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Name, as tables show it.
    pub name: String,
    /// Formula of the tracer: `CO2`, `CH4`, `222Rn`.
    pub tracer: String,
    /// Its sources.
    pub sources: Vec<Source>,
    /// How annual emissions are spread over time.
    pub profiles: TemporalProfiles,
    /// From the year of the maps to that of the particles.
    pub scaling: Option<(i16, YearlyScaling)>,
    /// What is lost on the way.
    pub loss: Loss,
    /// Files that it was read from.
    pub files: Vec<PathBuf>,
}

impl Inventory {
    /// Of a single flux without sectors or profiles; it bears the name of the flux. Radon decays on its way.
    ///
    /// ```
    /// use airshed::{Flux, inventory::Inventory};
    /// let soils = Inventory::from_flux("CH4", Flux::uniform(0.01).with_name("soils"));
    /// assert_eq!((soils.name.as_str(), soils.sources.len()), ("soils", 1));
    /// ```
    pub fn from_flux(tracer: &str, flux: Flux) -> Self {
        let tracer = usual_name(tracer);
        Self {
            name: flux.name().to_owned(),
            loss: Loss::usual(&tracer),
            tracer,
            sources: vec![Source {
                sector: String::new(),
                fuel: String::new(),
                flux,
            }],
            profiles: TemporalProfiles::default(),
            scaling: None,
            files: Vec::new(),
        }
    }

    /// Whether emissions have a course that their maps do not show.
    pub(crate) fn varies_in_time(&self) -> bool {
        !self.profiles.is_empty() || self.scaling.is_some()
    }

    /// Whether emissions depend on the country they come from, besides their map.
    pub(crate) fn differs_by_country(&self) -> bool {
        self.profiles.countries().next().is_some() || self.scaling.is_some()
    }
}

/// The formula of a tracer as tables show it: `Rn` for `222Rn`, `CO2` for `co2`; others stay as they are.
pub(crate) fn usual_name(tracer: &str) -> String {
    let known = Tracer::from_formula(tracer.trim());
    known.map_or_else(|| tracer.trim().to_owned(), |tracer| tracer.formula().to_owned())
}

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} of {} sources", self.name, self.tracer, self.sources.len())
    }
}
