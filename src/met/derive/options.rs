//! The choices that shape a snapshot.

use crate::met::deformation::HorizontalTurbulence;
use crate::met::vertical_motion::VerticalMotion;
use crate::mode::Mode;
use crate::turbulence::levels::TurbulenceOptions;
use crate::variable::VariableSet;

/// How the mixing height is found (STILT's KMIXD).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MixingHeight {
    /// 0: the file's own field.
    FromFile,
    /// 1: where potential temperature has risen by 2 K.
    Temperature,
    /// 2: where the turbulent kinetic energy of the data falls off.
    Energy,
    /// 3: modified bulk Richardson number.
    Richardson,
    /// ≥ 10: this height above ground, m.
    Fixed(f64),
}

/// Choices that shape a snapshot; snapshots made with different choices are not interchangeable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeriveOptions {
    /// Whose physics, and with it whose levels.
    pub mode: Mode,
    /// KMIXD.
    pub mixing_height: MixingHeight,
    /// ZISCALE: factor on the mixing height, before KMIX0; negative: the file's own height in its place.
    pub mixing_height_factor: f64,
    /// KMIX0, lowest mixing height, m; 0: the first internal level alone limits it.
    pub min_mixing_height_m: f64,
    /// KBLS = 2: stability from profiles even where the data hold fluxes.
    pub stability_from_profiles: bool,
    /// K10M: whether 10-m winds and the temperature at the ground stand for z = 0.
    pub surface_observations: bool,
    /// KBLT and its companions.
    pub turbulence: TurbulenceOptions,
    /// Z_TOP, top of the model, m above ground.
    pub model_top_m: f64,
    /// W_OPTION.
    pub vertical_motion: VerticalMotion,
    /// KDEF.
    pub horizontal_turbulence: HorizontalTurbulence,
    /// Whether snapshots hold what the particles' mass weight needs.
    pub mass_weight: bool,
    /// Particle variables whose fields are kept besides; those that need none count for nothing.
    pub variables: VariableSet,
}

impl Default for DeriveOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Parity,
            mixing_height: MixingHeight::Richardson,
            mixing_height_factor: 1.0,
            min_mixing_height_m: 150.0,
            stability_from_profiles: false,
            surface_observations: true,
            turbulence: TurbulenceOptions::default(),
            model_top_m: 25_000.0,
            vertical_motion: VerticalMotion::default(),
            horizontal_turbulence: HorizontalTurbulence::default(),
            mass_weight: false,
            variables: VariableSet::EMPTY,
        }
    }
}

impl DeriveOptions {
    /// How the mixing height is found, and the factor on it.
    pub(crate) fn scaled_mixing_height(&self) -> (MixingHeight, f64) {
        match self.mixing_height_factor < 0.0 {
            true => (MixingHeight::FromFile, 1.0),
            false => (self.mixing_height, self.mixing_height_factor),
        }
    }

    /// Whether some of a column depends on its neighbours.
    pub(super) fn looks_beyond_columns(&self) -> bool {
        let follows = !matches!(
            self.vertical_motion,
            VerticalMotion::Data | VerticalMotion::ConstantSigma
        );
        follows || self.mass_weight || self.horizontal_turbulence == HorizontalTurbulence::Deformation
    }
}
