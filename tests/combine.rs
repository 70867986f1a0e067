//! Sums, differences, other grids and longer layers of footprints, by their claims.

#![allow(clippy::unwrap_used)]

#[expect(dead_code, reason = "shared with other tests")]
mod footprints;
mod refusal;

use std::ops::Range;

use airshed::combine::{core_area, difference, integrate, mean, network_maximum, regrid, resample, sum};
use airshed::footprint::{Footprint, GroupDeposit, MassBudget, Sampling};
use airshed::{Grid, Receptor, UtcTime};
use approx::assert_relative_eq;
use footprints::DEGREES;
use ndarray::{Array2, Array3, Axis, array};
use refusal::refused;

fn grid(bounds: [f64; 4], cell: f64) -> Grid {
    footprints::grid(bounds, cell, DEGREES)
}

/// A number in [0, 1) that looks random (Weyl sequence).
fn weyl(k: usize) -> f64 {
    (k as f64 * 0.754_877_666_246_693).fract()
}

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

/// A backward run of so many hours from a receptor, with influence that looks random everywhere.
fn footprint(id: &str, time: &str, hours: usize, grid: Grid) -> Footprint {
    let time = at(time);
    let receptor = Receptor::new(time, 5.0, 52.0, 100.0).unwrap().with_id(id).unwrap();
    let axes = grid.axes().unwrap();
    let mut k = id.bytes().map(usize::from).sum::<usize>();
    let foot = Array3::from_shape_simple_fn((hours, axes.ny, axes.nx), || {
        k += 1;
        weyl(k)
    });
    let inside = foot.sum();
    Footprint {
        receptor,
        grid,
        layer_start: (1..=hours as i64).rev().map(|h| time.plus_hours(-h)).collect(),
        layer_seconds: 3600,
        stderr: Some(foot.mapv(|v| 0.1 * v)),
        sampling: Some(in_groups(&foot)),
        age: None,
        foot,
        budget: MassBudget {
            total: inside + 3.0,
            inside,
            smeared_out: 1.0,
            outside: 2.0,
        },
    }
}

/// Four groups that share each cell's value out unevenly, their mean being the value.
fn in_groups(foot: &Array3<f64>) -> Sampling {
    let parts = [0.4, 0.8, 1.2, 1.6];
    let columns = foot.len_of(Axis(2));
    let deposits = foot.indexed_iter().flat_map(|((layer, j, i), value)| {
        (0..4).map(move |group: u32| GroupDeposit {
            layer: layer as u32,
            cell: (j * columns + i) as u32,
            group,
            foot: (value * parts[group as usize]) as f32,
        })
    });
    let layers: Vec<f64> = foot.outer_iter().map(|layer| layer.sum()).collect();
    Sampling {
        particles: 400,
        deposits: deposits.collect(),
        layer_foot: Array2::from_shape_fn((layers.len(), 4), |(layer, group)| layers[layer] * parts[group]),
    }
}

fn small(id: &str, time: &str, hours: usize) -> Footprint {
    footprint(id, time, hours, grid([0.0, 3.0, 50.0, 52.0], 1.0))
}

/// Values of some rows and columns of the first layer.
fn part(footprint: &Footprint, rows: Range<usize>, columns: Range<usize>) -> Vec<f64> {
    let cells = rows.flat_map(|j| columns.clone().map(move |i| (j, i)));
    cells.map(|(j, i)| footprint.foot[[0, j, i]]).collect()
}

fn budget_closes(footprint: &Footprint) {
    let b = footprint.budget;
    assert_relative_eq!(b.inside + b.smeared_out + b.outside, b.total, max_relative = 1e-12);
    assert_relative_eq!(b.inside, footprint.foot.sum(), max_relative = 1e-12);
}

