//! The gridding of STILT v2: a smoothing width for each age ([`bandwidth`](self::bandwidth)), a round Gaussian of that
//! width (`kernel`), spread over the cells from the middle of the particle's own (`stamp`).

pub(super) mod bandwidth;
pub(super) mod early_steps;
mod kernel;
mod stamp;

pub(super) use stamp::Compat;
