//! Molar masses of the gases whose inventories come in mass units.

/// Molar mass of carbon [g mol⁻¹] (IUPAC 2021), for fluxes given as mass of carbon.
pub(super) const CARBON_G_MOL: f64 = 12.011;

/// A gas that flux files name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Species {
    /// Formula, in capitals.
    pub(super) formula: &'static str,
    /// g mol⁻¹, from the standard atomic weights (IUPAC 2021).
    pub(super) molar_mass_g_mol: f64,
    /// Carbon atoms per molecule.
    pub(super) carbon_atoms: f64,
    /// Name in CF standard names.
    name: &'static str,
}

const KNOWN: [Species; 5] = [
    species("CO2", 44.0095, 1.0, "carbon_dioxide"),
    species("CH4", 16.0425, 1.0, "methane"),
    species("N2O", 44.0128, 0.0, "nitrous_oxide"),
    species("CO", 28.010, 1.0, "carbon_monoxide"),
    species("SF6", 146.055, 0.0, "sulfur_hexafluoride"),
];

const fn species(formula: &'static str, molar_mass_g_mol: f64, carbon_atoms: f64, name: &'static str) -> Species {
    Species {
        formula,
        molar_mass_g_mol,
        carbon_atoms,
        name,
    }
}

impl Species {
    /// The gas with this formula, whatever the case.
    pub(super) fn from_formula(text: &str) -> Option<Self> {
        KNOWN.into_iter().find(|s| s.formula.eq_ignore_ascii_case(text))
    }

    /// The only gas that a name such as `emi_co2` or a CF standard name mentions.
    pub(super) fn named_in(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase().replace(' ', "_");
        let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let mentioned =
            |s: &&Species| lower.contains(s.name) || words.iter().any(|w| w.eq_ignore_ascii_case(s.formula));
        let mut found = KNOWN.iter().filter(mentioned);
        let first = found.next().copied();
        if found.next().is_some() { None } else { first }
    }

    /// Formulas of all gases known here.
    pub(super) fn known() -> String {
        KNOWN.map(|s| s.formula).join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_gas_is_found_in_the_names_that_inventories_use() {
        let formula = |text| Species::named_in(text).map(|s| s.formula);
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
}
