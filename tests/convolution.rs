//! What a flux adds at a receptor, on fluxes and footprints made in memory.
#![allow(clippy::unwrap_used)]

mod footprints;

use airshed::Error;
use airshed::convolve::{Enhancement, convolve};
use airshed::flux::{Flux, FluxTimes, LatLonMesh};
use airshed::output::enhancements::{Span, enhancement_rows, read_enhancements, write_enhancements};
use airshed::time::UtcTime;
use approx::assert_relative_eq;
use footprints::{DEGREES, areas, footprint, grid, start};
use ndarray::{Array3, Axis};

const EUROPE: [f64; 4] = [-10.0, 20.0, 40.0, 60.0];

fn edges(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..=count)
        .map(|i| from + (to - from) * i as f64 / count as f64)
        .collect()
}

fn constant(mesh: LatLonMesh, value: impl Fn(usize, usize) -> f64) -> Flux {
    let (rows, columns) = mesh.shape();
    let values = Array3::from_shape_fn((1, rows, columns), |(_, j, i)| value(j, i));
    Flux::from_array("test", mesh, FluxTimes::constant(), values).unwrap()
}

/// Integral of the flux over the unit sphere.
fn integral(flux: &Flux, value: impl Fn(usize, usize) -> f64) -> f64 {
    let mesh = flux.mesh();
    let mut sum = 0.0;
    for (j, lat) in mesh.lat_cells().iter().enumerate() {
        for (i, lon) in mesh.lon_cells().iter().enumerate() {
            let area = (lon[1] - lon[0]).to_radians() * (lat[1].to_radians().sin() - lat[0].to_radians().sin());
            sum += value(j, i) * area;
        }
    }
    sum
}

fn speckled(j: usize, i: usize) -> f64 {
    ((31 * j + 17 * i) % 23) as f64 - 4.0
}

#[test]
fn a_uniform_unit_flux_convolves_to_the_footprints_sum_whatever_its_cells() {
    let descending = LatLonMesh::from_edges(&edges(90.0, -90.0, 37), &edges(0.0, 360.0, 53)).unwrap();
    let irregular = LatLonMesh::from_edges(&[-90.0, 41.3, 47.0, 47.1, 90.0], &[-180.0, -3.3, 3.1, 180.0]).unwrap();
    let lat: Vec<f64> = (0..360).map(|j| f64::from(-89.75_f32 + 0.5 * j as f32)).collect();
    let lon: Vec<f64> = (0..720).map(|i| f64::from(0.25_f32 + 0.5 * i as f32)).collect();
    let single_precision = LatLonMesh::from_centres(&lat, &lon).unwrap();
    let fluxes = [descending, irregular, single_precision].map(|mesh| constant(mesh, |_, _| 1.0));
    let footprint = footprint(grid(EUROPE, 0.25, DEGREES), 3);
    for flux in fluxes.into_iter().chain([Flux::uniform(1.0)]) {
        let added = convolve(&footprint, &flux).unwrap();
        // sums of some 30,000 products: rounding stays below 1e-12 of the whole
        assert_relative_eq!(added.total_ppm, footprint.foot.sum(), max_relative = 1e-12);
        assert!(added.uncovered_share < 1e-12, "{flux}: {}", added.uncovered_share);
        for (layer, (time, ppm)) in added.layers.iter().enumerate() {
            assert_eq!(*time, footprint.layer_start[layer]);
            assert_relative_eq!(
                *ppm,
                footprint.foot.index_axis(Axis(0), layer).sum(),
                max_relative = 1e-12
            );
        }
    }
}

