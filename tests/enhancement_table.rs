//! `enhancements.csv`.
#![allow(clippy::unwrap_used)]

mod footprints;

use airshed::convolve::convolve;
use airshed::flux::Flux;
use airshed::output::enhancements::{Span, enhancement_rows, read_enhancements, write_enhancements};
use footprints::{DEGREES, footprint, grid};

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
    let head = "receptor,time,lon_deg,lat_deg,height_agl_m,grid,flux,span,layer_start,ppm,uncovered_share";
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
