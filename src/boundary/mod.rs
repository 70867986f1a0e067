//! Where particles leave a domain: the air that a background must be given for.
//!
//! An [`EndTracker`] follows an ensemble block by block and notes where, when and through which side each particle first
//! leaves the [`Domain`] of a grid. [`BoundaryInfluence`] counts these ends by side, place along the side and height: the
//! sensitivity of the sample to what flows in through the sides (OpenGHG's `particle_locations_n` … `_w`).

mod domain;
mod ends;
mod influence;

pub use domain::{Domain, DomainSpec, Side};
pub use ends::{End, EndTracker, Fate};
pub use influence::{BoundaryInfluence, CurtainMean, Ends, Sides};