#[test]
fn regridding_keeps_the_integral_of_the_flux() {
    // finer than the grid, coarser, askew; ascending, descending; both conventions of longitude, across both seams
    let cases = [
        ([41.0, 59.0], [350.0, 379.0], [7, 11], EUROPE),
        ([59.0, 41.0], [-9.7, 19.9], [333, 555], EUROPE),
        ([-30.0, 30.0], [150.0, 210.0], [13, 17], [140.0, -140.0, -40.0, 40.0]),
        ([-30.0, 30.0], [-210.0, -150.0], [13, 17], [140.0, 220.0, -40.0, 40.0]),
        ([-90.0, 90.0], [0.0, 360.0], [35, 71], [-180.0, 180.0, -90.0, 90.0]),
    ];
    for (lat, lon, [rows, columns], bounds) in cases {
        let mesh = LatLonMesh::from_edges(&edges(lat[0], lat[1], rows), &edges(lon[0], lon[1], columns)).unwrap();
        let flux = constant(mesh, speckled);
        let regridded = convolve(&areas(grid(bounds, 2.5, DEGREES)), &flux).unwrap();
        assert_relative_eq!(regridded.total_ppm, integral(&flux, speckled), max_relative = 1e-12);
    }
}

#[test]
fn where_a_flux_has_no_data_it_counts_as_zero_and_the_share_is_told() {
    // two cells; the flux covers the eastern half of the first and all of the second
    let mut footprint = footprint(grid([0.0, 2.0, 50.0, 51.0], 1.0, DEGREES), 1);
    footprint.foot.assign(&ndarray::arr3(&[[[3.0, 1.0]]]));
    let mesh = LatLonMesh::from_edges(&[49.0, 52.0], &[0.5, 1.0, 3.0]).unwrap();
    let added = convolve(&footprint, &constant(mesh.clone(), |_, _| 2.0)).unwrap();
    assert_relative_eq!(added.total_ppm, 2.0 * (0.5 * 3.0 + 1.0), max_relative = 1e-14);
    assert_relative_eq!(added.uncovered_share, 1.5 / 4.0, max_relative = 1e-14);
    assert_relative_eq!(added.layer_uncovered_share[0], 1.5 / 4.0, max_relative = 1e-14);

    let with_gap = constant(mesh, |_, i| if i == 0 { f64::NAN } else { 2.0 });
    let added = convolve(&footprint, &with_gap).unwrap();
    assert_relative_eq!(added.total_ppm, 2.0, max_relative = 1e-14);
    assert_relative_eq!(added.uncovered_share, 3.0 / 4.0, max_relative = 1e-14);
}

#[test]
fn each_hour_meets_the_flux_of_that_hour_and_a_whole_run_their_mean() {
    let mesh = LatLonMesh::from_edges(&[-90.0, 90.0], &[0.0, 360.0]).unwrap();
    let starts: Vec<UtcTime> = (0..3).map(|i| start().plus_hours(2 * i)).collect();
    let values = Array3::from_shape_fn((3, 1, 1), |(t, ..)| 10_f64.powi(t as i32));
    let flux = Flux::from_array("steps", mesh, FluxTimes::from_starts(&starts).unwrap(), values).unwrap();
    let mut hourly = footprint(grid(EUROPE, 5.0, DEGREES), 6);
    hourly.foot.fill(1.0 / 24.0);
    let added: Enhancement = convolve(&hourly, &flux).unwrap();
    for ((_, ppm), expected) in added.layers.iter().zip([1.0, 1.0, 10.0, 10.0, 100.0, 100.0]) {
        assert_relative_eq!(*ppm, expected, max_relative = 1e-12);
    }

    let mut integrated = footprint(grid(EUROPE, 5.0, DEGREES), 1);
    integrated.grid.time_integrate = true;
    integrated.layer_seconds = 6 * 3600;
    integrated.foot.fill(1.0 / 24.0);
    assert_relative_eq!(
        convolve(&integrated, &flux).unwrap().total_ppm,
        37.0,
        max_relative = 1e-12
    );

    let too_long = footprint(grid(EUROPE, 5.0, DEGREES), 7);
    let text = convolve(&too_long, &flux).unwrap_err().to_string();
    assert!(text.contains("2014-07-01T06:00Z to 2014-07-01T07:00Z"), "{text}");
    assert!(text.contains("covers 2014-07-01T00:00Z to 2014-07-01T06:00Z"), "{text}");
}

