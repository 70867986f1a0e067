//! What the releases of nuclear facilities bring to a receptor.

use super::facilities::{Facility, releases_of, year_of};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::geo::{LonLat, SpherePoint};
use crate::grid::Axes;
use crate::trajectory::Trajectories;

/// What one facility brings to a receptor.
#[derive(Clone, Debug, PartialEq)]
pub struct NuclearRelease {
    /// Its name.
    pub name: String,
    /// Activity per mol of air at the receptor \[Bq mol⁻¹\]: Σ f·A.
    pub becquerel_per_mol: f64,
    /// Whether it stands on the grid; of one that does not nothing is known.
    pub is_on_grid: bool,
}

/// Facilities seen through a footprint \[ppm / (µmol m⁻² s⁻¹)\]: each spread evenly over the cell it stands in. Rows of
/// one facility, told by its name, for other years than those of the footprint count nothing, nor does a row for any year
/// where there is one of the footprint's.
///
/// # Errors
/// [`Error::Config`] if a facility has no release for a year of the footprint; the errors of
/// [`Grid::axes`](crate::Grid::axes).
pub fn of_footprint(footprint: &Footprint, facilities: &[Facility]) -> Result<Vec<NuclearRelease>> {
    let axes = footprint.grid.axes()?;
    let areas_m2 = axes.cell_areas_m2();
    let years: Vec<i32> = footprint.layer_start.iter().map(|start| year_of(*start)).collect();
    let releases = releases_of(facilities, &years)?;
    let seen = facilities.iter().enumerate().map(|(k, facility)| {
        let Some([row, column]) = cell_of(&axes, facility.place) else {
            return NuclearRelease::of(facility, 0.0, false);
        };
        let of_layer =
            |(layer, year): (usize, &i32)| footprint.foot[[layer, row, column]] * releases[year][k] / areas_m2[row];
        NuclearRelease::of(facility, years.iter().enumerate().map(of_layer).sum(), true)
    });
    Ok(seen.collect())
}

fn cell_of(axes: &Axes, place: LonLat) -> Option<[usize; 2]> {
    let (x, y) = axes.crs.forward(axes.frame_longitude(place.lon_deg), place.lat_deg);
    if !(x.is_finite() && y.is_finite()) {
        return None;
    }
    let (column, row) = axes.cell(x, y);
    let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
    (column < axes.nx && row < axes.ny).then_some([row, column])
}

/// Facilities seen by the particles that pass within a radius \[m\], each spread evenly over that circle: sharper than the
/// cells of a footprint, as long as enough particles pass.
///
/// # Errors
/// [`Error::Config`] if a facility has no release for a year of the particles, or the radius is not above 0.
pub fn of_particles(particles: &Trajectories, facilities: &[Facility], radius_m: f64) -> Result<Vec<NuclearRelease>> {
    if !(radius_m > 0.0 && radius_m.is_finite()) {
        return Err(Error::config("radius_m", radius_m, "m, above 0"));
    }
    let time = particles.receptor.time;
    let year = |minutes: &f64| year_of(time.plus_seconds((60.0 * minutes).round() as i64));
    let years: Vec<i32> = particles.time_min.iter().map(year).collect();
    let releases = releases_of(facilities, &years)?;
    let area_m2 = std::f64::consts::PI * radius_m * radius_m;
    let seen = facilities.iter().enumerate().map(|(k, facility)| {
        let per_s: Vec<f64> = years.iter().map(|year| releases[year][k]).collect();
        let influence = influence_near(particles, facility, radius_m, &per_s);
        NuclearRelease::of(facility, influence / area_m2, true)
    });
    Ok(seen.collect())
}

/// Σ foot · release at each time \[Bq s⁻¹\] of the records near a facility, mean over all particles.
fn influence_near(particles: &Trajectories, facility: &Facility, radius_m: f64, per_s: &[f64]) -> f64 {
    let here = SpherePoint::from(facility.place);
    let most_deg = (radius_m / 111_000.0).min(180.0);
    let mut sum = 0.0;
    for p in 0..particles.particle_count() {
        for (k, per_s) in per_s.iter().enumerate() {
            let foot = f64::from(particles.foot[[p, k]]);
            let place = LonLat {
                lon_deg: particles.lon_deg[[p, k]],
                lat_deg: particles.lat_deg[[p, k]],
            };
            let near = (place.lat_deg - facility.place.lat_deg).abs() <= most_deg;
            if foot > 0.0 && near && here.distance_m(place.into()) <= radius_m {
                sum += particles.weight[p] * foot * per_s;
            }
        }
    }
    sum / particles.particle_count().max(1) as f64
}

impl NuclearRelease {
    fn of(facility: &Facility, becquerel_per_mol: f64, is_on_grid: bool) -> Self {
        Self {
            name: facility.name.clone(),
            becquerel_per_mol,
            is_on_grid,
        }
    }
}
