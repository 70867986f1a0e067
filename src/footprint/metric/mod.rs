//! Kernels in metres that follow the ensemble: ellipses that are long where the plume is long, and as wide as the error of
//! the cells asks for.
//!
//! The influence of a part of a layer (an hour, or a layer if that is shorter or no multiple of an hour) is gridded at once:
//!
//! 1. Σ: the covariance of its places at each age, weighted with the influence, about their mean, in metres in the plane
//!    that touches the sphere there (`spread`);
//! 2. h: the width beside Σ that has the least expected squared error of the cells, for as many independent particles n as
//!    the influence is worth, n = (ΣW)²/ΣW² with the sum W of each particle (`width`). The path of a particle within the
//!    part smooths as a cell does: where it is 12^½ σ long, a cell counts as wide as (d² + 12 σ²)^½;
//! 3. H = s² h² Σ with the `smooth_factor` s: the covariance of the normal kernel of each particle of that age (Silverman
//!    1986, chapter 4: a kernel with the shape of the data), carried to the particle along a great circle, cut at four
//!    standard deviations, of sum 1 (`kernel`; near a pole `polar`).
//!
//! On narrow cells h → n^(−1/6): 64 times the particles halve the kernel. Ages whose influence comes from few particles
//! share their covariance with neighbouring ages; a part with less than three effective particles takes that of the age
//! before, and no kernel at all if there was none.

mod ellipse;
mod kernel;
mod level;
mod normal;
mod plane;
mod polar;
mod pyramid;
mod refine;
mod spread;
mod width;

use std::collections::BTreeMap;

use super::canvas::{ByGroup, Layer};
use super::gridder::Deposit;
use crate::geo::SpherePoint;
use crate::grid::{Axes, Grid};
use ellipse::Ellipse;
use kernel::{Kernel, Space};
use level::Levels;
use plane::Plane;
use polar::{PolarKernel, is_polar};
use pyramid::{Pyramid, Stack};
use spread::{Paths, Spread};

/// Standard deviations, and cells beside, within which a kernel lies at any level: it is cut at four, and coarse cells
/// that are refined reach further.
const REACH: f64 = 8.0;
const RIM: f64 = 4.0;

/// Effective particles below which a part says nothing of its spread.
const FEWEST_PARTICLES: f64 = 3.0;

/// State of a gridding with kernels in metres.
pub(super) struct Metric {
    smooth_factor: f64,
    pyramid: Pyramid,
    /// Spread of the last age of the last part that had one.
    last: Option<Spread>,
    ground: Ground,
    by_group: ByGroup,
}

/// The kernels of a part: covariances H by age.
#[derive(Default)]
struct Kernels {
    by_age: BTreeMap<i64, Spread>,
    fallback: Option<Spread>,
}

/// The kernels of a part, and what they lie on.
struct Ground {
    plane: Plane,
    kernels: Kernels,
}

impl Metric {
    /// For groups of so many particles each.
    pub fn new(grid: &Grid, axes: &Axes, sizes: Vec<f64>) -> Self {
        Self {
            smooth_factor: grid.smooth_factor,
            by_group: ByGroup::new(sizes.len()),
            pyramid: Pyramid::new(axes, sizes),
            last: None,
            ground: Ground {
                plane: Plane::of(axes, &[]),
                kernels: Kernels::default(),
            },
        }
    }

    /// Particles of each group.
    pub fn group_sizes(&self) -> &[f64] {
        self.pyramid.sizes()
    }

    /// Makes the kernels of a part.
    pub fn prepare(&mut self, deposits: &[Deposit], axes: &Axes) {
        let plane = Plane::of(axes, deposits);
        let places: Vec<SpherePoint> = deposits.iter().map(|deposit| deposit.place.into()).collect();
        self.ground = Ground {
            kernels: self.kernels(deposits, &places, &plane),
            plane,
        };
    }

