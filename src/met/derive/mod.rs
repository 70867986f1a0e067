//! From the fields of a source to what transport needs: common levels, derived quantities, turbulence profiles.

mod options;

use rayon::prelude::*;

use crate::constants::{STILT_DRY_AIR_GAS_CONSTANT as R, STILT_GRAVITY_M_S2 as G, STILT_KAPPA};
use crate::error::{Error, Result};
use crate::met::extra::Extra;
use crate::met::levels::Levels;
use crate::met::native::{NativeColumn, NativeFields, VIRTUAL_FACTOR, WATER_TO_AIR, saturation_pressure_hpa};
use crate::met::physics::derive_native;
use crate::met::physics::snapshot::NativeSnapshot;
pub use crate::met::plan::Derivation;
use crate::met::plan::{MomentumFields, Plan};
use crate::met::projection::MetGrid;
use crate::met::roughness::default_roughness_m;
use crate::met::snapshot::{ColumnSurface, LevelFields, LevelTurbulence, Snapshot};
use crate::met::vertical_motion::VerticalMotion;
use crate::met::{MetDescription, RawSnapshot};
use crate::mode::Mode;
use crate::turbulence::levels::{self, Turbulence};
use crate::turbulence::similarity::{Momentum, SurfaceScales};
use crate::turbulence::{BoundaryLayer, Profile, hanna, mixing_height, similarity};
pub use options::{DeriveOptions, MixingHeight};

/// Least roughness length that a source may state, m.
const MIN_ROUGHNESS_M: f64 = 1e-4;

/// What [`derive()`] takes each quantity from, without reading any field.
///
/// # Errors
/// As [`derive()`].
pub fn derivations(description: &MetDescription, options: &DeriveOptions) -> Result<Vec<Derivation>> {
    Ok(Plan::new(description, options)?.describe(options))
}

/// Makes a snapshot from raw fields. Columns are independent of each other and worked in parallel.
///
/// # Errors
/// [`Error::MetField`] if a field is missing that cannot be derived, or if a column has no level above ground.
pub fn derive(description: &MetDescription, raw: &RawSnapshot, options: &DeriveOptions) -> Result<Snapshot> {
    let plan = Plan::new(description, options)?;
    let levels = Levels::choose(description.levels.len() - 1, options.model_top_m);
    if options.mode == Mode::Physics {
        let native = derive_native(description, &plan, raw, options)?;
        return Ok(Snapshot::native(raw.time, &description.grid, levels, native));
    }
    let (nx, ny, nk) = (description.grid.nx, description.grid.ny, levels.count());
    let source = Source {
        fields: NativeFields::new(description, &plan, raw)?,
        plan: &plan,
        grid: &description.grid,
        raw,
        levels: &levels,
        options,
    };
    let mut fields = vec![LevelFields::default(); nx * ny * nk];
    let mut turbulence = vec![LevelTurbulence::default(); nx * ny * nk];
    let mut surface = vec![ColumnSurface::default(); nx * ny];
    let (wanted, mut extra) = Extra::prepare(description, options.variables, raw, (nx, ny, nk))?;
    let mut followed_rows = vec![Vec::new(); ny];
    fields
        .par_chunks_mut(nx * nk)
        .zip(turbulence.par_chunks_mut(nx * nk))
        .zip(surface.par_chunks_mut(nx))
        .zip(&mut followed_rows)
        .zip(extra.rows.par_iter_mut())
        .enumerate()
        .try_for_each(|(j, ((((fields, turbulence), surface), followed), extra_row))| {
            let mut scratch = Scratch::default();
            for (i, surface) in surface.iter_mut().enumerate() {
                let column = i * nk..(i + 1) * nk;
                let (dx_m, dy_m) = description.grid.cell_size_m(i as f64, j as f64);
                let metric = (1.0 / dx_m, 1.0 / dy_m);
                source.column((j, i), &mut scratch).map_err(|problem| Error::MetField {
                    source_name: description.source.display().to_string(),
                    field: problem.to_owned(),
                    needed_for: format!("column ({}, {}) at {} cannot be used", i + 1, j + 1, raw.time),
                })?;
                *surface = scratch.write(&mut fields[column.clone()], &mut turbulence[column], metric);
                followed.extend(
                    scratch
                        .followed(options.vertical_motion)
                        .iter()
                        .map(|&value| value as f32),
                );
                Extra::write(&wanted, extra_row, i, scratch.air());
            }
            Ok::<(), Error>(())
        })?;
    let mut snapshot = Snapshot {
        time: raw.time,
        nx,
        ny,
        levels,
        prescribed_times: options.turbulence.times.is_some(),
        fields,
        turbulence,
        surface,
        extra,
        followed: Vec::new(),
        mass_divergence: Vec::new(),
        native: NativeSnapshot::default(),
    };
    snapshot.add_gradients(&followed_rows.concat(), &description.grid, options);
    Ok(snapshot)
}

/// All that is common to the columns of one time.
struct Source<'a> {
    fields: NativeFields<'a>,
    plan: &'a Plan,
    grid: &'a MetGrid,
    raw: &'a RawSnapshot,
    levels: &'a Levels,
    options: &'a DeriveOptions,
}

/// One column on the internal levels, reused from column to column.
#[derive(Default)]
struct Scratch {
    native: NativeColumn,
    height_m: Vec<f64>,
    u: Vec<f64>,
    v: Vec<f64>,
    w: Vec<f64>,
    temperature_k: Vec<f64>,
    theta_k: Vec<f64>,
    pressure_hpa: Vec<f64>,
    density: Vec<f64>,
    dry_density: Vec<f64>,
    dry_mass_below: Vec<f64>,
    /// Turbulence that the data hold, on the internal levels.
    measured: [Vec<f64>; 4],
    turbulence: Vec<Turbulence>,
    mixing_height_m: f64,
    compression: f64,
}

