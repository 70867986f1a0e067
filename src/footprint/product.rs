//! Finished layers of a footprint.

use ndarray::{Array2, Array3};

use super::gridder::Deposit;
use super::sampling::{GroupDeposit, Sampling};
use super::spreader::Spreader;
use crate::error::{Error, Result};
use crate::grid::Grid;

/// Most values of one footprint (4 GB).
const MAX_VALUES: usize = 500_000_000;

/// Layers as they are finished, outward from the receptor.
pub(super) struct Product {
    particles: usize,
    numbers: Vec<i64>,
    foot: Vec<f64>,
    stderr: Vec<f64>,
    by_group: Vec<Vec<f64>>,
    deposits: Vec<GroupDeposit>,
    /// The layer on the canvas: its number, and its deposits by cell and group.
    open: Option<(i64, Vec<GroupDeposit>)>,
}

/// All layers, ascending in time.
pub(super) struct Layers {
    pub numbers: Vec<i64>,
    pub foot: Array3<f64>,
    pub stderr: Option<Array3<f64>>,
    pub sampling: Option<Sampling>,
}

impl Product {
    pub const fn new(particles: usize) -> Self {
        Self {
            particles,
            numbers: Vec::new(),
            foot: Vec::new(),
            stderr: Vec::new(),
            by_group: Vec::new(),
            deposits: Vec::new(),
            open: None,
        }
    }

    /// Whether the canvas holds a layer of another number.
    pub fn is_other(&self, layer: i64) -> bool {
        self.open.as_ref().is_some_and(|(open, _)| *open != layer)
    }

    pub fn open_layer(&mut self, layer: i64) {
        self.open.get_or_insert((layer, Vec::new()));
    }

    /// Notes the influence of each group in each cell before it is smoothed.
    pub fn sample(&mut self, deposits: &[Deposit], (ny, nx): (usize, usize), sizes: &[f64]) {
        let Some((_, samples)) = &mut self.open else { return };
        let groups = sizes.len();
        let inside = deposits.iter().filter_map(|d| {
            let is_inside = (0..nx as i64).contains(&d.column) && (0..ny as i64).contains(&d.row);
            let group = d.particle % groups;
            is_inside.then(|| GroupDeposit {
                layer: self.numbers.len() as u32,
                cell: (d.row * nx as i64 + d.column) as u32,
                group: group as u32,
                foot: (d.foot / sizes[group]) as f32,
            })
        });
        samples.extend(inside);
        merge(samples);
    }

    /// Takes the layer off the canvas.
    ///
    /// # Errors
    /// [`Error::Config`] if there are too many.
    pub fn close_layer(&mut self, spreader: &mut Spreader, grid: &Grid) -> Result<()> {
        let Some((number, samples)) = self.open.take() else {
            return Ok(());
        };
        let layer = spreader.finish_layer();
        if self.foot.len() + layer.foot.len() > MAX_VALUES {
            let (layers, (ny, nx)) = (self.numbers.len(), layer.foot.dim());
            let allowed = format!(
                "more than {layers} layers of {nx} x {ny} cells are too many to hold: use time_integrate = true, larger \
                 cells or a smaller area"
            );
            return Err(Error::config(format!("grid.{}.dx", grid.name), grid.dx, allowed));
        }
        self.numbers.push(number);
        self.foot.extend(layer.foot);
        self.stderr.extend(layer.stderr.into_iter().flatten());
        self.by_group.push(layer.by_group);
        self.deposits.extend(samples);
        Ok(())
    }

    /// All layers; an integrated footprint has one, also without any record.
    pub fn finish(mut self, (ny, nx): (usize, usize), integrated: bool) -> Result<Layers> {
        if integrated && self.numbers.is_empty() {
            self.numbers.push(0);
            self.foot = vec![0.0; ny * nx];
        }
        let count = self.numbers.len();
        if self.numbers.last() < self.numbers.first() {
            self.numbers.reverse();
            self.by_group.reverse();
            reverse_layers(&mut self.foot, ny * nx);
            reverse_layers(&mut self.stderr, ny * nx);
            for deposit in &mut self.deposits {
                deposit.layer = count as u32 - 1 - deposit.layer;
            }
            self.deposits.sort_by_key(|d| d.layer);
        }
        let groups = self.by_group.first().map_or(0, Vec::len);
        let whole = |e: ndarray::ShapeError| Error::config("grid", "layers", e.to_string());
        let cube = |values| Array3::from_shape_vec((count, ny, nx), values).map_err(whole);
        let is_sampled = groups > 1;
        let layer_foot = Array2::from_shape_fn((self.by_group.len(), groups), |(k, g)| self.by_group[k][g]);
        Ok(Layers {
            numbers: self.numbers,
            foot: cube(self.foot)?,
            stderr: is_sampled.then(|| cube(self.stderr)).transpose()?,
            sampling: is_sampled.then_some(Sampling {
                particles: self.particles,
                layer_foot,
                deposits: self.deposits,
            }),
        })
    }
}

/// Sorts by cell and group and adds up what belongs together, in the order of its coming.
fn merge(deposits: &mut Vec<GroupDeposit>) {
    deposits.sort_by_key(|d| (d.cell, d.group));
    deposits.dedup_by(|later, kept| {
        let same = (later.cell, later.group) == (kept.cell, kept.group);
        if same {
            kept.foot += later.foot;
        }
        same
    });
}

fn reverse_layers(values: &mut [f64], cells: usize) {
    let layers = values.len() / cells.max(1);
    for k in 0..layers / 2 {
        let (front, back) = values.split_at_mut((layers - 1 - k) * cells);
        front[k * cells..(k + 1) * cells].swap_with_slice(&mut back[..cells]);
    }
}
