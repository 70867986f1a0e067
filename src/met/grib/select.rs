//! Which fields of a file serve, as what; those that cannot are counted with the reason.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::field::{Packed, Packing, SpanKind, StatedField};
use super::level::Surface;
use super::octets::Parsed;
use super::order::Order;
use super::parameters::{model_id, upward};
use super::scan::Message;
use crate::error::{Error, Result};
use crate::met::collection::{FieldInfo, Level, Quantity, When, WindAxes};
use crate::met::projection::MetGrid;

/// A field that serves: what it is and where its values are.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub info: FieldInfo,
    pub grid: MetGrid,
    pub axes: WindAxes,
    pub model: &'static str,
    /// Parameters of the model's levels, if the field lies on one.
    pub vertical: Vec<f64>,
    pub values: Values,
    rank: usize,
    warning: Option<String>,
}

/// What is needed to read the values of a field.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub message: Message,
    pub order: Order,
    pub points: usize,
    pub bitmap: Option<super::field::Extent>,
    pub data: super::field::Extent,
    pub packing: Packing,
    /// To the unit of the quantity.
    pub factor: f32,
}

/// Fields left out: by reason, how many and the first message.
#[derive(Default)]
struct LeftOut(BTreeMap<String, (usize, Message)>);

impl LeftOut {
    fn add(&mut self, reason: String, message: Message) {
        self.0.entry(reason).or_insert((0, message)).0 += 1;
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .map(|(reason, (count, first))| format!("fields not used: {count}, the first in {first}: {reason}"))
    }
}

/// The fields of a file that serve by grid, one of each kind, and what a user should know.
///
/// # Errors
/// [`Error::Format`] if none can be read, or a packing is not known.
pub(super) fn choose(path: &Path, stated: Vec<StatedField>) -> Result<(Vec<Vec<Chosen>>, Vec<String>)> {
    let mut left_out = LeftOut::default();
    let member = member(&stated);
    let mut chosen = Vec::new();
    for field in stated {
        let message = field.message;
        if field.member.is_some() && field.member != member {
            left_out.add(
                format!("other members of the ensemble than {}", member.unwrap_or(0)),
                message,
            );
            continue;
        }
        match serves(path, field)? {
            Some(Ok(field)) => chosen.push(field),
            Some(Err(reason)) => left_out.add(reason, message),
            None => {}
        }
    }
    let mut reasons = left_out.lines();
    if chosen.is_empty() {
        let reason = reasons.next();
        let problem = reason.unwrap_or("none of its fields is one that transport can use".to_string());
        return Err(Error::format(path, problem));
    }
    let stated: BTreeSet<String> = chosen.iter().filter_map(|field| field.warning.clone()).collect();
    let warnings = stated.into_iter().chain(reasons).collect();
    let groups = by_grid(with_surface_fields_of_level_1(chosen));
    Ok((groups.into_iter().map(without_doubles).collect(), warnings))
}

/// The member of an ensemble to use: the control, or the only one there is.
fn member(stated: &[StatedField]) -> Option<u32> {
    stated.iter().filter_map(|field| field.member).min()
}

/// The field as one that serves; within, why it cannot; none where it is nothing that transport uses.
fn serves(path: &Path, field: StatedField) -> Result<Option<Parsed<Chosen>>> {
    let Some(meaning) = field.code.meaning(field.surface) else {
        return Ok(None);
    };
    let (info, sign) = match info_and_sign(&field, meaning.quantity) {
        Ok(found) => found,
        Err(reason) => return Ok(Some(Err(reason))),
    };
    let (grid, stated) = match field.grid.and_then(|stated| Ok((stated.grid()?, stated))) {
        Ok(found) => found,
        Err(reason) => return Ok(Some(Err(reason))),
    };
    let Packed {
        points,
        bitmap,
        data,
        packing,
    } = field.packed;
    let fault = |problem: String| Error::format(path, format!("{}: {problem}", field.message));
    let values = Values {
        message: field.message,
        order: stated.order,
        points,
        bitmap,
        data,
        packing: packing.map_err(fault)?,
        factor: meaning.factor * sign,
    };
    let on_model_level = matches!(info.level, Level::Model(_));
    Ok(Some(Ok(Chosen {
        info,
        axes: if grid.is_lat_lon() {
            WindAxes::Earth
        } else {
            stated.axes
        },
        warning: stated.warning,
        grid,
        model: model_id(field.centre, field.process),
        vertical: field.vertical.into_iter().filter(|_| on_model_level).collect(),
        values,
        rank: meaning.rank,
    })))
}

