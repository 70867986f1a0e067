//! Reading: a block of releases at a time, since files are chunked across time.

use std::ops::Range;

use ndarray::{Array2, Array3, Array4, ArrayView2, Axis};

use super::super::axis::CellAnchor;
use super::super::layers::Layers;
use super::super::plane::Plane;
use super::super::source::Source;
use super::super::stilt::LONGLAT;
use super::super::{ForeignFootprint, Visit};
use super::Resolved;
use super::layout::{Layout, SIDES, layout};
use super::releases::{Release, releases};
use crate::boundary::{BoundaryInfluence, Sides};
use crate::error::Result;

/// Footprints of NAME in these stores follow particles for 30 days; files do not say so.
const NAME_HOURS: f64 = 720.0;
/// Values held at a time.
const BLOCK_VALUES: usize = 32 << 20;
const SECONDS_PER_HOUR: f64 = 3600.0;

pub(in super::super) fn read(source: &Source<'_>, visit: &mut Visit<'_>) -> Result<()> {
    let file = File::open(source)?;
    let [ny, nx] = file.plane.shape();
    let layers = file.hours.as_ref().map_or(1, |hours| hours.back_h.len() + 1);
    let block = (BLOCK_VALUES / (ny * nx * layers)).max(1);
    for first in (0..file.releases.len()).step_by(block) {
        let releases = first..(first + block).min(file.releases.len());
        let block = Block::read(&file, releases.clone())?;
        for k in releases {
            visit(block.footprint(&file, k)?)?;
        }
    }
    Ok(())
}

/// What a file holds besides the values.
struct File<'s, 'a> {
    source: &'s Source<'a>,
    layout: &'static Layout,
    plane: Plane,
    releases: Vec<Release>,
    hours: Option<Hours>,
    height_edges_m: Option<Vec<f64>>,
}

/// How the hours before the release are stored.
struct Hours {
    variable: &'static str,
    dimension: String,
    /// Hours before the stamp at which each layer starts, in the order of the file.
    back_h: Vec<f64>,
    layer_h: f64,
    /// The variable of the residual; without one, it is the last place of `variable`.
    residual: Option<&'static str>,
}

impl<'s, 'a> File<'s, 'a> {
    fn open(source: &'s Source<'a>) -> Result<Self> {
        let layout = layout(source.format);
        source.check_units(layout.total)?;
        let anchor = source.options.anchor.unwrap_or(CellAnchor::Centre);
        let plane = Plane::read(source, layout.plane, LONGLAT, anchor)?;
        let height_edges_m = source
            .has_variable("particle_locations_n")
            .then(|| height_edges_m(source))
            .transpose()?;
        Ok(Self {
            releases: releases(source, layout)?,
            hours: Hours::find(source, layout)?,
            source,
            layout,
            plane,
            height_edges_m,
        })
    }
}

fn height_edges_m(source: &Source<'_>) -> Result<Vec<f64>> {
    let heights = source.coordinates("height")?.regular(CellAnchor::Centre);
    let heights = heights.map_err(|problem| source.bad(format!("height: {problem}")))?;
    if heights.descends {
        return Err(source.bad("height must ascend"));
    }
    Ok((0..=heights.count)
        .map(|k| heights.lower + k as f64 * heights.size)
        .collect())
}

impl Hours {
    fn find(source: &Source<'_>, layout: &Layout) -> Result<Option<Self>> {
        let names = [
            ("fp_HiTRes", None),
            ("fp_time_resolved", Some("fp_residual")),
            ("srr_time_resolved", Some("srr_residual")),
        ];
        let Some((variable, residual)) = names.into_iter().find(|(name, _)| source.has_variable(name)) else {
            return Ok(None);
        };
        source.check_units(variable)?;
        let known = ["time", layout.plane.y, layout.plane.x];
        let dimensions = source.dimensions(variable)?;
        let dimension = dimensions.iter().find(|name| !known.contains(&name.as_str()));
        let dimension = dimension.ok_or_else(|| source.bad(format!("{variable} has no dimension of hours back")))?;
        let mut back_h = source.series(dimension, dimension)?;
        if let Some(units) = source.text(dimension, "units") {
            let in_hours = hours_in(&units).ok_or_else(|| source.bad(format!("{dimension} in {units:?}")))?;
            back_h.iter_mut().for_each(|h| *h *= in_hours);
        }
        let layer_h = regular_step(&back_h).ok_or_else(|| {
            source.bad(format!(
                "{dimension} must ascend in equal steps, found {back_h:?} hours"
            ))
        })?;
        if residual.is_none() {
            back_h.pop();
        }
        Ok(Some(Self {
            variable,
            dimension: dimension.clone(),
            back_h,
            layer_h,
            residual,
        }))
    }
}

