//! A height in a column, between two levels.

use super::Column;
use super::point::Point;
use crate::met::levels::Levels;
use crate::met::snapshot::{DENSITY, GUST_U, GUST_V, LevelFields, PRESSURE, U, V, W};

/// The first of the fields of motion and density.
pub(super) const MOTION: usize = U;

/// Where a scaled height lies among the levels.
#[derive(Clone, Copy)]
struct Rank {
    /// Level below, the first one below it too.
    k: usize,
    /// Part of the way to the next level in the level index, 0 below the first level.
    in_index: f64,
    /// Part of the way from the ground to the first level, 1 above it.
    slip: f64,
}

/// The fields around a scaled height.
#[derive(Clone, Copy)]
pub(in crate::transport) struct Spot {
    rank: Rank,
    /// Part of the way to the next level in height, 0 below the first level.
    in_height: f64,
    below: LevelFields,
    above: LevelFields,
}

impl Rank {
    #[inline]
    fn of(levels: &Levels, height: f64) -> Self {
        let k = levels.layer_of(height);
        Self {
            k,
            in_index: (levels.index_of(height) - k as f64).clamp(0.0, 1.0),
            slip: (height / levels.heights_m[0]).clamp(0.0, 1.0),
        }
    }

    /// Wind linear in the level index, linear to zero below the first level.
    #[inline]
    fn wind<const N: usize>(&self, below: &[f32; N], above: &[f32; N]) -> [f64; 3] {
        [U, V, W].map(|f| self.slip * (f64::from(below[f]) + self.in_index * f64::from(above[f] - below[f])))
    }
}

impl Point<'_, '_> {
    /// The first `N` fields at level `k` and at the one above, with the vertical motion that particles take.
    #[inline]
    fn moving<const N: usize>(&self, k: usize) -> [[f32; N]; 2] {
        let mut fields = self.fields::<MOTION, N>(k);
        if !self.cell.bracket.before.followed.is_empty() {
            [fields[0][W], fields[1][W]] = [k, k + 1].map(|k| self.followed_motion(k));
        }
        fields
    }

    /// Wind (cells s⁻¹, cells s⁻¹, scaled m s⁻¹) at a scaled height.
    #[inline]
    pub(super) fn wind(&self, height: f64) -> [f64; 3] {
        let rank = Rank::of(&self.cell.bracket.before.levels, height);
        let [below, above] = self.moving::<4>(rank.k);
        rank.wind(&below, &above)
    }
}

impl Column<'_> {
    /// The fields around a scaled height.
    #[inline]
    pub fn spot(&self, height: f64) -> Spot {
        let levels = &self.cell.bracket.before.levels;
        let rank = Rank::of(levels, height);
        let [below, above] = self.point().moving(rank.k);
        Spot {
            rank,
            in_height: levels.part_of_layer(rank.k, height),
            below,
            above,
        }
    }
}

impl Spot {
    /// Level below.
    #[inline]
    pub(super) fn level(&self) -> usize {
        self.rank.k
    }

    /// Part of the way to the level above in the level index, 0 below the first level.
    pub(super) fn part_in_index(&self) -> f64 {
        self.rank.in_index
    }

    pub(super) fn is_below_levels(&self) -> bool {
        self.rank.slip < 1.0
    }

    /// Motion and density of the levels below and above.
    #[inline]
    pub(super) fn motions(&self) -> [[f32; 4]; 2] {
        [&self.below, &self.above].map(|fields| [fields[U], fields[V], fields[W], fields[DENSITY]])
    }

    /// Wind (cells s⁻¹, cells s⁻¹, scaled m s⁻¹): linear in the level index, linear to zero below the first level.
    #[inline]
    pub fn wind(&self) -> [f64; 3] {
        self.rank.wind(&self.below, &self.above)
    }

    /// Density (kg m⁻³) and pressure (hPa): linear in height, constant below the first level.
    #[inline]
    pub fn air(&self) -> (f64, f64) {
        let at = |f: usize| f64::from(self.below[f]) + self.in_height * f64::from(self.above[f] - self.below[f]);
        (at(DENSITY), at(PRESSURE))
    }

    /// Standard deviations of the horizontal turbulent components, m s⁻¹: variances linear in the level index, constant
    /// below the first level.
    #[inline]
    pub fn gust(&self) -> [f64; 2] {
        let change = |f: usize| f64::from(self.above[f] - self.below[f]);
        [GUST_U, GUST_V].map(|f| (f64::from(self.below[f]) + self.rank.in_index * change(f)).sqrt())
    }
}
