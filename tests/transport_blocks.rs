//! Records handed on block by block while the particles fly are those of the one table, whatever depends on earlier or
//! later records.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;

use airshed::met::derive::DeriveOptions;
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::mode::Mode;
use airshed::near_field::{Quirks, dilute};
use airshed::receptor::{Datum, Site};
use airshed::thinning::{Thinning, thin};
use airshed::trajectory::Status;
use airshed::transport::{MixingHeightErrors, WindErrors};
use airshed::variable::{Variable, VariableSet};
use airshed::{
    MetStore, Receptor, Trajectories, TransportOptions, UtcTime, simulate, simulate_each, simulate_perturbed,
    simulate_perturbed_each,
};

const START: i64 = 1_569_067_200;
/// Longest block, min.
const LONGEST: usize = 60;

/// Met times every 100 min: stretches of 60 and 40.
fn met() -> MetStore {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg: 0.25,
        nx: 41,
        ny: 33,
    };
    let wind = Flow::Shear {
        u_m_s: 4.0,
        shear_s: 0.003,
    };
    let surface = SurfaceState {
        sensible_heat_w_m2: 100.0,
        ..Default::default()
    };
    let times = (0..=8).map(|k| UtcTime::from_seconds(START + 6000 * k));
    let flow = SyntheticFlow::new(wind, surface, domain, times.collect()).unwrap();
    MetStore::from_readers(vec![Box::new(flow)]).unwrap()
}

fn receptor(minutes: i64) -> Receptor {
    Receptor::new(UtcTime::from_seconds(START + 60 * minutes), 5.0, 52.0, 20.0).unwrap()
}

fn options(hours: i32) -> TransportOptions {
    TransportOptions {
        hours,
        particles: 23,
        emisshrs: 1.5,
        ..Default::default()
    }
}

