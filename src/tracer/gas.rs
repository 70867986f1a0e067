//! The gases: their formulas, molar masses, and the units in which people give them.

use super::Unit;

/// Molar mass of carbon \[g mol⁻¹\] (IUPAC 2021), for fluxes given as mass of carbon.
pub const CARBON_G_MOL: f64 = 12.011;

/// A gas that is measured, emitted or lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tracer {
    /// Carbon dioxide.
    Co2,
    /// Methane.
    Ch4,
    /// Nitrous oxide.
    N2o,
    /// Carbon monoxide.
    Co,
    /// Sulfur hexafluoride.
    Sf6,
    /// Radon 222.
    Rn222,
}

struct Gas {
    tracer: Tracer,
    formula: &'static str,
    /// g mol⁻¹, from the standard atomic weights (IUPAC 2021).
    molar_mass_g_mol: f64,
    /// Name in CF standard names.
    name: &'static str,
    unit: Unit,
}

const KNOWN: [Gas; 6] = [
    gas(Tracer::Co2, "CO2", 44.0095, "carbon_dioxide", Unit::Ppm),
    gas(Tracer::Ch4, "CH4", 16.0425, "methane", Unit::Ppb),
    gas(Tracer::N2o, "N2O", 44.0128, "nitrous_oxide", Unit::Ppb),
    gas(Tracer::Co, "CO", 28.010, "carbon_monoxide", Unit::Ppb),
    gas(Tracer::Sf6, "SF6", 146.055, "sulfur_hexafluoride", Unit::Ppt),
    gas(Tracer::Rn222, "Rn", 222.018, "radon", Unit::BqM3),
];

const fn gas(tracer: Tracer, formula: &'static str, molar_mass_g_mol: f64, name: &'static str, unit: Unit) -> Gas {
    Gas {
        tracer,
        formula,
        molar_mass_g_mol,
        name,
        unit,
    }
}

impl Tracer {
    fn gas(self) -> &'static Gas {
        &KNOWN[self as usize]
    }

    /// Formula, in the usual capitals.
    pub fn formula(self) -> &'static str {
        self.gas().formula
    }

    /// Molar mass \[g mol⁻¹\].
    pub fn molar_mass_g_mol(self) -> f64 {
        self.gas().molar_mass_g_mol
    }

    /// The unit in which people give it.
    pub fn unit(self) -> Unit {
        self.gas().unit
    }

    /// The gas with this formula, whatever the case; `222Rn` and `Rn222` are `Rn`.
    pub fn from_formula(text: &str) -> Option<Self> {
        let is_radon = ["222rn", "rn222"].iter().any(|name| text.eq_ignore_ascii_case(name));
        let named = KNOWN.iter().find(|gas| gas.formula.eq_ignore_ascii_case(text));
        named.map(|gas| gas.tracer).or_else(|| is_radon.then_some(Self::Rn222))
    }

    /// The only gas that a name such as `emi_co2` or a CF standard name mentions.
    pub fn named_in(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase().replace(' ', "_");
        let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let mentioned =
            |gas: &&Gas| lower.contains(gas.name) || words.iter().any(|w| w.eq_ignore_ascii_case(gas.formula));
        let mut found = KNOWN.iter().filter(mentioned);
        let first = found.next().map(|gas| gas.tracer);
        if found.next().is_some() { None } else { first }
    }

    /// Formulas of all gases known here.
    pub fn known() -> String {
        KNOWN.iter().map(|gas| gas.formula).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_gas_is_found_in_the_names_that_inventories_use() {
        let formula = |text| Tracer::named_in(text).map(Tracer::formula);
        assert_eq!(formula("emi_co2"), Some("CO2"));
        assert_eq!(formula("Emissions of CH4 - "), Some("CH4"));
        assert_eq!(
            formula("tendency_of_atmosphere_mass_content_of_nitrous_oxide_due_to_emission"),
            Some("N2O")
        );
        assert_eq!(formula("emi_co"), Some("CO"));
        assert_eq!(formula("flux"), None);
        assert_eq!(formula("CO2 and CH4"), None);
        assert_eq!(formula("economy"), None);
    }

    #[test]
    fn each_gas_stands_at_its_own_place_of_the_table() {
        for (place, gas) in KNOWN.iter().enumerate() {
            assert_eq!(gas.tracer as usize, place);
            assert_eq!(Tracer::from_formula(&gas.formula.to_lowercase()), Some(gas.tracer));
        }
        assert_eq!(Tracer::from_formula("222Rn"), Some(Tracer::Rn222));
    }
}
