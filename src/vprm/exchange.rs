//! What vegetation takes up and gives off: the equations of VPRM (Mahadevan et al. 2008, eqs 4–13).

use super::parameters::{ClassParameters, Phenology, Radiation, Water};

/// Short-wave radiation over photosynthetically active radiation, W m⁻² / (µmol m⁻² s⁻¹) (Mahadevan et al. 2008).
const SHORTWAVE_PER_PAR: f64 = 0.505;
/// Leaves are full above this share of the year's range of the EVI.
const FULL_LEAF: f64 = 0.55;

/// Exchange of CO₂ with the air, µmol m⁻² s⁻¹, positive upward.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exchange {
    /// Gross ecosystem exchange (photosynthesis), zero or negative.
    pub gee: f32,
    /// Respiration; below zero only where a fitted line α T + β is.
    pub resp: f32,
}

/// A vegetation index and its least and greatest value of the year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Index {
    /// Now; what lies beyond the year's range counts as its end.
    pub value: f64,
    /// Least of the year.
    pub min: f64,
    /// Greatest of the year.
    pub max: f64,
}

impl Index {
    /// Whether its value or the year's range is not known.
    pub(super) const fn has_gap(self) -> bool {
        self.value.is_nan() || self.min.is_nan() || self.max.is_nan()
    }

    fn clipped(self) -> f64 {
        self.value.max(self.min).min(self.max)
    }
}

impl ClassParameters {
    /// Exchange of fully covered ground: enhanced vegetation index, land surface water index, temperature of the air [°C]
    /// and short-wave radiation [W m⁻²].
    ///
    /// GEE = −|λ| T W P EVI R/(1 + R/R₀) with R the radiation that the set was fitted to, resp = α max(T, T low) + β; zero
    /// for a bare class and for one without fitted values. A constant LSWI tells no drought: W = 1 for xeric classes.
    ///
    /// ```
    /// use airshed::vprm::{Index, Radiation, VprmParameters};
    /// let europe = VprmParameters::europe_2007()?;
    /// let evi = Index { value: 0.5, min: 0.2, max: 0.6 };
    /// let lswi = Index { value: 0.3, min: 0.0, max: 0.3 };
    /// // 20 °C, 505 W m⁻² (PAR 1000): −0.2258 · 0.5 · 1000/(1 + 1000/275.5)
    /// let noon = europe.classes[0].exchange(Radiation::Par, evi, lswi, 20.0, 505.0);
    /// assert!((noon.gee + 24.38).abs() < 0.01);
    /// # Ok::<(), airshed::Error>(())
    /// ```
    #[inline]
    pub fn exchange(
        &self,
        radiation: Radiation,
        evi: Index,
        lswi: Index,
        temperature_c: f64,
        shortwave_w_m2: f64,
    ) -> Exchange {
        let (Some(light_0), Some(lambda), Some(alpha), Some(beta)) = (self.par_0, self.lambda, self.alpha, self.beta)
        else {
            return Exchange::default();
        };
        if self.bare {
            return Exchange::default();
        }
        let light = match radiation {
            Radiation::Par => shortwave_w_m2.max(0.0) / SHORTWAVE_PER_PAR,
            Radiation::Shortwave => shortwave_w_m2.max(0.0),
        };
        let scale = self.warmth(temperature_c) * self.moisture(lswi) * self.leaves(evi, lswi);
        let gee = -lambda.abs() * scale * evi.clipped() * light / (1.0 + light / light_0);
        let resp = alpha * temperature_c.max(self.t_low_c) + beta;
        Exchange {
            gee: gee as f32,
            resp: resp as f32,
        }
    }

    /// T: 1 at the best temperature, 0 outside the range.
    fn warmth(&self, t_c: f64) -> f64 {
        if t_c <= self.t_min_c || t_c >= self.t_max_c {
            return 0.0;
        }
        let product = (t_c - self.t_min_c) * (t_c - self.t_max_c);
        let off = t_c - self.t_opt_c;
        (product / (product - off * off)).max(0.0)
    }

    /// W: 1 without drought.
    fn moisture(&self, lswi: Index) -> f64 {
        match self.water {
            Water::Mesic => (1.0 + lswi.clipped()) / (1.0 + lswi.max),
            Water::Xeric if lswi.max > lswi.min => (lswi.clipped() - lswi.min) / (lswi.max - lswi.min),
            Water::Xeric => 1.0,
        }
    }