type Plain = fn(&MetStore, &Receptor, &TransportOptions, airshed::transport::Each<'_>) -> Trajectories;

fn first(
    met: &MetStore,
    receptor: &Receptor,
    o: &TransportOptions,
    each: airshed::transport::Each<'_>,
) -> Trajectories {
    simulate_each(met, receptor, o, each, &|_| ControlFlow::Continue(())).unwrap()
}

fn second(
    met: &MetStore,
    receptor: &Receptor,
    o: &TransportOptions,
    each: airshed::transport::Each<'_>,
) -> Trajectories {
    simulate_perturbed_each(met, receptor, o, each, &|_| ControlFlow::Continue(())).unwrap()
}

fn bits(table: &ndarray::Array2<f32>) -> Vec<Vec<u32>> {
    let rows = table.outer_iter();
    rows.map(|row| row.iter().map(|value| value.to_bits()).collect())
        .collect()
}

fn single_bits(t: &Trajectories) -> Vec<Vec<Vec<u32>>> {
    let usual = [
        &t.height_agl_m,
        &t.foot,
        &t.foot_raw,
        &t.time_below_min,
        &t.mixing_height_m,
        &t.air_density_kg_m3,
        &t.sigma_w_m_s,
        &t.lagrangian_time_s,
        &t.pressure_hpa,
        &t.terrain_m,
        &t.mass_weight,
    ];
    usual
        .into_iter()
        .chain(t.extra.iter().map(|(_, table)| table))
        .map(bits)
        .collect()
}

fn double_bits(t: &Trajectories) -> Vec<Vec<Vec<u64>>> {
    let rows = |table: &ndarray::Array2<f64>| -> Vec<Vec<u64>> {
        table
            .outer_iter()
            .map(|row| row.iter().map(|v| v.to_bits()).collect())
            .collect()
    };
    [&t.lon_deg, &t.lat_deg].map(rows).into()
}

/// The rows of blocks one after the other.
fn joined<T: Clone>(blocks: &[Vec<Vec<Vec<T>>>]) -> Vec<Vec<Vec<T>>> {
    let mut whole = blocks[0].clone();
    for block in &blocks[1..] {
        for (table, more) in whole.iter_mut().zip(block) {
            table
                .iter_mut()
                .zip(more)
                .for_each(|(row, more)| row.extend_from_slice(more));
        }
    }
    whole
}

/// Checks that the blocks are the table; gives the lengths of the blocks.
fn assert_blocks_are_the_table(
    (receptor, options): (&Receptor, &TransportOptions),
    follow: Plain,
    table: &Trajectories,
) -> Vec<usize> {
    let mut blocks: Vec<Trajectories> = Vec::new();
    let ended = follow(&met(), receptor, options, &mut |block| {
        blocks.push(block.clone());
        Ok(())
    });
    let times: Vec<f64> = blocks.iter().flat_map(|b| b.time_min.clone()).collect();
    assert_eq!(times, table.time_min);
    assert_eq!(times.len(), 60 * options.hours.unsigned_abs() as usize);
    assert_eq!(
        joined(&blocks.iter().map(double_bits).collect::<Vec<_>>()),
        double_bits(table)
    );
    assert_eq!(
        joined(&blocks.iter().map(single_bits).collect::<Vec<_>>()),
        single_bits(table)
    );
    for block in &blocks {
        assert!(block.time_min.len() <= LONGEST);
        assert_eq!((&block.release_min, &block.weight), (&table.release_min, &table.weight));
        assert_eq!(block.variables, table.variables);
        assert_eq!(block.particle_count(), options.particles);
    }
    assert_eq!((&ended.status, ended.time_min.len()), (&table.status, 0));
    assert_eq!(ended.release_height_agl_m.len(), options.particles);
    blocks.iter().map(|block| block.time_min.len()).collect()
}

fn whole(receptor: &Receptor, options: &TransportOptions) -> Trajectories {
    simulate(&met(), receptor, options, &|_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn blocks_of_a_backward_run_are_its_table_with_the_variables_on_request() {
    let with_shear = TransportOptions {
        variables: VariableSet::default().with(Variable::Wout).with(Variable::Temp),
        ..options(-4)
    };
    let receptor = receptor(500);
    let table = whole(&receptor, &with_shear);
    assert_eq!(table.extra.len(), 2);
    assert!(
        table
            .extra
            .iter()
            .all(|(_, table)| table.iter().any(|value| value.is_finite()))
    );
    let lengths = assert_blocks_are_the_table((&receptor, &with_shear), first, &table);
    assert_eq!(lengths, [60, 40, 60, 40, 40]);
}

#[test]
fn blocks_of_forward_perturbed_and_physics_runs_are_their_tables() {
    let receptor = receptor(250);
    let forward = options(3);
    assert_blocks_are_the_table((&receptor, &forward), first, &whole(&receptor, &forward));

    let perturbed = TransportOptions {
        wind_errors: Some(WindErrors {
            sigma_m_s: 2.0,
            time_min: 60.0,
            height_m: 500.0,
            distance_km: 100.0,
        }),
        mixing_height_errors: Some(MixingHeightErrors {
            sigma_percent: 30.0,
            time_min: 60.0,
            distance_km: 100.0,
        }),
        ..options(-3)
    };
    let table = simulate_perturbed(&met(), &receptor, &perturbed, &|_| ControlFlow::Continue(())).unwrap();
    assert!(table.lon_deg != whole(&receptor, &perturbed).lon_deg);
    assert_blocks_are_the_table((&receptor, &perturbed), second, &table);

    for hours in [-3, 3] {
        let physics = TransportOptions {
            derive: DeriveOptions {
                mode: Mode::Physics,
                ..Default::default()
            },
            ..options(hours)
        };
        let table = whole(&receptor, &physics);
        assert!(table.foot != table.foot_raw, "the near field is diluted");
        assert_blocks_are_the_table((&receptor, &physics), first, &table);
    }
}

#[test]
fn the_plume_grows_across_the_borders_of_blocks_as_over_the_whole_table() {
    for hours in [-4, 3] {
        // all of the mixing layer feels the surface: the plume stays in it over several blocks
        let deep = TransportOptions {
            veght: 8_000.0,
            ..options(hours)
        };
        let table = whole(&receptor(300), &deep);
        let mut anew = table.clone();
        anew.foot.fill(0.0);
        dilute(&mut anew, deep.veght, Quirks::default());
        assert_eq!(bits(&anew.foot), bits(&table.foot));
        let diluted = |k: usize| {
            (0..23)
                .filter(|p| table.foot[[*p, k]] != table.foot_raw[[*p, k]])
                .count()
        };
        let late = if hours < 0 { 99 } else { 150 };
        assert!(diluted(late) > 0, "{hours} h: no particle is diluted after {late} min");
    }
}

#[test]
fn records_thinned_while_particles_fly_are_those_of_the_thinned_table() {
    // particles start over 1.5 h and some leave through the near border
    let o = options(-4);
    let receptor = Receptor::new(UtcTime::from_seconds(START + 30_000), 0.4, 52.0, 20.0).unwrap();
    let table = whole(&receptor, &o);
    assert!(table.status.contains(&Status::LeftDomain));
    for every_min in [1, 7, 45, 100, 500] {
        let mut thinning = Thinning::new(&o.record_times_min(), every_min).unwrap();
        let ends = first(&met(), &receptor, &o, &mut |block| {
            thinning.add(block);
            Ok(())
        });
        let (flying, stored) = (thinning.finish(&ends), thin(&table, every_min).unwrap());
        assert_eq!(flying.time_min, stored.time_min);
        assert_eq!(double_bits(&flying), double_bits(&stored));
        assert_eq!(single_bits(&flying), single_bits(&stored));
        assert_eq!(flying.status, table.status);
        let gathered: f64 = flying
            .foot
            .iter()
            .filter(|f| f.is_finite())
            .map(|f| f64::from(*f))
            .sum();
        let all: f64 = table.foot.iter().filter(|f| f.is_finite()).map(|f| f64::from(*f)).sum();
        // sums are stored in single precision
        approx::assert_relative_eq!(gathered, all, max_relative = 1e-6);
    }
}

#[test]
fn after_the_end_of_the_meteorology_blocks_are_blank_and_particles_ended() {
    let receptor = receptor(70);
    let long = TransportOptions {
        hnf_plume: false,
        ..options(-5)
    };
    let table = whole(&receptor, &long);
    assert_eq!(table.status, [Status::MetGap; 23]);
    let lengths = assert_blocks_are_the_table((&receptor, &long), first, &table);
    assert_eq!(lengths, [60, 10, 60, 60, 60, 50]);
    assert!(table.lon_deg[[0, 69]].is_finite() && table.lon_deg[[0, 70]].is_nan());
}

#[test]
fn mass_weights_and_starts_over_time_and_space_reach_every_block() {
    let weighted = TransportOptions {
        derive: DeriveOptions {
            mass_weight: true,
            ..Default::default()
        },
        ..options(-3)
    };
    let bottom = receptor(400);
    assert_blocks_are_the_table((&bottom, &weighted), first, &whole(&bottom, &weighted));

    let site = |height_m: f64, weight: f64| Site {
        weight,
        ..Site::new(5.0, 52.0, height_m)
    };
    let path = vec![site(20.0, 1.0), site(900.0, 0.5)];
    let column = Receptor {
        release_h: Some(2.0),
        ..Receptor::path(bottom.time, path, Datum::SeaLevel).unwrap()
    };
    let table = whole(&column, &options(-3));
    assert!(table.release_min.contains(&0.0) && table.release_min.iter().any(|minutes| *minutes < -60.0));
    assert!(table.weight.iter().any(|weight| *weight != table.weight[0]));
    assert!(table.release_height_agl_m.iter().all(|height| height.is_finite()));
    assert_blocks_are_the_table((&column, &options(-3)), first, &table);
}
