//! Stores, read back: footprints one by one, or the Jacobian of some receptors.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, Array3};
use netcdf::types::NcTypeDescriptor;

use super::layout::{BUDGET, ID_BYTES, LAYOUT, SPARSE_ROWS};
use super::write::Kind;
use super::{Jacobian, Row, Span};
use crate::error::{Error, Result};
use crate::footprint::{Footprint, GroupDeposit, MassBudget, Sampling};
use crate::grid::Grid;
use crate::netcdf_file::on_netcdf_thread;
use crate::output::RunAttributes;
use crate::output::attributes::{Reader, read_run};
use crate::output::grid_attributes::read_grid;
use crate::receptor::Receptor;
use crate::time::UtcTime;

/// A store, open: its receptors and layers are in memory, its entries on disk until asked for.
pub struct Store {
    path: PathBuf,
    file: netcdf::File,
    run: RunAttributes,
    kind: Kind,
    /// Rows and columns of the grid.
    shape: (usize, usize),
    receptors: Vec<Receptor>,
    budgets: Vec<MassBudget>,
    particles: Vec<usize>,
    /// Layers of each receptor.
    layers: Vec<Range<usize>>,
    spans: Vec<Span>,
    /// First entry of each layer, and their number.
    entry_start: Vec<usize>,
    /// First sample of each layer, and their number.
    sample_start: Vec<usize>,
    by_id: HashMap<String, usize>,
}

