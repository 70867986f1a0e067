//! Dimensions and variables of a store.

use netcdf::FileMut;
use netcdf::types::NcTypeDescriptor;

use crate::footprint::Footprint;
use crate::grid::Axes;
use crate::gridding::Measure;
use crate::output::RunAttributes;
use crate::output::attributes::{Attribute, of_source, put, put_global, text};
use crate::output::grid_attributes::of_grid;
use crate::output::grid_axes::put_plane;
use crate::output::units;

/// Rows of a chunk of entries and samples, and of receptors and layers.
pub(super) const LONG_CHUNK: usize = 1 << 16;
const SHORT_CHUNK: usize = 1 << 10;

/// Attribute that only stores have.
pub(super) const LAYOUT: &str = "store_layout";
pub(super) const SPARSE_ROWS: &str = "compressed sparse rows, 1";

const COORDINATES: &str = "receptor_id receptor_time receptor_lon receptor_lat receptor_height_agl";
const SECONDS: &str = "seconds since 1970-01-01 00:00:00";

/// Makes an empty store for footprints like `first`.
pub(super) fn define(file: &mut FileMut, first: &Footprint, axes: &Axes, run: &RunAttributes) -> netcdf::Result<()> {
    let measure = first.grid.gridding.measure;
    put_plane(file, axes, &first.grid.crs)?;
    for dimension in ["receptor", "layer", "entry"] {
        file.add_unlimited_dimension(dimension)?;
    }
    define_receptors(file)?;
    define_budgets(file, units(measure))?;
    define_layers(file)?;
    define_entries(file, units(measure), first.stderr.is_some())?;
    if let Some(sampling) = &first.sampling {
        define_samples(file, units(measure), sampling.groups())?;
    }
    put_global(file, of_source(title(measure), run))?;
    put_global(file, vec![text(LAYOUT, SPARSE_ROWS)])?;
    put_global(file, of_grid(&first.grid))
}

const fn title(measure: Measure) -> &'static str {
    match measure {
        Measure::Surface => "Surface influence footprints of many receptors",
        Measure::Residence { .. } => "Residence time footprints of many receptors",
        Measure::Elevated { .. } => "Influence footprints of elevated sources, of many receptors",
    }
}

fn define_receptors(file: &mut FileMut) -> netcdf::Result<()> {
    for (name, long_name) in [
        ("receptor_id", "receptor"),
        (
            "receptor_description",
            "receptor that is not one point above ground at one time, as TOML",
        ),
    ] {
        let mut variable = file.add_string_variable(name, &["receptor"])?;
        variable.put_attribute("long_name", long_name)?;
    }
    let time = vec![
        text("standard_name", "time"),
        text("long_name", "time of the receptor"),
        text("units", SECONDS),
        text("calendar", "standard"),
    ];
    list::<f64>(file, "receptor_time", &["receptor"], time)?;
    for (name, standard_name, long_name, unit) in [
        ("receptor_lon", "longitude", "longitude of the receptor", "degrees_east"),
        ("receptor_lat", "latitude", "latitude of the receptor", "degrees_north"),
        (
            "receptor_height_agl",
            "height",
            "height of the receptor above ground",
            "m",
        ),
    ] {
        let mut attributes = described(long_name, unit);
        attributes.push(text("standard_name", standard_name));
        if standard_name == "height" {
            attributes.push(text("positive", "up"));
        }
        list::<f64>(file, name, &["receptor"], attributes)?;
    }
    let long_name = "number of layers of the receptor, in a run";
    list::<i32>(file, "receptor_layers", &["receptor"], described(long_name, "1"))
}

fn define_budgets(file: &mut FileMut, unit: &str) -> netcdf::Result<()> {
    for (name, long_name) in BUDGET {
        let mut attributes = described(long_name, unit);
        attributes.push(text("coordinates", COORDINATES));
        list::<f64>(file, name, &["receptor"], attributes)?;
    }
    Ok(())
}

