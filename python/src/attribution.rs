//! Who emitted what a sample holds.

use airshed::attribution::{
    Amount, Attribution as InnerAttribution, AttributionOptions, Contributions as Inner, Entry, Label,
};
use airshed::countries::Countries;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{config_error, to_py};
use crate::grid::Grid;
use crate::inventory::Inventory;
use crate::receptor::Receptor;
use crate::vprm::Vprm;

/// Name of the exchange with vegetation in tables.
const VPRM: &str = "vprm";

/// What surfaces do, ready to be met by particles: each contribution is booked at the particle's own place and time.
#[pyclass(frozen, module = "airshed")]
pub struct Attribution(pub InnerAttribution);

#[derive(FromPyObject)]
enum OneOrMany {
    One(Inventory),
    Many(Vec<Inventory>),
}

#[derive(FromPyObject)]
enum Region {
    Grid(Grid),
    Box([f64; 4]),
}

#[pymethods]
impl Attribution {
    /// Of inventories of any tracers, and of vegetation.
    ///
    /// Parameters
    /// ----------
    /// inventories : Inventory, or several
    ///     Sources by sector and fuel; each name once. None of them with vegetation alone.
    /// vegetation : Vprm, optional
    ///     Photosynthesis and respiration by class, under the name ``vprm``, from the temperature and radiation that particles
    ///     meet: records that are attributed later must hold the variables ``temp`` and ``dswf``.
    /// region : Grid or (west, east, south, north), optional
    ///     Degrees. Beyond it nothing is booked, and the share of influence there is told; the whole Earth by default.
    /// age_edges_h : sequence of float, optional
    ///     Edges between ages of the air that are told apart, h, from 0; older air counts to the last part.
    /// by_country : bool
    ///     Whether countries are told apart.
    #[new]
    #[pyo3(signature = (inventories=None, *, vegetation=None, region=None, age_edges_h=Vec::new(), by_country=true))]
    fn new(
        inventories: Option<OneOrMany>,
        vegetation: Option<&Vprm>,
        region: Option<Region>,
        age_edges_h: Vec<f64>,
        by_country: bool,
    ) -> PyResult<Self> {
        let inventories = match inventories {
            None => Vec::new(),
            Some(OneOrMany::One(inventory)) => vec![inventory.0],
            Some(OneOrMany::Many(several)) => several.into_iter().map(|inventory| inventory.0).collect(),
        };
        let defaults = AttributionOptions::default();
        let options = AttributionOptions {
            region: region.map_or(Ok(defaults.region), region_of)?,
            age_edges_h,
            by_country,
        };
        let vegetation = vegetation.map(|vprm| vprm.0.clone());
        let made = match vegetation {
            Some(vprm) if inventories.is_empty() => InnerAttribution::of_vegetation(VPRM, vprm, options),
            Some(vprm) => InnerAttribution::new(inventories, options).and_then(|made| made.with_vegetation(VPRM, vprm)),
            None => InnerAttribution::new(inventories, options),
        };
        made.map(Self).map_err(to_py)
    }

    /// West, east, south and north, degrees.
    #[getter]
    const fn region(&self) -> (f64, f64, f64, f64) {
        let [west, east, south, north] = self.0.options().region;
        (west, east, south, north)
    }

    fn __repr__(&self) -> String {
        let vegetation = self.0.vegetation().map(ToString::to_string);
        let names: Vec<String> = self
            .0
            .inventories()
            .iter()
            .map(ToString::to_string)
            .chain(vegetation)
            .collect();
        format!("Attribution({})", names.join("; "))
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("attribution", (slf,))
    }
}

fn region_of(region: Region) -> PyResult<[f64; 4]> {
    match region {
        Region::Box(edges) => Ok(edges),
        Region::Grid(grid) => {
            let axes = grid.0.axes().map_err(to_py)?;
            if !axes.crs.is_longlat() {
                let told = "a grid in degrees, or (west, east, south, north)";
                return Err(config_error(format!("region = grid with crs {}: {told}", grid.0.crs)));
            }
            let east = axes.x0 + axes.nx as f64 * axes.dx;
            Ok([axes.x0, east, axes.y0, axes.y0 + axes.ny as f64 * axes.dy])
        }
    }
}

/// Who emitted what a sample holds, by source, country and age of the air.
#[pyclass(frozen, module = "airshed")]
pub struct Contributions(pub Inner);

/// What rows of a table can be told apart by.
const KEYS: [&str; 8] = [
    "tracer",
    "inventory",
    "sector",
    "fuel",
    "vegetation_class",
    "country",
    "age_from_h",
    "age_to_h",
];

#[pymethods]
impl Contributions {
    /// The receptor.
    #[getter]
    fn receptor(&self) -> Receptor {
        Receptor(self.0.receptor.clone())
    }

    /// Influence of the surface, whether booked or not, ppm / (umol m-2 s-1).
    #[getter]
    const fn foot(&self) -> f64 {
        self.0.foot
    }

    /// Largest share of the influence that lies outside the region, or where a source has no data, 0 to 1; there it counts
    /// as zero.
    #[getter]
    fn uncovered_share(&self) -> f64 {
        self.0.uncovered_share.iter().copied().fold(0.0, f64::max)
    }