#[test]
fn a_sum_over_receptors_adds_the_layers_of_the_same_time() {
    let (a, b) = (small("a", "2020-01-01T12:00", 3), small("b", "2020-01-01T14:00", 4));
    let both = sum("both", &[&a, &b]).unwrap();
    assert_eq!(both.receptor.id, "both");
    assert_eq!(
        both.layer_start,
        (9..14)
            .map(|h| at(&format!("2020-01-01T{h:02}:00")))
            .collect::<Vec<_>>()
    );
    // 9 h to 12 h of the first, 10 h to 14 h of the second
    assert_eq!(both.foot.index_axis(Axis(0), 0), a.foot.index_axis(Axis(0), 0));
    assert_eq!(
        both.foot.index_axis(Axis(0), 1),
        &a.foot.index_axis(Axis(0), 1) + &b.foot.index_axis(Axis(0), 0)
    );
    assert_eq!(both.foot.index_axis(Axis(0), 4), b.foot.index_axis(Axis(0), 3));
    assert_relative_eq!(both.foot.sum(), a.foot.sum() + b.foot.sum(), max_relative = 1e-14);
    budget_closes(&both);
}

#[test]
fn errors_of_independent_receptors_add_up_in_quadrature_and_group_by_group() {
    let (a, b) = (small("a", "2020-01-01T12:00", 2), small("b", "2020-01-01T12:00", 2));
    let both = sum("both", &[&a, &b]).unwrap();
    let expected = a.foot[[1, 0, 2]].hypot(b.foot[[1, 0, 2]]) * 0.1;
    assert_relative_eq!(both.stderr.as_ref().unwrap()[[1, 0, 2]], expected, max_relative = 1e-14);
    let sampling = both.sampling.unwrap();
    assert_eq!(sampling.particles, 800);
    assert_relative_eq!(
        sampling.layer_foot.sum() / 4.0,
        a.foot.sum() + b.foot.sum(),
        max_relative = 1e-12
    );
    // one deposit for each layer, cell and group, although two receptors leave one there
    assert_eq!(sampling.deposits.len(), 2 * 6 * 4);
    let deposited: f64 = sampling.deposits.iter().map(|d| f64::from(d.foot)).sum();
    // deposits are f32
    assert_relative_eq!(deposited / 4.0, a.foot.sum() + b.foot.sum(), max_relative = 1e-6);
}

#[test]
fn the_mean_of_two_receptors_is_half_their_sum_with_half_its_error() {
    let (a, b) = (small("a", "2020-01-01T12:00", 2), small("b", "2020-01-01T13:00", 2));
    let (half, whole) = (mean("m", &[&a, &b]).unwrap(), sum("s", &[&a, &b]).unwrap());
    assert_relative_eq!(half.foot.sum() * 2.0, whole.foot.sum(), max_relative = 1e-14);
    assert_relative_eq!(
        half.stderr.unwrap().sum() * 2.0,
        whole.stderr.unwrap().sum(),
        max_relative = 1e-14
    );
    assert_relative_eq!(half.budget.outside * 2.0, whole.budget.outside, max_relative = 1e-14);
    let errors = [half.sampling.unwrap(), whole.sampling.unwrap()].map(|s| s.total_stderr());
    assert_relative_eq!(errors[0] * 2.0, errors[1], max_relative = 1e-12);
}

#[test]
fn a_footprint_minus_itself_is_nothing_without_error() {
    let a = small("a", "2020-01-01T12:00", 3);
    let nothing = difference(&a, &a).unwrap();
    assert!(nothing.foot.iter().all(|v| *v == 0.0));
    assert!(
        nothing.stderr.is_none(),
        "the same particles: quadrature would be wrong"
    );
    assert_eq!(nothing.sampling.unwrap().total_stderr(), 0.0);
    assert_eq!(nothing.budget.total, 0.0);
}

#[test]
fn integrated_footprints_of_different_times_add_up_to_one_layer_over_both() {
    let [a, b] = ["2020-01-01T12:00", "2020-01-02T12:00"].map(|t| integrate(&small(t, t, 3)));
    let both = sum("both", &[&a, &b]).unwrap();
    assert_eq!(both.layer_start, [at("2020-01-01T09:00")]);
    assert_eq!(both.layer_seconds, 27 * 3600);
    assert_relative_eq!(both.foot.sum(), a.foot.sum() + b.foot.sum(), max_relative = 1e-14);
}

