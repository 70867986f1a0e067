//! Variables that grow along their first dimension, written a few chunks at a time.

use std::collections::BTreeMap;

use netcdf::FileMut;
use netcdf::types::NcTypeDescriptor;

use super::layout::LONG_CHUNK;

/// What is to be written of the variables of one type, by name.
pub(super) struct Lists<T> {
    lists: BTreeMap<&'static str, List<T>>,
}

struct List<T> {
    pending: Vec<T>,
    /// Rows of this writer that are in the file.
    written: usize,
}

impl<T: NcTypeDescriptor + Copy> Lists<T> {
    pub const fn new() -> Self {
        Self { lists: BTreeMap::new() }
    }

    /// The values of a variable that are still to be written, rows one after another.
    pub fn at(&mut self, name: &'static str) -> &mut Vec<T> {
        let list = self.lists.entry(name).or_insert_with(|| List {
            pending: Vec::new(),
            written: 0,
        });
        &mut list.pending
    }

    /// Writes whole chunks or, at the end, all, after the rows that the file had `before`.
    pub fn flush(&mut self, file: &mut FileMut, before: &BTreeMap<String, usize>, all: bool) -> netcdf::Result<()> {
        for (&name, list) in &mut self.lists {
            let mut variable = file.variable_mut(name).ok_or(name)?;
            let dimensions = variable.dimensions();
            let width: usize = dimensions[1..].iter().map(netcdf::Dimension::len).product();
            let first = before.get(&dimensions[0].name()).copied().unwrap_or(0) + list.written;
            let rows = match all {
                true => list.pending.len() / width,
                false => list.pending.len() / width / LONG_CHUNK * LONG_CHUNK,
            };
            if rows == 0 {
                continue;
            }
            let values: Vec<T> = list.pending.drain(..rows * width).collect();
            match dimensions.len() {
                1 => variable.put_values(&values, first..first + rows)?,
                _ => variable.put_values(&values, (first..first + rows, ..))?,
            }
            list.written += rows;
        }
        Ok(())
    }
}
