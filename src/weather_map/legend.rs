//! What stands around the map: axes, the scales of colour and arrows, titles.

use ndarray::Array2;
use plotters::style::{Color, RGBColor};

use super::canvas::{Anchor, Canvas, INK, PAPER};
use super::view::{View, multiples, nice_step};
use crate::geo::LonLat;
use crate::met::map_fields::MapFields;

/// Colours from a shallow to a deep boundary layer.
const SHADES: [(f64, [f64; 3]); 5] = [
    (0.0, [247.0, 251.0, 255.0]),
    (0.25, [210.0, 232.0, 222.0]),
    (0.5, [178.0, 214.0, 156.0]),
    (0.75, [240.0, 204.0, 110.0]),
    (1.0, [222.0, 132.0, 76.0]),
];
/// The scale reaches this depth at least, m.
const LEAST_TOP_M: f32 = 500.0;
/// Length of the arrow that stands for the scale's speed, pixels, and of the longest.
const ARROW_PX: f64 = 30.0;
const LONGEST_ARROW_PX: f64 = 60.0;

/// Colours of the depth of the boundary layer.
pub(super) struct Scale {
    top_m: f64,
    step_m: f64,
}

impl Scale {
    pub fn of(depths_m: &Array2<f32>) -> Self {
        let highest = depths_m
            .iter()
            .filter(|m| m.is_finite())
            .fold(0.0_f32, |a, &b| a.max(b));
        let step_m = nice_step(f64::from(highest.max(LEAST_TOP_M)), 4.0);
        let top_m = step_m * (f64::from(highest.max(LEAST_TOP_M)) / step_m).ceil();
        Self { top_m, step_m }
    }

    pub fn colour(&self, depth_m: f64) -> RGBColor {
        let share = (depth_m / self.top_m).clamp(0.0, 1.0);
        let above = SHADES
            .iter()
            .position(|(at, _)| *at >= share)
            .unwrap_or(SHADES.len() - 1)
            .max(1);
        let ((low, from), (high, to)) = (SHADES[above - 1], SHADES[above]);
        let weight = (share - low) / (high - low);
        let mixed = |k: usize| (from[k] + weight * (to[k] - from[k])) as u8;
        RGBColor(mixed(0), mixed(1), mixed(2))
    }
}

/// Lengths of arrows.
pub(super) struct WindScale {
    speed_m_s: f64,
}

impl WindScale {
    /// The standard arrow is a round speed near the nine tenths that are slower.
    pub fn of(fields: &MapFields) -> Self {
        let pairs = fields.eastward_m_s.iter().zip(&fields.northward_m_s);
        let mut speeds: Vec<f32> = pairs.map(|(u, v)| u.hypot(*v)).filter(|s| s.is_finite()).collect();
        speeds.sort_by(f32::total_cmp);
        let strong = speeds.get(speeds.len() * 9 / 10).copied().unwrap_or(1.0);
        Self {
            speed_m_s: nice_step(f64::from(strong.max(0.5)), 1.0),
        }
    }

    /// An arrow whose middle lies at a pixel.
    pub fn arrow(&self, canvas: &mut Canvas<'_>, (x, y): (f64, f64), (east, north): (f64, f64)) {
        let speed = east.hypot(north);
        let length = (ARROW_PX * speed / self.speed_m_s).min(LONGEST_ARROW_PX);
        if length < 2.0 {
            return;
        }
        let (along, up) = (east / speed, north / speed);
        // rows of pixels count downward
        let at = |forward: f64, aside: f64| (x + forward * along - aside * up, y - forward * up - aside * along);
        let (tip, head) = (0.5 * length, (0.4 * length).min(8.0));
        let blue = RGBColor(25, 60, 140);
        canvas.line(&[at(-tip, 0.0), at(tip - 0.5 * head, 0.0)], blue.mix(1.0));
        canvas.polygon(
            &[at(tip, 0.0), at(tip - head, 0.4 * head), at(tip - head, -0.4 * head)],
            blue.mix(1.0),
        );
    }
}

/// Covers what was drawn beyond the map.
pub(super) fn mask_outside(canvas: &mut Canvas<'_>, view: &View, (width, height): (i32, i32)) {
    let (right, below) = (view.left + view.width, view.top + view.height);
    for corners in [
        [(0, 0), (width, view.top - 1)],
        [(0, below), (width, height)],
        [(0, 0), (view.left - 1, height)],
        [(right, 0), (width, height)],
    ] {
        canvas.fill(corners, PAPER.mix(1.0));
    }
    canvas.frame([(view.left, view.top), (right, below)]);
}

