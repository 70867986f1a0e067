//! How a footprint is made of particles: the choices besides the cells of its [`Grid`](crate::grid::Grid).

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mode::Mode;

/// Choices of a gridding; the default is STILT v2's hourly footprint with its sampling error.
#[derive(Clone, Debug, PartialEq)]
pub struct Gridding {
    /// How particles are spread over the cells; `None`: [`GriddingMode::Compat`] after parity transport,
    /// [`GriddingMode::Metric`] after physics transport.
    pub mode: Option<GriddingMode>,
    /// Length of a layer, min; layers start at whole multiples of it from the receptor time.
    pub layer_min: u32,
    /// What a record of a particle counts.
    pub measure: Measure,
    /// Groups of particles whose spread gives the sampling error; 0: no error.
    pub error_groups: usize,
    /// Name of the grid that takes what this one does not hold; `None`: this grid stands alone.
    pub nested_in: Option<String>,
    /// Quirks of STILT v2 and PYSTILT, of [`GriddingMode::Compat`] only.
    pub compat: Quirks,
}

/// How particles are spread over the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GriddingMode {
    /// STILT v2: a round Gaussian in units of the grid (Fasoli et al. 2018, section 2.2).
    Compat,
    /// A normal kernel in metres that follows the spread of the ensemble, of covariance H = s² h² Σ: s the `smooth_factor`,
    /// Σ the covariance of the influence of that age about its mean place, on the sphere (a kernel with the shape of the
    /// data, Silverman 1986, chapter 4), and h the width with the least expected squared error of the cells for a normal
    /// plume of n particles (after Wand & Jones 1995, chapter 4): n^(−1/6) on cells narrow beside the plume (Scott 1992,
    /// chapter 6), less on wider ones, which smooth by themselves. n = (ΣW)²/ΣW² counts the particles that have influence W
    /// in the hour; a path of deviation σ within the hour smooths as a cell √12 σ wide. Cells wider than the plume leave
    /// little to smooth: there it is as good as no kernel.
    Metric,
    /// STILT v1 and the ICOS portal: cells that grow with the plume (Gerbig et al. 2003).
    Icos,
}

impl GriddingMode {
    /// The default after transport in a mode.
    pub const fn of_run(mode: Mode) -> Self {
        match mode {
            Mode::Parity => Self::Compat,
            Mode::Physics => Self::Metric,
        }
    }
}

/// What a record of a particle counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Measure {
    /// Surface influence, ppm / (µmol m⁻² s⁻¹).
    #[default]
    Surface,
    /// Time spent between two heights above ground, s.
    Residence {
        /// Lower height, m.
        bottom_agl_m: f64,
        /// Upper height, m.
        top_agl_m: f64,
    },
    /// Influence of sources that spread evenly between two heights above ground, ppm / (µmol m⁻² s⁻¹).
    Elevated {
        /// Lower height, m.
        bottom_agl_m: f64,
        /// Upper height, m.
        top_agl_m: f64,
    },
}

/// Where STILT v2 and its text differ, or a choice was open; the default is what users of STILT v2 and PYSTILT get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quirks {
    /// Where particles jump over cells between the records near the receptor.
    pub early_steps: EarlySteps,
    /// The kernel of an age that no more than one particle reaches.
    pub lone_particle: LoneParticle,
    /// Particles beyond the western edge, of [`GriddingMode::Icos`].
    pub west_edge: WestEdge,
}

/// What to do where particles jump over cells between the records near the receptor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlySteps {
    /// Nothing, as STILT v2 in effect: it inserts records in time, and then drops each that lacks a column (`zagl`,
    /// `mlht` …) of the particle table.
    #[default]
    AsRecorded,
    /// Insert records in time, as Fasoli et al. (2018) intend: no speckle where a minute's path crosses several cells.
    Split,
}

/// The kernel of an age that no more than one particle reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoneParticle {
    /// That of the nearest age with a spread, the lower of two as near (STILT v2, PYSTILT).
    #[default]
    Nearest,
    /// None: a single cell.
    Unsmoothed,
}

/// What becomes of a particle that was seen beyond the western edge, in [`GriddingMode::Icos`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WestEdge {
    /// It counts no more, although it may come back (STILT v1).
    #[default]
    Drops,
    /// It counts again once it is back, as beyond any other edge.
    Returns,
}

impl Default for Gridding {
    fn default() -> Self {
        Self {
            mode: None,
            layer_min: 60,
            measure: Measure::Surface,
            error_groups: 20,
            nested_in: None,
            compat: Quirks::default(),
        }
    }
}

impl Gridding {
    const MOST_GROUPS: usize = 1000;

    /// Refuses impossible values; `key` prefixes a key with the name of its grid.
    ///
    /// # Errors
    /// [`Error::Config`] naming the key.
    pub fn check(&self, key: impl Fn(&str) -> String) -> Result<()> {
        if !(1..=60 * 24 * 366).contains(&self.layer_min) {
            return Err(Error::config(key("layer_min"), self.layer_min, "whole minutes from 1"));
        }
        if self.error_groups == 1 || self.error_groups > Self::MOST_GROUPS {
            let allowed = format!("0 (no sampling error), or 2 to {} groups", Self::MOST_GROUPS);
            return Err(Error::config(key("error_groups"), self.error_groups, allowed));
        }
        match self.measure {
            Measure::Surface => Ok(()),
            Measure::Residence {
                bottom_agl_m,
                top_agl_m,
            }
            | Measure::Elevated {
                bottom_agl_m,
                top_agl_m,
            } => {
                if bottom_agl_m >= 0.0 && top_agl_m > bottom_agl_m && top_agl_m.is_finite() {
                    return Ok(());
                }
                let allowed =
                    format!("a height above ground above bottom_agl_m = {bottom_agl_m}, which is 0 or more, m");
                Err(Error::config(key("top_agl_m"), top_agl_m, allowed))
            }
        }
    }
}
