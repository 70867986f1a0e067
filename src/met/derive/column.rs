//! One column on the internal levels: resampled from the source's, with its turbulence.

use crate::constants::{STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, STILT_KAPPA};
use crate::met::levels::Levels;
use crate::met::native::{NativeColumn, VIRTUAL_FACTOR, WATER_TO_AIR, saturation_pressure_hpa};
use crate::met::snapshot::{ColumnSurface, LevelFields, LevelTurbulence};
use crate::met::vertical_motion::VerticalMotion;
use crate::turbulence::levels::{self, Turbulence, TurbulenceOptions};
use crate::turbulence::similarity::SurfaceScales;
use crate::turbulence::{BoundaryLayer, Profile, hanna};

/// One column on the internal levels, refilled for every column.
#[derive(Default)]
pub(super) struct InternalColumn {
    pub native: NativeColumn,
    pub height_m: Vec<f64>,
    pub u: Vec<f64>,
    pub v: Vec<f64>,
    pub w: Vec<f64>,
    temperature_k: Vec<f64>,
    pub theta_k: Vec<f64>,
    pressure_hpa: Vec<f64>,
    pub density: Vec<f64>,
    dry_density: Vec<f64>,
    dry_mass_below: Vec<f64>,
    /// Turbulence that the data hold, on the internal levels.
    pub measured: [Vec<f64>; 4],
    turbulence: Vec<Turbulence>,
    pub mixing_height_m: f64,
    compression: f64,
}

impl InternalColumn {
    /// Linear in height between the source's levels; ln p and not p; above the last level constant wind and
    /// temperature, hydrostatic pressure, and vertical velocity halved at each further level.
    pub fn resample(&mut self, levels: &Levels) {
        let native = &self.native;
        self.compression = levels.compression(native.terrain_m);
        let last = native.height_m.len() - 1;
        for values in [
            &mut self.height_m,
            &mut self.u,
            &mut self.v,
            &mut self.w,
            &mut self.temperature_k,
            &mut self.theta_k,
            &mut self.pressure_hpa,
            &mut self.density,
            &mut self.dry_density,
            &mut self.dry_mass_below,
        ] {
            values.clear();
        }
        self.measured.iter_mut().for_each(Vec::clear);
        let (mut below, mut fading) = (0, native.w_m_s[last]);
        for level_m in &levels.heights_m {
            let z = level_m * self.compression;
            while below + 1 < last && native.height_m[below + 1] <= z {
                below += 1;
            }
            let span = native.height_m[below + 1] - native.height_m[below];
            let fraction = ((z - native.height_m[below]) / span).min(1.0);
            let at = |values: &[f64]| values[below] + fraction * (values[below + 1] - values[below]);
            let temperature = at(&native.temperature_k);
            let above_m = (z - native.height_m[last]).max(0.0);
            let pressure = (at(&native.log_pressure) - above_m * G / (R * temperature)).exp();
            let w = if above_m > 0.0 {
                fading *= 0.5;
                fading
            } else {
                at(&native.w_m_s)
            };
            let vapour = (at(&native.relative_humidity) * saturation_pressure_hpa(temperature))
                .clamp(0.0, (0.1 * pressure).max(0.0));
            for (values, measured) in self.measured.iter_mut().zip(&native.turbulence) {
                if !measured.is_empty() {
                    values.push(at(measured));
                }
            }
            self.height_m.push(z);
            self.u.push(at(&native.u_m_s));
            self.v.push(at(&native.v_m_s));
            self.w.push(w);
            self.temperature_k.push(temperature);
            self.theta_k.push(temperature * (1000.0 / pressure).powf(STILT_KAPPA));
            self.pressure_hpa.push(pressure);
            let virtual_k = temperature * (1.0 + VIRTUAL_FACTOR * WATER_TO_AIR * vapour / pressure);
            self.density.push(100.0 * pressure / (R * virtual_k));
            self.dry_density.push(100.0 * (pressure - vapour) / (R * temperature));
            // the lineage takes the vapour off once more in the footprint's air mass: ρ(1 − r), r = 0.622 e/(p − e)
            self.dry_mass_below
                .push(1.0 - WATER_TO_AIR * vapour / (pressure - vapour));
        }
    }

