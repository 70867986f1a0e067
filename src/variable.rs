//! The columns of the particle table: STILT's name, unit and meaning of each, for files, Python and the configuration.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::nearest::nearest;

/// How a column gets into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Always there: without it a table cannot be gridded again.
    Always,
    /// Known of every particle, and kept unless the user leaves it out.
    Usual,
    /// Followed with the particle only if asked for, or if footprints are weighted by it.
    Followed,
    /// Looked up in the meteorology only if asked for.
    OnRequest,
    /// Not there yet; what is missing or what to do instead.
    NotBuilt(&'static str),
}
use Origin::{Always, Followed, NotBuilt, OnRequest, Usual};

struct Column {
    name: &'static str,
    units: &'static str,
    long_name: &'static str,
    standard_name: &'static str,
    origin: Origin,
}

macro_rules! variables {
    ($($variant:ident: $name:literal, $units:literal, $long_name:literal, $standard_name:literal, $origin:expr;)*) => {
        /// A column of the particle table, as STILT's `varsiwant` names them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Variable {
            $(#[doc = concat!("`", $name, "`: ", $long_name, ", ", $units, ".")] $variant,)*
        }

        impl Variable {
            /// All of them, in the order of the columns.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
        }

        const COLUMNS: &[Column] = &[$(Column {
            name: $name,
            units: $units,
            long_name: $long_name,
            standard_name: $standard_name,
            origin: $origin,
        }),*];
    };
}

const CONVECTION: &str = "convection by mass fluxes (capemin = -2) is not built; leave it out";

// name, units, meaning, CF standard name or nothing, origin
variables! {
    Time: "time", "min", "time since the receptor time, negative backward", "time", Always;
    Indx: "indx", "1", "number of the particle", "", Always;
    Long: "long", "degrees_east", "longitude", "longitude", Always;
    Lati: "lati", "degrees_north", "latitude", "latitude", Always;
    Zagl: "zagl", "m", "height above ground", "height", Usual;
    Foot: "foot", "ppm (umol-1 m2 s)", "surface influence since the previous record", "", Always;
    FootNoHnfDilution: "foot_no_hnf_dilution", "ppm (umol-1 m2 s)", "surface influence without near-field dilution", "",
        Usual;
    Mlht: "mlht", "m", "mixing height", "atmosphere_boundary_layer_thickness", Usual;
    Dens: "dens", "kg m-3", "density of dry air at the particle", "air_density", Usual;
    Samt: "samt", "min", "time below veght since the previous record", "", Usual;
    Sigw: "sigw", "m s-1", "standard deviation of vertical velocity", "", Usual;
    Tlgr: "tlgr", "s", "Lagrangian time scale of vertical velocity", "", Usual;
    Pres: "pres", "hPa", "pressure at the particle", "air_pressure", Usual;
    Zsfc: "zsfc", "m", "terrain height above sea level", "surface_altitude", Usual;
    Dmas: "dmas", "1", "mass that the particle stands for, 1 at its release", "", Followed;
    Temp: "temp", "K", "temperature on the lowest internal level", "air_temperature", OnRequest;
    Temz: "temz", "K", "temperature at the particle", "air_temperature", OnRequest;
    Sphu: "sphu", "1", "specific humidity at the particle", "specific_humidity", OnRequest;
    Rhfr: "rhfr", "1", "relative humidity at the particle", "relative_humidity", OnRequest;
    Wout: "wout", "m s-1", "mean vertical motion along the run: backward the negative of the wind", "", OnRequest;
    Shtf: "shtf", "W m-2", "sensible heat flux", "surface_upward_sensible_heat_flux", OnRequest;
    Whtf: "whtf", "W m-2", "latent heat flux", "surface_upward_latent_heat_flux", OnRequest;
    Dswf: "dswf", "W m-2", "short-wave radiation at the surface", "surface_downwelling_shortwave_flux_in_air", OnRequest;
    Tcld: "tcld", "1", "total cloud cover", "cloud_area_fraction", OnRequest;
    Lcld: "lcld", "%", "low cloud cover", "low_type_cloud_area_fraction", OnRequest;
    Rain: "rain", "m min-1", "precipitation in the interval of the meteorology", "lwe_precipitation_rate", OnRequest;
    Crai: "crai", "m min-1", "convective precipitation in the interval of the meteorology",
        "lwe_convective_precipitation_rate", OnRequest;
    Solw: "solw", "1", "volumetric soil moisture", "volume_fraction_of_condensed_water_in_soil", OnRequest;
    Cape: "cape", "J kg-1", "convective available potential energy",
        "atmosphere_convective_available_potential_energy", OnRequest;
    Zloc: "zloc", "m", "limit of convection", "", NotBuilt(CONVECTION);
    Icdx: "icdx", "1", "updraft, environment or downdraft", "", NotBuilt(CONVECTION);
    Zcfx: "zcfx", "m", "convective displacement", "", NotBuilt(CONVECTION);
    Ptyp: "ptyp", "1", "type of the particle", "", NotBuilt("all particles are of one type; leave it out");
}

/// Other spellings in use.
const ALIASES: [(&str, Variable); 2] = [("lhtf", Variable::Whtf), ("zfx1", Variable::Zcfx)];

