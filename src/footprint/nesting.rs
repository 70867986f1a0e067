//! Grids within grids: each record counts once, on the finest that holds it.

use std::collections::HashSet;

use super::gridder::batches;
use super::{Footprint, Gridder};
use crate::error::{Error, Result};
use crate::grid::{Axes, Grid};
use crate::gridding::{EarlySteps, GriddingMode};
use crate::receptor::Receptor;
use crate::trajectory::Trajectories;

/// Grids that are filled together, block by block.
///
/// Among grids that are nested in each other ([`Gridding::nested_in`](crate::Gridding)) a record goes to the innermost
/// that holds the whole of its kernel, the one listed first if several do, and else to the outermost: nothing is
/// counted twice, whatever their projections and edges, and the footprints of a nest add up to the one that the outermost
/// grid would have alone. Grids that stand alone take everything.
///
/// *Budget*: that of an inner grid counts the records that it took, that of the outermost all others.
pub struct GridSet {
    gridders: Vec<Gridder>,
    /// Grids of each nest, the outermost last.
    nests: Vec<Vec<usize>>,
}

/// Whether a grid of a nest takes what it holds whole, or all that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Inner,
    Outermost,
}

/// Records that a nest has counted, by particle and time.
#[derive(Default)]
pub(super) struct Counted(HashSet<(usize, u64)>);

impl Counted {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn holds(&self, particle: usize, time_min: f64) -> bool {
        self.0.contains(&(particle, time_min.to_bits()))
    }

    pub fn add(&mut self, particle: usize, time_min: f64) {
        self.0.insert((particle, time_min.to_bits()));
    }
}

impl GridSet {
    /// For an ensemble of so many particles.
    ///
    /// # Errors
    /// Those of [`check_nesting`] and [`Gridder::new`].
    pub fn new(grids: &[Grid], receptor: &Receptor, particles: usize) -> Result<Self> {
        let nests = nests(grids)?;
        let mut gridders = Vec::with_capacity(grids.len());
        for (index, grid) in grids.iter().enumerate() {
            let is_outermost = nests.iter().any(|nest| nest.last() == Some(&index));
            let place = if is_outermost { Place::Outermost } else { Place::Inner };
            gridders.push(Gridder::new(grid, receptor, particles)?.placed(place));
        }
        Ok(Self { gridders, nests })
    }

    /// Adds the records of some consecutive times.
    ///
    /// # Errors
    /// As [`Gridder::add`].
    pub fn add(&mut self, block: &Trajectories) -> Result<()> {
        for times in batches(block) {
            self.gridders
                .iter_mut()
                .try_for_each(|gridder| gridder.see(block, times.clone()))?;
            self.grid_parts(Gridder::is_ready)?;
        }
        Ok(())
    }

    /// The footprints, in the order of their grids.
    ///
    /// # Errors
    /// As [`Gridder::add`].
    pub fn finish(mut self) -> Result<Vec<Footprint>> {
        self.gridders.iter_mut().for_each(Gridder::end_early);
        self.grid_parts(Gridder::has_parts)?;
        self.gridders.into_iter().map(Gridder::into_footprint).collect()
    }

    fn grid_parts(&mut self, ready: impl Fn(&Gridder) -> bool) -> Result<()> {
        for nest in &self.nests {
            while nest.iter().all(|&grid| ready(&self.gridders[grid])) {
                let mut counted = Counted::default();
                nest.iter()
                    .try_for_each(|&grid| self.gridders[grid].grid_next(&mut counted))?;
            }
        }
        Ok(())
    }
}

/// Grids an ensemble on several grids, nested ones as [`GridSet`] says.
///
/// # Errors
/// As [`GridSet::new`] and [`GridSet::add`].
pub fn grid_particles_on(trajectories: &Trajectories, grids: &[Grid]) -> Result<Vec<Footprint>> {
    let mut set = GridSet::new(grids, &trajectories.receptor, trajectories.particle_count())?;
    set.add(trajectories)?;
    set.finish()
}

/// Refuses grids that cannot be nested as they say.
///
/// # Errors
/// [`Error::Config`] for the key `nested_in` if there is no such grid, if grids are nested in each other in a circle, if a
/// grid reaches beyond the one it is nested in or differs from it in its layers, measure or mode, or if the mode or its
/// quirks cannot be nested; the errors of [`Grid::axes`].
pub fn check_nesting(grids: &[Grid]) -> Result<()> {
    nests(grids).map(|_| ())
}

