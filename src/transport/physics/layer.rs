//! The air between two levels of a column.

use crate::met::physics::snapshot::{DENSITY, HEIGHT, NativeFields, PRESSURE, U, V, W};
use crate::turbulence::elementary::{exp, ln};

/// Least depth by which a layer's differences are divided, m.
const MIN_DEPTH_M: f64 = 1e-2;

/// The layer between two levels of a column.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    pub index: usize,
    low: NativeFields,
    high: NativeFields,
    inverse_depth_m: f64,
    inverse_roughness_m: f64,
    /// 1/ln(1 + z/z₀) of the upper level if the layer is the lowest one.
    inverse_log: f64,
}

impl Layer {
    /// The layer above the level `index`, between that and the next.
    #[inline]
    pub fn new(index: usize, [low, high]: [NativeFields; 2], roughness_m: f64) -> Self {
        let inverse_roughness_m = 1.0 / roughness_m;
        Self {
            index,
            low,
            high,
            inverse_depth_m: 1.0 / f64::from(high[HEIGHT] - low[HEIGHT]).max(MIN_DEPTH_M),
            inverse_roughness_m,
            inverse_log: if index == 0 {
                1.0 / ln(1.0 + f64::from(high[HEIGHT]) * inverse_roughness_m)
            } else {
                0.0
            },
        }
    }

    /// Fields at its bottom and top.
    #[inline]
    pub fn levels(&self) -> [NativeFields; 2] {
        [self.low, self.high]
    }

    #[inline]
    fn fraction(&self, z_m: f64) -> f64 {
        ((z_m - f64::from(self.low[HEIGHT])) * self.inverse_depth_m).clamp(0.0, 1.0)
    }

    /// Whether a height lies in the layer.
    #[inline]
    pub fn holds(&self, z_m: f64) -> bool {
        z_m >= f64::from(self.low[HEIGHT]) && z_m < f64::from(self.high[HEIGHT])
    }

    /// A field at a height, linear in it.
    #[inline]
    pub fn at(&self, z_m: f64, field: usize) -> f64 {
        let low = f64::from(self.low[field]);
        low + self.fraction(z_m) * (f64::from(self.high[field]) - low)
    }

    /// Horizontal wind along the grid's axes, m s⁻¹: linear, in the lowest layer logarithmic.
    #[inline]
    pub fn wind(&self, z_m: f64) -> [f64; 2] {
        if self.index == 0 {
            let share = ln(1.0 + z_m.max(0.0) * self.inverse_roughness_m) * self.inverse_log;
            return [U, V].map(|f| share * f64::from(self.high[f]));
        }
        let fraction = self.fraction(z_m);
        [U, V].map(|f| f64::from(self.low[f]) + fraction * f64::from(self.high[f] - self.low[f]))
    }

    /// Vertical velocity relative to the ground, m s⁻¹.
    #[inline]
    pub fn rise(&self, z_m: f64) -> f64 {
        self.at(z_m, W)
    }

    /// Density of dry air (kg m⁻³) and pressure (hPa).
    #[inline]
    pub fn air(&self, z_m: f64) -> (f64, f64) {
        let [low, high] = [&self.low, &self.high].map(|level| f64::from(level[PRESSURE]).max(1e-6));
        let pressure_hpa = low * exp(self.fraction(z_m) * ln(high / low));
        (self.at(z_m, DENSITY), pressure_hpa)
    }

    /// d ln ρ/dz, m⁻¹.
    #[inline]
    pub fn log_density_slope_m(&self) -> f64 {
        ln(f64::from(self.high[DENSITY] / self.low[DENSITY])) * self.inverse_depth_m
    }
}