impl Variable {
    const fn column(self) -> &'static Column {
        &COLUMNS[self as usize]
    }

    /// STILT's name: `zagl`.
    pub const fn name(self) -> &'static str {
        self.column().name
    }

    /// Units as CF files state them.
    pub const fn units(self) -> &'static str {
        self.column().units
    }

    /// Meaning in words.
    pub const fn long_name(self) -> &'static str {
        self.column().long_name
    }

    /// Name in the CF standard name table, where there is one.
    pub fn standard_name(self) -> Option<&'static str> {
        Some(self.column().standard_name).filter(|name| !name.is_empty())
    }

    /// Whether it adds up from record to record, as `foot` and `samt`; the others are values of a moment.
    pub const fn adds_up(self) -> bool {
        matches!(self, Self::Foot | Self::FootNoHnfDilution | Self::Samt)
    }

    /// The variable of a STILT name; `lhtf` and `zfx1` stand for `whtf` and `zcfx`.
    ///
    /// # Errors
    /// [`Error::Config`] with the nearest known name.
    pub fn from_name(name: &str) -> Result<Self> {
        let named = Self::ALL.iter().find(|v| v.name() == name).copied();
        let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|a| a.1);
        named.or_else(alias).ok_or_else(|| {
            let known = Self::ALL.iter().map(|v| v.name());
            let hint = match nearest(name, known) {
                Some(near) => format!("unknown; did you mean `{near}`?"),
                None => format!("unknown; there are {}", VariableSet::known()),
            };
            Error::config("particle variable", name, hint)
        })
    }
}

/// A choice of [`Variable`]s; by default what STILT v2 writes, and what that costs nothing to add.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VariableSet(u64);

impl Default for VariableSet {
    fn default() -> Self {
        Self::of(|origin| matches!(origin, Always | Usual))
    }
}

impl FromIterator<Variable> for VariableSet {
    fn from_iter<I: IntoIterator<Item = Variable>>(variables: I) -> Self {
        Self(variables.into_iter().fold(0, |bits, v| bits | 1 << v as u8))
    }
}

impl std::fmt::Debug for VariableSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(Variable::name)).finish()
    }
}

impl VariableSet {
    /// No variable.
    pub const EMPTY: Self = Self(0);

    fn of(belongs: impl Fn(Origin) -> bool) -> Self {
        let all = Variable::ALL.iter().copied();
        all.filter(|v| belongs(v.column().origin)).collect()
    }

    fn known() -> String {
        let built = Self::of(|origin| !matches!(origin, NotBuilt(_)));
        built.iter().map(Variable::name).collect::<Vec<_>>().join(" ")
    }

    /// From names, in any order; those that every table has (`time indx long lati foot`) are added.
    ///
    /// # Errors
    /// As [`Variable::from_name`]; [`Error::NotBuilt`] for one that this version cannot give.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let named: Result<Self> = names.into_iter().map(|n| Variable::from_name(n.as_ref())).collect();
        let named = named?;
        for variable in named.iter() {
            if let NotBuilt(instead) = variable.column().origin {
                return Err(Error::NotBuilt {
                    feature: format!("particle variable {} ({})", variable.name(), variable.long_name()),
                    instead: instead.into(),
                });
            }
        }
        Ok(named.with_indispensable())
    }

    /// With the columns that every table has.
    pub fn with_indispensable(self) -> Self {
        Self(self.0 | Self::of(|origin| origin == Always).0)
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, variable: Variable) -> Self {
        Self(self.0 | 1 << variable as u8)
    }

    /// Those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are looked up in the meteorology only if asked for.
    pub fn on_request(self) -> Self {
        Self(self.0 & Self::of(|origin| origin == OnRequest).0)
    }

    /// Whether a variable is among them.
    pub const fn contains(self, variable: Variable) -> bool {
        self.0 >> variable as u8 & 1 == 1
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The variables, in the order of the columns.
    pub fn iter(self) -> impl Iterator<Item = Variable> {
        Variable::ALL.iter().copied().filter(move |&v| self.contains(v))
    }
}

impl Serialize for VariableSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Variable::name))
    }
}

impl<'de> Deserialize<'de> for VariableSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::from_names(names).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_finds_itself_by_name_and_fits_the_set() {
        assert!(Variable::ALL.len() <= 64);
        for (k, &variable) in Variable::ALL.iter().enumerate() {
            assert_eq!(variable as usize, k);
            assert_eq!(Variable::from_name(variable.name()).unwrap(), variable);
            assert!(variable.name().len() == 4 || variable == Variable::FootNoHnfDilution);
            assert_eq!(
                VariableSet::from_iter([variable]).iter().collect::<Vec<_>>(),
                [variable]
            );
        }
        assert_eq!(Variable::from_name("lhtf").unwrap(), Variable::Whtf);
    }

    #[test]
    fn an_unknown_name_is_told_its_neighbour_and_an_unbuilt_one_the_reason() {
        let unknown = Variable::from_name("temzz").unwrap_err().to_string();
        assert!(unknown.contains("`temz`"), "{unknown}");
        let nonsense = Variable::from_name("cloudiness").unwrap_err().to_string();
        assert!(nonsense.contains("tcld lcld"), "{nonsense}");
        let unbuilt = VariableSet::from_names(["foot", "zloc"]).unwrap_err();
        assert!(matches!(&unbuilt, Error::NotBuilt { .. }), "{unbuilt}");
        assert!(unbuilt.to_string().contains("convection"), "{unbuilt}");
    }

    #[test]
    fn a_choice_holds_what_gridding_needs_and_comes_back_from_its_names() {
        let chosen = VariableSet::from_names(["temz", "sphu"]).unwrap();
        assert_eq!(
            format!("{chosen:?}"),
            r#"{"time", "indx", "long", "lati", "foot", "temz", "sphu"}"#
        );
        assert_eq!(chosen.on_request().iter().count(), 2);
        let text = serde_json::to_string(&chosen).unwrap();
        assert_eq!(serde_json::from_str::<VariableSet>(&text).unwrap(), chosen);
        assert!(VariableSet::default().on_request().is_empty());
    }
}
