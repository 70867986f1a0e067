//! From weather and a tower to ppm, in memory: no file is read or written.
//!
//! `cargo run --release --example tower_footprint`

use std::ops::ControlFlow;

use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::transport::TransportOptions;
use airshed::{Flux, Grid, MetStore, Receptor, Result, UtcTime, convolve, grid_particles, simulate};

fn main() -> Result<()> {
    let weather = SyntheticWeather::new(WeatherOptions::default())?;
    let met = MetStore::from_readers(vec![Box::new(weather)])?;
    let noon = UtcTime::parse("2019-09-22T12:00")?;
    let tower = Receptor::new(noon, 4.927, 51.971, 207.0)?.with_id("CBW207")?;

    let options = TransportOptions {
        hours: -12,
        particles: 500,
        ..TransportOptions::default()
    };
    let progress = |minutes: f64| {
        eprint!("\r{:4.0} h", minutes / 60.0);
        ControlFlow::Continue(())
    };
    let trajectories = simulate(&met, &tower, &options, &progress)?;

    let grid = Grid {
        name: "near".into(),
        west: 0.0,
        east: 9.0,
        south: 49.0,
        north: 54.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate: false,
        smooth_factor: 1.0,
        gridding: Default::default(),
    };
    let footprint = grid_particles(&trajectories, &grid)?;
    println!(
        "\rinfluence inside the grid: {:.3} ppm / (umol m-2 s-1)",
        footprint.foot.sum()
    );
    println!("hours before {noon}, and ppm from a uniform flux of 1 umol m-2 s-1:");
    let enhancement = convolve(&footprint, &Flux::uniform(1.0))?;
    for (start, ppm) in &enhancement.layers {
        println!("  {start}  {ppm:.3}");
    }
    println!("in all {:.3} ppm", enhancement.total_ppm);
    Ok(())
}
