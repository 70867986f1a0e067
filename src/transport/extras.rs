//! What the meteorology holds at a particle, for the variables that a user asks for.

use super::Stretch;
use super::column::Column;
use super::particle::{Particle, STEP_S};
use crate::error::{Error, Result};
use crate::met::snapshot::Snapshot;
use crate::variable::{Variable, VariableSet};

/// The variables on request, in the order of their columns.
pub(super) struct Extras(Vec<Variable>);

impl Extras {
    pub fn new(variables: VariableSet) -> Self {
        Self(variables.on_request().iter().collect())
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn variables(&self) -> &[Variable] {
        &self.0
    }
}

/// Whether a table of physics mode can have these columns.
///
/// # Errors
/// [`Error::NotBuilt`] for a variable that is known in parity mode alone.
pub(super) fn check_for_physics_mode(variables: VariableSet) -> Result<()> {
    let mut others = variables
        .iter()
        .filter(|&v| v == Variable::Dmas || variables.on_request().contains(v));
    match others.next() {
        Some(variable) => Err(Error::NotBuilt {
            feature: format!("particle variable {} in physics mode", variable.name()),
            instead: "leave it out, or use run.mode = \"parity\"".into(),
        }),
        None => Ok(()),
    }
}

impl Stretch<'_> {
    /// Fills a record's row of extras at the end of step `k` of the stretch; does nothing if none was asked for.
    pub(super) fn look_up(&self, from: &Particle, to: &Particle, k: usize, row: &mut [f32]) {
        if row.is_empty() {
            return;
        }
        let met = &self.window.nests[to.nest];
        let weights = self.weights(to.nest, k);
        let Some(column) = met.bracket().column(to.x, to.y, weights[1]) else {
            return;
        };
        for (value, &variable) in row.iter_mut().zip(&self.extras.0) {
            *value = match variable {
                Variable::Wout => self.mean_vertical_motion_m_s(from, to.nest, weights, &column),
                _ => column.variable(variable, to.height),
            } as f32;
        }
    }

    /// The mean motion of the step as the particle took it: positive where it rose, backward too.
    fn mean_vertical_motion_m_s(&self, from: &Particle, nest: usize, weights: [f64; 2], end: &Column<'_>) -> f64 {
        let (x, y) = self.window.place_in(from, nest);
        let met = &self.window.nests[nest];
        let start = Particle { x, y, ..*from };
        let rise = self.scheme.mean_rise(&start, met.bracket(), weights);
        rise.map_or(f64::NAN, |rise| rise * end.compression / STEP_S)
    }
}

impl Column<'_> {
    /// A variable at a scaled height: bilinear in space, linear in height and time, but for total cloud cover and rain, which
    /// are the nearest column's, and for precipitation, which is constant between two met times.
    fn variable(&self, variable: Variable, height: f64) -> f64 {
        match variable {
            Variable::Temp => self.extra_level(Variable::Temz, 0),
            Variable::Temz | Variable::Rhfr | Variable::Sphu => self.extra_at(variable, height),
            Variable::Tcld => 0.01 * self.surface_field(variable, self.nearest_column()),
            Variable::Rain => self.precipitation_m_min(variable, self.nearest_column()),
            Variable::Crai => self.bilinear(|column| self.precipitation_m_min(variable, column)),
            _ => self.bilinear(|column| self.surface_field(variable, column)),
        }
    }

    pub(super) fn extra_level(&self, variable: Variable, level: usize) -> f64 {
        self.bilinear(|column| self.in_time(|met| met.extra.level(variable, column, level)))
    }

    fn extra_at(&self, variable: Variable, height: f64) -> f64 {
        let (k, fraction) = self.layer_fraction(height);
        let below = self.extra_level(variable, k);
        below + fraction * (self.extra_level(variable, k + 1) - below)
    }

    fn surface_field(&self, variable: Variable, column: usize) -> f64 {
        self.in_time(|met| met.extra.surface(variable, column))
    }

    fn precipitation_m_min(&self, variable: Variable, column: usize) -> f64 {
        let [before, after] = self.met_times();
        let value_m = |met: &Snapshot| f64::from(met.extra.surface(variable, column));
        let (times, values_m) = ((after.time, before.time), (value_m(after), value_m(before)));
        after.extra.precipitation_m_min(variable, times, values_m)
    }
}
