//! The fields of one time by quantity and level, as they were read.

use std::collections::BTreeMap;

use ndarray::{Array2, Zip};

use super::field::{FieldSource, WindAxes};
use super::inventory::{FieldId, LevelKey, Terms};
use super::quantity::Quantity;
use crate::error::{Error, Result};
use crate::met::projection::MetGrid;

/// Fields in the units of their quantities, winds along the grid's axes.
#[derive(Debug, Default)]
pub(super) struct Values {
    fields: BTreeMap<(Quantity, LevelKey), Array2<f32>>,
}

/// A quantity on a level, and what it is the sum of.
pub(super) type Wanted = (Quantity, LevelKey, Terms);

impl Values {
    /// Reads what is wanted, each field once.
    ///
    /// # Errors
    /// Those of the sources; [`Error::Format`] if a field has another shape than the grid.
    pub fn read(sources: &mut [Box<dyn FieldSource>], wanted: &[Wanted]) -> Result<Self> {
        let mut read: BTreeMap<FieldId, Array2<f32>> = BTreeMap::new();
        let mut uses: BTreeMap<FieldId, usize> = BTreeMap::new();
        for (id, _) in wanted.iter().flat_map(|(.., terms)| terms) {
            *uses.entry(*id).or_default() += 1;
        }
        for (source, holder) in sources.iter_mut().enumerate() {
            let places: Vec<usize> = uses
                .keys()
                .filter(|id| id.source == source)
                .map(|id| id.field)
                .collect();
            if places.is_empty() {
                continue;
            }
            let shape = (holder.grid().ny, holder.grid().nx);
            for (&field, values) in places.iter().zip(holder.read(&places)?) {
                if values.dim() != shape {
                    let found = values.dim();
                    return Err(Error::format(
                        holder.name(),
                        format!("a field has shape {found:?}, the grid {shape:?}"),
                    ));
                }
                read.insert(FieldId { source, field }, values);
            }
        }
        let mut values = Self::default();
        for (quantity, level, terms) in wanted {
            let field = match terms.as_slice() {
                [(id, 1.0)] if uses.get(id) == Some(&1) => read.remove(id),
                _ => sum(&read, terms),
            };
            values.fields.extend(field.map(|field| ((*quantity, *level), field)));
        }
        values.turn(sources, wanted);
        Ok(values)
    }

    /// Winds and stresses that lie along meridians and parallels are turned to the axes of the grid.
    fn turn(&mut self, sources: &[Box<dyn FieldSource>], wanted: &[Wanted]) {
        let mut north = None;
        for (along_x, level, terms) in wanted {
            let Some(along_y) = along_x.along_y() else { continue };
            let Some((id, _)) = terms.first() else { continue };
            let holder = &sources[id.source];
            if holder.wind_axes(id.field) == WindAxes::Grid || holder.grid().is_lat_lon() {
                continue;
            }
            let Some(mut u) = self.fields.remove(&(*along_x, *level)) else {
                continue;
            };
            if let Some(v) = self.fields.get_mut(&(along_y, *level)) {
                let north = north.get_or_insert_with(|| directions(holder.grid()));
                Zip::from(&mut u).and(v).and(&*north).for_each(|u, v, &(px, py)| {
                    (*u, *v) = (py * *u + px * *v, py * *v - px * *u);
                });
            }
            self.fields.insert((*along_x, *level), u);
        }
    }

    pub fn surface(&self, quantity: Quantity) -> Option<&Array2<f32>> {
        self.fields.get(&(quantity, LevelKey::Surface))
    }

    pub fn take(&mut self, quantity: Quantity, level: LevelKey) -> Option<Array2<f32>> {
        self.fields.remove(&(quantity, level))
    }
}

fn sum(read: &BTreeMap<FieldId, Array2<f32>>, terms: &Terms) -> Option<Array2<f32>> {
    let mut total: Option<Array2<f32>> = None;
    for (id, factor) in terms {
        let (field, factor) = (read.get(id)?, *factor as f32);
        match &mut total {
            Some(total) => total.scaled_add(factor, field),
            None => total = Some(field * factor),
        }
    }
    total
}

/// The direction of north at each point, along x and y: what turns (0, 1) into it.
fn directions(grid: &MetGrid) -> Array2<(f32, f32)> {
    Array2::from_shape_fn((grid.ny, grid.nx), |(j, i)| {
        let (px, py) = grid.grid_wind(i as f64, j as f64, 0.0, 1.0);
        (px as f32, py as f32)
    })
}
