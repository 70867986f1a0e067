//! One column: from the source's levels to what physics mode needs at each of them.

use super::snapshot::{ANEMOMETER_M, ColumnScales, NativeFields, SURFACE_LEVELS};
use super::source::{LevelAir, SourceColumn, SourceFields, hypsometric_m};
use crate::constants::GRAVITY_M_S2 as G;
use crate::met::derive::{DeriveOptions, MixingHeight};
use crate::met::plan::MomentumFields;
use crate::met::stored::value;
use crate::met::tiles::Problem;
use crate::turbulence::bulk_richardson::{VirtualProfile, mixing_height_m};
use crate::turbulence::free_air;
use crate::turbulence::surface_layer::{SurfaceAir, SurfaceForcing, TwoHeights};

/// Height of the temperature at the ground, m.
const SCREEN_M: f64 = 2.0;
/// One column, reused from column to column.
#[derive(Default)]
pub(super) struct PhysicsColumn {
    pub source: SourceColumn,
    /// The ground, the surface layer, then the source's levels; what lies below ground repeats the level below it.
    levels: Vec<LevelAir>,
    /// Index in `source.levels` of the first level above the surface layer.
    first: usize,
    heights_m: Vec<f64>,
    winds_m_s: Vec<[f64; 2]>,
    thetas_k: Vec<f64>,
}

/// What all columns of a time share.
#[derive(Debug)]
pub(super) struct ColumnMaker {
    pub fields: SourceFields,
    pub momentum: Option<MomentumFields>,
    pub options: DeriveOptions,
}

impl ColumnMaker {
    /// Fills `column` with the column at (j, i) = (`at`) over ground of `roughness_m`; gives its scales but the cell.
    pub fn fill(
        &self,
        column: &mut PhysicsColumn,
        at: (usize, usize),
        roughness_m: f64,
    ) -> Result<ColumnScales, Problem> {
        self.fields.fill(&mut column.source, at);
        column.first = column.source.first_above_ground()?;
        let anemometer = self.fields.anemometer(at);
        let forcing = self.forcing(column, at, roughness_m, anemometer);
        column.stack(forcing, roughness_m, anemometer);
        column.fill_profile();
        let (source, factor) = self.options.scaled_mixing_height();
        let mixing_height_m = factor
            * match source {
                MixingHeight::FromFile => {
                    value(&self.fields.mixing_height, at).ok_or("the mixing height is missing at this time")?
                }
                MixingHeight::Richardson => mixing_height_m(&column.profile(), forcing),
                MixingHeight::Temperature | MixingHeight::Energy => {
                    return Err("kmixd = 1 and 2 belong to parity mode; physics mode knows 0, 3 and a height in m");
                }
                MixingHeight::Fixed(height_m) => height_m,
            };
        column.check()?;
        let mixing_height_m = mixing_height_m.max(self.options.min_mixing_height_m).max(ANEMOMETER_M);
        Ok(ColumnScales {
            friction_velocity_m_s: forcing.friction_velocity_m_s as f32,
            buoyancy_flux_m2_s3: forcing.buoyancy_flux_m2_s3 as f32,
            mixing_height_m: mixing_height_m as f32,
            roughness_m: roughness_m as f32,
            terrain_m: column.source.terrain_m as f32,
            cell_m: 0.0,
            free_sigma_w_m_s: free_air::sigma_w_m_s(&column.profile(), mixing_height_m) as f32,
        })
    }

    fn forcing(
        &self,
        column: &PhysicsColumn,
        at: (usize, usize),
        roughness_m: f64,
        anemometer: Option<[f64; 2]>,
    ) -> SurfaceForcing {
        let ground = &column.source.ground;
        let density_kg_m3 = ground.density_kg_m3();
        let [stored, other] = self.fields.momentum.each_ref().map(|field| value(field, at));
        let stress = match self.momentum {
            Some(MomentumFields::FrictionVelocity) => stored.map(|u| u * u * density_kg_m3),
            Some(MomentumFields::Stress) => stored.zip(other).map(|(x, y)| x.hypot(y)),
            Some(MomentumFields::ExchangeCoefficient) => {
                let [u, v] = column.source.levels[column.first].wind_m_s;
                stored.map(|coefficient| coefficient.abs() * u.hypot(v))
            }
            None => None,
        };
        // a stress of exactly zero is one that the packing has lost
        let stress = stress.filter(|stress| *stress > 0.0 && !self.options.stability_from_profiles);
        let Some((stress, sensible)) = stress.zip(value(&self.fields.heat_flux, at)) else {
            return column.forcing_from_profile(roughness_m, anemometer);
        };
        let latent = value(&self.fields.latent_heat_flux, at).unwrap_or(0.0);
        let air = SurfaceAir {
            density_kg_m3,
            temperature_k: ground.temperature_k,
            humidity: ground.humidity,
        };
        SurfaceForcing::from_fluxes((stress / density_kg_m3).sqrt(), sensible, latent, air)
    }
}

