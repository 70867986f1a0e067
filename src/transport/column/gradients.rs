//! What follows from differences between columns: motion along a surface, gain of mass.
//! Snapshots hold these only when asked.

use super::Column;
use crate::met::snapshot::{ColumnView, DENSITY, LevelFields, Snapshot, U, V, W};

impl Column<'_> {
    /// A level with the vertical motion that particles take.
    #[inline]
    pub(super) fn moving_level(&self, k: usize) -> LevelFields {
        let mut fields = self.level(k);
        if !self.bracket.before.followed.is_empty() {
            fields[W] = self.followed_motion(k);
        }
        fields
    }

    /// w along the followed surface: at every column, wind of the two met times, change between them, and gradients of
    /// the one ahead in the direction of the run, as in the reference whenever it reads both met times anew.
    fn followed_motion(&self, k: usize) -> f32 {
        let (before, after) = (self.bracket.before, self.bracket.after);
        let ahead = if self.bracket.forward { after } else { before };
        let span_s = self.span_s();
        self.blend(k, |_, column, _, at| {
            let change = (after.followed[at].value - before.followed[at].value) / span_s;
            let wind = [U, V].map(|f| column.fields[k][f]);
            ahead.followed[at].vertical_velocity(change, wind)
        })
    }

    /// Mass that the interpolated wind creates at a scaled height, per mass of air, s⁻¹:
    /// ∂ₜ ln ρ + (1/ρ)∇·(ρv) (Lin et al. 2003), zero for winds that satisfy continuity. `None` unless it was asked for.
    pub fn mass_source_per_s(&self, height: f64) -> Option<f64> {
        if self.bracket.before.mass_divergence.is_empty() {
            return None;
        }
        let heights = &self.bracket.before.levels.heights_m;
        let (k, fraction) = self.bracket.before.position(height);
        let [below, above] = [k, k + 1].map(|k| (self.horizontal_source(k), self.moving_level(k)));
        let flux = |level: &LevelFields| f64::from(level[DENSITY] * level[W]);
        if fraction < 0.0 {
            return Some(below.0 + f64::from(below.1[W]) / heights[0]);
        }
        let density = f64::from(below.1[DENSITY]) + fraction * f64::from(above.1[DENSITY] - below.1[DENSITY]);
        let vertical = (flux(&above.1) - flux(&below.1)) / (heights[k + 1] - heights[k]) / density;
        Some(below.0 + fraction * (above.0 - below.0) + vertical)
    }

    fn horizontal_source(&self, k: usize) -> f64 {
        let span_s = self.span_s();
        let source = self.blend(k, |snapshot, _, c, at| {
            let change = (self.after[c].fields[k][DENSITY] / self.before[c].fields[k][DENSITY]).ln() / span_s;
            snapshot.mass_divergence[at] + change
        });
        f64::from(source)
    }

    /// Seconds between the two met times; 1 where they are the same, as nothing changes then.
    fn span_s(&self) -> f32 {
        let minutes = self.bracket.after.time.minutes_since(self.bracket.before.time);
        if minutes > 0.0 { (60.0 * minutes) as f32 } else { 1.0 }
    }

    /// A value of a level, given by met time (its snapshot and one of its four columns) and flat index: bilinear in space,
    /// linear in time.
    #[inline]
    fn blend(&self, k: usize, value: impl Fn(&Snapshot, &ColumnView<'_>, usize, usize) -> f32) -> f32 {
        let (before, after) = (self.bracket.before, self.bracket.after);
        let nk = before.levels.count();
        let each = self.stencil.weights.iter().enumerate().map(|(c, weight)| {
            let at = self.flat(c) * nk + k;
            let [b, a] = [
                value(before, &self.before[c], c, at),
                value(after, &self.after[c], c, at),
            ];
            weight * (b + self.later * (a - b))
        });
        each.sum()
    }
}
