//! Fields that move no particle, kept only for the particle variables that were asked for: temperature and humidity
//! aloft, and fluxes, clouds, rain and soil moisture at the ground.

use crate::constants::STILT_DRY_AIR_GAS_CONSTANT as R;
use crate::error::{Error, Result};
use crate::met::MetDescription;
use crate::met::native::saturation_pressure_hpa;
use crate::met::stored::StoredSnapshot;
use crate::time::UtcTime;
use crate::variable::{Variable, VariableSet};

const HUMIDITY: &[&str] = &["RELH", "SPHU"];

/// ARL names of the surface fields that give a variable, the first that a file holds serving.
const fn surface_fields(variable: Variable) -> &'static [&'static str] {
    match variable {
        Variable::Shtf => &["SHTF", "HFLX"],
        Variable::Whtf => &["LHTF", "LTHF"],
        Variable::Dswf => &["DSWF"],
        Variable::Tcld => &["TCLD"],
        Variable::Lcld => &["LCLD"],
        Variable::Rain => &["TPP1", "TPP3", "TPP6", "TPPT", "TPPA"],
        Variable::Crai => &["CPP1", "CPP3", "CPP6", "CPPT", "CPPA"],
        Variable::Solw => &["SOLM"],
        Variable::Cape => &["CAPE"],
        _ => &[],
    }
}

/// Over which time a precipitation field adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accumulation {
    /// From the last UTC hour that this many hours divide.
    Hours(i64),
    /// From the start of a forecast.
    Forecast,
}

/// Which fields give the variables that were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExtraPlan {
    /// Of temz, rhfr and sphu those that are needed.
    levels: Vec<Variable>,
    surface: Vec<(Variable, &'static str)>,
}

impl MetDescription {
    /// The particle variables on request whose fields the source holds.
    pub fn variables_on_request(&self) -> VariableSet {
        let all = Variable::ALL.iter().copied().collect::<VariableSet>().on_request();
        all.iter()
            .filter(|&variable| ExtraPlan::new(self, VariableSet::from_iter([variable])).is_ok())
            .collect()
    }
}

impl ExtraPlan {
    /// # Errors
    /// [`Error::MetField`] if the source lacks a field that a variable asks for.
    pub(crate) fn new(description: &MetDescription, variables: VariableSet) -> Result<Self> {
        let holds = |level: usize, name: &str| {
            let names = description.variables.get(level);
            names.is_some_and(|names| names.iter().any(|n| n == name))
        };
        let mut plan = Self::default();
        for variable in variables.iter() {
            match variable {
                Variable::Temp | Variable::Temz if !plan.levels.contains(&Variable::Temz) => {
                    plan.levels.push(Variable::Temz);
                }
                Variable::Sphu | Variable::Rhfr => {
                    if !HUMIDITY.iter().any(|name| holds(1, name)) {
                        return Err(missing(description, variable, HUMIDITY));
                    }
                    plan.levels.push(variable);
                }
                _ if !surface_fields(variable).is_empty() => {
                    let names = surface_fields(variable);
                    let held = names.iter().copied().find(|name| holds(0, name));
                    plan.surface
                        .push((variable, held.ok_or_else(|| missing(description, variable, names))?));
                }
                _ => {}
            }
        }
        Ok(plan)
    }

    /// Whether variables on levels are asked for.
    pub(crate) fn has_levels(&self) -> bool {
        !self.levels.is_empty()
    }
}

fn missing(description: &MetDescription, variable: Variable, names: &[&str]) -> Error {
    let switch = match variable {
        Variable::Cape | Variable::Rhfr => "transport.capemin or ",
        _ => "",
    };
    Error::MetField {
        source_name: description.source.display().to_string(),
        field: names.join(" or "),
        needed_for: format!(
            "asked for by {switch}the particle variable {} ({}); leave that out, or give files with the field",
            variable.name(),
            variable.long_name()
        ),
    }
}

/// The further fields of a snapshot; empty unless variables were asked for.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    plan: ExtraPlan,
    nx: usize,
    levels: usize,
    /// A row of columns each: `[x][level][variable]`.
    pub(crate) rows: Vec<Vec<f32>>,
    /// `[y][x][variable]`, NaN where the field is missing at this time.
    surface: Vec<f32>,
}

impl Extra {
    /// What is wanted of a source, with the surface fields of a time and room for `levels` levels of the others.
    ///
    /// # Errors
    /// As [`ExtraPlan::new`].
    pub(crate) fn prepare(
        description: &MetDescription,
        variables: VariableSet,
        raw: &StoredSnapshot,
        (nx, ny, levels): (usize, usize, usize),
    ) -> Result<(ExtraPlan, Self)> {
        let plan = ExtraPlan::new(description, variables)?;
        let count = plan.surface.len();
        let mut surface = vec![f32::NAN; nx * ny * count];
        for (k, (_, name)) in plan.surface.iter().enumerate() {
            let Some(values) = raw.field(0, name) else { continue };
            for (place, values_here) in surface.chunks_exact_mut(count).enumerate() {
                values_here[k] = values.at((place / nx, place % nx)) as f32;
            }
        }
        let extra = Self {
            rows: vec![vec![0.0; nx * levels * plan.levels.len()]; ny],
            plan: plan.clone(),
            nx,
            levels,
            surface,
        };
        Ok((plan, extra))
    }

    /// The level values of column `x` in its row, from a profile of (temperature K, pressure hPa, dry density kg m⁻³).
    pub(crate) fn write(plan: &ExtraPlan, row: &mut [f32], x: usize, profile: impl ExactSizeIterator<Item = [f64; 3]>) {
        let (count, levels) = (plan.levels.len(), profile.len());
        let column = &mut row[x * levels * count..(x + 1) * levels * count];
        for (values, air) in column.chunks_exact_mut(count.max(1)).zip(profile) {
            for (value, variable) in values.iter_mut().zip(&plan.levels) {
                *value = at_level(*variable, air) as f32;
            }
        }
    }

