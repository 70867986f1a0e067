//! The sums that must hold between the portal's columns.

use super::series::PortalSeries;
use crate::time::UtcTime;

/// Σ left = Σ right.
const IDENTITIES: [(&[&str], &[&str]); 12] = [
    (
        &["co2.stilt"],
        &["co2.background", "co2.bio", "co2.fuel", "co2.cement", "co2.non_fuel"],
    ),
    (&["co2.bio"], &["co2.bio.gee", "co2.bio.resp"]),
    (
        &["co2.fuel"],
        &[
            "co2.fuel.coal",
            "co2.fuel.gas",
            "co2.fuel.oil",
            "co2.fuel.bio",
            "co2.fuel.otherfuel",
        ],
    ),
    (
        &["co2.fuel"],
        &[
            "co2.fuel.coal",
            "co2.fuel.gas",
            "co2.fuel.oil",
            "co2.fuel.bio",
            "co2.fuel.waste",
        ],
    ),
    (
        &["co2.fuel", "co2.cement", "co2.non_fuel"],
        &[
            "co2.energy",
            "co2.transport",
            "co2.industry",
            "co2.residential",
            "co2.other_categories",
        ],
    ),
    (&["co.stilt"], &["co.background", "co.fuel", "co.cement", "co.non_fuel"]),
    (
        &["co.fuel"],
        &[
            "co.fuel.coal",
            "co.fuel.gas",
            "co.fuel.oil",
            "co.fuel.bio",
            "co.fuel.otherfuel",
        ],
    ),
    (
        &["co.fuel"],
        &[
            "co.fuel.coal",
            "co.fuel.gas",
            "co.fuel.oil",
            "co.fuel.bio",
            "co.fuel.waste",
        ],
    ),
    (
        &["co.fuel", "co.cement", "co.non_fuel"],
        &[
            "co.energy",
            "co.transport",
            "co.industry",
            "co.residential",
            "co.other_categories",
        ],
    ),
    (&["ch4.stilt"], &["ch4.background", "ch4.anthropogenic", "ch4.natural"]),
    (
        &["ch4.anthropogenic"],
        &["ch4.agriculture", "ch4.waste", "ch4.energy", "ch4.other_categories"],
    ),
    (
        &["ch4.natural"],
        &["ch4.wetlands", "ch4.soil_uptake", "ch4.wildfire", "ch4.other_natural"],
    ),
];

/// A sum that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// When.
    pub time: UtcTime,
    /// The sum, as `a + b = c + d`.
    pub identity: String,
    /// Left side.
    pub left: f64,
    /// Right side.
    pub right: f64,
}

impl PortalSeries {
    /// The sums between columns that are there and do not hold to this share of their largest term; rows in which a term is
    /// NaN are passed over. Sums of a file in double precision hold to 1e-12.
    ///
    /// The sums of fuels count `fuel.otherfuel` where it is there, else `fuel.waste`, which is less if something else than
    /// coal, gas, oil, biofuel and waste burns. The portal's own results leave category `1b2ac` out of
    /// `co.other_categories`.
    pub fn breaches(&self, tolerance: f64) -> Vec<Breach> {
        let mut found = Vec::new();
        for (left, right) in IDENTITIES {
            let counts_twice = right.iter().any(|name| {
                let waste = name.strip_suffix(".waste").filter(|name| name.ends_with(".fuel"));
                waste.is_some_and(|fuel| self.column(&format!("{fuel}.otherfuel")).is_some())
            });
            if counts_twice {
                continue;
            }
            let columns = |names: &[&str]| names.iter().map(|name| self.column(name)).collect::<Option<Vec<_>>>();
            let Some((of_left, of_right)) = columns(left).zip(columns(right)) else {
                continue;
            };
            for (k, time) in self.times.iter().enumerate() {
                let sum = |columns: &[&[f64]]| columns.iter().map(|values| values[k]).sum::<f64>();
                let largest = of_left
                    .iter()
                    .chain(&of_right)
                    .map(|values| values[k].abs())
                    .fold(0.0, f64::max);
                let (a, b) = (sum(&of_left), sum(&of_right));
                if (a - b).abs() > tolerance * largest {
                    found.push(Breach {
                        time: *time,
                        identity: format!("{} = {}", left.join(" + "), right.join(" + ")),
                        left: a,
                        right: b,
                    });
                }
            }
        }
        found
    }
}
