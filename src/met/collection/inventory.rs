//! Which source holds which field, and how a quantity at a time is made of fields.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{FieldSource, Level, When};
use super::quantity::Quantity;
use super::rates::{Span, spans};
use crate::time::UtcTime;

/// A field by its source and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FieldId {
    pub source: usize,
    pub field: usize,
}

/// A field among those of one quantity and level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    pub id: FieldId,
    pub when: When,
    pub forecast_hour: Option<i32>,
}

/// A sum of fields, each times a factor.
pub(super) type Terms = Vec<(FieldId, f64)>;

/// A level as a key; pressures to a thousandth of a hPa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LevelKey {
    Surface,
    Pressure(i64),
    Model(u32),
}

impl From<Level> for LevelKey {
    fn from(level: Level) -> Self {
        match level {
            Level::Surface => Self::Surface,
            Level::Pressure(hpa) => Self::Pressure((1000.0 * hpa).round() as i64),
            Level::Model(number) => Self::Model(number),
        }
    }
}

/// All fields of all sources.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    held: BTreeMap<(Quantity, LevelKey), Vec<Held>>,
    spans: BTreeMap<Quantity, Vec<Span>>,
}

impl Inventory {
    pub fn new(sources: &[Box<dyn FieldSource>]) -> Self {
        let mut held: BTreeMap<_, Vec<Held>> = BTreeMap::new();
        for (source, fields) in sources.iter().map(|source| source.fields()).enumerate() {
            for (field, info) in fields.iter().enumerate() {
                held.entry((info.quantity, info.level.into())).or_default().push(Held {
                    id: FieldId { source, field },
                    when: info.when,
                    forecast_hour: info.forecast_hour,
                });
            }
        }
        for fields in held.values_mut() {
            // of two that are the same but for the forecast the nearer one serves; a field without time comes last
            fields.sort_by_key(|held| (held.when.end(), held.forecast_hour.unwrap_or(0)));
        }
        let at_surface = held.iter().filter(|((_, level), _)| *level == LevelKey::Surface);
        let spans = at_surface
            .map(|((quantity, _), fields)| (*quantity, spans(fields)))
            .collect();
        Self { held, spans }
    }

    fn fields(&self, quantity: Quantity, level: LevelKey) -> &[Held] {
        self.held.get(&(quantity, level)).map_or(&[], Vec::as_slice)
    }

    /// The levels at which some field of a quantity is held.
    pub fn levels(&self, quantity: Quantity) -> impl Iterator<Item = LevelKey> {
        let of_quantity = self.held.keys().filter(move |(held, _)| *held == quantity);
        of_quantity.map(|(_, level)| *level)
    }

    /// The times at which a quantity is held on a level.
    pub fn times(&self, quantity: Quantity, level: LevelKey) -> BTreeSet<UtcTime> {
        let at = |held: &Held| match held.when {
            When::At(time) => Some(time),
            _ => None,
        };
        self.fields(quantity, level).iter().filter_map(at).collect()
    }

    /// The field of a quantity that holds at a time; of a constant quantity one of any time.
    pub fn at(&self, quantity: Quantity, level: LevelKey, time: UtcTime) -> Option<Held> {
        let fields = self.fields(quantity, level);
        let first = fields.partition_point(|held| held.when.end() < Some(time));
        let mut ending = fields[first..].iter().take_while(|held| held.when.end() == Some(time));
        let exact = ending.find(|held| held.when == When::At(time));
        let always = || fields.first().filter(|held| held.when == When::Always);
        let any = || fields.first().filter(|_| quantity.is_constant());
        exact.or_else(always).or_else(any).copied()
    }

    /// How a quantity at a time is made of fields: the field that holds then; else, for what flows through the surface,
    /// the mean of the rates over the intervals that end and begin then (one of them at the ends of a series).
    pub fn terms(&self, quantity: Quantity, level: LevelKey, time: UtcTime) -> Option<Terms> {
        if let Some(held) = self.at(quantity, level, time) {
            return Some(vec![(held.id, 1.0)]);
        }
        let spans = self.spans.get(&quantity).filter(|_| quantity.is_rate())?;
        let shortest = |fits: &dyn Fn(&Span) -> bool| {
            let fitting = spans.iter().filter(|span| fits(span));
            fitting.min_by_key(|span| (span.seconds(), span.forecast_hour.unwrap_or(0)))
        };
        let (ends, begins) = (shortest(&|s| s.to == time), shortest(&|s| s.from == time));
        let beside: Vec<&Span> = match (ends, begins) {
            (None, None) => shortest(&|s| s.from < time && time < s.to).into_iter().collect(),
            (ends, begins) => ends.into_iter().chain(begins).collect(),
        };
        let share = 1.0 / beside.len() as f64;
        let weighted = |span: &&Span| {
            span.rate
                .iter()
                .map(|&(id, factor)| (id, factor * share))
                .collect::<Terms>()
        };
        let terms: Terms = beside.iter().flat_map(weighted).collect();
        (!terms.is_empty()).then_some(terms)
    }

    /// What a quantity adds up to over the hours before a time.
    pub fn amount(&self, quantity: Quantity, hours: i64, time: UtcTime) -> Option<Terms> {
        let asked = |span: &&Span| span.to == time && span.seconds() == 3600 * hours;
        let fitting = self.spans.get(&quantity)?.iter().filter(asked);
        let span = fitting.min_by_key(|span| span.forecast_hour.unwrap_or(0))?;
        let seconds = span.seconds() as f64;
        Some(span.rate.iter().map(|&(id, factor)| (id, factor * seconds)).collect())
    }
}
