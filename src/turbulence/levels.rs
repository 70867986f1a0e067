//! Turbulence on the levels of a column: the scheme below the mixing height, what stands above it, and the switches on top.

use super::free_troposphere::{self, TIME_S};
use super::tke::EnergyRatios;
use super::{BoundaryLayer, Profile, Variances, beljaars_holtslag, hanna, kantha_clayson, tke};

const MIN_SIGMA_W_M_S: f64 = 1e-5;

/// Where the variances come from (KBLT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// 1: Beljaars and Holtslag (1991).
    BeljaarsHoltslag,
    /// 2: Kantha and Clayson (2000).
    KanthaClayson,
    /// 3: the turbulent kinetic energy of the data.
    Energy,
    /// 4: the velocity variances of the data.
    Measured,
    /// 5: Hanna (1982).
    Hanna,
}

/// What KZMIX and TVMIX do to the vertical variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VerticalMixing {
    /// 0: as the scheme gives it.
    Profile,
    /// 1: below the mixing height, its mean over the levels there.
    Mean,
    /// 2: multiplied by a factor below the mixing height.
    ScaledBelow(f64),
    /// 3: multiplied by a factor above the mixing height.
    ScaledAbove(f64),
}

/// Prescribed Lagrangian times (VSCALEU, VSCALES > 0), of whole columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrescribedTimes {
    /// Where heat goes up, s.
    pub unstable_s: f64,
    /// Where heat goes down, s.
    pub stable_s: f64,
}

/// The switches of turbulence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurbulenceOptions {
    /// KBLT.
    pub scheme: Scheme,
    /// KZMIX, TVMIX.
    pub vertical_mixing: VerticalMixing,
    /// VSCALES, VSCALEU; `None`: the Lagrangian times of Hanna (1982).
    pub times: Option<PrescribedTimes>,
    /// TKERD, TKERN.
    pub energy_ratios: EnergyRatios,
}

impl Default for TurbulenceOptions {
    fn default() -> Self {
        Self {
            scheme: Scheme::Hanna,
            vertical_mixing: VerticalMixing::Profile,
            times: None,
            energy_ratios: EnergyRatios {
                unstable: 0.18,
                stable: 0.18,
            },
        }
    }
}

/// Turbulence at one level.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Turbulence {
    /// Variances of the horizontal components, m² s⁻².
    pub horizontal: [f64; 2],
    /// Standard deviation of vertical velocity, m s⁻¹.
    pub sigma_w_m_s: f64,
    /// Lagrangian time of vertical velocity, s.
    pub time_s: f64,
}

/// Turbulence that the data hold, on the levels of the profile: the energy, u′², v′², w′²; each may be empty.
pub type Data<'a> = [&'a [f64]; 4];

/// Fills `out` with the turbulence at every level of a column.
pub fn fill(
    out: &mut Vec<Turbulence>,
    profile: &Profile<'_>,
    layer: &BoundaryLayer<'_>,
    data: Data<'_>,
    options: &TurbulenceOptions,
) {
    let highest = profile.height_m.len() - 1;
    let first_above = (profile.height_m.iter())
        .position(|&z| z > layer.mixing_height_m)
        .unwrap_or(highest)
        .max(1);
    let free_time_s = options.times.map_or(TIME_S, |times| times.of(layer));
    out.clear();
    out.extend((0..=highest).map(|k| {
        let variances = if k < first_above {
            below(k, profile, layer, data, options)
        } else {
            above(k, profile, layer, data, options, free_time_s)
        };
        Turbulence {
            horizontal: [variances.u, variances.v],
            sigma_w_m_s: variances.w.max(0.0).sqrt(),
            time_s: free_time_s,
        }
    }));
    let (inside, outside) = out.split_at_mut(first_above);
    options.vertical_mixing.apply(inside, outside);
    for (turbulence, &z) in inside.iter_mut().zip(profile.height_m) {
        turbulence.sigma_w_m_s = turbulence.sigma_w_m_s.max(MIN_SIGMA_W_M_S);
        if options.times.is_none() {
            turbulence.time_s = hanna::time_s(z, turbulence.sigma_w_m_s, layer);
        }
    }
}

fn below(
    k: usize,
    profile: &Profile<'_>,
    layer: &BoundaryLayer<'_>,
    data: Data<'_>,
    options: &TurbulenceOptions,
) -> Variances {
    let z = profile.height_m[k].min(layer.mixing_height_m);
    match options.scheme {
        // the reference was measured to split σw² evenly between u′ and v′
        Scheme::Hanna => Variances::split_evenly(hanna::sigma_w_m_s(z, layer).powi(2)),
        Scheme::BeljaarsHoltslag => {
            let time_s = options.times.map(|times| times.of(layer));
            Variances::split_evenly(beljaars_holtslag::vertical_variance(z, layer, time_s))
        }
        Scheme::KanthaClayson => kantha_clayson::variances(z, layer),
        Scheme::Energy => tke::variances(z, data[0][k], layer, options.energy_ratios),
        Scheme::Measured => Variances::of_data(data, k),
    }
}

fn above(
    k: usize,
    profile: &Profile<'_>,
    layer: &BoundaryLayer<'_>,
    data: Data<'_>,
    options: &TurbulenceOptions,
    time_s: f64,
) -> Variances {
    match options.scheme {
        Scheme::Energy => tke::variances(profile.height_m[k], data[0][k], layer, options.energy_ratios),
        Scheme::Measured => Variances::of_data(data, k),
        _ => Variances::split_evenly(free_troposphere::diffusivity_m2_s(profile, k) / time_s),
    }
}

impl PrescribedTimes {
    fn of(self, layer: &BoundaryLayer<'_>) -> f64 {
        if layer.scales.obukhov_length_m < 0.0 {
            self.unstable_s
        } else {
            self.stable_s
        }
    }
}

impl VerticalMixing {
    fn apply(self, below: &mut [Turbulence], above: &mut [Turbulence]) {
        let scale = |levels: &mut [Turbulence], factor: f64| {
            levels.iter_mut().for_each(|t| t.sigma_w_m_s *= factor.sqrt());
        };
        match self {
            Self::Profile => {}
            Self::Mean => {
                let mean = below.iter().map(|t| t.sigma_w_m_s.powi(2)).sum::<f64>() / below.len() as f64;
                below.iter_mut().for_each(|t| t.sigma_w_m_s = mean.sqrt());
            }
            Self::ScaledBelow(factor) => scale(below, factor),
            Self::ScaledAbove(factor) => scale(above, factor),
        }
    }
}

impl Variances {
    fn split_evenly(w: f64) -> Self {
        Self {
            u: 0.5 * w,
            v: 0.5 * w,
            w,
        }
    }

    fn of_data([_, u, v, w]: Data<'_>, k: usize) -> Self {
        Self {
            u: u[k],
            v: v[k],
            w: w[k],
        }
    }
}
