//! Meteorology for physics mode: the source's own levels, heights above ground by the hypsometric equation with virtual
//! temperature, winds in m s⁻¹, and per column what drives its boundary layer.

mod column;
mod columns;
mod poles;
pub mod snapshot;
mod source;
mod vertical_motion;

use crate::error::Result;
use crate::met::MetDescription;
use crate::met::derive::DeriveOptions;
use crate::met::plan::Plan;
use crate::met::stored::StoredSnapshot;
use crate::met::tiles::Tiles;
use columns::NativeColumns;
use snapshot::NativeSnapshot;

/// The native snapshot of one time.
///
/// # Errors
/// [`Error::MetField`](crate::Error::MetField) if a field is missing that cannot be derived.
pub(super) fn derive_native(
    description: &MetDescription,
    plan: &Plan,
    raw: StoredSnapshot,
    options: &DeriveOptions,
) -> Result<NativeSnapshot> {
    let columns = NativeColumns::take(description, plan, raw, options)?;
    Ok(NativeSnapshot {
        level_count: columns.level_count(),
        columns: Tiles::new(columns, (description.grid.nx, description.grid.ny)),
    })
}
