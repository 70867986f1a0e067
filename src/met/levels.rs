//! Internal levels of the HYSPLIT lineage: heights that are quadratic in the level index.
//!
//! Z(k) = A k² + B k + C, k = 1, 2, …, above sea-level terrain. Over terrain zₛ the levels are compressed linearly:
//! z = Z (Z_top − zₛ)/Z_top, which is the same as constant σ = 1 − Z/Z_top.

/// Coefficient sets (A, B, C) in the order in which they are tried.
const SETS: [(f64, f64, f64); 5] = [
    (30.0, -25.0, 5.0),
    (20.0, -15.0, 5.0),
    (15.0, -5.0, 0.0),
    (10.0, -10.0, 10.0),
    (5.0, 5.0, 0.0),
];

/// Height that bounds the surface layer, m; z/L is evaluated on the last level not above it.
const SURFACE_LAYER_TOP_M: f64 = 75.0;

/// No layer of any set is thinner than this, m, but the one below the first level.
const PIECE_M: f64 = 20.0;

/// Heights, ascending and no nearer to each other than [`PIECE_M`]: one look at a table tells how many lie below.
#[derive(Clone, Debug, PartialEq)]
struct Ladder {
    /// For each [`PIECE_M`] of height how many lie below its foot, and the next.
    pieces: Vec<(u32, f64)>,
}

impl Ladder {
    fn new(rungs_m: &[f64]) -> Self {
        let piece = |foot_m: f64| {
            let below = rungs_m.partition_point(|&z| z < foot_m);
            (below as u32, rungs_m.get(below).copied().unwrap_or(f64::INFINITY))
        };
        let pieces = rungs_m.last().map_or(0, |top_m| (top_m / PIECE_M) as usize) + 2;
        Self {
            pieces: (0..pieces).map(|k| piece(k as f64 * PIECE_M)).collect(),
        }
    }

    /// How many are not above a height.
    #[inline]
    fn count(&self, height_m: f64) -> usize {
        let piece = (height_m * (1.0 / PIECE_M)) as u32 as usize;
        let (below, next_m) = self.pieces[piece.min(self.pieces.len() - 1)];
        below as usize + usize::from(height_m >= next_m)
    }
}

/// A set of internal levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    set: (f64, f64, f64),
    /// Heights over sea-level terrain, m, ascending.
    pub heights_m: Vec<f64>,
    /// Top of the model, m above ground.
    pub top_m: f64,
    /// The feet of all layers but the first.
    feet: Ladder,
    /// What lies in the middle between two levels is nearer to the lower one.
    middles: Ladder,
}

impl Levels {
    /// The first set of the list with more levels than the `data_levels` of the source below `top_m`.
    pub fn choose(data_levels: usize, top_m: f64) -> Self {
        let candidates = SETS.map(|set| Self::of_set(set, top_m));
        let finest = candidates.len() - 1;
        let chosen = candidates
            .iter()
            .position(|l| l.heights_m.len() > data_levels)
            .unwrap_or(finest);
        candidates[chosen].clone()
    }

    fn of_set((a, b, c): (f64, f64, f64), top_m: f64) -> Self {
        let height = |k: usize| a * (k * k) as f64 + b * k as f64 + c;
        let mut heights_m: Vec<f64> = (1..).map(height).take_while(|&z| z < top_m).collect();
        heights_m.push(height(heights_m.len() + 1));
        let feet_m: Vec<f64> = heights_m.windows(2).skip(1).map(|layer| layer[0]).collect();
        let middles_m = heights_m
            .windows(2)
            .map(|layer| (0.5 * (layer[0] + layer[1])).next_up());
        Self {
            feet: Ladder::new(&feet_m),
            middles: Ladder::new(&middles_m.collect::<Vec<f64>>()),
            set: (a, b, c),
            heights_m,
            top_m,
        }
    }

    /// Number of levels.
    pub fn count(&self) -> usize {
        self.heights_m.len()
    }

