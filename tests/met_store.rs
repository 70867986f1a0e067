//! The store gives every thread the same snapshots, decodes each once, and says what it does not hold.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use airshed::Error;
use airshed::met::derive::{DeriveOptions, MixingHeight};
use airshed::met::store::{MetStore, MetWindow};
use airshed::met::synthetic::{Domain, Flow, SurfaceState, SyntheticFlow};
use airshed::met::{MetDescription, MetReader, RawSnapshot};
use airshed::time::UtcTime;
use rayon::prelude::*;

/// How often each time was read.
type Reads = Arc<Mutex<BTreeMap<UtcTime, usize>>>;

struct Counting {
    inner: SyntheticFlow,
    reads: Reads,
    forecast_hour: Option<i32>,
    broken: bool,
    warnings: Vec<String>,
}

impl MetReader for Counting {
    fn description(&self) -> &MetDescription {
        self.inner.description()
    }

    fn read(&mut self, time_index: usize) -> airshed::Result<RawSnapshot> {
        let time = self.description().times[time_index];
        *self.reads.lock().unwrap().entry(time).or_default() += 1;
        if self.broken {
            return Err(Error::Format {
                path: "broken.arl".into(),
                problem: format!("checksum at {time}"),
            });
        }
        self.inner.read(time_index)
    }