#[test]
fn what_does_not_fit_together_is_refused_with_the_way_out() {
    let a = small("a", "2020-01-01T12:00", 2);
    refused(sum("s", &[]), "footprints", "at least one");
    let coarse = footprint("b", "2020-01-01T12:00", 2, grid([0.0, 4.0, 50.0, 52.0], 2.0));
    refused(sum("s", &[&a, &coarse]), "grid", "regrid");
    refused(
        difference(&a, &small("b", "2020-01-01T12:30", 2)),
        "layer start",
        "integrate all",
    );
    let long = resample(&small("b", "2020-01-01T12:00", 2), 120).unwrap();
    refused(sum("s", &[&a, &long]), "layer length", "resample");
    refused(sum("s", &[&a, &integrate(&a)]), "time_integrate", "integrate");
    let mut stays = a.clone();
    stays.grid.gridding.measure = airshed::gridding::Measure::Residence {
        bottom_agl_m: 0.0,
        top_agl_m: 100.0,
    };
    refused(sum("s", &[&a, &stays]), "measure", "Surface");
    refused(resample(&a, 90), "layer_min", "whole multiple of the present 60 min");
    refused(network_maximum(&[&a, &coarse], 0.5), "grid", "regrid");
    refused(core_area(&a, 1.5), "share", "0 to 1");
}

#[test]
fn longer_layers_begin_at_whole_multiples_from_the_receptor_time_and_keep_the_sums() {
    let hourly = small("a", "2020-01-01T12:00", 7);
    let longer = resample(&hourly, 180).unwrap();
    assert_eq!(
        longer.layer_start,
        [3, 6, 9].map(|h| at(&format!("2020-01-01T{h:02}:00")))
    );
    assert_eq!((longer.layer_seconds, longer.grid.gridding.layer_min), (10_800, 180));
    // the first of the three holds one hour alone: the run ends at 5 h
    let (layers, whole) = (&hourly.foot, longer.foot.index_axis(Axis(0), 0));
    assert_eq!(whole, layers.index_axis(Axis(0), 0));
    let last: f64 = (4..7).map(|k| layers[[k, 1, 1]]).sum();
    assert_relative_eq!(longer.foot[[2, 1, 1]], last, max_relative = 1e-15);
    assert!(longer.stderr.is_none());
    let [hours, three] = [&hourly, &longer].map(|f| f.sampling.as_ref().unwrap());
    assert_relative_eq!(hours.total_stderr(), three.total_stderr(), max_relative = 1e-12);
    assert_eq!(longer.budget, hourly.budget);
    assert!(resample(&hourly, 60).unwrap().stderr.is_some(), "nothing is merged");
}

#[test]
fn another_grid_keeps_the_sum_and_the_budget_whatever_the_cells() {
    let source = footprint("a", "2020-01-01T12:00", 2, grid([1.0, 4.0, 50.0, 52.0], 0.1));
    // rounding of some thousand terms: 1e-12
    for target in [
        grid([0.0, 5.0, 49.0, 53.0], 0.25),
        grid([0.0, 5.6, 49.0, 53.2], 0.7),
        grid([-180.0, 180.0, -90.0, 90.0], 30.0),
    ] {
        let moved = regrid(&source, &target).unwrap();
        assert_relative_eq!(moved.foot.sum(), source.foot.sum(), max_relative = 1e-12);
        assert_relative_eq!(moved.budget.outside, source.budget.outside, epsilon = 1e-9);
        budget_closes(&moved);
        let errors = [&source, &moved].map(|f| f.sampling.as_ref().unwrap().total_stderr());
        assert_relative_eq!(errors[0], errors[1], max_relative = 1e-12);
    }
}

