//! One map per group of particles and level, from which a layer is taken.
//!
//! Each deposit goes onto the coarsest level that shows its kernel, so that it touches some hundred cells wherever it is and
//! however wide. When the layer closes, each group's coarse maps are refined to the finest level in use, the mean and the
//! error over the groups are taken there, and refined to the grid.

use rayon::prelude::*;

use super::level::Levels;
use super::refine::{refine, shares_inside};
use crate::footprint::canvas::{Canvas, Layer};
use crate::footprint::map::Map;
use crate::grid::Axes;

/// Maps of one group by level; without values where a level is not in use.
pub(super) struct Stack {
    maps: Vec<Map>,
    /// Influence of deposits that touch the grid.
    pub offered: f64,
    /// Influence of those that do not.
    pub outside: f64,
}

/// The stacks of all groups.
pub(super) struct Pyramid {
    pub levels: Levels,
    stacks: Vec<Stack>,
    sizes: Vec<f64>,
    cells: [usize; 2],
    /// Of closed layers.
    inside: f64,
}

impl Stack {
    /// The map of a level.
    pub fn map(&mut self, levels: &Levels, level: usize) -> &mut Map {
        let map = &mut self.maps[level];
        if map.values.is_empty() {
            *map = Map::new((levels.all[level].rows, levels.all[level].columns));
        }
        map
    }

    fn finest(&self) -> Option<usize> {
        self.maps.iter().position(|map| !map.touched.0.is_empty())
    }

    fn refine_to(&mut self, base: usize, levels: &Levels) {
        for from in (base + 1..self.maps.len()).rev() {
            if self.maps[from].touched.0.is_empty() {
                continue;
            }
            let mut coarse = std::mem::replace(&mut self.maps[from], Map::new((0, 0)));
            refine(levels, from, &coarse, self.map(levels, from - 1));
            coarse.clear();
            self.maps[from] = coarse;
        }
        self.map(levels, base);
    }
}

impl Pyramid {
    /// For groups of so many particles each.
    pub fn new(axes: &Axes, sizes: Vec<f64>) -> Self {
        let levels = Levels::of(axes);
        let stack = || Stack {
            maps: vec![Map::new((0, 0)); levels.all.len()],
            offered: 0.0,
            outside: 0.0,
        };
        Self {
            stacks: sizes.iter().map(|_| stack()).collect(),
            levels,
            sizes,
            cells: [axes.nx, axes.ny],
            inside: 0.0,
        }
    }

    /// Particles of each group.
    pub fn sizes(&self) -> &[f64] {
        &self.sizes
    }

    /// Fills each group's stack on a thread of its own.
    pub fn fill(&mut self, fill: impl Fn(usize, &Levels, &mut Stack) + Sync) {
        let levels = &self.levels;
        let stacks = self.stacks.par_iter_mut().enumerate();
        stacks.for_each(|(group, stack)| fill(group, levels, stack));
    }

    /// Influence smeared out and outside since the last call, of closed layers.
    pub fn take_losses(&mut self) -> (f64, f64) {
        let mut losses = (-std::mem::take(&mut self.inside), 0.0);
        for stack in &mut self.stacks {
            losses.0 += std::mem::take(&mut stack.offered);
            losses.1 += std::mem::take(&mut stack.outside);
        }
        losses
    }

    /// Mean over all particles and its standard error; the maps are empty afterwards.
    pub fn finish_layer(&mut self) -> Layer {
        let base = self.stacks.iter().filter_map(Stack::finest).min().unwrap_or(0);
        let levels = &self.levels;
        let stacks = self.stacks.par_iter_mut();
        stacks.for_each(|stack| stack.refine_to(base, levels));
        let by_group = self.sums_inside(base);
        self.inside += by_group
            .iter()
            .zip(&self.sizes)
            .map(|(mean, size)| mean * size)
            .sum::<f64>();
        let layer = self.layer_of(base);
        let foot = self.to_grid(&layer, &layer.foot, base);
        let (rows, columns) = foot.touched.clone();
        let window = |map: &Map| map.window(&rows, &columns);
        Layer {
            foot: window(&foot),
            stderr: match layer.stderr.is_empty() {
                true => Vec::new(),
                false => window(&self.to_grid(&layer, &layer.stderr, base)),
            },
            rows,
            columns,
            by_group,
        }
    }

    fn layer_of(&mut self, base: usize) -> Layer {
        let take = |stack: &mut Stack| std::mem::replace(&mut stack.maps[base], Map::new((0, 0)));
        let maps = self.stacks.iter_mut().map(take).collect();
        let mut canvas = Canvas::of_maps(maps, self.sizes.clone());
        let layer = canvas.finish_layer();
        for (stack, map) in self.stacks.iter_mut().zip(canvas.into_maps()) {
            stack.maps[base] = map;
        }
        layer
    }

    /// Sum over the grid of each group's map, per particle of the group.
    fn sums_inside(&self, base: usize) -> Vec<f64> {
        let [along_x, along_y] = [0, 1].map(|axis| shares_inside(&self.levels, base, axis, self.cells[axis]));
        let sum = |map: &Map| -> f64 {
            let (rows, columns) = map.touched.clone();
            let in_row = |j: usize| -> f64 {
                let row = map.values.row(j).get(columns.clone()).unwrap_or_default();
                row.iter()
                    .zip(&along_x[columns.clone()])
                    .map(|(value, share)| share * value)
                    .sum()
            };
            rows.map(|j| along_y[j] * in_row(j)).sum()
        };
        let stacks = self.stacks.par_iter().zip(&self.sizes);
        stacks.map(|(stack, size)| sum(&stack.maps[base]) / size).collect()
    }

    /// The values of a layer on the grid, from those on the level `base`.
    fn to_grid(&self, layer: &Layer, values: &[f64], base: usize) -> Map {
        let level = &self.levels.all[base];
        let mut map = Map::new((level.rows, level.columns));
        for (row, values) in layer.rows.clone().zip(values.chunks(layer.columns.len().max(1))) {
            map.add_row(row, layer.columns.start, values, 1.0);
        }
        for from in (1..=base).rev() {
            let finer = &self.levels.all[from - 1];
            let mut fine = Map::new((finer.rows, finer.columns));
            refine(&self.levels, from, &map, &mut fine);
            map = fine;
        }
        map
    }
}