impl Store {
    /// Opens a store.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`], or [`Error::Format`] if it is not a store or not whole.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        on_netcdf_thread(|| open(path))
    }

    /// Whether a file says that it is a store.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::NetCdf`] if it cannot be opened.
    pub fn is_store(path: impl AsRef<Path>) -> Result<bool> {
        let path = path.as_ref();
        on_netcdf_thread(|| Ok(Reader::open(path, "store")?.has(LAYOUT)))
    }

    /// The grid of all its footprints.
    pub const fn grid(&self) -> &Grid {
        &self.kind.grid
    }

    /// The run that made them.
    pub const fn run(&self) -> &RunAttributes {
        &self.run
    }

    /// Its receptors, in the order of the file.
    pub fn receptors(&self) -> &[Receptor] {
        &self.receptors
    }

    /// Where the receptor of an id stands.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Receptors of a span of time, by their own times.
    pub fn within(&self, span: &Span) -> Vec<usize> {
        (0..self.receptors.len())
            .filter(|&k| span.contains(&self.receptors[k].time))
            .collect()
    }

    /// The footprint of a receptor, as its own file would hold it, but for the spectrum of ages.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such receptor; [`Error::NetCdf`] or [`Error::Format`] if the file is damaged.
    pub fn footprint(&self, receptor: usize) -> Result<Footprint> {
        self.require(&[receptor])?;
        on_netcdf_thread(|| self.read_footprint(receptor))
    }

    /// All footprints, in the order of the file.
    pub fn footprints(&self) -> impl Iterator<Item = Result<Footprint>> {
        (0..self.receptors.len()).map(|receptor| self.footprint(receptor))
    }

    /// The Jacobian of some receptors: one row for each of their layers, one column for each cell.
    ///
    /// It takes twelve bytes for each entry; of a year of hourly footprints, take spans ([`Store::within`]).
    ///
    /// # Errors
    /// [`Error::Config`] if there is no such receptor or the footprints count time in place of influence;
    /// [`Error::NetCdf`] or [`Error::Format`] if the file is damaged.
    pub fn jacobian(&self, receptors: &[usize]) -> Result<Jacobian> {
        self.require(receptors)?;
        self.kind.grid.require_influence()?;
        let mut jacobian = Jacobian {
            rows: Vec::new(),
            row_start: vec![0],
            column: Vec::new(),
            value: Vec::new(),
            columns: self.shape.0 * self.shape.1,
        };
        for &receptor in receptors {
            let layers = self.layers[receptor].clone();
            let first = jacobian.column.len();
            let (cells, values) = on_netcdf_thread(|| self.entries(layers.clone()))?;
            jacobian.column.extend(cells.into_iter().map(|cell| cell as u64));
            jacobian.value.extend(values);
            for layer in layers.clone() {
                let end = self.entry_start[layer + 1] - self.entry_start[layers.start];
                jacobian.row_start.push(first + end);
                jacobian.rows.push(Row {
                    receptor_id: self.receptors[receptor].id.clone(),
                    span: self.spans[layer].clone(),
                });
            }
        }
        Ok(jacobian)
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind.clone()
    }

    fn require(&self, receptors: &[usize]) -> Result<()> {
        match receptors.iter().find(|&&k| k >= self.receptors.len()) {
            None => Ok(()),
            Some(beyond) => Err(Error::config(
                "receptor of a store",
                beyond,
                format!("{} has {}, counted from 0", self.path.display(), self.receptors.len()),
            )),
        }
    }

    fn read_footprint(&self, receptor: usize) -> Result<Footprint> {
        let layers = self.layers[receptor].clone();
        let (rows, columns) = self.shape;
        let dense = |values: &[f32], cells: &[usize]| {
            let mut dense = Array3::zeros((layers.len(), rows, columns));
            let first = self.entry_start[layers.start];
            for (k, layer) in layers.clone().enumerate() {
                for entry in self.entry_start[layer] - first..self.entry_start[layer + 1] - first {
                    let cell = cells[entry];
                    dense[[k, cell / columns, cell % columns]] = f64::from(values[entry]);
                }
            }
            dense
        };
        let (cells, values) = self.entries(layers.clone())?;
        let stderr = match self.kind.with_stderr {
            true => Some(dense(&self.values("foot_stderr", self.entry_range(&layers))?, &cells)),
            false => None,
        };
        let spans = &self.spans[layers.clone()];
        let seconds = |span: &Span| span.end.seconds() - span.start.seconds();
        Ok(Footprint {
            receptor: self.receptors[receptor].clone(),
            grid: self.kind.grid.clone(),
            layer_start: spans.iter().map(|span| span.start).collect(),
            layer_seconds: spans.first().map_or(0, seconds),
            foot: dense(&values, &cells),
            stderr,
            sampling: self.sampling(receptor)?,
            age: None,
            budget: self.budgets[receptor],
        })
    }

    fn entry_range(&self, layers: &Range<usize>) -> Range<usize> {
        self.entry_start[layers.start]..self.entry_start[layers.end]
    }

    /// Cells and values of some layers.
    fn entries(&self, layers: Range<usize>) -> Result<(Vec<usize>, Vec<f32>)> {
        let range = self.entry_range(&layers);
        let cells = self.indices("cell", range.clone(), self.shape.0 * self.shape.1)?;
        Ok((cells, self.values("foot", range)?))
    }

    fn sampling(&self, receptor: usize) -> Result<Option<Sampling>> {
        let Some(groups) = self.kind.groups else {
            return Ok(None);
        };
        let layers = self.layers[receptor].clone();
        let sums = self.rows("group_foot", layers.clone())?;
        let sums = sums.into_iter().map(f64::from).collect();
        let layer_foot = Array2::from_shape_vec((layers.len(), groups), sums)
            .map_err(|e| Error::format(&self.path, format!("group_foot is not whole: {e}")))?;
        let range = self.sample_start[layers.start]..self.sample_start[layers.end];
        let cells = self.indices("sample_cell", range.clone(), self.shape.0 * self.shape.1)?;
        let group_of = self.indices("sample_group", range.clone(), groups)?;
        let foot: Vec<f32> = self.values("sample_foot", range)?;
        let of_layer = |k: usize| self.sample_start[layers.start + k + 1] - self.sample_start[layers.start + k];
        let layer_of = (0..layers.len()).flat_map(|k| std::iter::repeat_n(k, of_layer(k)));
        let deposits = layer_of.zip(cells).zip(group_of).zip(foot);
        let deposits = deposits.map(|(((layer, cell), group), foot)| GroupDeposit {
            layer: layer as u32,
            cell: cell as u32,
            group: group as u32,
            foot,
        });
        Ok(Some(Sampling {
            particles: self.particles[receptor],
            layer_foot,
            deposits: deposits.collect(),
        }))
    }

    fn indices(&self, name: &str, range: Range<usize>, below: usize) -> Result<Vec<usize>> {
        let found: Vec<i32> = self.values(name, range)?;
        let index = |value: i32| usize::try_from(value).ok().filter(|&v| v < below);
        let whole = found.iter().map(|&value| {
            index(value).ok_or_else(|| Error::format(&self.path, format!("{name} holds {value}, not 0 to {below}")))
        });
        whole.collect()
    }

    fn values<T: NcTypeDescriptor + Copy>(&self, name: &str, range: Range<usize>) -> Result<Vec<T>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let variable = self.file.variable(name);
        let variable = variable.ok_or_else(|| Error::format(&self.path, format!("no variable {name}")))?;
        variable.get_values(range).map_err(Error::netcdf(&self.path))
    }

    fn rows(&self, name: &str, range: Range<usize>) -> Result<Vec<f32>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let variable = self.file.variable(name);
        let variable = variable.ok_or_else(|| Error::format(&self.path, format!("no variable {name}")))?;
        variable.get_values((range, ..)).map_err(Error::netcdf(&self.path))
    }
}