#[test]
fn coarse_cells_that_fit_hold_the_sums_of_the_fine_ones() {
    let fine = footprint("a", "2020-01-01T12:00", 1, grid([0.0, 4.0, 50.0, 52.0], 0.5));
    let coarse = regrid(&fine, &grid([0.0, 4.0, 50.0, 52.0], 1.0)).unwrap();
    let four = part(&fine, 2..4, 6..8).iter().sum::<f64>();
    assert_relative_eq!(coarse.foot[[0, 1, 3]], four, max_relative = 1e-13);
    assert!(coarse.stderr.is_none(), "neighbours are not independent");
    let deposited = coarse.sampling.unwrap().deposits;
    assert_eq!(deposited.len(), 4 * 2 * 4);
}

#[test]
fn fine_cells_share_a_coarse_one_by_area_and_its_error_with_it() {
    let coarse = footprint("a", "2020-01-01T12:00", 1, grid([0.0, 2.0, 60.0, 62.0], 2.0));
    let fine = regrid(&coarse, &grid([0.0, 2.0, 60.0, 62.0], 1.0)).unwrap();
    let sine = |lat: f64| lat.to_radians().sin();
    let south = (sine(61.0) - sine(60.0)) / (sine(62.0) - sine(60.0)) / 2.0;
    assert_relative_eq!(
        fine.foot[[0, 0, 1]],
        coarse.foot[[0, 0, 0]] * south,
        max_relative = 1e-12
    );
    let error = fine.stderr.as_ref().unwrap()[[0, 0, 1]];
    assert_relative_eq!(error, coarse.stderr.unwrap()[[0, 0, 0]] * south, max_relative = 1e-12);
}

#[test]
fn a_cut_out_leaves_the_rest_in_the_budget_and_parts_the_groups() {
    let whole = small("a", "2020-01-01T12:00", 2);
    let cut = regrid(&whole, &grid([1.0, 3.0, 50.0, 51.0], 1.0)).unwrap();
    assert_eq!(
        cut.foot.index_axis(Axis(1), 0),
        whole.foot.index_axis(Axis(1), 0).slice_axis(Axis(1), (1..3).into())
    );
    assert_relative_eq!(
        cut.budget.outside - whole.budget.outside,
        whole.foot.sum() - cut.foot.sum(),
        max_relative = 1e-12
    );
    budget_closes(&cut);
    assert!(cut.stderr.is_some());
    let sampling = cut.sampling.unwrap();
    assert_relative_eq!(sampling.layer_foot.sum() / 4.0, cut.foot.sum(), max_relative = 1e-6);
    let relative = |s: &Sampling| s.total_stderr() / s.layer_foot.sum();
    // every group keeps the same part here
    assert_relative_eq!(
        relative(&sampling),
        relative(&whole.sampling.unwrap()),
        max_relative = 1e-6
    );
}

#[test]
fn a_constant_density_stays_constant_across_the_antimeridian() {
    let mut pacific = footprint("a", "2020-01-01T12:00", 1, grid([170.0, -170.0, -10.0, 10.0], 0.5));
    let areas = pacific.grid.axes().unwrap().cell_areas_m2();
    for ((_, j, _), value) in pacific.foot.indexed_iter_mut() {
        *value = areas[j];
    }
    let target = grid([-180.0, 180.0, -90.0, 90.0], 2.5);
    let moved = regrid(&pacific, &target).unwrap();
    let axes = target.axes().unwrap();
    let (areas, x, y) = (axes.cell_areas_m2(), axes.x_centres(), axes.y_centres());
    for ((_, j, i), value) in moved.foot.indexed_iter() {
        let density = if x[i].abs() > 170.0 && y[j].abs() < 10.0 {
            1.0
        } else {
            0.0
        };
        assert_relative_eq!(value / areas[j], density, epsilon = 1e-12);
    }
}

#[cfg(feature = "proj")]
mod projected {
    use super::*;

    const LAMBERT: &str = "+proj=laea +lat_0=52 +lon_0=10 +R=6371200 +units=m";

    fn metres(half_width: f64, cell: f64, crs: &str) -> Grid {
        let crs = crs.into();
        Grid {
            crs,
            ..grid([-half_width, half_width, -half_width, half_width], cell)
        }
    }

