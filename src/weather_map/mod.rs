//! A quick map of one met time as PNG: pressure as lines, wind as arrows, the boundary layer as colour, coasts.

mod canvas;
mod contours;
mod legend;
mod view;

use std::path::Path;

use plotters::style::{Color, RGBColor};

use crate::coastlines::{borders, coasts};
use crate::error::{Error, Result};
use crate::geo::LonLat;
use crate::met::map_fields::MapFields;
use canvas::{Anchor, Canvas, INK, PAPER};
use legend::{Scale, WindScale};
use view::{View, multiples, nice_step};

/// Where the map begins, and what stands to its right and below it, pixels.
const LEFT: i32 = 70;
const TOP: i32 = 64;
const RIGHT: i32 = 120;
const BELOW: i32 = 70;
/// From arrow to arrow, pixels.
const ARROWS_APART: i32 = 36;
/// Lines of pressure, about.
const PRESSURE_LINES: f64 = 8.0;
/// From one number on a line to any other, pixels.
const NUMBERS_APART: f64 = 90.0;
const SHORE: RGBColor = RGBColor(120, 105, 90);
const OUTSIDE: RGBColor = RGBColor(225, 225, 225);

/// Draws a map as PNG. The file appears when it is complete.
///
/// # Errors
/// [`Error::Config`] if the name does not end in `.png`; [`Error::Io`] and [`Error::Format`] if it cannot be written.
pub fn draw(fields: &MapFields, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let png = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png"));
    if !png {
        return Err(Error::config("map", path.display(), "the name must end in .png"));
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let beside = tempfile::Builder::new().prefix(".airshed-map-").tempdir_in(folder);
    let beside = beside.map_err(Error::io("write", path))?;
    let unfinished = beside.path().join("map.png");
    paint(fields, &unfinished)?;
    std::fs::rename(&unfinished, path).map_err(Error::io("rename", path))
}

fn paint(fields: &MapFields, path: &Path) -> Result<()> {
    let view = View::of(fields, LEFT, TOP);
    let size = (view.width + LEFT + RIGHT, view.height + TOP + BELOW);
    let mut canvas = Canvas::new(path, (size.0 as u32, size.1 as u32))?;
    let depth = Scale::of(&fields.boundary_layer_m);
    let wind = WindScale::of(fields);
    shade(&mut canvas, fields, &view, &depth);
    draw_coasts(&mut canvas, &view);
    draw_arrows(&mut canvas, fields, &view, &wind);
    let interval_hpa = draw_pressure(&mut canvas, fields, &view);
    legend::mask_outside(&mut canvas, &view, size);
    legend::draw_axes(&mut canvas, &view);
    legend::draw_scales(&mut canvas, &view, &depth, &wind);
    legend::draw_titles(&mut canvas, fields, &view, interval_hpa);
    canvas.keep(path)
}

fn shade(canvas: &mut Canvas<'_>, fields: &MapFields, view: &View, scale: &Scale) {
    for y in view.top..view.top + view.height {
        for x in view.left..view.left + view.width {
            let depth_m = fields.at(&fields.boundary_layer_m, view.place(x, y));
            canvas.dot((x, y), depth_m.map_or(OUTSIDE, |depth_m| scale.colour(depth_m)));
        }
    }
}

fn draw_coasts(canvas: &mut Canvas<'_>, view: &View) {
    for (lines, colour) in [(borders(), SHORE.mix(0.45)), (coasts(), SHORE.mix(1.0))] {
        for line in lines {
            // a line near the edge may be seen a turn further east or west, too
            for turn_deg in [-360.0, 0.0, 360.0] {
                let pixels: Vec<(f64, f64)> = line
                    .iter()
                    .map(|place| {
                        view.pixel(LonLat {
                            lon_deg: place.lon_deg + turn_deg,
                            ..*place
                        })
                    })
                    .collect();
                draw_visible(canvas, view, &pixels, colour);
            }
        }
    }
}

/// The parts of a line that the view may show.
fn draw_visible(canvas: &mut Canvas<'_>, view: &View, pixels: &[(f64, f64)], colour: plotters::style::RGBAColor) {
    let inside = |&(x, y): &(f64, f64)| {
        let (x, y) = (x - f64::from(view.left), y - f64::from(view.top));
        (-50.0..=f64::from(view.width) + 50.0).contains(&x) && (-50.0..=f64::from(view.height) + 50.0).contains(&y)
    };
    for part in pixels.split(|pixel| !inside(pixel)).filter(|part| part.len() > 1) {
        canvas.line(part, colour);
    }
}

/// Arrows at even distances on the picture, their middle at the place of the wind, in earth directions.
fn draw_arrows(canvas: &mut Canvas<'_>, fields: &MapFields, view: &View, scale: &WindScale) {
    for y in (view.top + ARROWS_APART / 2..view.top + view.height).step_by(ARROWS_APART as usize) {
        for x in (view.left + ARROWS_APART / 2..view.left + view.width).step_by(ARROWS_APART as usize) {
            let place = view.place(x, y);
            let east = fields.at(&fields.eastward_m_s, place);
            if let Some((east, north)) = east.zip(fields.at(&fields.northward_m_s, place)) {
                scale.arrow(canvas, (f64::from(x), f64::from(y)), (east, north));
            }
        }
    }
}

/// Lines of pressure and their numbers; hPa from line to line, if there are any.
fn draw_pressure(canvas: &mut Canvas<'_>, fields: &MapFields, view: &View) -> Option<f64> {
    let known = fields.pressure_hpa.iter().filter(|hpa| hpa.is_finite());
    let (low, high) = known.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &hpa| {
        (low.min(hpa), high.max(hpa))
    });
    let (low, high) = (f64::from(low), f64::from(high));
    if !(high - low).is_finite() || high - low < 1e-3 {
        return None;
    }
    let interval = nice_step(high - low, PRESSURE_LINES);
    let mut numbers: Vec<(f64, f64)> = Vec::new();
    let levels: Vec<f64> = multiples(interval, low, high).collect();
    for &level in &levels {
        let lines = line_pixels(fields, view, level);
        for line in &lines {
            canvas.line(line, INK.mix(1.0));
        }
        number_line(canvas, view, &lines, (level, interval), &mut numbers);
    }
    (!levels.is_empty()).then_some(interval)
}

