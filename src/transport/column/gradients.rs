//! What follows from differences between columns: motion along a surface, gain of mass.
//! Snapshots hold these only when asked.

use super::Column;
use super::point::Point;
use super::spot::Spot;
use crate::met::snapshot::{DENSITY, U, V, W};

impl Point<'_, '_> {
    /// w along the followed surface: at every column, wind of the two met times, change between them, and gradients of
    /// the one ahead in the direction of the run, as in the reference whenever it reads both met times anew.
    #[inline(never)]
    pub(super) fn followed_motion(&self, k: usize) -> f32 {
        let (before, after) = (self.cell.bracket.before, self.cell.bracket.after);
        let ahead = if self.cell.bracket.forward { after } else { before };
        let span_s = self.span_s();
        self.blend(|time, c| {
            let at = self.level_index(c, k);
            let change = (after.followed[at].value - before.followed[at].value) / span_s;
            let wind = [U, V].map(|f| self.cell.fields(c)[time][k][f]);
            ahead.followed[at].vertical_velocity(change, wind)
        })
    }

    fn horizontal_source(&self, k: usize) -> f64 {
        let span_s = self.span_s();
        let times = [self.cell.bracket.before, self.cell.bracket.after];
        let source = self.blend(|time, c| {
            let [before, after] = self.cell.fields(c).map(|fields| fields[k][DENSITY]);
            times[time].mass_divergence[self.level_index(c, k)] + (after / before).ln() / span_s
        });
        f64::from(source)
    }

    /// Index of a level of one of the four columns in tables by column and level.
    fn level_index(&self, c: usize, k: usize) -> usize {
        self.cell.flat(c) * self.cell.bracket.before.levels.count() + k
    }

    /// Seconds between the two met times; 1 where they are the same, as nothing changes then.
    fn span_s(&self) -> f32 {
        let minutes = self
            .cell
            .bracket
            .after
            .time
            .minutes_since(self.cell.bracket.before.time);
        if minutes > 0.0 { (60.0 * minutes) as f32 } else { 1.0 }
    }
}

impl Column<'_> {
    /// Mass that the interpolated wind creates at a scaled height, per mass of air, s⁻¹:
    /// ∂ₜ ln ρ + (1/ρ)∇·(ρv) (Lin et al. 2003), zero for winds that satisfy continuity. `None` unless it was asked for.
    #[inline]
    pub fn mass_source_per_s(&self, spot: &Spot) -> Option<f64> {
        let asked_for = !self.cell.bracket.before.mass_divergence.is_empty();
        asked_for.then(|| self.mass_source_at(spot))
    }

    #[inline(never)]
    fn mass_source_at(&self, spot: &Spot) -> f64 {
        let heights = &self.cell.bracket.before.levels.heights_m;
        let (k, part) = (spot.level(), spot.part_in_index());
        let [below, above] = spot.motions();
        let [source_below, source_above] = [k, k + 1].map(|k| self.point().horizontal_source(k));
        if spot.is_below_levels() {
            return source_below + f64::from(below[W]) / heights[0];
        }
        let flux = |level: &[f32; 4]| f64::from(level[DENSITY] * level[W]);
        let density = f64::from(below[DENSITY]) + part * f64::from(above[DENSITY] - below[DENSITY]);
        let vertical = (flux(&above) - flux(&below)) / (heights[k + 1] - heights[k]) / density;
        source_below + part * (source_above - source_below) + vertical
    }
}
