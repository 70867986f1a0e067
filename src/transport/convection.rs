//! Convective mixing: at the end of a step, a particle in a convective cloud is put anywhere in it.

use super::column::Column;
use super::particle::{Particle, Report};
use crate::rng::Noise;
use crate::trajectory::Status;
use crate::turbulence::convection::CloudMixing;
use crate::variable::{Variable, VariableSet};

/// Fields that convective mixing looks at.
pub(super) const FIELDS: VariableSet = VariableSet::EMPTY.with(Variable::Cape).with(Variable::Rhfr);

/// Puts a particle anywhere in the cloud that it is in, every height as likely as another. Influence and turbulence of
/// the step remain those of the height that it leaves, as in the reference.
pub(super) fn stir(
    mixing: &CloudMixing,
    particle: &mut Particle,
    column: &Column<'_>,
    noise: &mut Noise,
    report: Report,
) -> Report {
    let cape_j_kg = column.cape_j_kg();
    if cape_j_kg.is_nan() && particle.status == Status::Alive {
        particle.status = Status::MetGap;
    }
    if particle.status != Status::Alive || cape_j_kg <= mixing.cape_j_kg {
        return report;
    }
    match column.cloud(mixing) {
        Some((base, top)) if (base..=top).contains(&particle.height) => {
            particle.height = base + noise.uniform() * (top - base);
            let (density_kg_m3, pressure_hpa) = column.spot(particle.height).air();
            Report {
                height_agl_m: particle.height * column.compression,
                density_kg_m3,
                pressure_hpa,
                ..report
            }
        }
        _ => report,
    }
}

impl Column<'_> {
    /// Convective available potential energy of the nearest column, linear in time; NaN where it is missing.
    fn cape_j_kg(&self) -> f64 {
        self.in_time(|met| met.extra.surface(Variable::Cape, self.nearest_column()))
    }

    /// Scaled heights of base and top of the cloud; humidity is bilinear in space, linear in time.
    fn cloud(&self, mixing: &CloudMixing) -> Option<(f64, f64)> {
        let heights = &self.met_times()[0].levels.heights_m;
        let humidity_percent = |level| 100.0 * self.extra_level(Variable::Rhfr, level);
        let (base, top) = mixing.cloud(heights.len(), humidity_percent)?;
        Some((heights[base], heights[top].min(self.top())))
    }
}
