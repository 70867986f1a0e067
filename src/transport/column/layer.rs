//! The layers of constant turbulence in a column.

use super::Column;
use super::spot::{MOTION, Spot};
use crate::met::snapshot::{DENSITY, LevelTurbulence, U, V};

/// Depth of the thin layer above the mixing height, as a part of the layer that it is cut from.
const THIN_LAYER: f64 = 0.05;

/// One layer of constant turbulence between two internal levels; the lowest reaches down to the ground.
#[derive(Clone, Copy)]
pub(in crate::transport) struct Layer {
    pub index: usize,
    pub bottom: f64,
    pub top: f64,
    /// Height of the level that gives the layer its turbulence.
    level: f64,
    /// m s⁻¹ of scaled height.
    pub sigma_w: f64,
    /// m s⁻¹ above ground.
    pub sigma_w_m_s: f64,
    pub time_s: f64,
    /// ρσw, whose ratio between layers is the probability of transmission.
    pub momentum: f64,
    wind: [f64; 2],
    shear: [f64; 2],
}

impl Column<'_> {
    /// Layer `index`, counted from the ground: one layer a level, and one more above the mixing height. There the
    /// first layer is cut in two, as in the reference, lest particles linger in it: a thin one with its own level's
    /// turbulence, and above it one in which all is as at the next level, the wind included.
    #[inline]
    pub fn layer(&self, index: usize) -> Layer {
        let k = self.level_of(index);
        self.layer_between(index, self.point().fields::<MOTION, 4>(k))
    }

    /// The layer that holds a scaled height.
    #[inline]
    pub fn layer_at(&self, height: f64) -> Layer {
        self.layer(self.layer_index(self.cell.bracket.before.levels.layer_of(height), height))
    }

    /// The layer that holds a scaled height, whose fields are known.
    #[inline]
    pub fn layer_around(&self, spot: &Spot, height: f64) -> Layer {
        self.layer_between(self.layer_index(spot.level(), height), spot.motions())
    }

    /// Index of the layer that holds a scaled height above level `k`.
    #[inline]
    fn layer_index(&self, k: usize, height: f64) -> usize {
        let is_beyond = || k > self.first_above || height >= self.interface(k);
        k + usize::from(self.is_cut() && k >= self.first_above && is_beyond())
    }

    /// Layer `index`, given motion and density of the levels below and above it.
    #[inline]
    fn layer_between(&self, index: usize, [below, above]: [[f32; 4]; 2]) -> Layer {
        let heights = &self.cell.bracket.before.levels.heights_m;
        let k = self.level_of(index);
        let (is_thin, is_upper) = match index.checked_sub(self.first_above) {
            Some(above) if self.is_cut() => (above == 0, above == 1),
            _ => (false, false),
        };
        let bottom = if is_upper { self.interface(k) } else { heights[k] };
        let top = if is_thin { self.interface(k) } else { heights[k + 1] };
        let turbulence = self.turbulence(k + usize::from(is_upper));
        let sigma_w_m_s = f64::from(turbulence.sigma_w_m_s);
        let below = if is_upper { above } else { below };
        let per_m = 1.0 / (top - bottom);
        Layer {
            index,
            bottom: if index == 0 { 0.0 } else { bottom },
            top,
            level: bottom,
            sigma_w: sigma_w_m_s / self.compression,
            sigma_w_m_s,
            time_s: f64::from(turbulence.time_s),
            momentum: f64::from(below[DENSITY]) * sigma_w_m_s,
            wind: [U, V].map(|f| f64::from(below[f])),
            shear: [U, V].map(|f| f64::from(above[f] - below[f]) * per_m),
        }
    }

    /// Where the layer above level `k` is cut in two.
    #[inline]
    fn interface(&self, k: usize) -> f64 {
        let heights = &self.cell.bracket.before.levels.heights_m;
        heights[k] + THIN_LAYER * (heights[k + 1] - heights[k])
    }

    /// Whether there is a layer above the mixing height to cut in two.
    #[inline]
    fn is_cut(&self) -> bool {
        self.first_above + 2 < self.cell.bracket.before.levels.count()
    }

    /// The level at the bottom of layer `index`, or below it.
    #[inline]
    fn level_of(&self, index: usize) -> usize {
        if self.is_cut() && index > self.first_above {
            index - 1
        } else {
            index
        }
    }

    /// Index of the highest layer.
    #[inline]
    pub fn highest_layer(&self) -> usize {
        self.cell.bracket.before.levels.count() - if self.is_cut() { 1 } else { 2 }
    }

    /// σw and T_L at a level: each met time's profile of the nearest column is read at the level where z/zi is nearest,
    /// then the two are blended in time.
    #[inline]
    fn turbulence(&self, k: usize) -> LevelTurbulence {
        if self.cell.bracket.before.prescribed_times {
            return self.interpolated_turbulence(k);
        }
        let levels = &self.cell.bracket.before.levels;
        let relative = levels.heights_m[k] / self.mixing_height_m;
        let at = |time: usize| self.turbulence[time][levels.nearest(relative * self.mixing_heights_m[time])];
        let (before, after) = (at(0), at(1));
        let blend = |b: f32, a: f32| b + self.within.later * (a - b);
        LevelTurbulence {
            sigma_w_m_s: blend(before.sigma_w_m_s, after.sigma_w_m_s),
            time_s: blend(before.time_s, after.time_s),
        }
    }

    /// σw² and T_L bilinear in space and linear in time, at the level itself.
    #[inline(never)]
    fn interpolated_turbulence(&self, k: usize) -> LevelTurbulence {
        let at = |time: usize, c: usize| self.cell.columns(c)[time].turbulence[k];
        LevelTurbulence {
            sigma_w_m_s: self.point().blend(|time, c| at(time, c).sigma_w_m_s.powi(2)).sqrt(),
            time_s: self.point().blend(|time, c| at(time, c).time_s),
        }
    }
}

impl Layer {
    /// The interface on the way from a height to `target`, beyond this layer, and when within `seconds` it is reached.
    #[inline]
    pub fn exit(&self, height: f64, target: f64, speed: f64, seconds: f64) -> (f64, f64) {
        let interface = if target >= self.top { self.top } else { self.bottom };
        (interface, ((interface - height) / speed).max(0.0).min(seconds))
    }

    /// Horizontal way (cells) of so many m s below and above the layer's level: the wind (cells s⁻¹) is linear in height,
    /// to zero at the ground.
    #[inline]
    pub fn way(&self, lifted: Lifted) -> [f64; 2] {
        [0, 1].map(|c| self.wind[c] * (lifted.below_m_s / self.level) + self.shear[c] * lifted.above_m_s)
    }

    /// Adds a wind (cells s⁻¹) that is given by scaled height and linear in this layer.
    #[inline]
    pub fn add_wind(&mut self, at: impl Fn(f64) -> [f64; 2]) {
        let (bottom, top) = (at(self.level), at(self.top));
        for c in 0..2 {
            self.wind[c] += bottom[c];
            self.shear[c] += (top[c] - bottom[c]) / (self.top - self.level);
        }
    }
}

/// Time that a particle spends in a layer, weighted by its height.
#[derive(Clone, Copy, Default)]
pub(in crate::transport) struct Lifted {
    /// ∫ of the height up to the layer's level.
    below_m_s: f64,
    /// ∫ of the height above it.
    above_m_s: f64,
}

impl Lifted {
    #[inline]
    pub fn add(&mut self, layer: &Layer, height: f64, seconds: f64) {
        let below = if height < layer.level { height } else { layer.level };
        self.below_m_s += below * seconds;
        self.above_m_s += (height - below) * seconds;
    }
}