fn open(path: &Path) -> Result<Store> {
    let reader = Reader::open(path, "store")?;
    if reader.text(LAYOUT).ok().as_deref() != Some(SPARSE_ROWS) {
        return Err(reader.lacks(&format!("attribute {LAYOUT} = {SPARSE_ROWS:?}")));
    }
    let grid = read_grid(&reader)?;
    let axes = grid.axes()?;
    let has = |name: &str| reader.file.variable(name).is_some();
    let groups = match has("group_foot") {
        true => Some(reader.shape::<2>("group_foot")?[1]),
        false => None,
    };
    let receptors = read_receptors(&reader)?;
    let layer_start = starts(&reader, "receptor_layers", ("receptor", "layer"))?;
    let bounds = reader.values::<f64>("layer_time_bnds")?;
    let time = |seconds: f64| UtcTime::from_seconds(seconds as i64);
    let particles = match groups {
        Some(_) => reader.values::<i32>("particles")?,
        None => vec![0; receptors.len()],
    };
    Ok(Store {
        path: path.to_path_buf(),
        run: read_run(&reader)?,
        shape: (axes.ny, axes.nx),
        budgets: read_budgets(&reader, receptors.len())?,
        particles: particles.into_iter().map(|n| n.unsigned_abs() as usize).collect(),
        layers: layer_start.windows(2).map(|pair| pair[0]..pair[1]).collect(),
        spans: bounds.chunks(2).map(|pair| time(pair[0])..time(pair[1])).collect(),
        entry_start: starts(&reader, "layer_entries", ("layer", "entry"))?,
        sample_start: match groups {
            Some(_) => starts(&reader, "layer_samples", ("layer", "sample"))?,
            None => Vec::new(),
        },
        by_id: (0..).zip(&receptors).map(|(k, r)| (r.id.clone(), k)).collect(),
        receptors,
        kind: Kind {
            grid,
            with_stderr: has("foot_stderr"),
            groups,
        },
        file: reader.file,
    })
}

/// First row of each run of rows from the lengths of the runs, and the number of rows, which must be all.
fn starts(reader: &Reader<'_>, counts: &str, (of, rows): (&str, &str)) -> Result<Vec<usize>> {
    let counts_of = reader.values::<i32>(counts)?;
    let mut starts = vec![0];
    let mut end = 0;
    for count in counts_of {
        end += usize::try_from(count).map_err(|_| reader.lacks(&format!("{counts} from 0, found {count}")))?;
        starts.push(end);
    }
    let length = |name: &str| reader.file.dimension_len(name).unwrap_or(0);
    if starts.len() != length(of) + 1 || end != length(rows) {
        return Err(reader.lacks(&format!("{counts} that adds up to its {} of {rows}", length(rows))));
    }
    Ok(starts)
}

fn read_receptors(reader: &Reader<'_>) -> Result<Vec<Receptor>> {
    let doubles = |name| reader.values::<f64>(name);
    let (times, lon, lat) = (
        doubles("receptor_time")?,
        doubles("receptor_lon")?,
        doubles("receptor_lat")?,
    );
    let height = doubles("receptor_height_agl")?;
    let ids = reader.values::<i8>("receptor_id")?;
    let descriptions = match reader.file.dimension_len("description_byte") {
        None | Some(0) => Vec::new(),
        Some(_) => reader.values::<i8>("receptor_description")?,
    };
    let starts = starts(reader, "receptor_description_bytes", ("receptor", "description_byte"))?;
    let text = |bytes: &[i8]| {
        let bytes = bytes
            .iter()
            .map(|&byte| byte as u8)
            .take_while(|&byte| byte != 0)
            .collect();
        String::from_utf8(bytes).map_err(|_| reader.lacks("text in UTF-8"))
    };
    let receptor = |(k, id): (usize, &[i8])| {
        let time = UtcTime::from_seconds(times[k] as i64);
        match &descriptions[starts[k]..starts[k + 1]] {
            [] => Receptor::new(time, lon[k], lat[k], height[k])?.with_id(text(id)?),
            described => reader.receptor_of(&text(described)?, time),
        }
    };
    ids.chunks(ID_BYTES).enumerate().map(receptor).collect()
}

fn read_budgets(reader: &Reader<'_>, count: usize) -> Result<Vec<MassBudget>> {
    let [total, inside, smeared_out, outside] = BUDGET.map(|(name, _)| reader.values::<f64>(name));
    let (total, inside, smeared_out, outside) = (total?, inside?, smeared_out?, outside?);
    let budget = |k: usize| MassBudget {
        total: total[k],
        inside: inside[k],
        smeared_out: smeared_out[k],
        outside: outside[k],
    };
    Ok((0..count).map(budget).collect())
}
