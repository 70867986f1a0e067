//! Which column a sector and a fuel belong to.

/// IPCC categories of CO₂ and CO by column, which is a category too; all others are `other_categories`.
const OF_CARBON: [(&str, &[&str]); 4] = [
    ("energy", &["1a1a", "1a1bcr"]),
    ("transport", &["1a3b", "1a3ce", "1a3a+1c1", "1a3d+1c2"]),
    ("industry", &["1a2+6cd", "2a", "2befg+3", "2c"]),
    ("residential", &["1a4"]),
];
/// The same of CH₄.
const OF_METHANE: [(&str, &[&str]); 3] = [
    ("agriculture", &["4a", "4b", "4c", "4f"]),
    ("waste", &["6a", "6b"]),
    ("energy", &["1a1a", "1a1bcr", "1b1", "1b2b"]),
];
/// Categories that have no column of their own.
const FURTHER: [&str; 4] = ["1b2abc", "1b2ac", "7a", "4f"];
pub(super) const OTHER: &str = "other_categories";

/// The column of a category of CO₂ or CO.
pub(super) fn carbon_column(category: &str) -> &'static str {
    column(&OF_CARBON, category)
}

/// The column of a category of CH₄.
pub(super) fn methane_column(category: &str) -> &'static str {
    column(&OF_METHANE, category)
}

fn column(table: &[(&'static str, &[&str])], category: &str) -> &'static str {
    let held = |of: &&[&str]| of.iter().any(|known| known.eq_ignore_ascii_case(category));
    let found = table
        .iter()
        .find(|(name, of)| held(of) || name.eq_ignore_ascii_case(category));
    found.map_or(OTHER, |(name, _)| name)
}

/// What a source burns, if it burns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Burnt {
    /// Column of the fuel.
    Fuel(&'static str),
    Cement,
    NoFuel,
}

impl Burnt {
    /// `coal_hard` is coal, `oil_lght+hvy+gas_vaf` oil; what is no fuel known here is `otherfuel`, as waste is.
    pub fn of(fuel: &str) -> Self {
        let lower = fuel.to_ascii_lowercase();
        match lower.split('_').next().unwrap_or_default() {
            "cement" => Self::Cement,
            "others" => Self::NoFuel,
            "coal" => Self::Fuel("coal"),
            "gas" => Self::Fuel("gas"),
            "oil" => Self::Fuel("oil"),
            "bio" => Self::Fuel("bio"),
            _ => Self::Fuel("otherfuel"),
        }
    }
}

pub(super) fn is_waste(fuel: &str) -> bool {
    ["solid_waste", "waste"]
        .iter()
        .any(|name| fuel.eq_ignore_ascii_case(name))
}

/// Category and fuel of what follows the gas in a name; `.` may stand for `+`, as R has it.
pub(super) fn category_and_fuel(name: &str) -> Option<(String, String)> {
    let known = OF_CARBON
        .iter()
        .map(|(_, of)| *of)
        .chain(OF_METHANE.iter().map(|(_, of)| *of));
    let known = known.flatten().chain(&FURTHER);
    let mangled = |category: &&&str| {
        let rest = name.strip_prefix(category.replace('+', ".").as_str());
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let plain = |category: &str| Some((category.to_owned(), name[category.len() + 1..].replace('.', "+")));
    match known.filter(mangled).max_by_key(|category| category.len()) {
        Some(category) => plain(category),
        None => {
            let (category, fuel) = name.split_once('.')?;
            Some((category.to_owned(), fuel.replace('.', "+")))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_mangled_by_r_mean_the_same() {
        for (name, category, fuel) in [
            ("1a2+6cd.coal_hard", "1a2+6cd", "coal_hard"),
            ("1a2.6cd.coal_hard", "1a2+6cd", "coal_hard"),
            ("1a3a.1c1.oil_light", "1a3a+1c1", "oil_light"),
            ("2befg.3.others", "2befg+3", "others"),
            ("1b2abc.oil_lght.hvy.gas_vaf", "1b2abc", "oil_lght+hvy+gas_vaf"),
            ("1b2abc.oil_lght+hvy+gas_vaf", "1b2abc", "oil_lght+hvy+gas_vaf"),
            ("1b2ac.gas_nat", "1b2ac", "gas_nat"),
            ("2a.cement", "2a", "cement"),
            ("9z.coal", "9z", "coal"),
        ] {
            assert_eq!(
                category_and_fuel(name).unwrap(),
                (category.into(), fuel.into()),
                "{name}"
            );
        }
        assert_eq!(category_and_fuel("cement"), None);
    }

    #[test]
    fn every_category_and_fuel_has_its_column() {
        assert_eq!(carbon_column("1A3a+1c1"), "transport");
        assert_eq!(carbon_column("Residential"), "residential");
        assert_eq!(carbon_column("1b2ac"), OTHER);
        assert_eq!(methane_column("4f"), "agriculture");
        assert_eq!(methane_column("1b2ac"), OTHER);
        assert_eq!(Burnt::of("oil_lght+hvy+gas_vaf"), Burnt::Fuel("oil"));
        assert_eq!(Burnt::of("solid_waste"), Burnt::Fuel("otherfuel"));
        assert_eq!(
            (Burnt::of("cement"), Burnt::of("others")),
            (Burnt::Cement, Burnt::NoFuel)
        );
        assert!(is_waste("solid_waste") && !is_waste("coal_hard"));
    }
}