    fn forecast_hours(&self) -> Vec<Option<i32>> {
        vec![self.forecast_hour; self.description().times.len()]
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

fn at(hour: i64) -> UtcTime {
    UtcTime::from_calendar(2019, 6, 20, 0, 0).unwrap().plus_hours(hour)
}

fn source(hours: &[i64], spacing_deg: f64, u_m_s: f64) -> (Counting, Reads) {
    let domain = Domain {
        west_deg: 0.0,
        south_deg: 48.0,
        spacing_deg,
        nx: 5,
        ny: 4,
    };
    let flow = Flow::Uniform { u_m_s, v_m_s: 0.0 };
    let times = hours.iter().map(|&hour| at(hour)).collect();
    let inner = SyntheticFlow::new(flow, SurfaceState::default(), domain, times).unwrap();
    let reads = Reads::default();
    let counting = Counting {
        inner,
        reads: Arc::clone(&reads),
        forecast_hour: None,
        broken: false,
        warnings: Vec::new(),
    };
    (counting, reads)
}

fn store(sources: Vec<Counting>) -> MetStore {
    let boxed = sources.into_iter().map(|source| Box::new(source) as Box<dyn MetReader>);
    MetStore::from_readers(boxed.collect()).unwrap()
}

fn of_hours(hours: &[i64]) -> MetStore {
    store(vec![source(hours, 1.0, 5.0).0])
}

fn window(store: &MetStore, time: UtcTime, forward: bool) -> airshed::Result<MetWindow> {
    store.window(time, forward, &DeriveOptions::default())
}

/// First and last hour of the window, and the snapshots' hours of its first nest.
fn hours_of(window: &MetWindow) -> [i64; 4] {
    let hour = |time: UtcTime| (time.seconds() - at(0).seconds()) / 3600;
    let nest = &window.nests[0];
    [window.start, window.end, nest.before.time, nest.after.time].map(hour)
}

#[test]
fn a_window_holds_the_step_that_follows_in_either_direction() {
    let store = of_hours(&[0, 3, 6, 9]);
    let hours = |time, forward| hours_of(&window(&store, time, forward).unwrap());
    assert_eq!(hours(at(4), true), [3, 6, 3, 6]);
    assert_eq!(hours(at(4), false), [3, 6, 3, 6]);
    assert_eq!(hours(at(6), true), [6, 9, 6, 9], "an exact time going forward");
    assert_eq!(hours(at(6), false), [3, 6, 3, 6], "an exact time going backward");
    assert_eq!(hours(at(0), true), [0, 3, 0, 3]);
    assert_eq!(hours(at(9), false), [6, 9, 6, 9]);
    assert_eq!(hours(at(9), true), [9, 9, 9, 9], "nothing beyond the last time");
    assert_eq!(hours(at(0), false), [0, 0, 0, 0], "nothing before the first time");
}

#[test]
fn a_time_outside_the_data_is_refused_with_what_is_covered() {
    let store = of_hours(&[0, 3, 6]);
    for time in [at(-1), at(6).plus_seconds(1)] {
        let error = window(&store, time, true).unwrap_err();
        assert!(matches!(error, Error::MetTime { asked, .. } if asked == time));
        let text = error.to_string();
        assert!(text.contains(&format!("no meteorology at {time}")), "{text}");
        assert!(
            text.contains("covers 2019-06-20T00:00Z to 2019-06-20T06:00Z, 3 times every 3 h"),
            "{text}"
        );
    }
    assert!(store.covers(at(0), at(6)) && store.covers(at(2), at(5)));
    assert!(!store.covers(at(0), at(7)) && !store.covers(at(-1), at(2)));
}

#[test]
fn a_gap_is_not_interpolated_across() {
    let store = of_hours(&[0, 1, 2, 3, 12, 13, 14, 18]);
    let text = window(&store, at(7), false).unwrap_err().to_string();
    assert!(
        text.contains("nothing between 2019-06-20T03:00Z and 2019-06-20T12:00Z"),
        "{text}"
    );
    assert_eq!(
        hours_of(&window(&store, at(3), true).unwrap()),
        [3, 3, 3, 3],
        "the gap's edge is an end of the data"
    );
    assert_eq!(hours_of(&window(&store, at(12), false).unwrap()), [12, 12, 12, 12]);
    assert_eq!(hours_of(&window(&store, at(12), true).unwrap()), [12, 13, 12, 13]);
    assert_eq!(
        hours_of(&window(&store, at(16), true).unwrap()),
        [14, 18, 14, 18],
        "4 h are bridged"
    );
    assert!(store.covers(at(12), at(18)) && !store.covers(at(2), at(13)));
    let warnings = store.warnings().join("\n");
    assert!(
        warnings.contains("(9 h), too long to interpolate") && warnings.contains("(4 h), interpolated"),
        "{warnings}"
    );
}

#[test]
fn nests_are_finest_first_and_one_that_lacks_the_time_is_left_out() {
    let store = store(vec![source(&[0, 6, 12], 2.0, 5.0).0, source(&[3, 4, 5], 0.5, 5.0).0]);
    assert_eq!(store.nests().len(), 2);
    assert_eq!(store.nests()[0].times, [at(3), at(4), at(5)]);
    let get = |minutes: i64, forward| window(&store, at(0).plus_seconds(60 * minutes), forward).unwrap();
    let both = get(270, true);
    assert_eq!(both.nests.len(), 2);
    assert_eq!(hours_of(&both), [4, 5, 4, 5]);
    assert_eq!(both.nests[1].after.time, at(6));
    let before = get(60, true);
    assert_eq!(before.nests.len(), 1);
    assert_eq!(
        (before.start, before.end),
        (at(0), at(3)),
        "the window ends where the fine nest begins"
    );
    let beyond = get(330, false);
    assert_eq!(beyond.nests.len(), 1);
    assert_eq!((beyond.start, beyond.end), (at(5), at(6)));
    assert_eq!(
        get(300, true).nests.len(),
        1,
        "at its last time the fine nest no longer holds the step forward"
    );
    assert_eq!(get(300, false).nests.len(), 2);
    assert!(store.covers(at(0), at(12)));
}

#[test]
fn times_of_several_sources_of_one_grid_are_merged() {
    let store = store(vec![source(&[6, 9], 1.0, 5.0).0, source(&[0, 3], 1.0, 5.0).0]);
    assert_eq!(store.nests().len(), 1);
    assert_eq!(store.nests()[0].times, [at(0), at(3), at(6), at(9)]);
    assert_eq!(hours_of(&window(&store, at(5), true).unwrap()), [3, 6, 3, 6]);
}

#[test]
fn of_two_sources_of_one_time_the_shorter_forecast_serves_then_the_later() {
    let with = |forecast_hour| Counting {
        forecast_hour,
        ..source(&[0, 3], 1.0, 5.0).0
    };
    let served = |sources: Vec<Counting>| -> Vec<usize> {
        let reads: Vec<Reads> = sources.iter().map(|source| Arc::clone(&source.reads)).collect();
        window(&store(sources), at(1), true).unwrap();
        reads.iter().map(|reads| reads.lock().unwrap().len()).collect()
    };
    assert_eq!(served(vec![with(Some(0)), with(Some(6))]), [2, 0]);
    assert_eq!(served(vec![with(Some(6)), with(Some(0))]), [0, 2]);
    assert_eq!(served(vec![with(Some(6)), with(None)]), [2, 0]);
    assert_eq!(served(vec![with(None), with(None)]), [0, 2]);
}

#[test]
fn each_time_is_decoded_once_for_many_threads() {
    let (source, reads) = source(&[0, 3, 6, 9, 12], 1.0, 5.0);
    let store = store(vec![source]);
    let ask = |i: i64| window(&store, at(12).plus_seconds(-60 * (i % 720)), false).unwrap();
    std::thread::scope(|scope| {
        for first in 0..8 {
            scope.spawn(move || (0..720).for_each(|i| drop(ask(i + 90 * first))));
        }
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    let windows: Vec<MetWindow> = pool.install(|| (0..720).into_par_iter().map(ask).collect());
    drop(store);
    assert_eq!(
        *reads.lock().unwrap(),
        [0, 3, 6, 9, 12].map(|hour| (at(hour), 1)).into()
    );
    assert!(
        Arc::ptr_eq(&windows[0].nests[0].before, &windows[179].nests[0].before),
        "snapshots are shared"
    );
}

#[test]
fn decoding_inside_a_busy_rayon_pool_does_not_wait_for_itself() {
    let starts = |store: &MetStore| -> Vec<UtcTime> {
        let all = (0..200).into_par_iter();
        all.map(|i| window(store, at(i % 12), true).unwrap().start).collect()
    };
    for threads in 1..=3 {
        let store = of_hours(&[0, 3, 6, 9, 12]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| starts(&store))[10], at(9));
        // and in the global pool, which nothing inside the store may wait for
        assert_eq!(starts(&of_hours(&[0, 3, 6, 9, 12]))[10], at(9));
    }
}

#[test]
fn the_next_time_is_decoded_ahead_in_the_direction_of_the_run() {
    for (forward, ahead) in [(true, at(9)), (false, at(0))] {
        let (source, reads) = source(&[0, 3, 6, 9], 1.0, 5.0);
        let store = store(vec![source]);
        window(&store, at(4), forward).unwrap();
        drop(store); // waits for the background thread
        let read: Vec<UtcTime> = reads.lock().unwrap().keys().copied().collect();
        let mut expected = vec![at(3), at(6), ahead];
        expected.sort_unstable();
        assert_eq!(read, expected);
    }
}

#[test]
fn a_failure_ahead_is_told_only_to_who_asks_for_that_time() {
    let broken = Counting {
        broken: true,
        warnings: vec!["the end is missing".into()],
        ..source(&[6], 1.0, 5.0).0
    };
    let reads = Arc::clone(&broken.reads);
    let store = store(vec![source(&[0, 3], 1.0, 5.0).0, broken]);
    assert_eq!(store.warnings(), ["idealised flow: the end is missing"]);
    window(&store, at(2), true).unwrap();
    let patience = Instant::now();
    while reads.lock().unwrap().is_empty() && patience.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let text = window(&store, at(4), true).unwrap_err().to_string();
    assert_eq!(text, "broken.arl: checksum at 2019-06-20T06:00Z");
    assert_eq!(
        reads.lock().unwrap()[&at(6)],
        2,
        "tried ahead, and again when asked for"
    );
}

#[test]
fn memory_is_bounded_and_forgotten_times_are_decoded_again() {
    let hours: Vec<i64> = (0..10).map(|i| 3 * i).collect();
    let (source, reads) = source(&hours, 1.0, 5.0);
    let store = store(vec![source]);
    let first = window(&store, at(0), true).unwrap();
    let one = first.nests[0].before.memory_bytes();
    assert!(one > 0);
    store.set_memory_budget(2 * one);
    for hour in 0..27 {
        window(&store, at(hour), true).unwrap();
        assert!(
            store.memory_bytes() <= 2 * one,
            "{} bytes in a budget of {}",
            store.memory_bytes(),
            2 * one
        );
    }
    assert_eq!(
        first.nests[0].before.time,
        at(0),
        "a snapshot in use outlives its place in memory"
    );
    let before = reads.lock().unwrap()[&at(0)];
    window(&store, at(0), true).unwrap();
    assert_eq!(reads.lock().unwrap()[&at(0)], before + 1);
}

#[test]
fn snapshots_of_different_options_are_not_mixed_up() {
    let (source, reads) = source(&[0, 3], 1.0, 5.0);
    let store = store(vec![source]);
    let fixed = |height_m| DeriveOptions {
        mixing_height: MixingHeight::Fixed(height_m),
        ..DeriveOptions::default()
    };
    let get = |height_m| Arc::clone(&store.window(at(1), true, &fixed(height_m)).unwrap().nests[0].before);
    assert!(!Arc::ptr_eq(&get(500.0), &get(900.0)));
    assert!(Arc::ptr_eq(&get(500.0), &get(500.0)));
    assert_eq!(reads.lock().unwrap()[&at(0)], 2);
}

#[test]
fn a_store_without_data_is_refused() {
    let text = MetStore::from_readers(Vec::new()).err().unwrap().to_string();
    assert!(text.contains("0 sources"), "{text}");
}

#[test]
fn patterns_that_match_nothing_are_named_with_the_place_searched() {
    let refused = |patterns: &[&str]| MetStore::open_with_index(patterns, None).err().unwrap().to_string();
    let text = refused(&["nowhere/*.arl"]);
    let cwd = std::env::current_dir().unwrap();
    assert!(
        text.contains("nowhere/*.arl") && text.contains(&cwd.display().to_string()),
        "{text}"
    );
    let dir = tempfile::tempdir().unwrap();
    let text = refused(&[dir.path().to_str().unwrap()]);
    assert!(text.contains("this is a directory; to take its files write"), "{text}");
    assert!(refused(&[]).contains("name at least one file"));
    assert!(refused(&["met/[.arl"]).contains("met/[.arl"));
}