    /// P: 1 at full leaf.
    fn leaves(&self, evi: Index, lswi: Index) -> f64 {
        let full = evi.clipped() > evi.min + FULL_LEAF * (evi.max - evi.min);
        match self.phenology {
            Phenology::Evergreen => 1.0,
            Phenology::Seasonal if full => 1.0,
            Phenology::Seasonal | Phenology::Moisture => 0.5 * (1.0 + lswi.clipped()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::parameters::VprmParameters;
    use super::*;

    fn class(name: &str) -> ClassParameters {
        let europe = VprmParameters::europe_2007().unwrap();
        europe.classes.into_iter().find(|class| class.name == name).unwrap()
    }

    const EVI: Index = Index {
        value: 0.5,
        min: 0.2,
        max: 0.6,
    };
    const WET: Index = Index {
        value: 0.3,
        min: 0.1,
        max: 0.3,
    };

    fn exchange(name: &str, evi: Index, lswi: Index, t_c: f64, sw: f64) -> [f64; 2] {
        let both = class(name).exchange(Radiation::Par, evi, lswi, t_c, sw);
        [both.gee, both.resp].map(f64::from)
    }

    // results are in single precision: 1e-6 of the value; the rest is arithmetic by hand, rounded to 5 digits
    fn near(found: f64, by_hand: f64) {
        assert!(
            (found - by_hand).abs() < 2e-5 * by_hand.abs().max(0.1),
            "{found}, by hand {by_hand}"
        );
    }

    #[test]
    fn evergreens_at_noon_at_night_and_at_15_degrees_are_as_by_hand() {
        // 1000/(1 + 1000/275.5) = 215.994; × 0.2258 × 0.5 = 24.3857
        near(exchange("evergreen", EVI, WET, 20.0, 505.0)[0], -24.3857);
        assert_eq!(exchange("evergreen", EVI, WET, 20.0, 0.0)[0], 0.0);
        assert_eq!(exchange("evergreen", EVI, WET, 20.0, -3.0)[0], 0.0);
        // 0.2877 × 15 − 1.093
        near(exchange("evergreen", EVI, WET, 15.0, 0.0)[1], 3.2225);
        // the floor of 0 °C
        near(exchange("evergreen", EVI, WET, -7.0, 0.0)[1], -1.093);
    }

    #[test]
    fn warmth_is_1_at_the_best_temperature_and_0_outside_the_range() {
        // T(10) = (10·−30)/((10·−30) − 100) = 0.75 for evergreen 0/20/40
        near(exchange("evergreen", EVI, WET, 10.0, 505.0)[0], -0.75 * 24.3857);
        // crop 5/22/40 at 12: (7·−28)/((7·−28) − 100) = 196/296
        let best = exchange("crop", EVI, WET, 22.0, 505.0)[0];
        near(exchange("crop", EVI, WET, 12.0, 505.0)[0], best * 196.0 / 296.0);
        for t_c in [5.0, 40.0, -10.0, 45.0] {
            assert_eq!(exchange("crop", EVI, WET, t_c, 505.0)[0], 0.0, "{t_c} °C");
        }
    }

    #[test]
    fn drought_scales_mesic_and_xeric_classes_differently() {
        let dry = Index { value: 0.15, ..WET };
        let ratio = |name| exchange(name, EVI, dry, 18.0, 505.0)[0] / exchange(name, EVI, WET, 18.0, 505.0)[0];
        near(ratio("evergreen"), 1.15 / 1.3);
        // full leaf: 0.5 > 0.2 + 0.55 · 0.4 = 0.42
        near(ratio("deciduous"), 1.15 / 1.3);
        near(ratio("shrub"), 0.25);
        // grass: W = 0.25, and P goes from 1.3/2 to 1.15/2
        near(ratio("grass"), 0.25 * 1.15 / 1.3);
        let constant = Index {
            value: 0.1,
            min: 0.1,
            max: 0.1,
        };
        assert!(exchange("shrub", EVI, constant, 20.0, 505.0)[0] < 0.0);
    }

    #[test]
    fn leaves_unfold_where_the_evi_passes_55_per_cent_of_its_range() {
        let at = |value| exchange("deciduous", Index { value, ..EVI }, WET, 20.0, 505.0)[0] / value;
        // P = (1 + 0.3)/2 below, 1 above
        near(at(0.41) / at(0.43), 0.65);
        near(at(0.3) / at(0.41), 1.0);
        let evergreen = |value| exchange("evergreen", Index { value, ..EVI }, WET, 20.0, 505.0)[0] / value;
        near(evergreen(0.3) / evergreen(0.5), 1.0);
        // grass at noon, 18 °C, wet: 0.1193 · 0.65 · 0.5 · 1000/(1 + 1000/527.9) = 0.0387725 · 345.507
        near(exchange("grass", EVI, WET, 18.0, 505.0)[0], -13.3962);
    }

    #[test]
    fn indices_beyond_the_years_range_count_as_its_end() {
        let over = Index { value: 0.9, ..EVI };
        let top = Index { value: 0.6, ..EVI };
        assert_eq!(
            exchange("mixed", over, WET, 20.0, 300.0),
            exchange("mixed", top, WET, 20.0, 300.0)
        );
    }

    #[test]
    fn bare_ground_and_classes_without_fitted_values_exchange_nothing() {
        assert_eq!(exchange("others", EVI, WET, 20.0, 505.0), [0.0; 2]);
        assert!(!class("savanna").is_fitted() && class("others").is_fitted());
    }

    #[test]
    fn a_set_fitted_to_short_wave_uses_it_as_it_is() {
        let sw = class("evergreen").exchange(Radiation::Shortwave, EVI, WET, 20.0, 500.0);
        near(f64::from(sw.gee), -0.2258 * 0.5 * 500.0 / (1.0 + 500.0 / 275.5));
    }
}
