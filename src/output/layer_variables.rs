//! Layers of a footprint in a file: cells without influence take neither space nor time.

use std::ops::Range;
use std::path::Path;

use hdf5_metno::file::FileCloseDegree;
use ndarray::{Array3, ArrayView1, ArrayView2, Axis};
use netcdf::FileMut;

use super::DEFLATE_LEVEL;
use super::attributes::{Attribute, Reader, put};
use super::grid_axes::axis_names;
use crate::error::Result;
use crate::grid::Axes;

/// Largest side of a chunk, cells.
const CHUNK: usize = 128;

/// Writes what is not 0 of each layer; all other cells are never written.
pub(super) fn put_layers(
    file: &mut FileMut,
    (name, attributes): (&str, Vec<Attribute>),
    values: &Array3<f64>,
    axes: &Axes,
) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let mut variable = file.add_variable::<f32>(name, &["time", y, x])?;
    let shape: Vec<usize> = variable.dimensions().iter().map(netcdf::Dimension::len).collect();
    if values.shape() != shape {
        return Err(format!(
            "{name} has {:?} layers, rows and columns, not {shape:?}",
            values.shape()
        )
        .into());
    }
    variable.set_chunking(&[1, chunk_side(axes.ny), chunk_side(axes.nx)])?;
    variable.set_compression(DEFLATE_LEVEL, true)?;
    variable.set_fill_value(0.0_f32)?;
    put(&mut variable, attributes)?;
    for (k, layer) in values.outer_iter().enumerate() {
        let (rows, columns) = touched(layer);
        if rows.is_empty() {
            continue;
        }
        let window = layer.slice_axis(Axis(0), rows.clone().into());
        let window = window.slice_axis(Axis(1), columns.clone().into());
        let single: Vec<f32> = window.iter().map(|&value| value as f32).collect();
        variable.put_values(&single, (k, rows, columns))?;
    }
    Ok(())
}

/// Chunks of one size that reach beyond the edge as little as can be.
const fn chunk_side(cells: usize) -> usize {
    cells.div_ceil(cells.div_ceil(CHUNK))
}

/// Rows and columns outside which a layer is 0.
fn touched(layer: ArrayView2<'_, f64>) -> (Range<usize>, Range<usize>) {
    // no early end: several cells of a row of zeros are seen at once
    let is_touched = |row: &ArrayView1<'_, f64>| row.iter().fold(0, |bits, value| bits | value.to_bits()) != 0;
    let mut window = (0..0, 0..0);
    for (j, row) in layer.outer_iter().enumerate().filter(|(_, row)| is_touched(row)) {
        let first = row.iter().position(|value| *value != 0.0).unwrap_or(0);
        let end = row.iter().rposition(|value| *value != 0.0).map_or(0, |last| last + 1);
        window = match window {
            (rows, _) if rows.is_empty() => (j..j + 1, first..end),
            (rows, columns) => (rows.start..j + 1, first.min(columns.start)..end.max(columns.end)),
        };
    }
    window
}

/// Takes the attribute `_FillValue` off variables of a file that is open and up to date: what was never written reads as
/// 0, and that is a value, not a gap. The netCDF library has no fill value without the attribute, HDF5 has.
pub(super) fn zero_where_unwritten<'a>(path: &Path, variables: impl Iterator<Item = &'a str>) -> std::io::Result<()> {
    let take_off = || {
        let file = open_again(path)?;
        for variable in variables {
            file.dataset(variable)?.delete_attr("_FillValue")?;
        }
        file.close()
    };
    take_off().map_err(std::io::Error::other)
}

/// A file that the netCDF library holds open: HDF5 asks for the way of closing that the library has chosen, which is not
/// the same in all its versions.
fn open_again(path: &Path) -> hdf5_metno::Result<hdf5_metno::File> {
    let open = |degree| {
        hdf5_metno::File::with_options()
            .with_fapl(|access| access.fclose_degree(degree))
            .open_rw(path)
    };
    open(FileCloseDegree::Weak)
        .or_else(|_| open(FileCloseDegree::Semi))
        .or_else(|_| open(FileCloseDegree::Strong))
}

/// The layers of [`put_layers`].
pub(super) fn read_layers(reader: &Reader<'_>, name: &str, shape: [usize; 3]) -> Result<Array3<f64>> {
    if reader.shape(name)? != shape {
        return Err(reader.lacks(&format!("{name} of {shape:?}")));
    }
    let values = reader.values::<f32>(name)?.into_iter().map(f64::from).collect();
    Array3::from_shape_vec(shape, values).map_err(|e| reader.lacks(&format!("whole {name} ({e})")))
}