#[test]
fn hours_without_footprint_need_no_flux() {
    let mesh = LatLonMesh::from_edges(&[-90.0, 90.0], &[0.0, 360.0]).unwrap();
    let times = FluxTimes::intervals(vec![(start(), start().plus_hours(1))]).unwrap();
    let flux = Flux::from_array("one hour", mesh, times, Array3::ones((1, 1, 1))).unwrap();
    let mut footprint = footprint(grid(EUROPE, 5.0, DEGREES), 2);
    footprint.foot.index_axis_mut(Axis(0), 1).fill(0.0);
    let added = convolve(&footprint, &flux).unwrap();
    assert_relative_eq!(added.total_ppm, footprint.foot.sum(), max_relative = 1e-12);
    assert_eq!(added.layers[1].1, 0.0);
    footprint.foot.fill(0.0);
    let empty = convolve(&footprint, &flux).unwrap();
    assert_eq!((empty.total_ppm, empty.uncovered_share), (0.0, 0.0));
}

#[test]
fn what_does_not_fit_is_refused_and_named() {
    let far = LatLonMesh::from_edges(&[-40.0, -30.0], &[100.0, 110.0]).unwrap();
    let here = footprint(grid(EUROPE, 5.0, DEGREES), 1);
    let text = convolve(&here, &constant(far.clone(), |_, _| 1.0))
        .unwrap_err()
        .to_string();
    assert!(text.contains("grid = test: lies wholly outside the flux"), "{text}");

    let gridded = Flux::uniform(1.0).on_grid(&here.grid).unwrap();
    let finer = footprint(grid(EUROPE, 2.5, DEGREES), 1);
    assert!(matches!(gridded.convolve(&finer), Err(Error::Config { .. })));

    let of_shape = |shape| Flux::from_array("x", far.clone(), FluxTimes::constant(), Array3::zeros(shape));
    let text = of_shape((1, 2, 1)).unwrap_err().to_string();
    assert!(text.contains("must be (1, 1, 1)"), "{text}");
    let infinite = Array3::from_elem((1, 1, 1), f64::INFINITY);
    assert!(Flux::from_array("x", far, FluxTimes::constant(), infinite).is_err());
}

#[test]
fn one_gridded_flux_serves_many_threads() {
    let mesh = LatLonMesh::from_edges(&edges(30.0, 70.0, 40), &edges(-20.0, 30.0, 50)).unwrap();
    let starts: Vec<UtcTime> = (0..48).map(|i| start().plus_hours(i)).collect();
    let values = Array3::from_shape_fn((48, 40, 50), |(t, j, i)| t as f64 + speckled(j, i));
    let flux = Flux::from_array("hourly", mesh, FluxTimes::from_starts(&starts).unwrap(), values).unwrap();
    let footprint = footprint(grid(EUROPE, 0.5, DEGREES), 48);
    let alone = convolve(&footprint, &flux).unwrap();
    let shared = flux.on_grid(&footprint.grid).unwrap();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| shared.convolve(&footprint).unwrap()))
            .collect();
        for worker in workers {
            assert_eq!(worker.join().unwrap(), alone);
        }
    });
}

#[cfg(feature = "proj")]
#[test]
fn a_projected_grid_keeps_units_and_integrals() {
    // equal-area Europe on the ellipsoid (EPSG:3035): every cell is 2500 km²
    let footprint = footprint(grid([2.5e6, 6.5e6, 1.5e6, 4.5e6], 50_000.0, "EPSG:3035"), 1);
    let unit = convolve(&footprint, &Flux::uniform(1.0)).unwrap();
    assert_relative_eq!(unit.total_ppm, footprint.foot.sum(), max_relative = 1e-12);
    assert!(unit.uncovered_share < 1e-12);

    let mesh = LatLonMesh::from_edges(&edges(44.0, 56.0, 30), &edges(0.0, 20.0, 40)).unwrap();
    let value = |j, i| 5.0 + speckled(j, i);
    let flux = constant(mesh, value);
    let mut areas = footprint;
    areas.foot.fill((50_000.0_f64 / 6_371_007.2).powi(2));
    let regridded = convolve(&areas, &flux).unwrap();
    // areas on the ellipsoid and on the sphere of the same surface differ by up to 0.5 %
    assert_relative_eq!(regridded.total_ppm, integral(&flux, value), max_relative = 5e-3);
}

