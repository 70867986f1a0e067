//! Output grids by their claims: areas, bounds, TOML.

#![allow(clippy::unwrap_used)]

use airshed::footprint::grid_particles;
use airshed::grid::Grid;
use airshed::{Error, Receptor, Trajectories, UtcTime};

fn grid() -> Grid {
    Grid {
        name: "default".into(),
        west: 0.0,
        east: 10.0,
        south: 48.0,
        north: 56.0,
        dx: 0.1,
        dy: 0.1,
        crs: "+proj=longlat".into(),
        time_integrate: true,
        smooth_factor: 1.0,
        gridding: Default::default(),
    }
}

#[test]
fn cells_cover_the_sphere() {
    let earth = Grid {
        west: 0.0,
        east: 360.0,
        south: -90.0,
        north: 90.0,
        dx: 1.0,
        dy: 1.0,
        ..grid()
    };
    let axes = earth.axes().unwrap();
    let area: f64 = axes.cell_areas_m2().iter().map(|a| a * axes.nx as f64).sum();
    approx::assert_relative_eq!(
        area,
        4.0 * std::f64::consts::PI * 6_371_200.0_f64.powi(2),
        max_relative = 1e-12
    );
    assert_eq!((axes.x_edges()[0], axes.x_edges()[360]), (-180.0, 180.0));
}

#[test]
fn impossible_grids_are_refused_with_the_key() {
    let refused = |grid: Grid, key: &str| match grid.axes() {
        Err(Error::Config { key: found, .. }) => assert_eq!(found, format!("grid.default.{key}")),
        other => panic!("{key}: {:?}", other.map(|axes| axes.nx)),
    };
    refused(Grid { dx: 0.0, ..grid() }, "dx");
    refused(Grid { dy: -1.0, ..grid() }, "dy");
    refused(Grid { dx: f64::NAN, ..grid() }, "dx");
    refused(Grid { dx: 0.3, ..grid() }, "dx");
    refused(
        Grid {
            dx: 1e-5,
            dy: 1e-5,
            ..grid()
        },
        "dx",
    );
    refused(
        Grid {
            west: f64::INFINITY,
            ..grid()
        },
        "west",
    );
    refused(Grid { east: 0.0, ..grid() }, "east");
    refused(Grid { north: 48.0, ..grid() }, "north");
    refused(Grid { north: 91.0, ..grid() }, "north");
    refused(
        Grid {
            smooth_factor: -1.0,
            ..grid()
        },
        "smooth_factor",
    );
    #[cfg(feature = "proj")]
    refused(
        Grid {
            crs: "nonsense".into(),
            ..grid()
        },
        "crs",
    );
    let receptor = Receptor::new(UtcTime::from_seconds(0), 5.0, 52.0, 100.0).unwrap();
    let hours = Trajectories::new(receptor, 1, (1..=14400).map(|k| -f64::from(k)).collect());
    let huge = Grid {
        dx: 0.002,
        dy: 0.002,
        time_integrate: false,
        ..grid()
    };
    assert!(
        grid_particles(&hours, &huge)
            .unwrap_err()
            .to_string()
            .contains("time_integrate")
    );
}

#[test]
fn a_grid_reads_from_toml_with_its_defaults_and_refuses_unknown_keys() {
    let text = "west = 0\neast = 10\nsouth = 48.0\nnorth = 56.0\ndx = 0.1\ndy = 0.1\n";
    let read: Grid = toml::from_str(text).unwrap();
    assert_eq!(
        read,
        Grid {
            name: String::new(),
            time_integrate: false,
            ..grid()
        }
    );
    assert!(toml::from_str::<Grid>(&format!("{text}xres = 1\n")).is_err());
    assert!(toml::from_str::<Grid>("west = 0.0\n").is_err());
}