    /// From dry shares of the levels to ∫₀ᶻ ρ (1 − r) dz.
    pub fn integrate_dry_mass(&mut self) {
        let (mut mass, mut below_m, mut density_below) = (0.0, 0.0, self.dry_density[0] * self.dry_mass_below[0]);
        for ((share, density), z) in self
            .dry_mass_below
            .iter_mut()
            .zip(&self.dry_density)
            .zip(&self.height_m)
        {
            let dry = density * *share;
            mass += 0.5 * (dry + density_below) * (z - below_m);
            (below_m, density_below) = (*z, dry);
            *share = mass;
        }
    }

    pub fn profile(&self) -> Profile<'_> {
        Profile {
            height_m: &self.height_m,
            u_m_s: &self.u,
            v_m_s: &self.v,
            temperature_k: &self.temperature_k,
            theta_k: &self.theta_k,
            density_kg_m3: &self.density,
        }
    }

    /// Temperature (K), pressure (hPa) and density of dry air (kg m⁻³) by level.
    pub fn air(&self) -> impl ExactSizeIterator<Item = [f64; 3]> {
        (0..self.height_m.len()).map(|k| [self.temperature_k[k], self.pressure_hpa[k], self.dry_density[k]])
    }

    /// The quantity whose surfaces air keeps to, on the internal levels; empty if there is none.
    pub fn followed(&self, motion: VerticalMotion) -> &[f64] {
        match motion {
            VerticalMotion::Data | VerticalMotion::ConstantSigma => &[],
            VerticalMotion::Isobaric => &self.pressure_hpa,
            VerticalMotion::Isentropic => &self.theta_k,
            VerticalMotion::ConstantDensity => &self.density,
        }
    }

    /// The lowest internal level not below the source's first level.
    pub fn first_level_with_data(&self) -> usize {
        let first_m = self.native.height_m[1];
        self.height_m.iter().position(|&z| z >= first_m).unwrap_or(0)
    }

    pub fn fill_turbulence(
        &mut self,
        scales: &SurfaceScales,
        roughness_m: f64,
        reference: usize,
        options: &TurbulenceOptions,
    ) {
        let layer = BoundaryLayer {
            scales,
            mixing_height_m: self.mixing_height_m,
            convective_velocity_m_s: hanna::convective_velocity_m_s(
                scales,
                self.mixing_height_m,
                self.theta_k[reference],
            ),
            roughness_m,
        };
        let mut filled = std::mem::take(&mut self.turbulence);
        let measured = self.measured.each_ref().map(Vec::as_slice);
        levels::fill(&mut filled, &self.profile(), &layer, measured, options);
        self.turbulence = filled;
    }

    pub fn is_finite(&self) -> bool {
        let sum: f64 = self
            .u
            .iter()
            .chain(&self.v)
            .chain(&self.w)
            .chain(&self.dry_mass_below)
            .sum();
        sum.is_finite() && self.turbulence.iter().all(|t| (t.sigma_w_m_s * t.time_s).is_finite())
    }

    pub fn write(
        &self,
        fields: &mut [LevelFields],
        turbulence: &mut [LevelTurbulence],
        (cells_per_m_x, cells_per_m_y): (f64, f64),
    ) -> ColumnSurface {
        for (k, out) in fields.iter_mut().enumerate() {
            *out = [
                (self.u[k] * cells_per_m_x) as f32,
                (self.v[k] * cells_per_m_y) as f32,
                (self.w[k] / self.compression) as f32,
                self.dry_density[k] as f32,
                self.dry_mass_below[k] as f32,
                self.pressure_hpa[k] as f32,
                self.turbulence[k].horizontal[0] as f32,
                self.turbulence[k].horizontal[1] as f32,
            ];
        }
        for (out, level) in turbulence.iter_mut().zip(&self.turbulence) {
            *out = LevelTurbulence {
                sigma_w_m_s: level.sigma_w_m_s as f32,
                time_s: level.time_s as f32,
            };
        }
        ColumnSurface {
            mixing_height_m: self.mixing_height_m as f32,
            terrain_m: self.native.terrain_m as f32,
            cells_per_m_x: cells_per_m_x as f32,
            cells_per_m_y: cells_per_m_y as f32,
        }
    }
}
