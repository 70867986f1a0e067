//! `airshed met`, as users call it.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod demo_case;

use std::path::Path;
use std::process::{Command, Output};

use airshed::met::arl::ArlReader;
use airshed::met::{MetReader, VerticalCoordinate};
use demo_case::demo;
use tempfile::tempdir;

fn met(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_airshed"));
    command.arg("met").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const REGION: [&str; 8] = ["--west", "-2", "--east", "10", "--south", "45", "--north", "55"];

#[test]
fn the_listing_names_what_is_absent_and_what_replaces_it() {
    let file = demo().met.to_str().unwrap();
    let listing = said(&met(&[file]));
    for line in [
        "  files   1, ",
        "  grid    latitude-longitude",
        "  memory  ",
        "  read    10-m wind: U10M, V10M",
        "  derived pressure of levels: level values and surface pressure (no PRES)",
        "  derived roughness length: 0.75 m on land, 0.03 m on water (no RGHS)",
        "(kmixd = 3) (not from PBLH)",
    ] {
        assert!(listing.contains(line), "{line} not in:\n{listing}");
    }
    let mut with_region = vec![file];
    with_region.extend(REGION);
    assert!(
        said(&met(&with_region)).contains("25 x 21 points"),
        "{}",
        said(&met(&with_region))
    );
}

#[test]
fn a_part_is_written_as_arl_and_is_as_large_as_was_said() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("part.arl");
    let mut arguments = vec![demo().met.to_str().unwrap()];
    arguments.extend(REGION);
    arguments.extend([
        "--top-hpa",
        "300",
        "--from",
        "2019-09-20T04:00",
        "--to",
        "2019-09-20T07:00",
    ]);
    let mut with_estimate = arguments.clone();
    with_estimate.push("--estimate");
    let estimate = said(&met(&with_estimate));
    let line = estimate.lines().find(|line| line.starts_with("ARL file")).unwrap();
    let bytes: u64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
    arguments.extend(["--to-arl", out.to_str().unwrap()]);
    said(&met(&arguments));
    assert_eq!(out.metadata().unwrap().len(), bytes);
    let reader = ArlReader::open(&out).unwrap();
    let found = reader.description();
    assert_eq!((found.grid.nx, found.grid.ny, found.times.len()), (25, 21, 3));
    assert_eq!(
        (found.vertical, found.levels.last()),
        (VerticalCoordinate::Pressure, Some(&300.0))
    );
}

#[test]
fn several_grids_need_a_choice() {
    let folder = tempdir().unwrap();
    let (file, part) = (demo().met.to_str().unwrap(), folder.path().join("part.arl"));
    let part = part.to_str().unwrap();
    let mut arguments = vec![file, "--to-arl", part];
    arguments.extend(REGION);
    said(&met(&arguments));
    let listing = said(&met(&[file, part]));
    assert!(
        listing.contains("nest    1 of 2") && listing.contains("nest    2 of 2"),
        "{listing}"
    );
    let unclear = refused(&met(&[file, part, "--estimate"]));
    assert!(
        unclear.contains("several grids") && unclear.contains("25 x 21"),
        "{unclear}"
    );
    said(&met(&[file, part, "--nest", "2", "--estimate"]));
    assert!(refused(&met(&[file, part, "--nest", "3"])).contains("counted from 1"));
}

#[test]
fn a_file_is_not_replaced_by_a_part_of_itself() {
    let folder = tempdir().unwrap();
    let copy = folder.path().join("copy.arl");
    std::fs::copy(&demo().met, &copy).unwrap();
    let copy = copy.to_str().unwrap();
    assert!(refused(&met(&[copy, "--to-arl", copy, "--levels", "3"])).contains("choose another name"));
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&demo().met).unwrap());
}

#[test]
fn a_map_is_a_picture_of_some_size() {
    let folder = tempdir().unwrap();
    let (file, map) = (demo().met.to_str().unwrap(), folder.path().join("map.png"));
    let drawn = said(&met(&[
        file,
        "--plot",
        map.to_str().unwrap(),
        "--time",
        "2019-09-20T13:00",
    ]));
    assert!(drawn.contains("2019-09-20T12:00Z"), "{drawn}");
    let picture = std::fs::read(&map).unwrap();
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    assert!(picture.len() > 20_000, "{} bytes: an empty picture", picture.len());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(refused(&met(&[file, "--plot", "map.jpg"])).contains(".png"));
    assert!(!Path::new("map.jpg").exists());
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let file = demo().met.to_str().unwrap();
    for (arguments, word) in [
        (vec![file, "--west", "1"], "--east"),
        (vec![file, "--levels", "2", "--top-hpa", "500"], "--top-hpa"),
        (vec![file, "--levels", "99"], "levels = 99"),
        (vec![file, "--from", "2030-01-01T00:00"], "times = "),
        (
            vec![file, "--west", "100", "--east", "110", "--south", "0", "--north", "10"],
            "nothing of it",
        ),
        (vec!["fetch", "gdas2", "2019-07-01..2019-07-02"], "gfs0p25"),
        (vec!["fetch", "gdas1", "2019-07-01"], "FROM..TO"),
        (vec![], "required"),
    ] {
        let problem = refused(&met(&arguments));
        assert!(problem.contains(word), "{arguments:?}: {problem}");
    }
}

#[test]
fn fetch_names_archives_and_files() {
    let archives = said(&met(&["fetch", "--list"]));
    assert!(archives.contains("gdas1        2004-12-01 to now"), "{archives}");
    let span = "2019-07-06..2019-07-09";
    let urls = said(&met(&[
        "fetch",
        "gdas1",
        span,
        "--base-url",
        "http://127.0.0.1:1/arl/",
        "--dry-run",
    ]));
    let expected = ["w1", "w2"].map(|week| format!("http://127.0.0.1:1/arl/gdas1/2019/gdas1.jul19.{week}"));
    assert_eq!(urls.lines().collect::<Vec<_>>(), expected);
}
