//! `airshed config --defaults`: the complete file, each key with its meaning, unit and name in STILT v2.

use std::fmt::Write;

use serde::Serialize;

use crate::config::transport::{FIXED, TransportConfig, error_keys};
use crate::config::{FootprintsConfig, GridConfig, RunConfig, TrajectoriesConfig};
use crate::mode::Mode;

/// Key, and comment on it.
type Comment = (&'static str, &'static str);

const RUN: &[Comment] = &[
    ("hours", "h; negative: backward in time (STILT n_hours)"),
    (
        "particles",
        "particles per receptor (STILT numpar); \"auto\": as many as target_error takes",
    ),
    (
        "target_error",
        "relative standard error of the footprint's total in each grid that \"auto\" aims at",
    ),
    ("max_particles", "most particles that \"auto\" takes"),
    (
        "seed",
        "same seed: bit-identical results, whatever the number of threads (STILT seed, krand)",
    ),
    (
        "mode",
        "\"parity\": HYSPLIT-STILT's physics, quirks and all | \"physics\": what the literature says",
    ),
    (
        "output",
        "folder of the results, relative to this file (STILT output_wd)",
    ),
];

const TRANSPORT: &[Comment] = &[
    (
        "delt",
        "min, longest time step, 0: as tratio allows, up to 10; left out: 1 in parity mode, where it always is (another is accepted with a warning), 0 in physics mode (STILT delt)",
    ),
    (
        "tratio",
        "largest part of a grid cell that a step may cross; no effect in parity mode, as delt (STILT tratio)",
    ),
    (
        "tlfrac",
        "turbulence sub-step as a fraction of the vertical Lagrangian time; parity mode only (STILT tlfrac)",
    ),
    (
        "veght",
        "layer that feels the surface: a fraction of the mixing height if <= 9, else m (STILT veght)",
    ),
    (
        "kmixd",
        "mixing height: 0 from the file, 1 temperature profile, 2 turbulent kinetic energy (TKEN), 3 bulk Richardson number, >= 10 this height in m (STILT kmixd)",
    ),
    ("kmix0", "m, lowest mixing height; negative: none (STILT kmix0)"),
    (
        "kbls",
        "stability: 1 from surface fluxes, 2 from the profiles of wind and temperature (STILT kbls)",
    ),
    (
        "kblt",
        "turbulence: 1 Beljaars-Holtslag, 2 Kantha-Clayson, 3 from TKEN, 4 from UVAR VVAR WVAR, 5 Hanna (STILT kblt)",
    ),
    (
        "kzmix",
        "vertical variance: 0 profile, 1 its mean below zi, 2 times tvmix below zi, 3 times tvmix above zi (STILT kzmix)",
    ),
    ("tvmix", "factor of kzmix = 2 and 3 (STILT tvmix)"),
    (
        "tkerd",
        "w'2/(u'2+v'2) of kblt = 3 where heat goes up, 0: from similarity (STILT tkerd)",
    ),
    (
        "tkern",
        "the same where heat goes down; above tkerd: all variances x 1.4, cities (STILT tkern)",
    ),
    (
        "vscale",
        "s, vertical Lagrangian time of neutral air: no effect, as in STILT (STILT vscale)",
    ),
    (
        "vscaleu",
        "s, vertical Lagrangian time where heat goes up, if vscales > 0 (STILT vscaleu)",
    ),
    (
        "vscales",
        "s, vertical Lagrangian time where heat goes down; -1: both from Hanna (STILT vscales)",
    ),
    (
        "k10m",
        "1: 10-m wind and the temperature at the ground are the lowest level (STILT k10m)",
    ),
    (
        "hnf_plume",
        "dilute the footprint in the hyper near field, Fasoli et al. 2018 (STILT hnf_plume)",
    ),
    (
        "near_field",
        "quirks of hnf_plume in parity mode: root \"one\" | \"time_scale_squared\", order \"latest_first\" | \"outward\", undefined \"skipped\" | \"ends_influence\"",
    ),
    (
        "hscale",
        "s, horizontal Lagrangian time; parity mode only (STILT hscale)",
    ),
    (
        "emisshrs",
        "h over which particles start, from the receptor time on in the direction of the run (STILT emisshrs)",
    ),
    ("z_top", "m above ground, model top (STILT z_top)"),
    ("nturb", "1 switches turbulence off (STILT nturb)"),
    (
        "capemin",
        "J kg-1; where CAPE exceeds it, particles in a cloud are mixed through it every minute; -1: off (STILT capemin)",
    ),
    (
        "rhb",
        "%, relative humidity from which on that cloud has its base (STILT rhb)",
    ),
    ("rht", "%, relative humidity down to which it has its top (STILT rht)"),
    (
        "meander",
        "meandering wind as a part of the wind's spread around a particle, 0 none, 0.16 typical; physics mode only",
    ),
    (
        "skewed_updrafts",
        "strong narrow updrafts in convection; physics mode only",
    ),
    (
        "zicontroltf",
        "1: mixing heights are multiplied by ziscale (STILT zicontroltf)",
    ),
    (
        "ziscale",
        "factor on the mixing height before kmix0, or an array, one per hour from the receptor's time, 1 after the last; negative: the file's own height (STILT ziscale)",
    ),
    (
        "w_option",
        "vertical motion: 0 from the data, 1 isobaric, 2 isentropic, 3 constant density, 4 constant sigma (STILT w_option)",
    ),
    (
        "kdef",
        "horizontal turbulence: 0 in proportion to the vertical, 1 from the deformation of the wind (STILT kdef)",
    ),
    (
        "mass_weight",
        "weight footprints by the mass that each particle stands for, where winds violate continuity (STILT dmas)",
    ),
];

