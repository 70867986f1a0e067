//! Attribution at the particle against footprint × flux, in real weather with a real inventory.
#![cfg(feature = "netcdf")]
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use airshed::attribution::{Attribution, AttributionOptions};
use airshed::ensemble::{Wanted, follow};
use airshed::flux::{FluxTimes, LatLonMesh};
use airshed::inventory::Inventory;
use airshed::mode::Mode;
use airshed::{Flux, Grid, MetStore, Receptor, TransportOptions, UtcTime};
use ndarray::Array3;

const PARTICLES: usize = 1000;

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if !path.exists() {
        eprintln!("skipped: {} does not exist", path.display());
    }
    path.exists().then_some(path)
}

struct Case {
    met: &'static str,
    time: &'static str,
    lon_lat_height: (f64, f64, f64),
    /// west, east, south, north
    region: [f64; 4],
}

const CASES: [Case; 2] = [
    Case {
        met: "met/ngm_19951016T00_17T10.arl",
        time: "1995-10-17T09:00",
        lon_lat_height: (-88.0, 42.0, 20.0),
        region: [-105.0, -75.0, 30.0, 50.0],
    },
    Case {
        met: "met/gdas1_20100211T12_13T00.arl",
        time: "2010-02-12T18:00",
        lon_lat_height: (-62.2, 16.7, 50.0),
        region: [-68.0, -46.0, 8.0, 22.0],
    },
];

fn grid([west, east, south, north]: [f64; 4]) -> Grid {
    let text = format!("west = {west}\neast = {east}\nsouth = {south}\nnorth = {north}\ndx = 0.1\ndy = 0.1\n");
    toml::from_str(&text).unwrap()
}

/// Cells of half a degree between 0 and 2 µmol m⁻² s⁻¹: more contrast than an inventory on cells of 5 degrees has.
fn pattern([west, east, south, north]: [f64; 4]) -> Flux {
    let edges = |from: f64, to: f64| {
        (0..=(2.0 * (to - from)) as usize)
            .map(|i| from + 0.5 * i as f64)
            .collect::<Vec<_>>()
    };
    let (lat, lon) = (edges(south, north), edges(west, east));
    let shape = (1, lat.len() - 1, lon.len() - 1);
    let values = Array3::from_shape_fn(shape, |(_, j, i)| 1.0 + (1.3 * lat[j]).sin() * (0.9 * lon[i]).cos());
    let mesh = LatLonMesh::from_edges(&lat, &lon).unwrap();
    Flux::from_array("pattern", mesh, FluxTimes::constant(), values).unwrap()
}

#[test]
fn booked_at_the_particles_or_by_way_of_a_footprint_it_is_the_same_within_gridding() {
    let (Some(co2), Some(ch4)) = (
        shared("flux/edgar_v6.0_CO2_excl_short-cycle_org_C_2015_TOTALS.5.3x5.1.nc"),
        shared("flux/edgar_v6.0_CH4_2015_TOTALS.5.3x5.1.nc"),
    ) else {
        return;
    };
    let fluxes = [
        ("CO2", Flux::open(co2, "emi_co2").unwrap()),
        ("CH4", Flux::open(ch4, "emi_ch4").unwrap()),
    ];
    for case in &CASES {
        let mut fluxes = fluxes.to_vec();
        fluxes.push(("pattern", pattern(case.region)));
        let Some(met) = shared(case.met) else { return };
        let met = MetStore::open(&[met.to_str().unwrap()]).unwrap();
        let (lon, lat, height) = case.lon_lat_height;
        let receptor = Receptor::new(UtcTime::parse(case.time).unwrap(), lon, lat, height).unwrap();
        let grids = [grid(case.region)];
        let inventories = fluxes
            .iter()
            .map(|(tracer, flux)| Inventory::from_flux(tracer, flux.clone()));
        let options = AttributionOptions {
            region: case.region,
            ..AttributionOptions::default()
        };
        let attribution = Attribution::new(inventories.collect(), options).unwrap();
        let wanted = Wanted {
            grids: &grids,
            attribution: Some(&attribution),
            ..Wanted::default()
        };
        for mode in [Mode::Parity, Mode::Physics] {
            let mut options = TransportOptions {
                hours: -24,
                particles: PARTICLES,
                ..TransportOptions::default()
            };
            options.derive.mode = mode;
            let made = follow(&met, &receptor, &options, &wanted, &|_| ControlFlow::Continue(())).unwrap();
            let told = made.contributions.unwrap();
            let footprint = &made.footprints[0];
            approx::assert_relative_eq!(told.foot, footprint.budget.total, max_relative = 1e-6);
            for (tracer, flux) in &fluxes {
                let booked = told.sum(|label, _| label.tracer == *tracer);
                let by_map = airshed::convolve(footprint, flux).unwrap();
                let apart = (booked.ppm - by_map.total_ppm) / booked.stderr_ppm;
                eprintln!(
                    "{} {} {tracer}: {:.6} ± {:.6} at the particles, {:.6} ± {:.6} by a footprint: {apart:.3} standard errors, {:.2e}",
                    case.met,
                    mode.name(),
                    booked.ppm,
                    booked.stderr_ppm,
                    by_map.total_ppm,
                    by_map.stderr_ppm.unwrap(),
                    booked.ppm / by_map.total_ppm - 1.0
                );
                // the same particles: only smoothing over cells of 0.1 degree parts them, near the edges of cells of 5 degrees
                assert!(booked.ppm > 0.0 && apart.abs() < 0.5, "{apart} standard errors");
                // groups before smoothing, sampled with the flux of the cell: the same spread within a tenth of it
                approx::assert_relative_eq!(booked.stderr_ppm, by_map.stderr_ppm.unwrap(), max_relative = 0.1);
            }
        }
    }
}
