//! What a snapshot holds beyond single columns, when the options ask for it.

use crate::met::deformation::{self, HorizontalTurbulence};
use crate::met::derive::DeriveOptions;
use crate::met::derive::columns::ColumnTables;
use crate::met::differences::Neighbours;
use crate::met::divergence;
use crate::met::projection::MetGrid;
use crate::met::snapshot::Snapshot;
use crate::met::vertical_motion::follow;

impl Snapshot {
    /// `followed` is the quantity whose surfaces air keeps to, `[column][level]`; empty if there is none.
    pub(super) fn add_gradients(
        &mut self,
        tables: &mut ColumnTables,
        followed: &[f32],
        grid: &MetGrid,
        options: &DeriveOptions,
    ) {
        let neighbours = Neighbours::of(grid);
        self.followed = follow(followed, &self.levels, neighbours);
        if options.mass_weight {
            self.mass_divergence = divergence::horizontal(&tables.fields, &tables.surface, &self.levels, neighbours);
        }
        if options.horizontal_turbulence == HorizontalTurbulence::Deformation {
            deformation::set_gusts(&mut tables.fields, &tables.surface, neighbours);
        }
    }
}
