//! What a particle feels: the four columns around it, the two met times around it, and the nearest column's turbulence.

mod gradients;

use crate::met::snapshot::{
    ColumnSurface, ColumnView, DENSITY, GUST_U, GUST_V, LevelFields, LevelTurbulence, MASS_BELOW, PRESSURE, Snapshot,
    U, V, W,
};

/// Depth of the thin layer above the mixing height, as a part of the layer that it is cut from.
const THIN_LAYER: f64 = 0.05;

/// Cells along the lower and upper edges of a limited area in which the reference drops particles.
const LOWER_MARGIN: f64 = 1.0;
const UPPER_MARGIN: f64 = 2.0;

/// The snapshots that bracket a step, of one nest.
#[derive(Clone, Copy)]
pub(super) struct Bracket<'a> {
    pub before: &'a Snapshot,
    pub after: &'a Snapshot,
    pub cyclic: bool,
    pub forward: bool,
}

/// Indices and weights of the four grid columns around a place.
#[derive(Clone, Copy)]
struct Stencil {
    /// Grid indices (i, j).
    places: [(usize, usize); 4],
    weights: [f32; 4],
    /// Which of the four is nearest.
    nearest: usize,
}

/// Conditions at one place and time, for any height. Heights are over sea-level terrain ("scaled"), as the
/// internal levels are; [`Column::compression`] turns them into heights above ground.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    bracket: Bracket<'a>,
    stencil: Stencil,
    /// The four columns at the two met times.
    before: [ColumnView<'a>; 4],
    after: [ColumnView<'a>; 4],
    /// Weight of the later snapshot, 0 … 1.
    later: f32,
    /// Mixing height above ground at the nearest column, m: now, and at the two met times.
    pub mixing_height_m: f64,
    mixing_heights_m: [f64; 2],
    /// The lowest level not below the mixing height.
    first_above: usize,
    /// Height above ground per scaled height.
    pub compression: f64,
}

/// One layer of constant turbulence between two internal levels; the lowest reaches down to the ground.
#[derive(Clone, Copy)]
pub(super) struct Layer {
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

impl<'a> Bracket<'a> {
    /// The column at fractional indices, `None` outside the grid.
    #[inline]
    pub fn column(self, x: f64, y: f64, later: f64) -> Option<Column<'a>> {
        let stencil = self.stencil(x, y)?;
        let [before, after] = [self.before, self.after].map(|s| stencil.places.map(|(i, j)| s.column(i, j)));
        let mixing_heights_m = [&before, &after].map(|c| f64::from(c[stencil.nearest].surface.mixing_height_m));
        let compression = self.before.levels.compression(terrain_m(&before, &stencil));
        let mixing_height_m = mixing_heights_m[0] + later * (mixing_heights_m[1] - mixing_heights_m[0]);
        Some(Column {
            bracket: self,
            stencil,
            before,
            after,
            later: later as f32,
            mixing_height_m,
            mixing_heights_m,
            first_above: self.before.levels.first_not_below(mixing_height_m / compression),
            compression,
        })
    }

    #[inline]
    fn stencil(self, x: f64, y: f64) -> Option<Stencil> {
        let (nx, ny) = (self.before.nx, self.before.ny);
        let x = if self.cyclic { x.rem_euclid(nx as f64) } else { x };
        let inside = |at: f64, count: usize| at >= LOWER_MARGIN && at <= count as f64 - 1.0 - UPPER_MARGIN;
        let inside = if self.cyclic {
            y >= 0.0 && y <= (ny - 1) as f64
        } else {
            inside(x, nx) && inside(y, ny)
        };
        if !inside {
            return None;
        }
        let i = (x as usize).min(if self.cyclic { nx - 1 } else { nx - 2 });
        let j = (y as usize).min(ny - 2);
        let next_i = if i + 1 == nx { 0 } else { i + 1 };
        let (fx, fy) = ((x - i as f64) as f32, (y - j as f64) as f32);
        let places = [(i, j), (next_i, j), (i, j + 1), (next_i, j + 1)];
        let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
        let nearest = usize::from(fx >= 0.5) + 2 * usize::from(fy >= 0.5);
        Some(Stencil {
            places,
            weights,
            nearest,
        })
    }
}

#[inline]
fn terrain_m(columns: &[ColumnView<'_>; 4], stencil: &Stencil) -> f64 {
    let sum: f32 = (0..4).map(|c| stencil.weights[c] * columns[c].surface.terrain_m).sum();
    f64::from(sum)
}

impl Column<'_> {
    /// Fields at a level: bilinear in space, linear in time.
    #[inline]
    fn level(&self, k: usize) -> LevelFields {
        let mut fields = LevelFields::default();
        for (c, weight) in self.stencil.weights.into_iter().enumerate() {
            let (before, after) = (&self.before[c].fields[k], &self.after[c].fields[k]);
            for (field, (b, a)) in fields.iter_mut().zip(before.iter().zip(after)) {
                *field += weight * (b + self.later * (a - b));
            }
        }
        fields
    }

    /// σw and T_L at a level: each met time's profile of the nearest column is read at the level where z/zi is nearest,
    /// then the two are blended in time.
    #[inline]
    fn turbulence(&self, k: usize) -> LevelTurbulence {
        if self.bracket.before.prescribed_times {
            return self.interpolated_turbulence(k);
        }
        let levels = &self.bracket.before.levels;
        let nearest = self.stencil.nearest;
        let relative = levels.heights_m[k] / self.mixing_height_m;
        let [b, a] = [
            (&self.before[nearest], self.mixing_heights_m[0]),
            (&self.after[nearest], self.mixing_heights_m[1]),
        ]
        .map(|(column, zi)| column.turbulence[levels.nearest(relative * zi)]);
        let blend = |b: f32, a: f32| b + self.later * (a - b);
        LevelTurbulence {
            sigma_w_m_s: blend(b.sigma_w_m_s, a.sigma_w_m_s),
            time_s: blend(b.time_s, a.time_s),
        }
    }

    /// σw² and T_L bilinear in space and linear in time, at the level itself.
    fn interpolated_turbulence(&self, k: usize) -> LevelTurbulence {
        let (mut variance, mut time_s) = (0.0, 0.0);
        for (c, weight) in self.stencil.weights.into_iter().enumerate() {
            for (column, share) in [(&self.before[c], 1.0 - self.later), (&self.after[c], self.later)] {
                let level = column.turbulence[k];
                variance += weight * share * level.sigma_w_m_s * level.sigma_w_m_s;
                time_s += weight * share * level.time_s;
            }
        }
        LevelTurbulence {
            sigma_w_m_s: variance.sqrt(),
            time_s,
        }
    }

    /// Wind (cells s⁻¹, cells s⁻¹, scaled m s⁻¹) at a scaled height: linear in the level index, linear to zero
    /// below the first level.
    #[inline]
    pub fn wind(&self, height: f64) -> [f64; 3] {
        let (k, fraction) = self.bracket.before.position(height);
        let below = self.moving_level(k);
        if fraction < 0.0 {
            let slip = (height / self.bracket.before.levels.heights_m[0]).max(0.0);
            return [U, V, W].map(|f| slip * f64::from(below[f]));
        }
        let above = self.moving_level(k + 1);
        [U, V, W].map(|f| f64::from(below[f]) + fraction * f64::from(above[f] - below[f]))
    }

    /// Density (kg m⁻³) and pressure (hPa) at a scaled height: linear in height, constant below the first level.
    #[inline]
    pub fn air(&self, height: f64) -> (f64, f64) {
        let (k, fraction) = self.layer_fraction(height);
        let (below, above) = (self.level(k), self.level(k + 1));
        let at = |f: usize| f64::from(below[f]) + fraction * f64::from(above[f] - below[f]);
        (at(DENSITY), at(PRESSURE))
    }

    /// The level below a scaled height and the part of the way in height to the next, 0 below the first level.
    #[inline]
    pub fn layer_fraction(&self, height: f64) -> (usize, f64) {
        let levels = &self.bracket.before.levels;
        let k = levels.layer_of(height);
        let (bottom, top) = (levels.heights_m[k], levels.heights_m[k + 1]);
        (k, ((height - bottom) / (top - bottom)).max(0.0))
    }

    /// Fields at a scaled height: linear in the level index, constant below the first level.
    #[inline]
    fn at<const N: usize>(&self, height: f64, fields: [usize; N]) -> [f64; N] {
        let (k, fraction) = self.bracket.before.position(height);
        let (below, above, fraction) = (self.level(k), self.level(k + 1), fraction.max(0.0));
        fields.map(|f| f64::from(below[f]) + fraction * f64::from(above[f] - below[f]))
    }

    /// Dry-air mass between the ground and a scaled height, kg m⁻².
    #[inline]
    pub fn dry_mass_below(&self, height: f64) -> f64 {
        let levels = &self.bracket.before.levels;
        let k = levels.layer_of(height);
        let (bottom, top) = (levels.heights_m[k], levels.heights_m[k + 1]);
        let below = f64::from(self.level(k)[MASS_BELOW]);
        if height < bottom {
            return below * height / bottom;
        }
        below + (height - bottom) / (top - bottom) * (f64::from(self.level(k + 1)[MASS_BELOW]) - below)
    }

    /// Standard deviations of the horizontal turbulent components at a scaled height, m s⁻¹.
    #[inline]
    pub fn gust(&self, height: f64) -> [f64; 2] {
        self.at(height, [GUST_U, GUST_V]).map(f64::sqrt)
    }

    /// Layer `index`, counted from the ground: one layer a level, and one more above the mixing height. There the
    /// first layer is cut in two, as in the reference, lest particles linger in it: a thin one with its own level's
    /// turbulence, and above it one in which all is as at the next level, the wind included.
    #[inline]
    pub fn layer(&self, index: usize) -> Layer {
        let heights = &self.bracket.before.levels.heights_m;
        let k = self.level_of(index);
        let (is_thin, is_upper) = match index.checked_sub(self.first_above) {
            Some(above) if self.is_cut() => (above == 0, above == 1),
            _ => (false, false),
        };
        let (level, next) = (heights[k], heights[k + 1]);
        let interface = level + THIN_LAYER * (next - level);
        let bottom = if is_upper { interface } else { level };
        let top = if is_thin { interface } else { next };
        let source = k + usize::from(is_upper);
        let turbulence = self.turbulence(source);
        let sigma_w_m_s = f64::from(turbulence.sigma_w_m_s);
        let (below, above) = (self.level(source), self.level(k + 1));
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
            shear: [U, V].map(|f| f64::from(above[f] - below[f]) / (top - bottom)),
        }
    }

    /// Whether there is a layer above the mixing height to cut in two.
    #[inline]
    fn is_cut(&self) -> bool {
        self.first_above + 2 < self.bracket.before.levels.count()
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

    /// The layer that holds a scaled height.
    #[inline]
    pub fn layer_at(&self, height: f64) -> Layer {
        let k = self.bracket.before.levels.layer_of(height);
        let cut = self.is_cut();
        if cut && k == self.first_above {
            let thin = self.layer(k);
            return if height < thin.top { thin } else { self.layer(k + 1) };
        }
        self.layer(if cut && k > self.first_above { k + 1 } else { k })
    }

    /// Top of the model, scaled height.
    #[inline]
    pub fn top(&self) -> f64 {
        self.bracket.before.levels.top_m
    }

    /// Index of the highest layer.
    #[inline]
    pub fn highest_layer(&self) -> usize {
        self.bracket.before.levels.count() - if self.is_cut() { 1 } else { 2 }
    }

    /// A value by column, bilinear in space.
    #[inline]
    pub fn bilinear(&self, value: impl Fn(usize) -> f64) -> f64 {
        let weights = self.stencil.weights;
        (0..4).map(|c| f64::from(weights[c]) * value(self.flat(c))).sum()
    }

    /// A value by met time, linear in time.
    #[inline]
    pub fn in_time(&self, value: impl Fn(&Snapshot) -> f32) -> f64 {
        let (before, after) = (value(self.bracket.before), value(self.bracket.after));
        f64::from(before + self.later * (after - before))
    }

    /// The snapshots before and after.
    pub fn met_times(&self) -> [&Snapshot; 2] {
        [self.bracket.before, self.bracket.after]
    }

    /// Index of the nearest column.
    pub fn nearest_column(&self) -> usize {
        self.flat(self.stencil.nearest)
    }

    /// Flat index of one of the four columns.
    #[inline]
    fn flat(&self, c: usize) -> usize {
        let (i, j) = self.stencil.places[c];
        j * self.bracket.before.nx + i
    }

    /// Surface values of the nearest column at the earlier met time.
    #[inline]
    pub fn nearest(&self) -> &ColumnSurface {
        self.before[self.stencil.nearest].surface
    }

    /// Length of a way of so many cells from here, km.
    #[inline]
    pub fn distance_km(&self, cells_x: f64, cells_y: f64) -> f64 {
        let surface = self.nearest();
        let (x_m, y_m) = (
            cells_x / f64::from(surface.cells_per_m_x),
            cells_y / f64::from(surface.cells_per_m_y),
        );
        1e-3 * x_m.hypot(y_m)
    }

    /// Terrain height at the place, m above sea level.
    #[inline]
    pub fn terrain_m(&self) -> f64 {
        terrain_m(&self.before, &self.stencil)
    }
}

impl Layer {
    /// Horizontal wind (cells s⁻¹) at a scaled height of this layer: linear in height, to zero at the ground.
    #[inline]
    pub fn horizontal_wind(&self, height: f64) -> [f64; 2] {
        if height < self.level {
            let slip = height / self.level;
            return self.wind.map(|w| slip * w);
        }
        [0, 1].map(|c| self.wind[c] + self.shear[c] * (height - self.level))
    }
}

impl Snapshot {
    /// Level below a scaled height and the fraction of the way to the next in the level index; negative below the
    /// first level.
    #[inline]
    fn position(&self, height: f64) -> (usize, f64) {
        let index = self.levels.index_of(height).min((self.levels.count() - 1) as f64);
        let k = (index.max(0.0) as usize).min(self.levels.count() - 2);
        (
            k,
            if height < self.levels.heights_m[0] {
                -1.0
            } else {
                index - k as f64
            },
        )
    }
}