    /// Whether the kernel of a deposit lies as a whole in a grid of so many rows and columns, refined from whatever level.
    pub fn fits(&self, deposit: &Deposit, (rows, columns): (usize, usize)) -> bool {
        let (_, cells) = self.ground.kernel_of(deposit);
        let [x, y] = self.pyramid.levels.on_grid([deposit.x, deposit.y]);
        let within = |at: f64, variance: f64, cells: usize| {
            let reach = REACH * variance.sqrt() + RIM;
            at >= reach && at + reach <= cells as f64
        };
        within(x, cells.xx, columns) && within(y, cells.yy, rows)
    }

    /// Spreads deposits of the part; those of each group over its own maps.
    pub fn fill(&mut self, deposits: &[Deposit]) {
        let ground = &self.ground;
        let by_group = self.by_group.sort(deposits);
        self.pyramid.fill(|group, levels, stack| {
            let mut space = Space::default();
            for deposit in &by_group[group] {
                if ground.stamp(deposit, levels, stack, &mut space) {
                    stack.offered += deposit.foot;
                } else {
                    stack.outside += deposit.foot;
                }
            }
        });
    }

    /// Mean over all particles and its standard error.
    pub fn finish_layer(&mut self) -> Layer {
        self.pyramid.finish_layer()
    }

    /// Influence of closed layers that was smeared out, and that of particles outside.
    pub fn take_losses(&mut self) -> (f64, f64) {
        self.pyramid.take_losses()
    }

    fn kernels(&mut self, deposits: &[Deposit], places: &[SpherePoint], plane: &Plane) -> Kernels {
        let Some(paths) = Paths::of(deposits, places) else {
            return Kernels::default();
        };
        let mut by_age = BTreeMap::new();
        if paths.effective_particles >= FEWEST_PARTICLES {
            by_age = spread::by_age(deposits, places);
            let oldest = by_age.iter().max_by_key(|(age, _)| age.abs());
            self.last = oldest.map(|(_, spread)| *spread).or(self.last);
        }
        let kernel = |spread: &Spread| self.kernel_of(spread, &paths, plane);
        Kernels {
            by_age: by_age.iter().map(|(age, spread)| (*age, kernel(spread))).collect(),
            fallback: self.last.as_ref().map(kernel),
        }
    }

    /// H = s² h² Σ.
    fn kernel_of(&self, spread: &Spread, paths: &Paths, plane: &Plane) -> Spread {
        let principal = spread.covariance.principal();
        let path = paths.spread.at(spread.place());
        let cell = plane.cell_m(principal.axes, spread.place().place());
        let extent = [0, 1].map(|i| (cell[i].powi(2) + 12.0 * path.along(principal.axes[i])).sqrt());
        let h = width::relative_width(principal.variances, extent, paths.effective_particles);
        let mut kernel = *spread;
        kernel.covariance = spread.covariance.scaled((self.smooth_factor * h).powi(2));
        kernel
    }
}

impl Kernels {
    fn of(&self, deposit: &Deposit) -> Ellipse {
        let spread = self.by_age.get(&deposit.age).or(self.fallback.as_ref());
        spread.map_or(Ellipse::default(), |spread| spread.at(SpherePoint::from(deposit.place)))
    }
}

impl Ground {
    /// The covariance of a deposit's kernel in metres, and in columns and rows; none where the projection has no derivative.
    fn kernel_of(&self, deposit: &Deposit) -> (Ellipse, Ellipse) {
        let metres = self.kernels.of(deposit);
        (metres, self.plane.in_cells(metres, deposit.place).unwrap_or_default())
    }

    fn stamp(&self, deposit: &Deposit, levels: &Levels, stack: &mut Stack, space: &mut Space) -> bool {
        let (metres, cells) = self.kernel_of(deposit);
        let (number, to_sample) = levels.for_kernel(cells);
        let level = &levels.all[number];
        if levels.turn.is_some() && cells.least() > 0.0 && is_polar(deposit.place.lat_deg, metres.yy.sqrt()) {
            let kernel = PolarKernel {
                levels,
                level,
                place: deposit.place,
                ellipse: metres,
            };
            return kernel.stamp(stack.map(levels, number), deposit.foot);
        }
        let kernel = Kernel {
            level,
            spot: level.spot(levels.on_grid([deposit.x, deposit.y])),
            to_sample,
            exact: cells,
        };
        kernel.stamp(stack.map(levels, number), deposit.foot, levels.turn, space)
    }
}