    /// Fractional 0-based level index of a height over sea-level terrain; −1 … 0 below the first level.
    #[inline]
    pub fn index_of(&self, height_m: f64) -> f64 {
        let (a, b, c) = self.set;
        let discriminant = b * b - 4.0 * a * (c - height_m);
        (-b + discriminant.max(0.0).sqrt()) / (2.0 * a) - 1.0
    }

    /// The layer [level k, level k+1) that holds a height; the first reaches down to the ground, the last is
    /// the one below the top.
    #[inline]
    pub fn layer_of(&self, height_m: f64) -> usize {
        self.feet.count(height_m)
    }

    /// The part of the way in height from level `k` to the next, 0 below the level.
    #[inline]
    pub fn part_of_layer(&self, k: usize, height_m: f64) -> f64 {
        let (bottom, top) = (self.heights_m[k], self.heights_m[k + 1]);
        ((height_m - bottom) / (top - bottom)).max(0.0)
    }

    /// The lowest level not below a height.
    #[inline]
    pub fn first_not_below(&self, height_m: f64) -> usize {
        let below = self.layer_of(height_m);
        below + usize::from(self.heights_m[below] < height_m)
    }

    /// The level whose height is nearest.
    #[inline]
    pub fn nearest(&self, height_m: f64) -> usize {
        self.middles.count(height_m)
    }

    /// Index of the last level not above the surface layer's top.
    pub fn surface_layer(&self) -> usize {
        self.heights_m
            .iter()
            .rposition(|&z| z <= SURFACE_LAYER_TOP_M)
            .unwrap_or(0)
    }

    /// Factor from heights over sea-level terrain to heights above ground, over terrain `terrain_m`.
    #[inline]
    pub fn compression(&self, terrain_m: f64) -> f64 {
        (self.top_m - terrain_m) / self.top_m
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_first_set_has_the_published_heights() {
        let levels = Levels::choose(23, 25_000.0);
        assert_eq!(
            &levels.heights_m[..10],
            &[10.0, 75.0, 200.0, 385.0, 630.0, 935.0, 1300.0, 1725.0, 2210.0, 2755.0]
        );
        approx::assert_relative_eq!(levels.index_of(1000.0), 5.1908, epsilon = 1e-4);
        assert_eq!(levels.surface_layer(), 1);
    }

    #[test]
    fn a_source_with_thirty_levels_gets_the_second_set_with_36_levels() {
        let levels = Levels::choose(30, 25_000.0);
        assert_eq!(&levels.heights_m[..4], &[10.0, 55.0, 140.0, 265.0]);
        assert_eq!(levels.count(), 36);
    }

    #[test]
    fn every_height_lies_in_its_layer() {
        let levels = Levels::choose(30, 25_000.0);
        for step in 0..250_000 {
            let height_m = 0.1 * f64::from(step);
            let k = levels.layer_of(height_m);
            assert!(
                height_m < levels.heights_m[k + 1] && (k == 0 || height_m >= levels.heights_m[k]),
                "{height_m}"
            );
        }
    }

    #[test]
    fn every_level_of_every_set_begins_its_layer() {
        for levels in SETS.map(|set| Levels::of_set(set, 25_000.0)) {
            for (k, &height_m) in levels.heights_m.iter().enumerate() {
                let last = levels.count() - 2;
                assert_eq!(levels.layer_of(height_m), k.min(last));
                assert_eq!(levels.layer_of(height_m.next_down()), k.saturating_sub(1).min(last));
            }
            assert_eq!(levels.layer_of(1e9), levels.count() - 2);
            assert_eq!(levels.layer_of(-1.0), 0);
            for (k, layer) in levels.heights_m.windows(2).enumerate() {
                let middle_m = 0.5 * (layer[0] + layer[1]);
                assert_eq!([middle_m, middle_m.next_up()].map(|z| levels.nearest(z)), [k, k + 1]);
            }
            assert_eq!([-1.0, 1e9].map(|z| levels.nearest(z)), [0, levels.count() - 1]);
        }
    }
}