/// Where the influence went, as in the attributes of a footprint file.
pub(super) const BUDGET: [(&str, &str); 4] = [
    ("influence_total", "influence on all particles"),
    ("influence_inside", "influence inside the grid"),
    (
        "influence_smeared_out",
        "influence smeared out over the edge of the grid",
    ),
    ("influence_outside", "influence outside the grid"),
];

fn define_layers(file: &mut FileMut) -> netcdf::Result<()> {
    let long_name = "receptor of the layer, from 0";
    list::<i32>(file, "layer_receptor", &["layer"], described(long_name, "1"))?;
    let time = vec![
        text("standard_name", "time"),
        text(
            "long_name",
            "start of the time in which the air picked up the influence",
        ),
        text("units", SECONDS),
        text("calendar", "standard"),
        text("bounds", "layer_time_bnds"),
    ];
    list::<f64>(file, "layer_time", &["layer"], time)?;
    list::<f64>(file, "layer_time_bnds", &["layer", "nv"], Vec::new())?;
    let long_name = "number of entries of the layer, in a run";
    list::<i32>(file, "layer_entries", &["layer"], described(long_name, "1"))
}

fn define_entries(file: &mut FileMut, unit: &str, with_error: bool) -> netcdf::Result<()> {
    let long_name = "grid cell of the entry, from 0: row times columns plus column";
    list::<i32>(file, "cell", &["entry"], described(long_name, "1"))?;
    let mut attributes = described("value of the entry", unit);
    if with_error {
        attributes.push(text("ancillary_variables", "foot_stderr"));
    }
    list::<f32>(file, "foot", &["entry"], attributes)?;
    if with_error {
        let attributes = described("sampling error of foot, from the spread of groups of particles", unit);
        list::<f32>(file, "foot_stderr", &["entry"], attributes)?;
    }
    Ok(())
}

fn define_samples(file: &mut FileMut, unit: &str, groups: usize) -> netcdf::Result<()> {
    file.add_dimension("group", groups)?;
    file.add_unlimited_dimension("sample")?;
    list::<i32>(file, "particles", &["receptor"], described("particles released", "1"))?;
    let long_name = "sampling error of influence_inside";
    list::<f64>(
        file,
        "influence_inside_stderr",
        &["receptor"],
        described(long_name, unit),
    )?;
    let long_name = "sum of the layer by the particles of one group alone";
    list::<f32>(file, "group_foot", &["layer", "group"], described(long_name, unit))?;
    let long_name = "number of samples of the layer, in a run";
    list::<i32>(file, "layer_samples", &["layer"], described(long_name, "1"))?;
    let long_name = "grid cell of an unsmoothed influence, as cell";
    list::<i32>(file, "sample_cell", &["sample"], described(long_name, "1"))?;
    let long_name = "its group of particles, from 0";
    list::<i32>(file, "sample_group", &["sample"], described(long_name, "1"))?;
    let long_name = "unsmoothed influence by the particles of one group alone";
    list::<f32>(file, "sample_foot", &["sample"], described(long_name, unit))
}

fn described(long_name: &str, unit: &str) -> Vec<Attribute> {
    vec![text("long_name", long_name), text("units", unit)]
}

/// A variable that grows along its first dimension.
fn list<T: NcTypeDescriptor>(
    file: &mut FileMut,
    name: &str,
    dimensions: &[&str],
    attributes: Vec<Attribute>,
) -> netcdf::Result<()> {
    let mut chunk: Vec<usize> = dimensions.iter().map(|d| file.dimension_len(d).unwrap_or(1)).collect();
    chunk[0] = match dimensions[0] {
        "entry" | "sample" => LONG_CHUNK,
        _ => SHORT_CHUNK,
    };
    let mut variable = file.add_variable::<T>(name, dimensions)?;
    variable.set_chunking(&chunk)?;
    variable.set_compression(4, true)?;
    put(&mut variable, attributes)
}
