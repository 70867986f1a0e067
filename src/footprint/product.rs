//! Finished layers of a footprint.

use ndarray::{Array2, Array3};

use super::age::{AgeSpectrum, Ages};
use super::canvas::Layer;
use super::gridder::Deposit;
use super::sampling::{GroupDeposit, Sampling};
use super::spreader::Spreader;
use crate::error::{Error, Result};
use crate::grid::Grid;

/// Most values of one footprint (4 GB).
const MAX_VALUES: usize = 500_000_000;

/// Layers as they are finished, outward from the receptor: of each, only the part that is not 0.
pub(super) struct Product {
    particles: usize,
    /// Rows and columns of the grid.
    shape: (usize, usize),
    numbers: Vec<i64>,
    layers: Vec<Layer>,
    deposits: Vec<GroupDeposit>,
    ages: Ages,
    /// The layer on the canvas: its number, and its deposits by cell and group.
    open: Option<(i64, Vec<GroupDeposit>)>,
}

/// All layers, ascending in time.
pub(super) struct Layers {
    pub numbers: Vec<i64>,
    pub foot: Array3<f64>,
    pub stderr: Option<Array3<f64>>,
    pub sampling: Option<Sampling>,
    pub age: AgeSpectrum,
    /// Sum of all values.
    pub total: f64,
}

impl Product {
    pub fn new(particles: usize, shape: (usize, usize), ages: Ages) -> Self {
        Self {
            particles,
            shape,
            numbers: Vec::new(),
            layers: Vec::new(),
            deposits: Vec::new(),
            ages,
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
    pub fn sample(&mut self, deposits: &[Deposit], sizes: &[f64]) {
        let (ny, nx) = self.shape;
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

    /// Notes how old the influence of each group is; `release_min` by particle.
    pub fn note_ages(&mut self, deposits: &[Deposit], release_min: &[f64], groups: usize) {
        let (ny, nx) = self.shape;
        for d in deposits {
            let is_inside = (0..nx as i64).contains(&d.column) && (0..ny as i64).contains(&d.row);
            let flown_min = d.time_min - release_min[d.particle];
            self.ages.note(d.particle % groups, flown_min, d.foot, is_inside);
        }
    }

    /// Takes the layer off the canvas.
    ///
    /// # Errors
    /// [`Error::Config`] if there are too many.
    pub fn close_layer(&mut self, spreader: &mut Spreader, grid: &Grid) -> Result<()> {
        let Some((number, samples)) = self.open.take() else {
            return Ok(());
        };
        let (layers, (ny, nx)) = (self.numbers.len(), self.shape);
        if (layers + 1) * ny * nx > MAX_VALUES {
            let allowed = format!(
                "more than {layers} layers of {nx} x {ny} cells are too many to hold: use time_integrate = true, larger \
                 cells or a smaller area"
            );
            return Err(Error::config(format!("grid.{}.dx", grid.name), grid.dx, allowed));
        }
        self.numbers.push(number);
        let layer = spreader.finish_layer();
        self.ages.close_layer(&layer.by_group);
        self.layers.push(layer);
        self.deposits.extend(samples);
        Ok(())
    }

    /// All layers; an integrated footprint has one, also without any record.
    pub fn finish(mut self, integrated: bool, sizes: &[f64]) -> Layers {
        if self.numbers.last() < self.numbers.first() {
            self.numbers.reverse();
            self.layers.reverse();
            let count = self.layers.len() as u32;
            for deposit in &mut self.deposits {
                deposit.layer = count - 1 - deposit.layer;
            }
            self.deposits.sort_by_key(|d| d.layer);
        }
        if integrated && self.numbers.is_empty() {
            self.numbers.push(0);
        }
        let groups = self.layers.first().map_or(0, |layer| layer.by_group.len());
        let is_sampled = groups > 1;
        let by_group = |(k, g): (usize, usize)| self.layers[k].by_group[g];
        Layers {
            foot: self.cube(|layer| &layer.foot),
            stderr: is_sampled.then(|| self.cube(|layer| &layer.stderr)),
            sampling: is_sampled.then(|| Sampling {
                particles: self.particles,
                layer_foot: Array2::from_shape_fn((self.layers.len(), groups), by_group),
                deposits: std::mem::take(&mut self.deposits),
            }),
            age: self.ages.spectrum(sizes),
            total: self.layers.iter().map(|layer| layer.foot.iter().sum::<f64>()).sum(),
            numbers: self.numbers,
        }
    }

    fn cube(&self, values: impl Fn(&Layer) -> &[f64]) -> Array3<f64> {
        let (ny, nx) = self.shape;
        let mut cube = Array3::zeros((self.numbers.len(), ny, nx));
        let Some(cells) = cube.as_slice_mut() else { return cube };
        for (map, layer) in cells.chunks_mut(ny * nx).zip(&self.layers) {
            let rows = map.chunks_mut(nx).skip(layer.rows.start);
            for (row, values) in rows.zip(values(layer).chunks(layer.columns.len().max(1))) {
                row[layer.columns.clone()].copy_from_slice(values);
            }
        }
        cube
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