fn hours_in(units: &str) -> Option<f64> {
    Some(match units.trim().to_ascii_lowercase().as_str() {
        "s" | "seconds" => 1.0 / SECONDS_PER_HOUR,
        "minutes" => 1.0 / 60.0,
        "h" | "hour" | "hours" | "1" | "" => 1.0,
        "days" => 24.0,
        "nanoseconds" => 1e-9 / SECONDS_PER_HOUR,
        _ => return None,
    })
}

/// The step of ascending hours, at least two.
fn regular_step(hours: &[f64]) -> Option<f64> {
    let step = hours.get(1)? - hours[0];
    let is_regular = hours.windows(2).all(|pair| (pair[1] - pair[0] - step).abs() < 1e-6);
    (step > 0.0 && is_regular).then_some(step)
}

/// The values of some releases.
struct Block {
    releases: Range<usize>,
    /// `[time][y][x]`
    total: Array3<f64>,
    /// `[time][hour][y][x]`
    hours: Option<Array4<f64>>,
    /// `[time][y][x]`
    residual: Option<Array3<f64>>,
    /// Of each side `[time][height][x or y]`.
    shares: Vec<Array3<f64>>,
    ages: Vec<Array3<f64>>,
}

impl Block {
    fn read(file: &File<'_, '_>, releases: Range<usize>) -> Result<Self> {
        let (source, names) = (file.source, file.layout.plane);
        let [ny, nx] = file.plane.shape();
        let times = ("time", releases.clone());
        let (y, x) = ((names.y, 0..ny), (names.x, 0..nx));
        let total = source.window(file.layout.total, &[times.clone(), y.clone(), x.clone()])?;
        let mut block = Self {
            releases,
            total,
            hours: None,
            residual: None,
            shares: Vec::new(),
            ages: Vec::new(),
        };
        if let Some(hours) = &file.hours {
            let count = hours.back_h.len() + usize::from(hours.residual.is_none());
            let back = (hours.dimension.as_str(), 0..count);
            let window = [times.clone(), back, y.clone(), x.clone()];
            block.hours = Some(source.window(hours.variable, &window)?);
            let residual = hours
                .residual
                .map(|name| source.window(name, &[times.clone(), y.clone(), x.clone()]));
            block.residual = residual.transpose()?;
        }
        if let Some(edges) = &file.height_edges_m {
            for (side, _, is_row) in SIDES {
                let window = [
                    times.clone(),
                    ("height", 0..edges.len() - 1),
                    if is_row { x.clone() } else { y.clone() },
                ];
                block
                    .shares
                    .push(source.window(&format!("particle_locations_{side}"), &window)?);
                let age = format!("mean_age_particles_{side}");
                if source.has_variable(&age) {
                    block.ages.push(source.window(&age, &window)?);
                }
            }
        }
        Ok(block)
    }

    fn footprint(&self, file: &File<'_, '_>, k: usize) -> Result<ForeignFootprint> {
        let (release, here) = (&file.releases[k], k - self.releases.start);
        let end = release.receptor.time;
        let total = file.plane.in_order(self.total.index_axis(Axis(0), here).to_owned());
        let gaps = total.iter().filter(|v| !v.is_finite()).count();
        if gaps > 0 {
            let (name, cells) = (file.layout.total, total.len());
            return Err(file.source.bad(format!(
                "{name} has no value in {gaps} of {cells} cells at {}",
                release.stamp
            )));
        }
        let span = Layers::back_from(file.source, end, Some(NAME_HOURS))?;
        let footprint = span.footprint(release.receptor.clone(), &file.plane.grid, total.insert_axis(Axis(0)));
        Ok(ForeignFootprint {
            footprint,
            resolved: self.resolved(file, release, here)?,
            boundary: self.boundary(file, here),
            conditions: release.conditions,
        })
    }

