//! The fields of one time as they are kept: as numbers, or packed as in their file until a value is needed.

use ndarray::Array2;

use crate::met::arl::PackedRows;
use crate::met::{RawField, RawSnapshot};
use crate::time::UtcTime;

/// One horizontal field, `[y][x]`.
#[derive(Clone, Debug)]
pub(crate) enum StoredValues {
    Numbers(Array2<f32>),
    Packed(PackedRows),
}

/// One field of a time.
#[derive(Clone, Debug)]
pub(crate) struct StoredField {
    pub level: usize,
    pub name: String,
    pub values: StoredValues,
}

/// One time of one source, as [`RawSnapshot`], in the form in which it is kept.
#[derive(Clone, Debug)]
pub struct StoredSnapshot {
    pub(crate) time: UtcTime,
    pub(crate) forecast_hour: i32,
    pub(crate) fields: Vec<StoredField>,
}

/// The fields that move air aloft.
const WINDS: [&str; 4] = ["UWND", "VWND", "WWND", "DZDT"];

/// A field that a source may lack.
pub(super) type Field = Option<StoredValues>;

/// The value of a field at (j, i).
#[inline]
pub(super) fn value(field: &Field, at: (usize, usize)) -> Option<f64> {
    field.as_ref().map(|values| values.at(at))
}

/// Memory of fields, bytes.
pub(super) fn bytes_of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> usize {
    fields.into_iter().flatten().map(StoredValues::memory_bytes).sum()
}

impl StoredValues {
    /// The value at (j, i).
    #[inline]
    pub fn at(&self, at: (usize, usize)) -> f64 {
        f64::from(match self {
            Self::Numbers(values) => values[at],
            Self::Packed(rows) => rows.at(at),
        })
    }

    /// All values, unpacked for good.
    pub fn numbers(&mut self) -> &mut Array2<f32> {
        if let Self::Packed(rows) = self {
            *self = Self::Numbers(rows.unpack());
        }
        match self {
            Self::Numbers(values) => values,
            Self::Packed(_) => unreachable!("unpacked above"),
        }
    }

    /// Memory held, bytes.
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Numbers(values) => size_of::<f32>() * values.len(),
            Self::Packed(rows) => rows.memory_bytes(),
        }
    }
}

impl StoredSnapshot {
    /// The field `name` on `level`, if the source holds it.
    pub(super) fn field(&self, level: usize, name: &str) -> Option<&StoredValues> {
        let found = self.fields.iter().find(|f| f.level == level && f.name == name);
        found.map(|field| &field.values)
    }

    /// Takes a field out.
    pub(super) fn take(&mut self, level: usize, name: &str) -> Field {
        let index = self.fields.iter().position(|f| f.level == level && f.name == name)?;
        Some(self.fields.remove(index).values)
    }

    /// Takes another time's winds aloft in place of its own.
    pub(super) fn take_winds_of(&mut self, other: Self) {
        let is_wind = |field: &StoredField| field.level > 0 && WINDS.contains(&field.name.as_str());
        self.fields.retain(|field| !is_wind(field));
        self.fields.extend(other.fields.into_iter().filter(is_wind));
    }

    /// Takes out a field at the surface.
    pub(super) fn take_surface(&mut self, name: Option<&str>) -> Field {
        self.take(0, name?)
    }
}

impl From<RawSnapshot> for StoredSnapshot {
    fn from(raw: RawSnapshot) -> Self {
        let stored = |RawField { level, name, values }| StoredField {
            level,
            name,
            values: StoredValues::Numbers(values),
        };
        Self {
            time: raw.time,
            forecast_hour: raw.forecast_hour,
            fields: raw.fields.into_iter().map(stored).collect(),
        }
    }
}

impl From<&RawSnapshot> for StoredSnapshot {
    fn from(raw: &RawSnapshot) -> Self {
        raw.clone().into()
    }
}

impl From<StoredSnapshot> for RawSnapshot {
    fn from(stored: StoredSnapshot) -> Self {
        let raw = |mut field: StoredField| RawField {
            values: std::mem::take(field.values.numbers()),
            level: field.level,
            name: field.name,
        };
        Self {
            time: stored.time,
            forecast_hour: stored.forecast_hour,
            fields: stored.fields.into_iter().map(raw).collect(),
        }
    }
}
