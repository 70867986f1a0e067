//! What a tracer loses on its way from the ground to the receptor.

use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::tracer::Tracer;
use crate::tracer::hydroxyl::{ch4_loss_rate_per_s, co_loss_rate_per_s};

/// First-order loss along the path of a particle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Loss {
    /// All of it arrives.
    #[default]
    None,
    /// Radioactive decay: the same rate everywhere.
    Decay(Decay),
    /// CO with the hydroxyl radical, molecules cm⁻³.
    HydroxylCo(f64),
    /// CH₄ with the hydroxyl radical, molecules cm⁻³.
    HydroxylCh4(f64),
}

/// The air that a particle is in.
#[derive(Clone, Copy, Debug)]
pub struct Air {
    /// Pressure, hPa.
    pub pressure_hpa: f64,
    /// Temperature, K.
    pub temperature_k: f64,
}

impl Loss {
    /// That of a tracer of which nothing is stated: radon decays, others arrive.
    pub fn usual(tracer: &str) -> Self {
        match Tracer::from_formula(tracer) {
            Some(Tracer::Rn222) => Self::Decay(Decay::RADON_222),
            _ => Self::None,
        }
    }

    /// With the hydroxyl radical, of CO or CH₄.
    ///
    /// # Errors
    /// [`Error::Config`] for another tracer, or a concentration that is not above 0 molecules cm⁻³.
    pub fn hydroxyl(tracer: &str, oh_molec_cm3: f64) -> Result<Self> {
        if !(oh_molec_cm3 > 0.0 && oh_molec_cm3 < 1e9) {
            let allowed = "molecules of OH per cm3, above 0: about 1e6 in the mean over the troposphere";
            return Err(Error::config("oh_molec_cm3", oh_molec_cm3, allowed));
        }
        match tracer.to_ascii_uppercase().as_str() {
            "CO" => Ok(Self::HydroxylCo(oh_molec_cm3)),
            "CH4" => Ok(Self::HydroxylCh4(oh_molec_cm3)),
            _ => Err(Error::config(
                "oh_molec_cm3",
                oh_molec_cm3,
                format!("{tracer} has no such loss here: CO and CH4 have"),
            )),
        }
    }

    /// Share that survives some seconds in this air.
    pub fn surviving(self, air: Air, seconds: f64) -> f64 {
        let rate_per_s = match self {
            Self::None => return 1.0,
            Self::Decay(decay) => return decay.remaining(seconds),
            Self::HydroxylCo(oh) => co_loss_rate_per_s(air.temperature_k, air.pressure_hpa, oh),
            Self::HydroxylCh4(oh) => ch4_loss_rate_per_s(air.temperature_k, oh),
        };
        (-rate_per_s * seconds).exp()
    }
}
