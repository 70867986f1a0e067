//! Tracer experiments in DATEM files: what is read, and the statistics of a model.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use airshed::compare::tracer_statistics;
use airshed::geo::LonLat;
use airshed::observations::Observations;
use airshed::observations::datem::{TracerSample, TracerSamples, read_datem, read_datem_stations, write_datem};
use airshed::time::UtcTime;
use approx::assert_relative_eq;
use tempfile::TempDir;

/// A file of ../shared; `None`, and a word on stderr, where there is none.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no ../shared/{name}");
    None
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn datem_files_are_read_whole_and_written_back() {
    let Some(path) = shared("tracer/captex1.txt") else {
        return;
    };
    let samples = read_datem(&path).unwrap();
    assert_eq!((samples.samples.len(), samples.tracer.as_str()), (395, "pmch"));
    let first = &samples.samples[0];
    assert_eq!(
        (
            first.start.to_string().as_str(),
            first.duration_s,
            first.station.as_str()
        ),
        ("1983-09-18T18:00Z", 10_800, "302")
    );
    assert_eq!(
        (first.place.lat_deg, first.place.lon_deg, first.value),
        (39.65, -80.42, 0.0)
    );
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.txt");
    write_datem(&copy, &samples).unwrap();
    assert_eq!(read_datem(&copy).unwrap(), samples);
    let Some(path) = shared("tracer/etex1_meas.txt") else {
        return;
    };
    assert_eq!(read_datem(path).unwrap().samples.len(), 3105);
    let Some(path) = shared("tracer/etex1_stations.txt") else {
        return;
    };
    let stations = read_datem_stations(path).unwrap();
    assert_eq!(stations.len(), 168);
    assert_eq!(
        (stations[0].0.as_str(), stations[0].1.lat_deg, stations[0].1.lon_deg),
        ("1001", 47.5, 9.73)
    );
}

#[test]
fn what_is_no_datem_is_refused_with_the_line() {
    let head = "title\nyear mn dy  shr  dur   lat     lon    pmch  stn\n";
    for row in [
        "1983 09 31 1800 0300 39.65 -80.42 .0 302",
        "1983 09 18 1860 0300 39.65 -80.42 .0 302",
        "1983 09 18 1800 0300 95 -80.42 .0 302",
        "1983 09",
    ] {
        let (_folder, path) = file(&format!("{head}{row}\n"));
        let problem = read_datem(&path).unwrap_err().to_string();
        assert!(problem.contains("line 3: no sample"), "{problem}");
        assert!(
            Observations::open(&path)
                .unwrap_err()
                .to_string()
                .contains("read_datem")
        );
    }
    let (_folder, path) = file("one line");
    assert!(read_datem(&path).is_err());
}

fn tracer(values: &[f64]) -> TracerSamples {
    let sample = |(k, &value): (usize, &f64)| TracerSample {
        start: UtcTime::from_seconds(0),
        duration_s: 10_800,
        place: LonLat {
            lon_deg: 0.0,
            lat_deg: 50.0,
        },
        value,
        station: k.to_string(),
    };
    TracerSamples {
        title: "made for a test".into(),
        tracer: "pmch".into(),
        samples: values.iter().enumerate().map(sample).collect(),
    }
}

#[test]
fn tracer_statistics_are_those_by_hand() {
    // pairs that count: (4,2) (0,2) (2,0) (6,8); the pair of zeros and the sample that was not measured do not
    let s = tracer_statistics(
        &tracer(&[4.0, 0.0, 2.0, 6.0, 0.0, 1.0]),
        &tracer(&[2.0, 2.0, 0.0, 8.0, 0.0, -1.0]),
        0.0,
    )
    .unwrap();
    assert_eq!((s.n, s.both_zero, s.unmatched), (4, 1, 2));
    assert_eq!((s.mean_model, s.mean_observed, s.fb), (3.0, 3.0, 0.0));
    assert_eq!((s.fms, s.ksp), (50.0, 25.0));
    // covariance (8 + 0 + 0 + 48)/4 − 9 = 5; variances 5 and 9
    assert_relative_eq!(s.r, 5.0 / 45.0_f64.sqrt(), max_relative = 1e-14);
    assert_relative_eq!(s.rank(), 25.0 / 45.0 + 1.0 + 0.5 + 0.75, max_relative = 1e-14);
    let above = tracer_statistics(&tracer(&[4.0, 0.0, 2.0, 6.0]), &tracer(&[2.0, 2.0, 0.0, 8.0]), 3.0).unwrap();
    assert_eq!(above.fms, 50.0, "one of two above 3");
    let mut twice = tracer(&[1.0]);
    twice.samples.push(twice.samples[0].clone());
    assert!(
        tracer_statistics(&twice, &tracer(&[1.0]), 0.0)
            .unwrap_err()
            .to_string()
            .contains("given twice")
    );
    assert!(tracer_statistics(&tracer(&[1.0]), &tracer(&[1.0]), -1.0).is_err());
}

#[test]
fn a_real_experiment_against_itself_has_rank_four() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tracer/captex1.txt");
    if !path.exists() {
        eprintln!("skipped: no ../shared/tracer/captex1.txt");
        return;
    }
    let measured = read_datem(path).unwrap();
    let s = tracer_statistics(&measured, &measured, 0.0).unwrap();
    assert_relative_eq!(s.rank(), 4.0, max_relative = 1e-12);
    let mut doubled = measured.clone();
    doubled.samples.iter_mut().for_each(|sample| sample.value *= 2.0);
    let s = tracer_statistics(&doubled, &measured, 0.0).unwrap();
    assert_relative_eq!(s.fb, 2.0 / 3.0, max_relative = 1e-12);
    assert_eq!((s.fms, s.n + s.both_zero), (100.0, measured.samples.len()));
}
