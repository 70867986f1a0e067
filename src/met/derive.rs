//! From the fields of a source to what transport needs: common levels, derived quantities, turbulence profiles.

use crate::error::Result;
use crate::met::snapshot::Snapshot;
use crate::met::{MetDescription, RawSnapshot};

/// How the mixing height is found (STILT's KMIXD).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MixingHeight {
    /// 0: the file's own field.
    FromFile,
    /// 3: modified bulk Richardson number.
    Richardson,
    /// ≥ 10: this height above ground, m.
    Fixed(f64),
}

/// Choices that shape a snapshot; snapshots made with different choices are not interchangeable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeriveOptions {
    /// KMIXD.
    pub mixing_height: MixingHeight,
    /// KMIX0, lowest mixing height, m.
    pub min_mixing_height_m: f64,
    /// Z_TOP, top of the model, m above ground.
    pub model_top_m: f64,
    /// NTURB = 0.
    pub turbulence: bool,
}

impl Default for DeriveOptions {
    fn default() -> Self {
        Self {
            mixing_height: MixingHeight::Richardson,
            min_mixing_height_m: 150.0,
            model_top_m: 25_000.0,
            turbulence: true,
        }
    }
}

/// A quantity that transport needs, and where it comes from in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// What transport needs: `friction velocity`.
    pub quantity: &'static str,
    /// From what: `USTR`, or `surface stress UMOF, VMOF`, or `absent: …`.
    pub from: String,
    /// Whether it is not a field of the source itself.
    pub derived: bool,
}

/// Makes a snapshot from raw fields.
///
/// # Errors
/// [`Error::MetField`](crate::Error::MetField) if a field is missing that cannot be derived.
pub fn derive(_description: &MetDescription, raw: &RawSnapshot, _options: &DeriveOptions) -> Result<Snapshot> {
    Ok(Snapshot { time: raw.time })
}

/// What [`derive`] would take each quantity from, without reading any field.
///
/// # Errors
/// As [`derive`].
pub fn derivations(_description: &MetDescription, _options: &DeriveOptions) -> Result<Vec<Derivation>> {
    Ok(Vec::new())
}
