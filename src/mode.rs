//! Whose physics a run follows.

use serde::{Deserialize, Serialize};

/// `run.mode`: whose physics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// HYSPLIT-STILT's physics, quirks and all.
    #[default]
    Parity,
    /// What the literature says.
    Physics,
}

impl Mode {
    /// As in the file: `parity`, `physics`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parity => "parity",
            Self::Physics => "physics",
        }
    }
}