const GRID: &[Comment] = &[
    ("west", "outer edge in the units of the crs (STILT xmn)"),
    ("east", "outer edge (STILT xmx)"),
    ("south", "outer edge (STILT ymn)"),
    ("north", "outer edge (STILT ymx)"),
    ("dx", "cell size in the units of the crs (STILT xres)"),
    ("dy", "cell size; as dx if left out (STILT yres)"),
    (
        "crs",
        "any PROJ string or EPSG code; x is always east, y north (STILT projection)",
    ),
    (
        "time_integrate",
        "one layer for the whole run instead of hourly layers (STILT time_integrate)",
    ),
    (
        "smooth_factor",
        "factor on the width of the smoothing kernel, 0: off (STILT smooth_factor)",
    ),
    ("layer_min", "min, length of a layer"),
    (
        "measure",
        "\"surface\": surface influence | \"residence\": seconds between bottom_agl_m and top_agl_m | \"elevated\": influence of sources between them",
    ),
    (
        "error_groups",
        "groups of particles whose spread gives foot_stderr, 0: no error",
    ),
    (
        "ends",
        "write where particles leave the grid, <id>_ends_<grid>.nc: each one's side, place, height and age, and the shares by side and height",
    ),
    (
        "compat",
        "early_steps = \"as_recorded\": as STILT v2 in effect | \"split\": as its text; lone_particle = \"nearest\": STILT v2 | \"unsmoothed\"",
    ),
];

const GRID_OPTIONS: &str = r#"# gridding = "compat"  # "compat": STILT v2 | "metric": an ellipse in metres | "icos": STILT v1; default: by run.mode, parity or physics
# bottom_agl_m = 0.0  # m, lower height of the measure
# top_agl_m = 100.0  # m, upper height of the measure
# height_edges_m = [0.0, 1000.0, 2000.0]  # m above ground, layers in which ends are counted; default: 20 layers of 1000 m
# nested_in = "other"  # a larger grid takes what this one does not hold, so that nothing is counted twice
"#;

const TRAJECTORIES: &[Comment] = &[
    ("keep", "write particle files"),
    ("every_min", "min between records (STILT outdt)"),
    (
        "variables",
        "particle columns (STILT varsiwant); on request, where the meteorology holds them: temp temz sphu rhfr wout shtf whtf dswf tcld lcld rain crai solw cape, and dmas",
    ),
];