impl PhysicsColumn {
    /// Fluxes between the ground and the first level of the source: wind from the anemometer or the roughness length,
    /// temperature from 2 m.
    fn forcing_from_profile(&self, roughness_m: f64, anemometer: Option<[f64; 2]>) -> SurfaceForcing {
        let (ground, first) = (&self.source.ground, &self.source.levels[self.first]);
        let (low_m, [u, v]) = anemometer.map_or((roughness_m, [0.0; 2]), |wind| (ANEMOMETER_M, wind));
        SurfaceForcing::from_profile(&TwoHeights {
            wind_m: [low_m, first.height_m],
            wind_difference_m_s: (first.wind_m_s[0] - u).hypot(first.wind_m_s[1] - v),
            temperature_m: [SCREEN_M, first.height_m],
            theta_k: [ground.theta_k(), first.theta_k()],
        })
    }

    /// Stacks ground, surface layer and source. Between 10 m and the source's first level the wind has the shape of the
    /// surface layer's similarity; temperature is linear.
    fn stack(&mut self, forcing: SurfaceForcing, roughness_m: f64, anemometer: Option<[f64; 2]>) {
        let (ground, first) = (self.source.ground, self.source.levels[self.first]);
        let at_10m = anemometer.unwrap_or_else(|| {
            let share = forcing.wind_share([roughness_m.min(0.5 * ANEMOMETER_M), first.height_m], ANEMOMETER_M);
            first.wind_m_s.map(|wind| share * wind)
        });
        self.levels.clear();
        self.levels.push(LevelAir {
            wind_m_s: [0.0; 2],
            rise_m_s: 0.0,
            ..ground
        });
        let ratio = first.height_m / ANEMOMETER_M;
        for step in 0..SURFACE_LEVELS - 1 {
            let height_m = ANEMOMETER_M * ratio.powf(step as f64 / (SURFACE_LEVELS - 1) as f64);
            let share = forcing.wind_share([ANEMOMETER_M, first.height_m], height_m);
            self.levels.push(between(&ground, &first, height_m, |c| {
                at_10m[c] + share * (first.wind_m_s[c] - at_10m[c])
            }));
        }
        let mut below = self.levels[SURFACE_LEVELS - 1];
        self.levels.extend(std::iter::repeat_n(below, self.first));
        for air in &self.source.levels[self.first..] {
            if air.height_m > below.height_m {
                below = *air;
            }
            self.levels.push(below);
        }
    }

    /// The profile of what lies above ground; its base has the temperature of 2 m and the wind of 10 m.
    fn fill_profile(&mut self) {
        self.heights_m.clear();
        self.winds_m_s.clear();
        self.thetas_k.clear();
        let layers = self.levels[..SURFACE_LEVELS]
            .iter()
            .chain(&self.levels[SURFACE_LEVELS + self.first..]);
        for air in layers {
            self.heights_m.push(air.height_m.max(SCREEN_M));
            self.winds_m_s.push(air.wind_m_s);
            self.thetas_k.push(air.theta_k());
        }
        self.winds_m_s[0] = self.winds_m_s[1];
    }

    fn profile(&self) -> VirtualProfile<'_> {
        VirtualProfile {
            height_m: &self.heights_m,
            wind_m_s: &self.winds_m_s,
            theta_k: &self.thetas_k,
        }
    }

    fn check(&self) -> Result<(), Problem> {
        let sum: f64 = self
            .levels
            .iter()
            .map(|l| l.height_m + l.density_kg_m3() + l.wind_m_s[0] + l.wind_m_s[1] + l.rise_m_s)
            .sum();
        if sum.is_finite() {
            Ok(())
        } else {
            Err("a field holds a value that is not finite")
        }
    }

    /// Index among all levels of the first level of the source that lies above the surface layer.
    pub fn first_native(&self) -> usize {
        SURFACE_LEVELS + self.first
    }

    /// Writes the levels. W still lacks what depends on neighbouring columns.
    pub fn write(&self, out: &mut [NativeFields]) {
        let mut mass = 0.0;
        let mut below = &self.levels[0];
        for (air, out) in self.levels.iter().zip(out) {
            let dry = 1.0 - 0.5 * (below.humidity + air.humidity);
            mass += dry * 100.0 * (below.pressure_hpa - air.pressure_hpa) / G;
            below = air;
            *out = [
                air.height_m,
                air.wind_m_s[0],
                air.wind_m_s[1],
                air.rise_m_s,
                air.density_kg_m3() * (1.0 - air.humidity),
                mass,
                air.pressure_hpa,
                air.temperature_k,
            ]
            .map(|value| value as f32);
        }
    }
}

/// Air between the ground and the source's first level, at hydrostatic pressure.
fn between(ground: &LevelAir, first: &LevelAir, height_m: f64, wind: impl Fn(usize) -> f64) -> LevelAir {
    let f = height_m / first.height_m;
    let mut air = LevelAir {
        height_m,
        pressure_hpa: ground.pressure_hpa,
        temperature_k: ground.temperature_k + f * (first.temperature_k - ground.temperature_k),
        humidity: ground.humidity + f * (first.humidity - ground.humidity),
        wind_m_s: [wind(0), wind(1)],
        rise_m_s: f * first.rise_m_s,
    };
    // the layer's depth is proportional to ln p for one pair of temperatures
    let unit_m = hypsometric_m(
        &LevelAir {
            pressure_hpa: std::f64::consts::E,
            ..*ground
        },
        &LevelAir {
            pressure_hpa: 1.0,
            ..air
        },
    );
    air.pressure_hpa *= (-height_m / unit_m).exp();
    air
}