#[cfg(feature = "proj")]
#[test]
fn on_a_polar_map_each_cell_takes_the_flux_under_it() {
    // sphere with the pole at a corner of cells; the flux is sin φ, so a small cell has its centre's value
    let polar = grid([-2e6, 2e6, -2e6, 2e6], 100_000.0, "+proj=stere +lat_0=90 +R=6371000");
    let mesh = LatLonMesh::from_edges(&edges(90.0, 50.0, 800), &edges(0.0, 360.0, 36)).unwrap();
    let flux = constant(mesh, |j, _| (90.0 - 0.05 * (j as f64 + 0.5)).to_radians().sin());
    let axes = polar.axes().unwrap();
    let gridded = flux.on_grid(&polar).unwrap();
    for (j, i) in [(0, 0), (19, 19), (20, 20), (10, 20), (39, 3), (20, 0)] {
        let mut single = footprint(polar.clone(), 1);
        single.foot.fill(0.0);
        single.foot[[0, j, i]] = 1.0;
        let (x, y) = (axes.x_centres()[i], axes.y_centres()[j]);
        let colatitude = 2.0 * (x.hypot(y) / (2.0 * 6_371_000.0)).atan();
        // curvature of sin φ over half a cell (50 km of 6371 km, squared): below 1e-4
        assert_relative_eq!(
            gridded.convolve(&single).unwrap().total_ppm,
            colatitude.cos(),
            epsilon = 1e-4
        );
    }
}

#[test]
fn the_table_has_one_row_per_hour_and_one_of_totals_and_reads_back_to_the_bit() {
    let footprint = footprint(grid([0.0, 10.0, 48.0, 54.0], 2.0, DEGREES), 3);
    let enhancement = convolve(&footprint, &Flux::uniform(0.1)).unwrap();
    let rows = enhancement_rows(&footprint, "soils", &enhancement);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0].layer_start.as_deref(), Some("2014-07-01T00:00Z"));
    assert_eq!(
        (rows[3].span, rows[3].layer_start.as_deref(), rows[3].ppm),
        (Span::Total, None, enhancement.total_ppm)
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("enhancements.csv");
    write_enhancements(&path, &rows).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let head = "receptor,time,lon_deg,lat_deg,height_agl_m,grid,flux,span,layer_start,ppm,uncovered_share,ppm_stderr";
    assert_eq!(text.lines().next(), Some(head));
    assert!(text.lines().nth(4).unwrap().contains(",test,soils,total,,"), "{text}");
    assert_eq!(read_enhancements(&path).unwrap(), rows);
}

#[test]
fn a_time_integrated_footprint_has_a_total_only() {
    let mut footprint = footprint(grid([0.0, 10.0, 48.0, 54.0], 2.0, DEGREES), 1);
    footprint.grid.time_integrate = true;
    let enhancement = convolve(&footprint, &Flux::uniform(1.0)).unwrap();
    let rows = enhancement_rows(&footprint, "soils", &enhancement);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].span, Span::Total);
}

#[test]
fn a_table_that_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("enhancements.csv");
    std::fs::create_dir(&occupied).unwrap();
    assert!(write_enhancements(&occupied, &[]).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let text = write_enhancements(folder.path().join("none/enhancements.csv"), &[])
        .unwrap_err()
        .to_string();
    assert!(text.contains("none/enhancements.csv: cannot write"), "{text}");
    let empty = folder.path().join("empty.csv");
    write_enhancements(&empty, &[]).unwrap();
    assert!(read_enhancements(&empty).unwrap().is_empty());
}