fn line_pixels(fields: &MapFields, view: &View, level: f64) -> Vec<[(f64, f64); 2]> {
    let step = fields.step as f64;
    let pixel = |(x, y): (f64, f64)| {
        let place = fields.grid.place_at(x * step, y * step);
        view.pixel(LonLat {
            lon_deg: view.wrapped(place.lon_deg),
            ..place
        })
    };
    let pieces = contours::pieces(&fields.pressure_hpa, level).into_iter();
    // a piece over the seam of the map would run across all of it
    let across = f64::from(view.width) / 2.0;
    pieces
        .map(|piece| piece.map(pixel))
        .filter(|[a, b]| (a.0 - b.0).abs() < across)
        .collect()
}

/// Writes the value on a line where there is room: not at the edge, not near another number.
fn number_line(
    canvas: &mut Canvas<'_>,
    view: &View,
    lines: &[[(f64, f64); 2]],
    (level, interval): (f64, f64),
    numbers: &mut Vec<(f64, f64)>,
) {
    let middle = (
        f64::from(view.left + view.width / 2),
        f64::from(view.top + view.height / 2),
    );
    let free = |&(x, y): &(f64, f64)| {
        let (right, below) = (
            f64::from(view.left + view.width) - x,
            f64::from(view.top + view.height) - y,
        );
        let edge = (x - f64::from(view.left))
            .min(right)
            .min(y - f64::from(view.top))
            .min(below);
        edge > 30.0
            && numbers
                .iter()
                .all(|number| (number.0 - x).hypot(number.1 - y) > NUMBERS_APART)
    };
    let off = |point: &(f64, f64)| (point.0 - middle.0).hypot(point.1 - middle.1);
    let points = lines.iter().map(|[a, b]| (0.5 * (a.0 + b.0), 0.5 * (a.1 + b.1)));
    let Some((x, y)) = points.filter(free).min_by(|a, b| off(a).total_cmp(&off(b))) else {
        return;
    };
    let decimals = (-interval.log10().floor()).max(0.0) as usize;
    let text = format!("{level:.decimals$}");
    let (x, y) = (x as i32, y as i32);
    let half = 4 * text.len() as i32 + 2;
    canvas.fill([(x - half, y - 8), (x + half, y + 8)], PAPER.mix(0.85));
    canvas.text(&text, (x, y), 14.0, Anchor::Centre);
    numbers.push((f64::from(x), f64::from(y)));
}