/// What a field is, and the factor that turns fluxes of heat upward.
///
/// # Errors
/// Why it does not serve.
fn info_and_sign(field: &StatedField, quantity: Quantity) -> Parsed<(FieldInfo, f32)> {
    let span = field.span.clone()?;
    let (when, end) = when(quantity, span.kind)?;
    let hours = (end.seconds() - span.reference.seconds()).div_euclid(3600);
    let sign = match quantity {
        Quantity::SensibleHeat | Quantity::LatentHeat => upward(field.centre)
            .ok_or_else(|| format!("the sign of heat fluxes of centre {} is not known", field.centre))?,
        _ => 1.0,
    };
    let info = FieldInfo {
        quantity,
        level: level(field.surface),
        when,
        forecast_hour: i32::try_from(hours).ok().filter(|_| when != When::Always),
    };
    Ok((info, sign))
}

fn level(surface: Surface) -> Level {
    match surface {
        Surface::Isobaric(hpa) => Level::Pressure(hpa),
        Surface::Model(number) => Level::Model(number),
        _ => Level::Surface,
    }
}

/// When a field of a quantity holds, and the end of that time.
fn when(quantity: Quantity, span: SpanKind) -> Parsed<(When, crate::time::UtcTime)> {
    use Quantity::{ConvectiveRain, Rain, SurfaceGeopotential, TerrainHeight};
    let falls = matches!(quantity, Rain | ConvectiveRain);
    let when = match span {
        SpanKind::Mean(from, to) | SpanKind::Sum(from, to) if from >= to => {
            return Err("an interval without length".to_string());
        }
        _ if matches!(quantity, TerrainHeight | SurfaceGeopotential) => When::Always,
        SpanKind::Sum(from, to) if falls || quantity.is_rate() => When::Sum(from, to),
        SpanKind::Mean(from, to) if !falls => When::Mean(from, to),
        SpanKind::At(time) if !falls => When::At(time),
        SpanKind::Sum(..) => return Err("a sum of what should be a mean".to_string()),
        _ => return Err("rain that is no sum over an interval".to_string()),
    };
    let (SpanKind::At(end) | SpanKind::Mean(_, end) | SpanKind::Sum(_, end)) = span;
    Ok((when, end))
}

/// ECMWF puts the logarithm of surface pressure, and the geopotential of the ground, on model level 1.
fn with_surface_fields_of_level_1(mut chosen: Vec<Chosen>) -> Vec<Chosen> {
    use Quantity::{Geopotential, LogSurfacePressure, SurfaceGeopotential};
    let aloft = |field: &Chosen| {
        field.info.quantity == Geopotential && matches!(field.info.level, Level::Model(number) if number != 1)
    };
    let geopotential_aloft = chosen.iter().any(aloft);
    for field in &mut chosen {
        match (field.info.quantity, field.info.level) {
            (LogSurfacePressure, Level::Model(_)) => field.info.level = Level::Surface,
            (Geopotential, Level::Model(1)) if !geopotential_aloft => {
                field.info = FieldInfo {
                    quantity: SurfaceGeopotential,
                    level: Level::Surface,
                    when: When::Always,
                    forecast_hour: None,
                };
            }
            _ => {}
        }
    }
    chosen
}

/// Of fields that are the same in all but their code, that of the preferred code; of messages that repeat, the first.
fn without_doubles(chosen: Vec<Chosen>) -> Vec<Chosen> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept: Vec<Chosen> = Vec::with_capacity(chosen.len());
    for field in chosen {
        match places.entry(format!("{:?}", field.info)) {
            Entry::Occupied(place) if field.rank < kept[*place.get()].rank => kept[*place.get()] = field,
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(field);
            }
        }
    }
    kept
}

/// Fields by the grid on which they lie, in the order in which grids occur.
fn by_grid(chosen: Vec<Chosen>) -> Vec<Vec<Chosen>> {
    let mut groups: Vec<Vec<Chosen>> = Vec::new();
    for field in chosen {
        match groups.iter_mut().find(|group| group[0].grid == field.grid) {
            Some(group) => group.push(field),
            None => groups.push(vec![field]),
        }
    }
    groups
}
