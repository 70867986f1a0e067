//! 24 hourly receptors that share a day, from the meteorology file to 24 footprint files: particle-minutes per second on
//! all cores, or on as many as RAYON_NUM_THREADS says.
//!
//! `cargo bench --bench batch`
#![allow(missing_docs, clippy::unwrap_used)]

mod weather;

use std::ops::ControlFlow;
use std::path::Path;

use airshed::Config;
use airshed::met::MetReader;
use airshed::met::arl::write_arl;
use airshed::met::synthetic::{SyntheticWeather, WeatherOptions};
use airshed::mode::Mode;
use airshed::run::{RunOptions, run};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use weather::MODES;

const RECEPTORS: usize = 24;
const PARTICLES: usize = 100;

fn write_weather(path: &Path) {
    let mut weather = SyntheticWeather::new(WeatherOptions::default()).unwrap();
    let description = weather.description().clone();
    let snapshots = (0..description.times.len()).map(|time_index| weather.read(time_index));
    write_arl(path, &description, snapshots).unwrap();
}

fn configuration(folder: &Path, mode: Mode) -> Config {
    let text = format!(
        "[met]\nfiles = [\"weather.arl\"]\n\
         [run]\nmode = \"{}\"\nhours = -24\nparticles = {PARTICLES}\n\
         [trajectories]\nkeep = false\n\
         [[receptor]]\nstart = \"2019-09-22T00:00\"\nend = \"2019-09-22T23:00\"\nevery_h = 1\n\
         lon_deg = 4.927\nlat_deg = 51.971\nheight_agl_m = 207\n\
         [grid.europe]\nwest = -12\neast = 16\nsouth = 44\nnorth = 60\ndx = 0.1\n",
        mode.name()
    );
    Config::from_text(&text, folder).unwrap()
}

fn batch(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    write_weather(&folder.path().join("weather.arl"));
    let mut group = criterion.benchmark_group("batch");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements((RECEPTORS * PARTICLES * 24 * 60) as u64));
    for mode in MODES {
        let config = configuration(folder.path(), mode);
        assert_eq!(config.receptors.len(), RECEPTORS);
        let all = || run(&config, &RunOptions::default(), &|_| ControlFlow::Continue(())).unwrap();
        group.bench_function(mode.name(), |b| b.iter(all));
    }
    group.finish();
}

criterion_group!(benches, batch);
criterion_main!(benches);
