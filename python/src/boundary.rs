//! Where particles leave the air above a grid.

use airshed::boundary::{BoundaryInfluence, Domain, End, EndTracker, Fate, Side, Sides};
use airshed::trajectory::Trajectories;
use ndarray::Array2;
use numpy::{PyArray1, ToPyArray};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::to_py;
use crate::grid::Grid;

/// What a column is called, and where it comes from.
type Column = (&'static str, fn(&End) -> f64);

const COLUMNS: [Column; 9] = [
    ("lon_deg", |end| end.lon_deg),
    ("lat_deg", |end| end.lat_deg),
    ("height_agl_m", |end| end.height_agl_m),
    ("height_asl_m", |end| end.height_asl_m),
    ("pressure_hpa", |end| end.pressure_hpa),
    ("time_min", |end| end.time_min),
    ("age_min", |end| end.age_min),
    ("weight", |end| end.weight),
    ("mass_weight", |end| end.mass_weight),
];

const fn name(fate: Fate) -> &'static str {
    match fate {
        Fate::Left(Side::North) => "north",
        Fate::Left(Side::East) => "east",
        Fate::Left(Side::South) => "south",
        Fate::Left(Side::West) => "west",
        Fate::Top => "top",
        Fate::Inside => "inside",
        Fate::LeftMeteorology => "left meteorology",
        Fate::MetGap => "met gap",
        Fate::StartedOutside => "started outside",
    }
}

fn follow(
    py: Python<'_>,
    particles: &Trajectories,
    grid: &Grid,
    height_edges_m: Option<Vec<f64>>,
) -> PyResult<(Vec<End>, BoundaryInfluence)> {
    let follow = || {
        let domain = match height_edges_m {
            Some(edges) => Domain::new(&grid.0, edges)?,
            None => Domain::of(&grid.0)?,
        };
        let mut tracker = EndTracker::new(domain, &particles.receptor, particles.particle_count());
        tracker.add(particles)?;
        let (domain, ends) = tracker.finish();
        let influence = BoundaryInfluence::of(&domain, &ends);
        Ok((ends, influence))
    };
    py.detach(follow).map_err(to_py)
}

/// A dict of arrays, one value per particle: ``fate`` and where and when.
pub fn ends<'py>(py: Python<'py>, particles: &Trajectories, grid: &Grid) -> PyResult<Bound<'py, PyDict>> {
    let (ends, _) = follow(py, particles, grid, None)?;
    let columns = PyDict::new(py);
    columns.set_item("fate", ends.iter().map(|end| name(end.fate)).collect::<Vec<_>>())?;
    for (name, value) in COLUMNS {
        columns.set_item(name, PyArray1::from_iter(py, ends.iter().map(value)))?;
    }
    Ok(columns)
}

/// A dict of shares: by side ``[height][along]`` with their mean age, and of all that did not leave through a side.
pub fn influence<'py>(
    py: Python<'py>,
    particles: &Trajectories,
    grid: &Grid,
    height_edges_m: Option<Vec<f64>>,
) -> PyResult<Bound<'py, PyDict>> {
    let (_, influence) = follow(py, particles, grid, height_edges_m)?;
    let dict = PyDict::new(py);
    put_sides(&dict, "fraction", &influence.fraction)?;
    put_sides(&dict, "mean_age_h", &influence.mean_age_h)?;
    dict.set_item("height_edges_m", influence.height_edges_m.to_pyarray(py))?;
    for (name, share) in [
        ("top", influence.top),
        ("inside", influence.inside),
        ("left_meteorology", influence.left_meteorology),
        ("met_gap", influence.met_gap),
        ("started_outside", influence.started_outside),
    ] {
        dict.set_item(name, share)?;
    }
    Ok(dict)
}

fn put_sides(dict: &Bound<'_, PyDict>, what: &str, sides: &Sides<Array2<f64>>) -> PyResult<()> {
    for (side, values) in ["north", "east", "south", "west"].into_iter().zip(sides.each()) {
        dict.set_item(format!("{what}_{side}"), values.to_pyarray(dict.py()))?;
    }
    Ok(())
}
