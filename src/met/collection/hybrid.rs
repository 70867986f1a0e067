//! Levels of a model between sigma and pressure: p = a + b pₛ.

use crate::constants::{DRY_AIR_GAS_CONSTANT as R, GRAVITY_M_S2 as G};

/// a in Pa and b, by the number of the level; 1 is the highest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HybridLevels {
    coefficients: Vec<(f64, f64)>,
    /// Whether the coefficients are those of the surfaces between levels, one more than levels.
    between: bool,
}

impl HybridLevels {
    /// Of the surfaces between levels, from the top of the atmosphere to the ground.
    pub fn between(coefficients: Vec<(f64, f64)>) -> Option<Self> {
        Self::checked(coefficients, true)
    }

    /// Of the levels themselves, from the highest down.
    pub fn at_levels(coefficients: Vec<(f64, f64)>) -> Option<Self> {
        Self::checked(coefficients, false)
    }

    /// `None` unless pressure grows from each to the next over ground at 1013.25 hPa and at 500 hPa.
    fn checked(coefficients: Vec<(f64, f64)>, between: bool) -> Option<Self> {
        let ascends = |surface: f64| {
            let pressure = |&(a, b): &(f64, f64)| a + b * surface;
            coefficients
                .windows(2)
                .all(|pair| pressure(&pair[0]) < pressure(&pair[1]))
        };
        let enough = coefficients.len() > usize::from(between);
        (enough && ascends(101_325.0) && ascends(50_000.0)).then_some(Self { coefficients, between })
    }

    /// Number of levels.
    pub fn count(&self) -> usize {
        self.coefficients.len() - usize::from(self.between)
    }

    /// Whether level `number` exists.
    pub fn holds(&self, number: u32) -> bool {
        (1..=self.count()).contains(&(number as usize))
    }

    /// Pressure of level `number` over ground at `surface_pa`, Pa: the mean of the surfaces that bound it.
    ///
    /// # Panics
    /// If there is no such level.
    pub fn pressure_pa(&self, number: u32, surface_pa: f64) -> f64 {
        let at = |place: usize| self.coefficients[place].0 + self.coefficients[place].1 * surface_pa;
        let place = number as usize - 1;
        match self.between {
            true => 0.5 * (at(place) + at(place + 1)),
            false => at(place),
        }
    }

    /// Pressures of the surfaces above and below level `number`, Pa, where these are known.
    fn bounds_pa(&self, number: u32, surface_pa: f64) -> Option<(f64, f64)> {
        let at = |place: usize| self.coefficients[place].0 + self.coefficients[place].1 * surface_pa;
        self.between.then(|| (at(number as usize - 1), at(number as usize)))
    }

    /// Heights of levels above sea level, m, from the lowest up: `levels` gives numbers and virtual temperatures, K.
    ///
    /// Where a level borders on the one before, by the sums of the model itself (Simmons & Burridge 1981, eqs. 3.5 and
    /// 3.21; IFS documentation III, ch. 2): φ_{k−½} = φ_{k+½} + R T ln(p_{k+½}/p_{k−½}), φ_k = φ_{k+½} + α R T; elsewhere
    /// layer by layer with the mean of both virtual temperatures.
    pub fn heights_m(&self, surface_pa: f64, terrain_m: f64, levels: &[(u32, f32)]) -> Vec<f32> {
        let mut heights = Vec::with_capacity(levels.len());
        let mut below: Option<Below> = None;
        for &(number, virtual_k) in levels {
            let virtual_k = f64::from(virtual_k);
            let pressure = self.pressure_pa(number, surface_pa);
            let bounds = self.bounds_pa(number, surface_pa);
            let foot_m = match &below {
                None if number as usize == self.count() => Some(terrain_m),
                Some(below) if below.number == number + 1 => below.head_m,
                _ => None,
            };
            let (height_m, head_m) = match bounds.zip(foot_m) {
                Some(((upper, lower), foot_m)) => {
                    let depth = (lower / upper).ln();
                    let alpha = if upper > 0.0 {
                        1.0 - upper / (lower - upper) * depth
                    } else {
                        2f64.ln()
                    };
                    (
                        foot_m + alpha * R * virtual_k / G,
                        Some(foot_m + R * virtual_k / G * depth),
                    )
                }
                None => {
                    let (under_m, under_pa, under_k) = below.map_or((terrain_m, surface_pa, virtual_k), |b| {
                        (b.height_m, b.pressure_pa, b.virtual_k)
                    });
                    let mean_k = 0.5 * (under_k + virtual_k);
                    (under_m + R * mean_k / G * (under_pa / pressure).ln(), None)
                }
            };
            heights.push(height_m as f32);
            below = Some(Below {
                number,
                height_m,
                head_m,
                pressure_pa: pressure,
                virtual_k,
            });
        }
        heights
    }
}

/// The level below, while heights are added up.
#[derive(Clone, Copy)]
struct Below {
    number: u32,
    height_m: f64,
    /// Of the surface between it and the next, if known.
    head_m: Option<f64>,
    pressure_pa: f64,
    virtual_k: f64,
}
