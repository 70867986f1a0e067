//! Which way heat fluxes point: the trap of the ARL format, which does not say.

use crate::met::MetDescription;
use crate::met::stored::{StoredField, StoredSnapshot};
use crate::met::sunlit_flux::sunlit_downward;
use crate::time::UtcTime;

/// Direction of the heat fluxes (`SHTF`, `HFLX`, `LHTF`, `LTHF`) stored in a file. Fields are always given upward.
///
/// The reference takes files of models `EC…` as positive downward and all others as upward; it turns those of `ETA`
/// and `EDAS` twice, so that they stay as they are. Since ids are not to be trusted, each reading checks the result
/// under a high sun: no field is given whose strong fluxes there point downward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FluxSign {
    /// By the model id, as the reference does.
    #[default]
    FromModelId,
    /// The file's fluxes are positive upward.
    Upward,
    /// The file's fluxes are positive downward.
    Downward,
}

fn is_sensible(name: &str) -> bool {
    ["SHT", "HFL"].iter().any(|id| name.starts_with(id))
}

/// Whether a surface field is a sensible or latent heat flux.
pub(super) fn is_heat_flux(name: &str) -> bool {
    is_sensible(name) || ["LHT", "LTH"].iter().any(|id| name.starts_with(id))
}

/// Turns heat fluxes upward; the reason, if they cannot be.
pub(super) fn turn_upward(
    snapshot: &mut StoredSnapshot,
    description: &MetDescription,
    sign: FluxSign,
) -> Result<(), String> {
    let downward = match sign {
        FluxSign::FromModelId => description.model.starts_with("EC"),
        FluxSign::Upward => false,
        FluxSign::Downward => true,
    };
    let time = snapshot.time;
    for field in snapshot.fields.iter_mut().filter(|f| f.level == 0) {
        if downward && is_heat_flux(&field.name) {
            field.values.numbers().mapv_inplace(|flux| -flux);
        }
        if is_sensible(&field.name) {
            check_upward(field, description, time)?;
        }
    }
    Ok(())
}

fn check_upward(field: &mut StoredField, description: &MetDescription, time: UtcTime) -> Result<(), String> {
    let Some((low, high)) = sunlit_downward(field.values.numbers(), &description.grid, time) else {
        return Ok(());
    };
    Err(format!(
        "{} at {time} is {low:.0} to {high:.0} W m-2 (upward) where the sun stands high: model id {:?} suggests the \
         wrong sign; open the file with FluxSign::Upward or FluxSign::Downward",
        field.name, description.model
    ))
}
