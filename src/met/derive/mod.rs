//! From the fields of a source to what transport needs: common levels, derived quantities, turbulence profiles.

mod column;
pub(crate) mod columns;
mod options;

use crate::error::Result;
use crate::met::extra::Extra;
use crate::met::levels::Levels;
use crate::met::physics::derive_native;
use crate::met::physics::snapshot::NativeSnapshot;
pub use crate::met::plan::Derivation;
use crate::met::plan::Plan;
use crate::met::snapshot::Snapshot;
use crate::met::tiles::Tiles;
use crate::met::{MetDescription, StoredSnapshot};
use crate::mode::Mode;
use columns::InternalColumns;
pub use options::{DeriveOptions, MixingHeight};

/// What [`derive()`] takes each quantity from, without reading any field.
///
/// # Errors
/// As [`derive()`].
pub fn derivations(description: &MetDescription, options: &DeriveOptions) -> Result<Vec<Derivation>> {
    Ok(Plan::new(description, options)?.describe(options))
}

/// Makes a snapshot from the fields of a time ([`RawSnapshot`](crate::met::RawSnapshot)). Its columns are made when they are first looked at, unless the options ask for
/// something that depends on their neighbours or for variables on levels: then all are made at once.
///
/// # Errors
/// [`Error::MetField`](crate::Error::MetField) if a field is missing that cannot be derived. A column that cannot be
/// used is told by [`Snapshot::check`].
pub fn derive(
    description: &MetDescription,
    raw: impl Into<StoredSnapshot>,
    options: &DeriveOptions,
) -> Result<Snapshot> {
    let raw = raw.into();
    let plan = Plan::new(description, options)?;
    let (grid, time) = (&description.grid, raw.time);
    let levels = Levels::choose(description.levels.len() - 1, options.model_top_m);
    if options.mode == Mode::Physics {
        let native = derive_native(description, &plan, raw, options)?;
        return Ok(Snapshot::native(time, grid, levels, native));
    }
    let shape = (grid.nx, grid.ny, levels.count());
    let (wanted, mut extra) = Extra::prepare(description, options.variables, &raw, shape)?;
    let columns = InternalColumns::take(description, &plan, raw, levels.clone(), options)?;
    let mut snapshot = Snapshot {
        prescribed_times: options.turbulence.times.is_some(),
        ..Snapshot::native(time, grid, levels, NativeSnapshot::default())
    };
    if options.looks_beyond_columns() || wanted.has_levels() {
        let (mut tables, followed) = columns.make_all(&wanted, &mut extra)?;
        snapshot.add_gradients(&mut tables, &followed, grid, options);
        snapshot.columns = Tiles::made(tables, (grid.nx, grid.ny));
    } else {
        snapshot.columns = Tiles::new(columns, (grid.nx, grid.ny));
    }
    snapshot.extra = extra;
    Ok(snapshot)
}
