//! Meteorology for physics mode: the source's own levels, heights above ground by the hypsometric equation with virtual
//! temperature, winds in m s⁻¹, and per column what drives its boundary layer.

mod column;
mod poles;
pub mod snapshot;
mod source;
mod vertical_motion;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::met::derive::DeriveOptions;
use crate::met::plan::Plan;
use crate::met::roughness::natural_roughness_m;
use crate::met::{MetDescription, RawSnapshot};
use column::{ColumnMaker, PhysicsColumn};
use snapshot::{ColumnScales, NativeFields, NativeSnapshot, SURFACE_LEVELS};
use source::SourceFields;
use vertical_motion::Relief;

/// Least roughness length that a source may state, m.
const MIN_ROUGHNESS_M: f64 = 1e-4;
/// Largest roughness length that is used, m; the wind at 10 m must make sense.
const MAX_ROUGHNESS_M: f64 = 3.0;

/// Makes the native snapshot of one time. Columns are worked in parallel.
///
/// # Errors
/// [`Error::MetField`] if a field is missing that cannot be derived, or if a column cannot be used.
pub(super) fn derive_native(
    description: &MetDescription,
    plan: &Plan,
    raw: &RawSnapshot,
    options: &DeriveOptions,
) -> Result<NativeSnapshot> {
    let grid = &description.grid;
    let maker = ColumnMaker {
        fields: SourceFields::new(description, plan, raw)?,
        plan,
        options,
    };
    let level_count = SURFACE_LEVELS + maker.fields.level_count();
    let columns = grid.nx * grid.ny;
    let mut fields = vec![NativeFields::default(); columns * level_count];
    let mut scales = vec![ColumnScales::default(); columns];
    let mut relief = vec![Relief::default(); columns];
    fields
        .par_chunks_mut(level_count)
        .zip(&mut scales)
        .zip(&mut relief)
        .enumerate()
        .try_for_each_init(PhysicsColumn::default, |column, (index, ((fields, scales), relief))| {
            let (i, j) = (index % grid.nx, index / grid.nx);
            let roughness_m = maker
                .fields
                .surface(plan.roughness, (j, i))
                .unwrap_or_else(|| natural_roughness_m(grid.place_at(i as f64, j as f64)))
                .clamp(MIN_ROUGHNESS_M, MAX_ROUGHNESS_M);
            let found = maker
                .fill(column, (j, i), roughness_m)
                .map_err(|problem| Error::MetField {
                    source_name: description.source.display().to_string(),
                    field: problem.to_owned(),
                    needed_for: format!("column ({}, {}) at {} cannot be used", i + 1, j + 1, raw.time),
                })?;
            column.write(fields);
            *scales = ColumnScales {
                cell_m: grid.cell_size_m(i as f64, j as f64).1 as f32,
                ..found
            };
            *relief = Relief {
                terrain_m: column.source.terrain_m,
                first_native: column.first_native(),
                levels: column
                    .source
                    .levels
                    .iter()
                    .map(|l| (l.height_m as f32, l.pressure_hpa as f32))
                    .collect(),
            };
            Ok::<(), Error>(())
        })?;
    vertical_motion::make_relative(&mut fields, &relief, level_count, grid, plan.vertical_wind);
    poles::unify(&mut fields, level_count, grid);
    Ok(NativeSnapshot {
        level_count,
        fields,
        scales,
        nx: grid.nx,
    })
}