const FOOTPRINTS: &[Comment] = &[
    ("files", "a file for each receptor and grid, <id>_foot_<grid>.nc"),
    (
        "store",
        "one sparse file for each station, year and grid, <station>_<year>_footprints_<grid>.nc: all receptors, the Jacobian of an inversion",
    ),
];

const RECEPTORS: &str = r#"
# In place of run.receptors, any number of tables:
# [[receptor]]
# id = "CBW207"  # optional; default yyyymmddHHMM_lon_lat_zagl
# time = "2010-02-12T18:00"  # or a series: start, end, every_h
# lon_deg = 4.927
# lat_deg = 51.971
# height_agl_m = 207.0  # or height_asl_m: above sea level, the terrain of the meteorology is taken off (STILT kmsl = 1)
# release_h = 1.0  # h over which the air was sampled, before time in a backward run; default transport.emisshrs
#
# A column reaches up to height_top_m; a slant column also has lon_top_deg and lat_top_deg:
# height_top_m = 3000.0  # m, counted as the height of its bottom
# even_in = "length"  # particles evenly along it, or "pressure": each stands for the same mass of dry air
# mean_over = "release"  # with "pressure": mean over the sampled air, or "atmosphere": over the whole column (XCO2)
#
# In place of lon_deg, lat_deg and height_agl_m one of:
# points = [{ lon_deg = 4.9, lat_deg = 52.0, height_agl_m = 60.0 }, ...]  # particles shared out among them
# path = [{ lon_deg = 4.9, lat_deg = 52.0, height_agl_m = 0.0, weight = 1.0 }, ...]  # weight: averaging kernel, optional
# track = [{ time = "2010-02-12T18:00", lon_deg = 4.9, lat_deg = 52.0, height_asl_m = 900.0 }, ...]  # aircraft, ship, car
#
# A CSV table has these keys as columns. There, rows that follow each other with the same id and kind = points, path or
# track are the places of one receptor.
"#;

pub(super) fn text() -> String {
    let mut out = String::from(
        "# airshed: the complete configuration at its defaults. Only met.files is required.\n\
         # Paths are relative to this file; times are ISO 8601, UTC.\n\n\
         [met]\n\
         files = [\"met/*.arl\"]  # required; paths, globs or URLs; the finest grid that covers a particle wins (STILT met_path)\n\
         # mapping = \"names.toml\"  # what variables of netCDF files are, where their names do not tell: U = \"UWND\"\n\
         wrf_winds = \"instantaneous\"  # winds of WRF files: instantaneous (U, V, W) | averaged (AVGFLX_*, mean over the interval before)\n\
         # region = [-15.0, 35.0, 33.0, 73.0]  # west, east, south, north, degrees: only this is kept in memory; particles end at its edges\n\
         # top_hpa = 50.0  # only levels up to the first at or above this pressure are kept in memory\n",
    );
    section(&mut out, "run", &RunConfig::default(), RUN);
    out += "receptors = \"receptors.csv\"  # columns id, time, lon_deg, lat_deg, height_agl_m; or [[receptor]] tables; both, and \
            columns, slant paths and tracks: see the end\n";
    let transport = TransportConfig::default().filled(Mode::default());
    section(&mut out, "transport", &transport, TRANSPORT);
    out += "# Transport errors: a second, perturbed ensemble, <id>_traj_error.nc. All keys of a group or none; nan, or left out: off\n";
    for (name, meaning) in error_keys() {
        let _ = writeln!(out, "# {name} = nan  # {meaning} (STILT {name})");
    }
    out += "# Understood, but so far only at these defaults:\n";
    for (name, default, meaning) in FIXED {
        let _ = writeln!(out, "{name} = {default}  # {meaning}");
    }
    out += "\n# Any number of named grids; each gives its own footprint from the same particles.";
    section(&mut out, "grid.default", &GridConfig::default().filled("default"), GRID);
    out += GRID_OPTIONS;
    section(&mut out, "footprints", &FootprintsConfig::default(), FOOTPRINTS);
    section(&mut out, "trajectories", &TrajectoriesConfig::default(), TRAJECTORIES);
    out += "\n# Optional; each flux adds one modelled enhancement per receptor.\n\
            # [flux.edgar_co2]\n\
            # file = \"flux/edgar.nc\"  # netCDF; units are read from the file\n\
            # variable = \"emi_co2\"\n\
            # half_life_h = 91.764  # h; optional: the tracer decays on its way to the receptor (222Rn: 91.764)\n";
    out += SOURCES;
    out + RECEPTORS
}

