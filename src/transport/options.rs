//! The switches that shape an ensemble.

use crate::error::{Error, Result};
use crate::met::derive::DeriveOptions;
use crate::mode::Mode;
use crate::near_field;
use crate::transport::convection;
use crate::transport::{MixingHeightErrors, MixingHeightScale, WindErrors};
use crate::turbulence::convection::CloudMixing;
use crate::variable::{Variable, VariableSet};

/// Everything that shapes an ensemble, besides meteorology and receptor.
#[derive(Clone, Debug, PartialEq)]
pub struct TransportOptions {
    /// Length of the run, h; negative backward in time.
    pub hours: i32,
    /// Particles released.
    pub particles: usize,
    /// Seed of the noise.
    pub seed: u64,
    /// DELT: time step, min; 0 for the longest that `tratio` allows. Physics mode only: parity mode always takes 1 min.
    pub delt_min: f64,
    /// TRATIO: the largest part of a grid cell that a step may cross. Physics mode only, as `delt_min`.
    pub tratio: f64,
    /// TLFRAC: turbulence sub-step as a fraction of the vertical Lagrangian time.
    pub tlfrac: f64,
    /// VEGHT: depth of the layer that feels the surface; a fraction of zi if ≤ 9, else m.
    pub veght: f64,
    /// HSCALE: horizontal Lagrangian time, s.
    pub hscale_s: f64,
    /// NTURB = 0: whether particles are turbulent.
    pub turbulence: bool,
    /// Meandering wind as a part of the wind's spread around a particle, 0 none, 0.16 typical. Physics mode only.
    pub meander: f64,
    /// Whether vertical velocities in convection are skewed. Physics mode only.
    pub skewed_updrafts: bool,
    /// EMISSHRS: hours over which particles start where the receptor has no span of its own; points start
    /// particles at the reference's rate, the next whole number per minute above particles/(60 EMISSHRS).
    pub emisshrs: f64,
    /// Whether `foot` gets the near-field dilution.
    pub hnf_plume: bool,
    /// Quirks of that dilution; parity mode alone.
    pub near_field: near_field::Quirks,
    /// CAPEMIN: convective mixing; parity mode alone.
    pub convection: Option<CloudMixing>,
    /// Errors of the wind that [`simulate_perturbed`](super::simulate_perturbed) adds.
    pub wind_errors: Option<WindErrors>,
    /// Errors of the mixing height that it adds.
    pub mixing_height_errors: Option<MixingHeightErrors>,
    /// ZISCALE: factors on the mixing height.
    pub mixing_height_scale: MixingHeightScale,
    /// Mixing height and levels.
    pub derive: DeriveOptions,
    /// Columns of the particle table.
    pub variables: VariableSet,
}

impl Default for TransportOptions {
    /// The defaults of STILT v2's run script.
    fn default() -> Self {
        Self {
            hours: -24,
            particles: 1000,
            seed: 1,
            delt_min: 0.0,
            tratio: 0.75,
            tlfrac: 0.1,
            veght: 0.5,
            hscale_s: 10_800.0,
            turbulence: true,
            meander: 0.0,
            skewed_updrafts: false,
            emisshrs: 0.01,
            hnf_plume: true,
            near_field: near_field::Quirks::default(),
            convection: None,
            wind_errors: None,
            mixing_height_errors: None,
            mixing_height_scale: MixingHeightScale::default(),
            derive: DeriveOptions::default(),
            variables: VariableSet::default(),
        }
    }
}

impl TransportOptions {
    /// What shapes the snapshots, the fields of the variables on request included.
    pub(super) fn derive_options(&self) -> DeriveOptions {
        let convective = self.convection.map_or(VariableSet::EMPTY, |_| convection::FIELDS);
        DeriveOptions {
            variables: self.variables.on_request().union(convective),
            mass_weight: self.derive.mass_weight || self.variables.contains(Variable::Dmas),
            ..self.derive
        }
    }

    /// Whether there are errors for a second, perturbed ensemble.
    pub const fn has_errors(&self) -> bool {
        self.wind_errors.is_some() || self.mixing_height_errors.is_some()
    }

    /// Minutes from the receptor time to each record of a run: 1, 2, …; negative backward.
    pub fn record_times_min(&self) -> Vec<f64> {
        let minutes = 60 * self.hours.unsigned_abs();
        let sign = f64::from(self.hours.signum());
        (1..=minutes).map(|minute| sign * f64::from(minute)).collect()
    }

    pub(super) fn validate(&self) -> Result<()> {
        let positive = |key: &str, value: f64, allowed: &str| {
            if value > 0.0 && value.is_finite() {
                Ok(())
            } else {
                Err(Error::config(key, value, allowed))
            }
        };
        if self.derive.mode == Mode::Physics && self.derive.mass_weight {
            return Err(Error::NotBuilt {
                feature: "mass_weight in physics mode".into(),
                instead: "leave it out, or use mode = \"parity\"".into(),
            });
        }
        if self.hours == 0 {
            return Err(Error::config(
                "hours",
                self.hours,
                "negative runs backward in time, positive forward; not 0",
            ));
        }
        if self.particles == 0 || u32::try_from(self.particles).is_err() {
            return Err(Error::config("particles", self.particles, "from 1 to 4294967295"));
        }
        if self.convection.is_some() && self.derive.mode == Mode::Physics {
            let instead = "convective mixing belongs to parity mode; leave it at -1";
            return Err(Error::config("capemin", "above 0", instead));
        }
        if !(0.0..=60.0).contains(&self.delt_min) {
            return Err(Error::config("delt", self.delt_min, "min, from 0 (automatic) to 60"));
        }
        if !(self.meander >= 0.0 && self.meander <= 2.0) {
            return Err(Error::config(
                "meander",
                self.meander,
                "a part of the wind's spread, from 0 (off) to 2",
            ));
        }
        positive("tratio", self.tratio, "a positive fraction of a grid cell")?;
        positive("tlfrac", self.tlfrac, "a positive fraction of the Lagrangian time")?;
        positive(
            "veght",
            self.veght,
            "a positive fraction of the mixing height (up to 9) or metres",
        )?;
        if !(0.0..=240.0).contains(&self.emisshrs) {
            return Err(Error::config("emisshrs", self.emisshrs, "h, from 0 to 240"));
        }
        positive("hscale", self.hscale_s, "a positive time, s")?;
        self.wind_errors.map_or(Ok(()), |errors| errors.check())?;
        self.mixing_height_errors.map_or(Ok(()), |errors| errors.check())?;
        self.mixing_height_scale.check()
    }
}