fn degrees(value: f64, [positive, negative]: [&str; 2]) -> String {
    let size = (1e6 * value.abs()).round() / 1e6;
    let side = match value {
        v if v.abs() < 1e-9 => "",
        v if v > 0.0 => positive,
        _ => negative,
    };
    format!("{size}°{side}")
}

/// Round steps of an axis in degrees; of wide ones, parts of a circle.
fn degree_step(range_deg: f64, count: f64) -> f64 {
    match nice_step(range_deg, count) {
        step if step > 50.0 => 60.0,
        step if step > 20.0 => 30.0,
        step => step,
    }
}

pub(super) fn draw_axes(canvas: &mut Canvas<'_>, view: &View) {
    let (right, below) = (view.left + view.width, view.top + view.height);
    let lon_step = degree_step(view.east_deg - view.west_deg, f64::from(view.width) / 180.0);
    for lon_deg in multiples(lon_step, view.west_deg, view.east_deg) {
        let (x, _) = view.pixel(LonLat { lon_deg, lat_deg: 0.0 });
        canvas.line(&[(x, f64::from(below)), (x, f64::from(below + 6))], INK.mix(1.0));
        canvas.line(&[(x, f64::from(view.top)), (x, f64::from(below))], INK.mix(0.12));
        let text = degrees(crate::geo::wrap_longitude_deg(lon_deg), ["E", "W"]);
        canvas.text(&text, (x as i32, below + 17), 15.0, Anchor::Centre);
    }
    let lat_step = degree_step(view.north_deg - view.south_deg, f64::from(view.height) / 180.0);
    for lat_deg in multiples(lat_step, view.south_deg, view.north_deg) {
        let (_, y) = view.pixel(LonLat { lon_deg: 0.0, lat_deg });
        canvas.line(
            &[(f64::from(view.left - 6), y), (f64::from(view.left), y)],
            INK.mix(1.0),
        );
        canvas.line(&[(f64::from(view.left), y), (f64::from(right), y)], INK.mix(0.12));
        let text = degrees(lat_deg, ["N", "S"]);
        canvas.text(&text, (view.left - 9, y as i32), 15.0, Anchor::Right);
    }
}

pub(super) fn draw_scales(canvas: &mut Canvas<'_>, view: &View, depth: &Scale, wind: &WindScale) {
    let (left, right) = (view.left + view.width + 20, view.left + view.width + 42);
    let (top, below) = (view.top, view.top + view.height);
    for y in top..below {
        let share = f64::from(below - y) / f64::from(view.height);
        let colour = depth.colour(share * depth.top_m);
        (left..right).for_each(|x| canvas.dot((x, y), colour));
    }
    canvas.frame([(left, top), (right, below)]);
    for depth_m in multiples(depth.step_m, 0.0, depth.top_m) {
        let y = below - (depth_m / depth.top_m * f64::from(view.height)) as i32;
        canvas.text(&format!("{depth_m} m"), (right + 6, y), 15.0, Anchor::Left);
    }
    let y = below + 46;
    wind.arrow(
        canvas,
        (f64::from(view.left) + 0.5 * ARROW_PX, f64::from(y)),
        (wind.speed_m_s, 0.0),
    );
    let text = format!("{} m/s, lowest level above ground", wind.speed_m_s);
    canvas.text(&text, (view.left + 40, y), 15.0, Anchor::Left);
}

pub(super) fn draw_titles(canvas: &mut Canvas<'_>, fields: &MapFields, view: &View, interval_hpa: Option<f64>) {
    canvas.text(&format!("{}", fields.time), (view.left, 20), 19.0, Anchor::Left);
    let source = fields.source.rsplit(['/', '\\']).next().unwrap_or_default();
    canvas.text(source, (view.left + 190, 20), 15.0, Anchor::Left);
    let how = if fields.boundary_layer_derived {
        " (derived)"
    } else {
        ""
    };
    let lines = match (fields.pressure_name, interval_hpa) {
        (Some(name), Some(interval)) => format!("{name} every {interval} hPa"),
        (Some(name), None) => format!("{name}: no lines, it is even"),
        _ => "no pressure at the ground".to_owned(),
    };
    let text = format!("colour: boundary layer{how};  lines: {lines}");
    canvas.text(&text, (view.left, 46), 15.0, Anchor::Left);
}
