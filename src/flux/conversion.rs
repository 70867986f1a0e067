//! From the unit of a file to µmol m⁻² s⁻¹: the gas, the cells' areas, how long each map is.

use netcdf::Variable;

use super::axes::Source;
use super::mesh::LatLonMesh;
use super::options::FluxOptions;
use super::polygon::sphere_area;
use super::time_axis::MapTimes;
use super::unit_words::YEAR_S;
use super::units::{FluxUnit, Over};
use crate::constants::EARTH_RADIUS_M;
use crate::error::{Error, Result};
use crate::netcdf_file;
use crate::time::UtcTime;
use crate::tracer::Tracer;

/// What makes stored values µmol m⁻² s⁻¹.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// To µmol, upward.
    pub(super) factor: f64,
    /// Seconds over which each map is summed; empty where the factor has them.
    map_s: Vec<f64>,
    /// Area of each row, m² per degree of longitude, and degrees of each column; empty for values per area.
    cells: Option<(Vec<f64>, Vec<f64>)>,
}

impl Scale {
    /// The same factor for all.
    pub(crate) const fn uniform(factor: f64) -> Self {
        Self {
            factor,
            map_s: Vec::new(),
            cells: None,
        }
    }

    /// The factor of a place in the file.
    pub(super) fn of(&self, [map, row, column]: [usize; 3]) -> f64 {
        let seconds = self.map_s.get(map).copied().unwrap_or(1.0);
        match &self.cells {
            Some((rows, columns)) => self.factor / (seconds * rows[row] * columns[column]),
            None => self.factor / seconds,
        }
    }
}

/// The gas that a flux is of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gas {
    pub(super) formula: Option<&'static str>,
    pub(super) molar_mass_g_mol: Option<f64>,
}

impl Source<'_> {
    /// The unit as spelt, what it means for each value, and the gas.
    pub(super) fn scale(
        &self,
        field: &Variable<'_>,
        options: &FluxOptions,
        mesh: &LatLonMesh,
        times: &MapTimes,
    ) -> Result<(String, Scale, Gas)> {
        let stated = options.units.clone().or_else(|| netcdf_file::text(field, "units"));
        let spelt = stated.unwrap_or_default();
        let standard_name = netcdf_file::text(field, "standard_name").unwrap_or_default();
        let wrong = |problem: Error| match options.units {
            Some(_) => problem,
            None => self.wrong(field, problem),
        };
        let mut unit = FluxUnit::parse(&spelt).map_err(wrong)?;
        if options.units.is_none() && standard_name.contains("expressed_as_carbon") {
            unit = unit.of_carbon();
        }
        let gas = self.gas(field, options, unit.species())?;
        let factor = unit.to_umol(|| gas.molar_mass_g_mol.ok_or_else(|| self.no_gas(field)))?;
        let upward = if standard_name.contains("downward") { -1.0 } else { 1.0 };
        let map_s = match unit.over() {
            Over::Time => Vec::new(),
            over => self.map_seconds(field, over, &spelt, times)?,
        };
        let scale = Scale {
            factor: upward * factor,
            map_s,
            cells: unit.per_cell().then(|| cell_sizes(mesh)),
        };
        Ok((spelt, scale, gas))
    }

    /// How long each map's amount took.
    fn map_seconds(&self, field: &Variable<'_>, over: Over, spelt: &str, times: &MapTimes) -> Result<Vec<f64>> {
        let length = |&(start, end): &(UtcTime, UtcTime)| (end.seconds() - start.seconds()) as f64;
        let lengths: Vec<f64> = times.spans.iter().map(length).collect();
        let days = |[least, most]: [f64; 2]| lengths.iter().all(|s| (least * 86_400.0..=most * 86_400.0).contains(s));
        let problem = match over {
            Over::Year if lengths.is_empty() || !days([365.0, 366.0]) => return Ok(vec![YEAR_S; times.times.count()]),
            _ if lengths.is_empty() => {
                "is an amount, and nothing says in which time: give the `year`, or `units` with a time"
            }
            Over::Month if !days([28.0, 31.0]) => "is an amount in a month, and the maps are not of one month each",
            _ => return Ok(lengths),
        };
        Err(self.wrong(field, format!("units {spelt:?}: this {problem}")))
    }

    fn gas(&self, field: &Variable<'_>, options: &FluxOptions, in_unit: Option<Tracer>) -> Result<Gas> {
        let found = match &options.species {
            Some(formula) => Some(Tracer::from_formula(formula.trim()).ok_or_else(|| {
                let known = format!("known are {}; for others give `molar_mass_g_mol`", Tracer::known());
                Error::config("species", formula, known)
            })?),
            None => in_unit.or_else(|| self.mentioned(field)),
        };
        let molar_mass_g_mol = match options.molar_mass_g_mol {
            Some(mass) if mass.is_finite() && mass > 0.0 => Some(mass),
            Some(mass) => return Err(Error::config("molar_mass_g_mol", mass, "g per mol, above zero")),
            None => found.map(Tracer::molar_mass_g_mol),
        };
        Ok(Gas {
            formula: found.map(Tracer::formula),
            molar_mass_g_mol,
        })
    }

    fn mentioned(&self, field: &Variable<'_>) -> Option<Tracer> {
        let of_field = |name| netcdf_file::text(field, name);
        let of_file = |name| netcdf_file::global_text(self.file, name);
        let file_name = self.path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let mentions = [
            of_field("species"),
            of_field("substance"),
            Some(field.name()),
            of_field("standard_name"),
            of_field("long_name"),
            of_file("species"),
            of_file("substance"),
            of_file("title"),
            file_name,
        ];
        mentions.iter().flatten().find_map(|text| Tracer::named_in(text))
    }

    fn no_gas(&self, field: &Variable<'_>) -> Error {
        self.wrong(
            field,
            format!(
                "units of mass need the molar mass of the gas, and neither attributes nor names say which one of {} it is; \
                 give `molar_mass_g_mol`",
                Tracer::known()
            ),
        )
    }
}

fn cell_sizes(mesh: &LatLonMesh) -> (Vec<f64>, Vec<f64>) {
    let square_m2 = EARTH_RADIUS_M * EARTH_RADIUS_M;
    let row = |lat: &[f64; 2]| square_m2 * sphere_area([0.0, 1.0], *lat).to_radians();
    let column = |lon: &[f64; 2]| lon[1] - lon[0];
    (
        mesh.lat_cells().iter().map(row).collect(),
        mesh.lon_cells().iter().map(column).collect(),
    )
}
