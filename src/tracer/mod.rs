//! What is special about a tracer: its unit, its decay, its chemistry, its isotopes.
//!
//! [`radon`] makes activities of mole fractions and fluxes of becquerels, [`hydroxyl`] says how fast OH takes CO and CH₄
//! away, [`radiocarbon`] makes Δ¹⁴C of CO₂ components and of the releases of nuclear facilities.

mod gas;
pub mod hydroxyl;
pub mod radiocarbon;
pub mod radon;
mod unit;

pub use gas::{CARBON_G_MOL, Tracer};
pub use unit::Unit;
