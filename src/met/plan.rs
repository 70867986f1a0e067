//! Which field of a source gives which quantity, and what is derived from what.

use crate::error::{Error, Result};
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::met::{MetDescription, VerticalCoordinate};
use crate::turbulence::levels::Scheme;

/// Names of a mixing height above ground, m.
const MIXING_HEIGHTS: [&str; 4] = ["PBLH", "HPBL", "MXHT", "MXLH"];

/// A quantity that transport needs, and where it comes from in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// What transport needs: `friction velocity`.
    pub quantity: &'static str,
    /// From what: `USTR`, or `UMOF, VMOF`, or `absent: …`.
    pub from: String,
    /// Whether it is not a field of the source itself.
    pub derived: bool,
    /// The fields that would give it, whether the source holds them or not.
    pub fields: &'static [&'static str],
}

/// Names of the fields that [`derive`](super::derive::derive) takes, chosen once per source.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub heights: Option<&'static str>,
    pub level_pressure: Option<&'static str>,
    pub potential_temperature: bool,
    pub vertical_wind: Option<VerticalWind>,
    pub humidity: Option<Humidity>,
    pub surface_pressure: Option<&'static str>,
    pub terrain: Option<&'static str>,
    pub surface_temperature: Option<&'static str>,
    pub surface_wind: bool,
    pub momentum: Option<MomentumFields>,
    pub heat_flux: Option<&'static str>,
    pub roughness: Option<&'static str>,
    pub mixing_height: Option<&'static str>,
    /// Turbulent kinetic energy and the three velocity variances.
    pub turbulence: [Option<&'static str>; 4],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VerticalWind {
    /// `WWND`: dp/dt, hPa s⁻¹.
    Omega,
    /// `DZDT`: m s⁻¹.
    Velocity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Humidity {
    Relative,
    Specific,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MomentumFields {
    FrictionVelocity,
    Stress,
    ExchangeCoefficient,
}

impl Plan {
    /// # Errors
    /// [`Error::MetField`] if winds or temperature, or what the options ask for, are missing.
    pub(crate) fn new(description: &MetDescription, options: &DeriveOptions) -> Result<Self> {
        let holds = |level: usize, name: &str| {
            description
                .variables
                .get(level)
                .is_some_and(|v| v.iter().any(|n| n == name))
        };
        let surface = |names: &[&'static str]| names.iter().copied().find(|name| holds(0, name));
        let aloft = |names: &[&'static str]| names.iter().copied().find(|name| holds(1, name));
        let missing = |field: &str, needed_for: &str| Error::MetField {
            source_name: description.source.display().to_string(),
            field: field.to_owned(),
            needed_for: needed_for.to_owned(),
        };
        for wind in ["UWND", "VWND"] {
            if !holds(1, wind) {
                return Err(missing(wind, "needed to move particles; nothing else gives it"));
            }
        }
        if aloft(&["TEMP", "THET"]).is_none() {
            return Err(missing(
                "TEMP or THET",
                "needed for density and stability; nothing else gives it",
            ));
        }
        let level_pressure = aloft(&["PRES"]);
        let needs_pressure = matches!(
            description.vertical,
            VerticalCoordinate::TerrainHeight | VerticalCoordinate::WrfEta
        );
        if needs_pressure && level_pressure.is_none() {
            return Err(missing(
                "PRES",
                "needed on height or eta levels; convert the file with PRES on every level",
            ));
        }
        let mixing_height = surface(&MIXING_HEIGHTS);
        if options.scaled_mixing_height().0 == MixingHeight::FromFile && mixing_height.is_none() {
            return Err(missing(
                "PBLH, HPBL or MXHT",
                "asked for by kmixd = 0 or a negative ziscale; use kmixd = 3 and a positive factor to derive the mixing height",
            ));
        }
        let turbulence = turbulence_fields(options);
        if let Some(field) = turbulence.iter().flatten().find(|field| !holds(1, field)) {
            let needed_for = "asked for by kblt = 3, 4 or kmixd = 2; use kblt = 5 and kmixd = 3 with these files";
            return Err(missing(field, needed_for));
        }
        Ok(Self {
            heights: aloft(&["HGTS"]),
            level_pressure,
            potential_temperature: !holds(1, "TEMP"),
            vertical_wind: match aloft(&["DZDT", "WWND"]) {
                Some("DZDT") => Some(VerticalWind::Velocity),
                Some(_) => Some(VerticalWind::Omega),
                None => None,
            },
            humidity: match aloft(&["RELH", "SPHU"]) {
                Some("RELH") => Some(Humidity::Relative),
                Some(_) => Some(Humidity::Specific),
                None => None,
            },
            surface_pressure: surface(&["PRSS"]),
            terrain: surface(&["SHGT"]),
            // the reference takes the skin temperature where a file holds both
            surface_temperature: surface(&["TMPS", "T02M"]).filter(|_| options.surface_observations),
            surface_wind: options.surface_observations && holds(0, "U10M") && holds(0, "V10M"),
            momentum: if holds(0, "USTR") {
                Some(MomentumFields::FrictionVelocity)
            } else if holds(0, "UMOF") && holds(0, "VMOF") {
                Some(MomentumFields::Stress)
            } else {
                surface(&["EXCO"]).map(|_| MomentumFields::ExchangeCoefficient)
            },
            heat_flux: surface(&["SHTF", "HFLX"]),
            roughness: surface(&["RGHS"]),
            mixing_height,
            turbulence,
        })
    }

    /// The plan in words, in the order of the physics.
    pub(crate) fn describe(&self, options: &DeriveOptions) -> Vec<Derivation> {
        let from = |quantity, fields, held: Option<&str>, otherwise: &str| Derivation {
            quantity,
            from: held.unwrap_or(otherwise).to_owned(),
            derived: held.is_none(),
            fields,
        };
        let (temperature, heat_flux) = (
            (!self.potential_temperature).then_some("TEMP"),
            self.heat_flux.filter(|_| self.momentum.is_some()),
        );
        let (motion, humidity) = (
            self.vertical_wind.map(VerticalWind::name),
            self.humidity.map(Humidity::name),
        );
        let by_hypsometry = "hypsometric equation, upward from the surface";
        let by_values = "level values and surface pressure";
        let by_profile = "wind and temperature profile";
        let by_logarithm = "logarithmic law from the lowest level";
        let wind = self.surface_wind.then_some("U10M, V10M");
        let stress: &[&str] = &["USTR", "UMOF", "VMOF", "EXCO"];
        vec![
            from("heights of levels", &["HGTS"], self.heights, by_hypsometry),
            from("pressure of levels", &["PRES"], self.level_pressure, by_values),
            from("temperature", &["TEMP"], temperature, "THET and pressure"),
            from("vertical motion", &["DZDT", "WWND"], motion, "absent: taken as zero"),
            from("humidity", &["RELH", "SPHU"], humidity, "absent: air taken as dry"),
            from(
                "surface pressure",
                &["PRSS"],
                self.surface_pressure,
                "lowest level, terrain and temperature",
            ),
            from("terrain height", &["SHGT"], self.terrain, "absent: sea level"),
            from(
                "temperature at the ground",
                &["TMPS", "T02M"],
                self.surface_temperature,
                "lowest level, dry adiabatic",
            ),
            from("10-m wind", &["U10M", "V10M"], wind, by_logarithm),
            from(
                "roughness length",
                &["RGHS"],
                self.roughness,
                "0.75 m on land, 0.03 m on water",
            ),
            from("friction velocity", stress, self.friction_source(), by_profile),
            from("heat flux", &["SHTF", "HFLX"], heat_flux, by_profile),
            self.describe_mixing_height(options),
        ]
    }

    fn describe_mixing_height(&self, options: &DeriveOptions) -> Derivation {
        let (source, _) = options.scaled_mixing_height();
        let from = match source {
            MixingHeight::FromFile => self.mixing_height.unwrap_or_default().to_owned(),
            MixingHeight::Temperature => "potential temperature (kmixd = 1)".to_owned(),
            MixingHeight::Energy => "TKEN (kmixd = 2)".to_owned(),
            MixingHeight::Richardson => "Richardson number (kmixd = 3)".to_owned(),
            MixingHeight::Fixed(height_m) => format!("fixed: {height_m} m above ground"),
        };
        Derivation {
            quantity: "mixing height",
            from,
            derived: source != MixingHeight::FromFile || self.mixing_height.is_none(),
            fields: &MIXING_HEIGHTS,
        }
    }

    /// Names of the fields of [`momentum`](Self::momentum).
    pub(crate) fn momentum_names(&self) -> [Option<&'static str>; 2] {
        match self.momentum {
            Some(MomentumFields::FrictionVelocity) => [Some("USTR"), None],
            Some(MomentumFields::Stress) => [Some("UMOF"), Some("VMOF")],
            Some(MomentumFields::ExchangeCoefficient) => [Some("EXCO"), None],
            None => [None; 2],
        }
    }

    /// Names of the fields of the 10-m wind, if it is used.
    pub(crate) fn surface_wind_names(&self) -> [Option<&'static str>; 2] {
        ["U10M", "V10M"].map(|name| self.surface_wind.then_some(name))
    }

    fn friction_source(&self) -> Option<&'static str> {
        self.heat_flux?;
        Some(match self.momentum? {
            MomentumFields::FrictionVelocity => "USTR",
            MomentumFields::Stress => "UMOF, VMOF",
            MomentumFields::ExchangeCoefficient => "EXCO × wind",
        })
    }
}

fn turbulence_fields(options: &DeriveOptions) -> [Option<&'static str>; 4] {
    let scheme = options.turbulence.scheme;
    let energy = scheme == Scheme::Energy || options.mixing_height == MixingHeight::Energy;
    let variance = |name| (scheme == Scheme::Measured).then_some(name);
    [
        energy.then_some("TKEN"),
        variance("UVAR"),
        variance("VVAR"),
        variance("WVAR"),
    ]
}

impl VerticalWind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Omega => "WWND",
            Self::Velocity => "DZDT",
        }
    }
}

impl Humidity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Relative => "RELH",
            Self::Specific => "SPHU",
        }
    }
}
