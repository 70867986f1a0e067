//! The axes of a grid with their bounds, and its grid mapping.

use netcdf::FileMut;
use netcdf::types::NcTypeDescriptor;

use super::attributes::{Attribute, put, text};
use super::grid_mapping::grid_mapping;
use crate::grid::Axes;

/// Names of the dimensions of rows and columns.
pub(crate) fn axis_names(axes: &Axes) -> [&'static str; 2] {
    if axes.crs.is_longlat() {
        ["lat", "lon"]
    } else {
        ["y", "x"]
    }
}

/// Rows and columns with bounds, and the variable `crs`.
pub(crate) fn put_plane(file: &mut FileMut, axes: &Axes, definition: &str) -> netcdf::Result<()> {
    let [y, x] = axis_names(axes);
    let [of_y, of_x] = of_plane(axes);
    put_axis(file, y, &axes.y_centres(), &pairs(&axes.y_edges()), of_y)?;
    put_axis(file, x, &axes.x_centres(), &pairs(&axes.x_edges()), of_x)?;
    let mut crs = file.add_variable::<i32>("crs", &[])?;
    put(&mut crs, grid_mapping(definition))?;
    crs.put_value(0_i32, ())
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