    /// What all sources of a tracer add, ppm, and its sampling error.
    #[pyo3(signature = (tracer, inventory=None))]
    fn total_ppm(&self, tracer: &str, inventory: Option<&str>) -> PyResult<(f64, f64)> {
        let meant = |label: &Label| label.tracer == tracer && inventory.is_none_or(|name| name == label.inventory);
        if !self.0.labels.iter().any(meant) {
            let mut known: Vec<_> = self.0.labels.iter().map(|l| (&l.tracer, &l.inventory)).collect();
            known.dedup();
            return Err(config_error(format!(
                "tracer = {tracer}: there are (tracer, inventory) {known:?}"
            )));
        }
        let Amount { ppm, stderr_ppm } = self.0.sum(|label, _| meant(label));
        Ok((ppm, stderr_ppm))
    }

    /// Sums by one or several of ``tracer inventory sector fuel vegetation_class country age_from_h age_to_h``: a
    /// pandas.DataFrame with these columns, ``ppm`` and ``stderr_ppm``.
    #[pyo3(signature = (*keys))]
    fn by<'py>(slf: &Bound<'py, Self>, keys: Vec<String>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(unknown) = keys.iter().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(config_error(format!("key = {unknown}: expected {}", KEYS.join(", "))));
        }
        let this = &slf.get().0;
        let wanted: Vec<usize> = KEYS
            .iter()
            .enumerate()
            .filter(|(_, k)| keys.iter().any(|own| own == *k))
            .map(|(i, _)| i)
            .collect();
        let sums = this.by(|label, entry| {
            let all = columns_of(this, label, entry);
            wanted.iter().map(|&i| all[i].clone()).collect::<Vec<_>>()
        });
        let columns = PyDict::new(slf.py());
        for name in &keys {
            let place = wanted.iter().position(|&i| KEYS[i] == name).unwrap_or(0);
            let of: Vec<&str> = sums.iter().map(|(key, _)| key[place].as_str()).collect();
            columns.set_item(name, of)?;
        }
        enter_amounts(&columns, sums.iter().map(|(_, amount)| *amount))?;
        to_frame(columns)
    }

    /// One row per source, country and age that is not zero: a pandas.DataFrame with the columns ``tracer inventory sector
    /// fuel vegetation_class country age_from_h age_to_h ppm stderr_ppm``.
    fn to_dataframe<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let this = &slf.get().0;
        let rows: Vec<_> = this
            .entries
            .iter()
            .map(|entry| columns_of(this, &this.labels[entry.label], entry))
            .collect();
        let columns = PyDict::new(slf.py());
        for (i, key) in KEYS.iter().enumerate() {
            let of: Vec<&str> = rows.iter().map(|row| row[i].as_str()).collect();
            columns.set_item(key, of)?;
        }
        enter_amounts(&columns, this.entries.iter().map(|entry| this.amount_of(entry)))?;
        to_frame(columns)
    }

    /// Draws a bar per sector, fuel, country, age ...; returns the matplotlib Axes.
    ///
    /// Keyword arguments as in ``airshed.plot.contributions``: ``tracer``, ``inventory``, ``top``, ``unit``, ``ax``,
    /// ``title``.
    #[pyo3(signature = (by, **options))]
    fn plot<'py>(
        slf: &Bound<'py, Self>,
        by: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("airshed.plot")?
            .call_method("contributions", (slf, by), options)
    }

    fn __repr__(&self) -> String {
        let tracers = self.0.by(|label, _| label.tracer.clone());
        let tracers: Vec<String> = tracers
            .iter()
            .map(|(name, amount)| format!("{name} {:.4} ppm", amount.ppm))
            .collect();
        format!(
            "Contributions('{}', {} sources: {})",
            self.0.receptor.id,
            self.0.labels.len(),
            tracers.join(", ")
        )
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("airshed.html")?.call_method1("contributions", (slf,))
    }
}

fn columns_of(told: &Inner, label: &Label, entry: &Entry) -> [String; 8] {
    let country = entry
        .country
        .map_or(String::new(), |id| Countries::world().alpha3(id).to_owned());
    let age = told.age_h(entry);
    let hours = |edge: Option<f64>| edge.map_or(String::new(), |h| h.to_string());
    [
        label.tracer.clone(),
        label.inventory.clone(),
        label.sector.clone(),
        label.fuel.clone(),
        label.vegetation_class.clone(),
        country,
        hours(age.map(|age| age.0)),
        hours(age.map(|age| age.1)),
    ]
}

fn enter_amounts(columns: &Bound<'_, PyDict>, amounts: impl Iterator<Item = Amount> + Clone) -> PyResult<()> {
    columns.set_item("ppm", amounts.clone().map(|a| a.ppm).collect::<Vec<_>>())?;
    columns.set_item("stderr_ppm", amounts.map(|a| a.stderr_ppm).collect::<Vec<_>>())
}

fn to_frame(columns: Bound<'_, PyDict>) -> PyResult<Bound<'_, PyAny>> {
    columns
        .py()
        .import("airshed.tables")?
        .call_method1("contributions_to_dataframe", (columns,))
}