    /// `None` where the hours have no value at all, as in files that resolve every other release.
    fn resolved(&self, file: &File<'_, '_>, release: &Release, here: usize) -> Result<Option<Resolved>> {
        let (Some(hours), Some(values)) = (&file.hours, &self.hours) else {
            return Ok(None);
        };
        let all = values.index_axis(Axis(0), here);
        let map = |values: ArrayView2<'_, f64>| file.plane.in_order(values.to_owned());
        let residual = match &self.residual {
            Some(residual) => map(residual.index_axis(Axis(0), here)),
            None => map(all.index_axis(Axis(0), hours.back_h.len())),
        };
        let gaps = all.iter().chain(&residual).filter(|v| !v.is_finite()).count();
        if gaps == all.len() || gaps == all.len() + residual.len() {
            return Ok(None);
        }
        if gaps > 0 {
            let (name, stamp) = (hours.variable, release.stamp);
            return Err(file
                .source
                .bad(format!("{name} has no value in {gaps} places at {stamp}")));
        }
        let seconds = |h: f64| (h * SECONDS_PER_HOUR).round() as i64;
        let start = |place: usize| release.stamp.plus_seconds(-seconds(hours.back_h[place]));
        // air sampled at one instant: nothing comes from after it
        let is_empty_future = |place: &usize| {
            start(*place) >= release.receptor.time && all.index_axis(Axis(0), *place).iter().all(|&v| v == 0.0)
        };
        let places: Vec<usize> = (0..hours.back_h.len()).rev().filter(|p| !is_empty_future(p)).collect();
        let [ny, nx] = file.plane.shape();
        let mut foot = Array3::zeros((places.len(), ny, nx));
        for (mut layer, &place) in foot.outer_iter_mut().zip(&places) {
            layer.assign(&map(all.index_axis(Axis(0), place)));
        }
        let layers = Layers {
            start: places.iter().map(|&p| start(p)).collect(),
            seconds: seconds(hours.layer_h),
            is_integrated: false,
        };
        let oldest = layers.start.first().copied().unwrap_or(release.stamp);
        let span = Layers::back_from(file.source, release.receptor.time, Some(NAME_HOURS))?;
        let before = Layers {
            seconds: oldest.seconds() - span.start[0].seconds(),
            ..span
        };
        if before.seconds <= 0 {
            return Err(file.source.bad(format!(
                "its layers go back to {oldest}, more than the hours of the whole"
            )));
        }
        Ok(Some(Resolved {
            layers: layers.footprint(release.receptor.clone(), &file.plane.grid, foot),
            residual: before.footprint(
                release.receptor.clone(),
                &file.plane.grid,
                residual.insert_axis(Axis(0)),
            ),
        }))
    }

    fn boundary(&self, file: &File<'_, '_>, here: usize) -> Option<BoundaryInfluence> {
        let height_edges_m = file.height_edges_m.clone()?;
        let along = |values: &[Array3<f64>]| -> Option<Sides<Array2<f64>>> {
            let sides = SIDES.iter().zip(values).map(|((_, _, is_row), side)| {
                let values = side.index_axis(Axis(0), here).to_owned();
                file.plane.along(values, *is_row)
            });
            let sides: [Array2<f64>; 4] = sides.collect::<Vec<_>>().try_into().ok()?;
            Some(sides.into())
        };
        let fraction = along(&self.shares)?;
        let unknown = fraction.each().map(|side| Array2::from_elem(side.raw_dim(), f64::NAN));
        let mean_age_h = along(&self.ages).unwrap_or_else(|| unknown.into());
        Some(BoundaryInfluence {
            grid: file.plane.grid.clone(),
            height_edges_m,
            fraction,
            mean_age_h,
            top: f64::NAN,
            inside: f64::NAN,
            left_meteorology: f64::NAN,
            met_gap: f64::NAN,
            started_outside: f64::NAN,
        })
    }
}
