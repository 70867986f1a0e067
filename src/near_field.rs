//! Hyper-near-field dilution: close to the receptor the plume has not yet filled the surface layer (Fasoli et al. 2018).

use crate::trajectory::Trajectories;

/// Recomputes `foot` from `foot_raw` with the plume depth of STILT v2, literally (definitions: STILT-R `calc_plume_dilution`).
///
/// `veght` as in [`TransportOptions`](crate::transport::TransportOptions). The table must hold every step (1 min).
pub fn dilute(_trajectories: &mut Trajectories, _veght: f64) {
    todo!()
}
