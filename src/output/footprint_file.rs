//! Footprint files: `foot(time, lat, lon)`, projected `foot(time, y, x)`.

use std::path::Path;

use ndarray::Array3;
use netcdf::types::NcTypeDescriptor;
use netcdf::{AttributeValue, FileMut};

use super::attributes::RunAttributes;
use super::attributes::{Attribute, Reader, number, of_run, put, put_global, text};
use super::grid_mapping::grid_mapping;
use super::write_whole;
use crate::error::{Error, Result};
use crate::footprint::{Footprint, MassBudget};
use crate::grid::{Axes, Grid};
use crate::netcdf_thread::on_netcdf_thread;
use crate::time::UtcTime;

/// Largest side of a chunk, cells.
const CHUNK: usize = 512;

/// Writes a footprint file; `path` appears whole or not at all.
///
/// # Errors
/// [`Error::Io`] or [`Error::NetCdf`](crate::Error::NetCdf) if it cannot be written, and the errors of [`Grid::axes`].
pub fn write_footprint(path: impl AsRef<Path>, footprint: &Footprint, run: &RunAttributes) -> Result<()> {
    let path = path.as_ref();
    on_netcdf_thread(|| write(path, footprint, run))
}

fn write(path: &Path, footprint: &Footprint, run: &RunAttributes) -> Result<()> {
    let axes = footprint.grid.axes()?;
    write_whole(path, |unfinished| {
        let write = || {
            let mut file = netcdf::create(unfinished)?;
            put_axes(&mut file, footprint, &axes)?;
            put_foot(&mut file, footprint, &axes)?;
            put_global(
                &mut file,
                of_run("Surface influence footprint", &footprint.receptor, run),
            )?;
            put_global(&mut file, of_footprint(footprint))?;
            file.close()
        };
        write().map_err(Error::netcdf(path))
    })
}

pub(crate) fn axis_names(axes: &Axes) -> [&'static str; 2] {
    if axes.crs.is_longlat() {
        ["lat", "lon"]
    } else {
        ["y", "x"]
    }
}

fn put_axes(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let starts: Vec<f64> = footprint.layer_start.iter().map(|t| t.seconds() as f64).collect();
    let layer = footprint.layer_seconds as f64;
    let spans: Vec<[f64; 2]> = starts.iter().map(|&t| [t, t + layer]).collect();
    put_axis(file, "time", &starts, &spans, of_time())?;
    let [of_y, of_x] = of_plane(axes);
    put_axis(file, y, &axes.y_centres(), &pairs(&axes.y_edges()), of_y)?;
    put_axis(file, x, &axes.x_centres(), &pairs(&axes.x_edges()), of_x)
}