/// Grids of each nest, the deepest first.
fn nests(grids: &[Grid]) -> Result<Vec<Vec<usize>>> {
    let depths: Vec<(usize, usize)> = (0..grids.len()).map(|grid| depth(grids, grid)).collect::<Result<_>>()?;
    let mut nests: Vec<Vec<usize>> = vec![Vec::new(); grids.len()];
    for (grid, (outermost, _)) in depths.iter().enumerate() {
        nests[*outermost].push(grid);
    }
    nests.retain(|nest| !nest.is_empty());
    for nest in &mut nests {
        nest.sort_by_key(|&grid| std::cmp::Reverse(depths[grid].1));
    }
    Ok(nests)
}

/// The outermost grid around a grid, and how many steps out it is.
fn depth(grids: &[Grid], inner: usize) -> Result<(usize, usize)> {
    let (mut grid, mut steps) = (inner, 0);
    while let Some(outer) = outer_of(grids, grid)? {
        check_pair(&grids[grid], &grids[outer])?;
        (grid, steps) = (outer, steps + 1);
        if steps > grids.len() {
            return Err(refused(
                &grids[inner],
                "grids are nested in each other in a circle: leave out one of them",
            ));
        }
    }
    Ok((grid, steps))
}

fn outer_of(grids: &[Grid], inner: usize) -> Result<Option<usize>> {
    let Some(name) = &grids[inner].gridding.nested_in else {
        return Ok(None);
    };
    let found = grids.iter().position(|grid| grid.name == *name);
    let names: Vec<&str> = grids.iter().map(|grid| grid.name.as_str()).collect();
    let unknown = || {
        refused(
            &grids[inner],
            &format!("no grid of this name; there are {}", names.join(", ")),
        )
    };
    found.map(Some).ok_or_else(unknown)
}

fn refused(inner: &Grid, allowed: &str) -> Error {
    let name = inner.gridding.nested_in.clone().unwrap_or_default();
    Error::config(format!("grid.{}.nested_in", inner.name), name, allowed)
}

fn check_pair(inner: &Grid, outer: &Grid) -> Result<()> {
    let (a, b) = (&inner.gridding, &outer.gridding);
    let alike = [
        ("layer_min", a.layer_min == b.layer_min),
        ("time_integrate", inner.time_integrate == outer.time_integrate),
        ("measure", a.measure == b.measure),
        ("gridding", a.mode == b.mode),
    ];
    if let Some((key, _)) = alike.iter().find(|(_, same)| !same) {
        return Err(refused(inner, &format!("a grid of the same {key}: give both the same")));
    }
    if a.mode == Some(GriddingMode::Icos) {
        return Err(refused(
            inner,
            "the cells of gridding = \"icos\" grow by themselves: do not nest them",
        ));
    }
    if [a, b].iter().any(|g| g.compat.early_steps == EarlySteps::Split) {
        let allowed = "early_steps = \"split\" makes other records for each grid: use \"as_recorded\"";
        return Err(refused(inner, allowed));
    }
    match holds(&outer.axes()?, &inner.axes()?) {
        true => Ok(()),
        false => Err(refused(
            inner,
            "a grid that holds all of this one: this one reaches beyond it",
        )),
    }
}

/// Whether the corners of all cells along the rim of a grid lie within another.
fn holds(outer: &Axes, inner: &Axes) -> bool {
    const ROUNDING: f64 = 1e-6;
    let (x, y) = (inner.x_edges(), inner.y_edges());
    let outer_of = |edges: &[f64]| [edges[0], edges[edges.len() - 1]];
    let ([west, east], [south, north]) = (outer_of(&outer.x_edges()), outer_of(&outer.y_edges()));
    let within = |&(x, y): &(f64, f64)| {
        let (lon, lat) = inner.crs.inverse(x, y);
        let (x, y) = outer.crs.forward(outer.frame_longitude(lon), lat);
        let is_ring = outer.crs.is_longlat() && east - west > 360.0 - ROUNDING;
        // the frame's cut may take the eastern edge to the western one
        let x_fits = |x: f64| x >= west - ROUNDING * outer.dx && x <= east + ROUNDING * outer.dx;
        let fits_x = is_ring || x_fits(x) || (outer.crs.is_longlat() && (x_fits(x + 360.0) || x_fits(x - 360.0)));
        fits_x && y >= south - ROUNDING * outer.dy && y <= north + ROUNDING * outer.dy
    };
    let [x_low, x_high] = outer_of(&x);
    let [y_low, y_high] = outer_of(&y);
    let rows = x.iter().flat_map(|&x| [(x, y_low), (x, y_high)]);
    let columns = y.iter().flat_map(|&y| [(x_low, y), (x_high, y)]);
    rows.chain(columns).all(|corner| within(&corner))
}