impl Source<'_> {
    fn column(&self, at: (usize, usize), scratch: &mut Scratch) -> std::result::Result<(), &'static str> {
        let place = self.grid.place_at(at.1 as f64, at.0 as f64);
        let roughness_m = self
            .surface_value(self.plan.roughness, at)
            .map_or_else(|| default_roughness_m(place), |stored| stored.max(MIN_ROUGHNESS_M));
        self.fields.fill(&mut scratch.native, at, roughness_m, self.levels);
        if scratch.native.height_m.len() < 2 {
            return Err("every level lies below the ground");
        }
        scratch.resample(self.levels);
        if self.options.vertical_motion == VerticalMotion::ConstantSigma {
            scratch.w.fill(0.0);
        }
        scratch.integrate_dry_mass();
        let scales = self.scales(scratch, at, roughness_m);
        let (method, factor) = self.options.scaled_mixing_height();
        let zi = match method {
            MixingHeight::FromFile => self
                .surface_value(self.plan.mixing_height, at)
                .ok_or("the mixing height is missing at this time")?,
            MixingHeight::Temperature => mixing_height::temperature(&scratch.profile()),
            MixingHeight::Energy => mixing_height::energy(&scratch.height_m, &scratch.measured[0]),
            MixingHeight::Richardson => mixing_height::richardson(&scratch.profile(), &scales),
            MixingHeight::Fixed(height_m) => height_m,
        };
        scratch.mixing_height_m = (factor * zi)
            .max(self.options.min_mixing_height_m)
            .max(scratch.height_m[0]);
        scratch.fill_turbulence(&scales, roughness_m, self);
        if scratch.is_finite() {
            Ok(())
        } else {
            Err("a field holds a value that is not finite")
        }
    }

    fn surface_value(&self, name: Option<&str>, at: (usize, usize)) -> Option<f64> {
        Some(f64::from(self.raw.field(0, name?)?[at]))
    }

    fn scales(&self, scratch: &Scratch, at: (usize, usize), roughness_m: f64) -> SurfaceScales {
        let reference = self.levels.surface_layer();
        let momentum = match self.plan.momentum {
            Some(MomentumFields::FrictionVelocity) => {
                self.surface_value(Some("USTR"), at).map(Momentum::FrictionVelocity)
            }
            Some(MomentumFields::Stress) => self
                .surface_value(Some("UMOF"), at)
                .zip(self.surface_value(Some("VMOF"), at))
                .map(|(x, y)| Momentum::Stress(x, y)),
            Some(MomentumFields::ExchangeCoefficient) => {
                self.surface_value(Some("EXCO"), at).map(Momentum::ExchangeCoefficient)
            }
            None => None,
        };
        let fluxes = momentum.zip(self.surface_value(self.plan.heat_flux, at));
        let Some((momentum, heat_flux)) = fluxes.filter(|_| !self.options.stability_from_profiles) else {
            return similarity::from_profile(&scratch.profile(), reference, roughness_m);
        };
        let density = scratch.density[reference];
        let k = scratch.first_level_with_data();
        // an exchange coefficient belongs to the air at the wind's level
        let at = if matches!(momentum, Momentum::ExchangeCoefficient(_)) {
            k
        } else {
            reference
        };
        let ustar = momentum.friction_velocity_m_s(scratch.density[at], (scratch.u[k], scratch.v[k]));
        similarity::from_fluxes(
            ustar,
            heat_flux,
            density,
            scratch.theta_k[reference],
            scratch.height_m[reference],
        )
    }
}

impl Scratch {
    /// Linear in height between the source's levels; ln p and not p; above the last level constant wind and
    /// temperature, hydrostatic pressure, and vertical velocity halved at each further level.
    fn resample(&mut self, levels: &Levels) {
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
            let vapour =
                (at(&native.relative_humidity) * saturation_pressure_hpa(temperature)).clamp(0.0, 0.1 * pressure);
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
    fn integrate_dry_mass(&mut self) {
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

    fn profile(&self) -> Profile<'_> {
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
    fn air(&self) -> impl ExactSizeIterator<Item = [f64; 3]> {
        (0..self.height_m.len()).map(|k| [self.temperature_k[k], self.pressure_hpa[k], self.dry_density[k]])
    }

    /// The quantity whose surfaces air keeps to, on the internal levels; empty if there is none.
    fn followed(&self, motion: VerticalMotion) -> &[f64] {
        match motion {
            VerticalMotion::Data | VerticalMotion::ConstantSigma => &[],
            VerticalMotion::Isobaric => &self.pressure_hpa,
            VerticalMotion::Isentropic => &self.theta_k,
            VerticalMotion::ConstantDensity => &self.density,
        }
    }

    /// The lowest internal level not below the source's first level.
    fn first_level_with_data(&self) -> usize {
        let first_m = self.native.height_m[1];
        self.height_m.iter().position(|&z| z >= first_m).unwrap_or(0)
    }

    fn fill_turbulence(&mut self, scales: &SurfaceScales, roughness_m: f64, source: &Source<'_>) {
        let reference = source.levels.surface_layer();
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
        levels::fill(
            &mut filled,
            &self.profile(),
            &layer,
            measured,
            &source.options.turbulence,
        );
        self.turbulence = filled;
    }

    fn is_finite(&self) -> bool {
        let sum: f64 = self
            .u
            .iter()
            .chain(&self.v)
            .chain(&self.w)
            .chain(&self.dry_mass_below)
            .sum();
        sum.is_finite() && self.turbulence.iter().all(|t| (t.sigma_w_m_s * t.time_s).is_finite())
    }

    fn write(
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
