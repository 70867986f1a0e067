//! `run.particles`: a number, or as many as a sampling error takes.

use std::fmt;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ensemble::PILOT_PARTICLES;

const AUTO: &str = "auto";

/// Particles per receptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particles {
    /// So many.
    Number(usize),
    /// As many as bring the sampling error to the target.
    Auto,
}

impl Particles {
    /// Particles of the first ensemble of a receptor: with [`Particles::Auto`] the pilot's.
    pub const fn at_first(self) -> usize {
        match self {
            Self::Number(number) => number,
            Self::Auto => PILOT_PARTICLES,
        }
    }
}

impl fmt::Display for Particles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Auto => AUTO.fmt(f),
        }
    }
}

impl Serialize for Particles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => number.serialize(serializer),
            Self::Auto => AUTO.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Particles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrAuto)
    }
}

struct NumberOrAuto;

impl Visitor<'_> for NumberOrAuto {
    type Value = Particles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number of particles, or \"auto\"")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Particles, E> {
        let refused = |_| E::invalid_value(Unexpected::Signed(number), &self);
        usize::try_from(number).map(Particles::Number).map_err(refused)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Particles, E> {
        let refused = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
        usize::try_from(number).map(Particles::Number).map_err(refused)
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Particles, E> {
        match word {
            AUTO => Ok(Particles::Auto),
            _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
        }
    }
}