    fn dense(mut footprint: Footprint) -> Footprint {
        let areas = footprint.grid.axes().unwrap().cell_areas_m2();
        for ((_, j, _), value) in footprint.foot.indexed_iter_mut() {
            *value = areas[j];
        }
        footprint.budget.inside = footprint.foot.sum();
        footprint.budget.total = footprint.budget.inside + 3.0;
        footprint
    }

    #[test]
    fn degrees_onto_an_equal_area_map_keep_sum_and_density() {
        let source = dense(footprint(
            "a",
            "2020-01-01T12:00",
            1,
            grid([8.0, 12.0, 50.0, 54.0], 0.2),
        ));
        let onto = metres(500e3, 20e3, LAMBERT);
        let moved = regrid(&source, &onto).unwrap();
        assert_relative_eq!(moved.foot.sum(), source.foot.sum(), max_relative = 1e-12);
        // in the middle; edges of cells bend: four straight pieces miss 1e-6 of the area
        let density = moved.foot[[0, 25, 25]] / (20e3 * 20e3);
        assert_relative_eq!(density, 1.0, max_relative = 1e-5);
        budget_closes(&moved);
        let there_and_back = regrid(&moved, &grid([0.0, 20.0, 45.0, 60.0], 0.5)).unwrap();
        assert_relative_eq!(there_and_back.foot.sum(), source.foot.sum(), max_relative = 1e-12);
    }

    #[test]
    fn one_projection_onto_another_keeps_sum_and_density() {
        let source = dense(footprint("a", "2020-01-01T12:00", 1, metres(200e3, 10e3, LAMBERT)));
        let conic = "+proj=lcc +lat_1=45 +lat_2=60 +lat_0=52 +lon_0=10 +R=6371200 +units=m";
        let moved = regrid(&source, &metres(300e3, 15e3, conic)).unwrap();
        assert_relative_eq!(moved.foot.sum(), source.foot.sum(), max_relative = 1e-12);
        budget_closes(&moved);
        // the conic map's scale at its middle latitude is 0.9915 (Snyder 1987, eqs. 15-4 and 15-5), squared for areas
        let density = moved.foot[[0, 20, 20]] / (15e3 * 15e3);
        assert!((1.0..1.03).contains(&density), "{density}");
        let spread = part(&moved, 19..21, 19..21);
        let (low, high) = spread
            .iter()
            .fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
        assert!(high / low < 1.001, "{low} {high}");
    }

    #[test]
    fn cells_of_the_same_projection_are_rectangles() {
        let fine = footprint("a", "2020-01-01T12:00", 1, metres(40e3, 10e3, LAMBERT));
        let coarse = regrid(&fine, &metres(40e3, 20e3, LAMBERT)).unwrap();
        assert_relative_eq!(
            coarse.foot[[0, 1, 3]],
            part(&fine, 2..4, 6..8).iter().sum::<f64>(),
            max_relative = 1e-13
        );
    }
}

#[test]
fn the_core_area_is_the_fewest_cells_that_hold_the_share() {
    let mut f = small("a", "2020-01-01T12:00", 2);
    f.foot
        .index_axis_mut(Axis(0), 0)
        .assign(&array![[1.0, 0.0, 3.0], [4.0, 2.0, 0.0]]);
    f.foot.index_axis_mut(Axis(0), 1).fill(0.0);
    assert_eq!(
        core_area(&f, 0.7).unwrap(),
        array![[false, false, true], [true, false, false]]
    );
    assert_eq!(
        core_area(&f, 1.0).unwrap(),
        array![[true, false, true], [true, true, false]]
    );
    assert_eq!(core_area(&f, 0.0).unwrap(), Array2::from_elem((2, 3), false));
    let mut other = f.clone();
    other
        .foot
        .index_axis_mut(Axis(0), 0)
        .assign(&array![[0.0, 0.0, 9.0], [1.0, 0.0, 0.0]]);
    let network = network_maximum(&[&f, &other], 0.7).unwrap();
    assert_eq!(network, array![[0.0, 0.0, 9.0], [4.0, 0.0, 0.0]]);
}