    /// A variable of `temz`, `rhfr` and `sphu` on a level of a column; NaN if it was not asked for.
    pub(crate) fn level(&self, variable: Variable, column: usize, level: usize) -> f32 {
        let Some(k) = self.plan.levels.iter().position(|v| *v == variable) else {
            return f32::NAN;
        };
        let count = self.plan.levels.len();
        self.rows[column / self.nx][(column % self.nx * self.levels + level) * count + k]
    }

    fn index(&self, variable: Variable) -> Option<usize> {
        self.plan.surface.iter().position(|(v, _)| *v == variable)
    }

    /// A surface field as the file holds it; NaN if it was not asked for or is missing at this time.
    pub(crate) fn surface(&self, variable: Variable, column: usize) -> f32 {
        self.index(variable)
            .map_or(f32::NAN, |k| self.surface[column * self.plan.surface.len() + k])
    }

    /// Memory held, bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        let rows: usize = self.rows.iter().map(|row| size_of_val(&**row)).sum();
        rows + size_of_val(&*self.surface)
    }

    /// Precipitation in m min⁻¹ between two met times, from what this snapshot and the one before it hold.
    pub(crate) fn precipitation_m_min(
        &self,
        variable: Variable,
        (time, earlier_time): (UtcTime, UtcTime),
        (value_m, earlier_m): (f64, f64),
    ) -> f64 {
        let accumulation = self.index(variable).map(|k| Accumulation::of(self.plan.surface[k].1));
        let seconds = [earlier_time, time].map(UtcTime::seconds);
        accumulation.map_or(f64::NAN, |a| 60.0 * a.rate_m_s(seconds, [earlier_m, value_m]))
    }
}

fn at_level(variable: Variable, [temperature_k, pressure_hpa, dry_density]: [f64; 3]) -> f64 {
    let vapour_hpa = (pressure_hpa - 0.01 * dry_density * R * temperature_k).max(0.0);
    match variable {
        Variable::Rhfr => vapour_hpa / saturation_pressure_hpa(temperature_k),
        Variable::Sphu => 0.622 * vapour_hpa / (pressure_hpa - 0.378 * vapour_hpa),
        _ => temperature_k,
    }
}

impl Accumulation {
    fn of(field: &str) -> Self {
        match field.as_bytes().last() {
            Some(b'T') => Self::Hours(12),
            Some(digit @ b'1'..=b'9') => Self::Hours(i64::from(digit - b'0')),
            _ => Self::Forecast,
        }
    }

    /// Mean rate over the interval, or over the part of it that the later field covers; packing noise below 0 is 0.
    fn rate_m_s(self, [from, to]: [i64; 2], [before, after]: [f64; 2]) -> f64 {
        let begins = match self {
            Self::Hours(hours) => (to - 1).div_euclid(3600 * hours) * 3600 * hours,
            Self::Forecast if after < before => from,
            Self::Forecast => i64::MIN,
        };
        let (amount, since) = if begins >= from {
            (after, begins)
        } else {
            (after - before, from)
        };
        amount.max(0.0) / (to - since) as f64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const H: i64 = 3600;

    #[test]
    fn rain_is_what_fell_in_the_interval_whatever_the_field_adds_up_over() {
        let six = Accumulation::of("TPP6");
        // 0-3 UTC: the field itself; 3-6 UTC: the difference; 1-hourly files likewise
        approx::assert_relative_eq!(six.rate_m_s([0, 3 * H], [0.009, 0.003]) * 3.0 * 3600.0, 0.003);
        approx::assert_relative_eq!(six.rate_m_s([3 * H, 6 * H], [0.003, 0.005]) * 3.0 * 3600.0, 0.002);
        approx::assert_relative_eq!(six.rate_m_s([7 * H, 8 * H], [0.001, 0.004]) * 3600.0, 0.003);
        // 6-hourly files of an hourly field know the last hour only
        approx::assert_relative_eq!(
            Accumulation::of("CPP1").rate_m_s([0, 6 * H], [0.1, 0.002]) * 3600.0,
            0.002
        );
        // NGM: 12 h from 0 and 12 UTC
        approx::assert_relative_eq!(
            Accumulation::of("TPPT").rate_m_s([12 * H, 14 * H], [0.00977, 0.00397]) * 7200.0,
            0.00397
        );
        let forecast = Accumulation::of("TPPA");
        approx::assert_relative_eq!(
            forecast.rate_m_s([H, 2 * H], [0.010, 0.012]) * 3600.0,
            0.002,
            epsilon = 1e-15
        );
        approx::assert_relative_eq!(forecast.rate_m_s([H, 2 * H], [0.010, 0.001]) * 3600.0, 0.001);
        assert_eq!(six.rate_m_s([3 * H, 6 * H], [0.003, 0.0029]), 0.0);
    }

    #[test]
    fn humidity_comes_back_from_the_density_of_dry_air() {
        let (t, p, e) = (285.0, 900.0, 8.0);
        let air = [t, p, 100.0 * (p - e) / (R * t)];
        approx::assert_relative_eq!(
            at_level(Variable::Rhfr, air),
            e / saturation_pressure_hpa(t),
            max_relative = 1e-12
        );
        approx::assert_relative_eq!(
            at_level(Variable::Sphu, air),
            0.622 * e / (p - 0.378 * e),
            max_relative = 1e-12
        );
        assert_eq!(at_level(Variable::Temz, air), t);
    }
}