/// Inventories and backgrounds, as comments: there are none by default.
const SOURCES: &str = r#"
# Optional; who emitted what: inventories by sector and fuel, booked at the particles. Makes <id>_contributions.csv,
# contributions.csv and series_<tracer>.csv.
# [inventory.edgar]
# file = "edgar.toml"  # tracer, and a [[source]] with file, variable, sector and fuel for each map
# [vprm]  # photosynthesis and respiration by class of vegetation, from the temperature and radiation that particles meet
# files = ["vprm_2019.nc"]  # EVI, LSWI, vegetation_fraction_map
# parameters = "vprm.toml"  # default: fitted to Europe in 2007
# [attribution]
# region = [-12.0, 16.0, 44.0, 60.0]  # west, east, south, north, degrees; default: the box around the grids
# age_edges_h = [0.0, 6.0, 24.0]  # ages of the air that are told apart, h; default: none
# by_country = true  # whether countries are told apart

# Optional; the air that flows in, one table per tracer: one of constant, series, field and curtains.
# [background.CO2]
# constant = 410.0
# units = "ppm"  # of a constant or a series; of a field, in place of the file's
# series = "background.csv"  # columns time and that which variable names
# field = "cams.nc"  # a global model on pressure, hybrid or height levels; or ["cams_07.nc", "cams_08.nc"]
# variable = "co2"
# curtains = "curtains.nc"  # sides of a domain, as OpenGHG has them
# grid = "default"  # at whose edges air flows in; needed if there are several
"#;

/// Writes one section: each key that `defaults` serialises to, in the order of the comments.
fn section(out: &mut String, name: &str, defaults: &impl Serialize, comments: &[Comment]) {
    let table = toml::Table::try_from(defaults).unwrap_or_default();
    let _ = writeln!(out, "\n[{name}]");
    for (key, comment) in comments {
        if let Some(value) = table.get(*key) {
            let _ = writeln!(out, "{key} = {value}  # {comment}");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn keys(defaults: &impl Serialize) -> Vec<String> {
        toml::Table::try_from(defaults).unwrap().keys().cloned().collect()
    }

    #[test]
    fn every_key_of_every_section_has_a_comment() {
        for (keys, comments) in [
            (keys(&RunConfig::default()), RUN),
            (keys(&TransportConfig::default().filled(Mode::default())), TRANSPORT),
            (keys(&GridConfig::default().filled("default")), GRID),
            (keys(&FootprintsConfig::default()), FOOTPRINTS),
            (keys(&TrajectoriesConfig::default()), TRAJECTORIES),
        ] {
            let mut commented: Vec<_> = comments.iter().map(|c| c.0.to_string()).collect();
            commented.sort();
            assert_eq!(keys, commented);
        }
    }

    #[test]
    fn the_printed_defaults_are_the_defaults_of_the_structs() {
        let file: toml::Table = toml::from_str(&text()).unwrap();
        let transport = TransportConfig::from_table(file["transport"].as_table().unwrap()).unwrap();
        assert_eq!(transport, TransportConfig::default().filled(Mode::default()));
        let grid: GridConfig = file["grid"]["default"].clone().try_into().unwrap();
        assert_eq!(grid.to_grid("default"), GridConfig::default().to_grid("default"));
        let trajectories: TrajectoriesConfig = file["trajectories"].clone().try_into().unwrap();
        assert_eq!(trajectories, TrajectoriesConfig::default());
        let run: RunConfig = file["run"].clone().try_into().unwrap();
        assert_eq!(RunConfig { receptors: None, ..run }, RunConfig::default());
    }
}