pub(crate) fn pairs(edges: &[f64]) -> Vec<[f64; 2]> {
    edges.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

/// A coordinate with its bounds; its dimension is made unless it is there.
pub(crate) fn put_axis<T: NcTypeDescriptor>(
    file: &mut FileMut,
    name: &str,
    values: &[T],
    bounds: &[[f64; 2]],
    attributes: Vec<Attribute>,
) -> netcdf::Result<()> {
    let bounds_name = format!("{name}_bnds");
    if file.dimension("nv").is_none() {
        file.add_dimension("nv", 2)?;
    }
    if file.dimension(name).is_none() {
        file.add_dimension(name, values.len())?;
    }
    let mut axis = file.add_variable::<T>(name, &[name])?;
    put(&mut axis, attributes)?;
    axis.put_attribute("bounds", bounds_name.as_str())?;
    axis.put_values(values, ..)?;
    let mut edges = file.add_variable::<f64>(&bounds_name, &[name, "nv"])?;
    edges.put_values(bounds.as_flattened(), ..)
}

fn of_time() -> Vec<Attribute> {
    vec![
        text("standard_name", "time"),
        text(
            "long_name",
            "start of the time in which the air picked up the influence",
        ),
        text("units", "seconds since 1970-01-01 00:00:00"),
        text("calendar", "standard"),
        text("axis", "T"),
    ]
}

pub(crate) fn of_plane(axes: &Axes) -> [Vec<Attribute>; 2] {
    let axis = |standard: &str, long: &str, units: &str, letter: &str| {
        vec![
            text("standard_name", standard),
            text("long_name", long),
            text("units", units),
            text("axis", letter),
        ]
    };
    if axes.crs.is_longlat() {
        return [
            axis("latitude", "latitude of cell centre", "degrees_north", "Y"),
            axis("longitude", "longitude of cell centre", "degrees_east", "X"),
        ];
    }
    [
        axis("projection_y_coordinate", "y of cell centre", "m", "Y"),
        axis("projection_x_coordinate", "x of cell centre", "m", "X"),
    ]
}

fn put_foot(file: &mut FileMut, footprint: &Footprint, axes: &Axes) -> netcdf::Result<()> {
    let (nx, ny) = (axes.nx, axes.ny);
    let [y, x] = axis_names(axes);
    let mut crs = file.add_variable::<i32>("crs", &[])?;
    put(&mut crs, grid_mapping(&footprint.grid.crs))?;
    crs.put_value(0_i32, ())?;
    let mut foot = file.add_variable::<f32>("foot", &["time", y, x])?;
    foot.set_chunking(&[1, ny.min(CHUNK), nx.min(CHUNK)])?;
    foot.set_compression(4, true)?;
    put(
        &mut foot,
        vec![
            text("long_name", "mole fraction at the receptor per surface flux"),
            text("units", "ppm (umol-1 m2 s)"),
            text("cell_methods", "time: sum"),
            text("grid_mapping", "crs"),
        ],
    )?;
    for (k, layer) in footprint.foot.outer_iter().enumerate() {
        let single: Vec<f32> = layer.iter().map(|&v| v as f32).collect();
        foot.put_values(&single, (k, .., ..))?;
    }
    Ok(())
}

fn of_footprint(footprint: &Footprint) -> Vec<Attribute> {
    let (grid, budget) = (&footprint.grid, &footprint.budget);
    vec![
        text("grid_name", &grid.name),
        number("grid_west", grid.west),
        number("grid_east", grid.east),
        number("grid_south", grid.south),
        number("grid_north", grid.north),
        number("grid_dx", grid.dx),
        number("grid_dy", grid.dy),
        text("grid_crs", &grid.crs),
        ("grid_time_integrate", AttributeValue::Int(grid.time_integrate.into())),
        number("grid_smooth_factor", grid.smooth_factor),
        number("influence_total", budget.total),
        number("influence_inside", budget.inside),
        number("influence_smeared_out", budget.smeared_out),
        number("influence_outside", budget.outside),
    ]
}

/// Reads a footprint file of [`write_footprint`]; values come back with the precision of f32.
///
/// # Errors
/// [`Error::Io`], [`Error::NetCdf`](crate::Error::NetCdf), or [`Error::Format`] if it is not such a file.
pub fn read_footprint(path: impl AsRef<Path>) -> Result<Footprint> {
    let path = path.as_ref();
    on_netcdf_thread(|| read(path))
}

fn read(path: &Path) -> Result<Footprint> {
    let reader = Reader::open(path, "footprint")?;
    let grid = read_grid(&reader)?;
    let axes = grid.axes()?;
    let shape: [usize; 3] = reader.shape("foot")?;
    if shape[1..] != [axes.ny, axes.nx] {
        let (ny, nx) = (axes.ny, axes.nx);
        return Err(reader.lacks(&format!("foot of {ny} x {nx} cells, as its grid has; it has {shape:?}")));
    }
    let values = reader.values::<f32>("foot")?.into_iter().map(f64::from).collect();
    let foot = Array3::from_shape_vec(shape, values).map_err(|e| reader.lacks(&format!("whole foot ({e})")))?;
    let bounds = reader.values::<f64>("time_bnds")?;
    let layer_start: Vec<UtcTime> = bounds
        .iter()
        .step_by(2)
        .map(|&t| UtcTime::from_seconds(t as i64))
        .collect();
    if layer_start.len() != shape[0] {
        return Err(reader.lacks("time_bnds for each layer"));
    }
    Ok(Footprint {
        receptor: reader.receptor()?,
        grid,
        layer_start,
        layer_seconds: bounds.get(1).map_or(0, |end| (end - bounds[0]) as i64),
        foot,
        stderr: None,
        sampling: None,
        budget: MassBudget {
            total: reader.number("influence_total")?,
            inside: reader.number("influence_inside")?,
            smeared_out: reader.number("influence_smeared_out")?,
            outside: reader.number("influence_outside")?,
        },
    })
}

fn read_grid(reader: &Reader<'_>) -> Result<Grid> {
    Ok(Grid {
        name: reader.text("grid_name")?,
        west: reader.number("grid_west")?,
        east: reader.number("grid_east")?,
        south: reader.number("grid_south")?,
        north: reader.number("grid_north")?,
        dx: reader.number("grid_dx")?,
        dy: reader.number("grid_dy")?,
        crs: reader.text("grid_crs")?,
        time_integrate: reader.number("grid_time_integrate")? != 0.0,
        smooth_factor: reader.number("grid_smooth_factor")?,
        gridding: Default::default(),
    })
}
