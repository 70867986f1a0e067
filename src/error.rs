//! The one error type. Each variant is something a user can act on: it says what was asked,
//! what was found, and what to do.

use std::path::{Path, PathBuf};

use crate::time::UtcTime;

/// Result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong, with the values a person needs to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: cannot {action}: {source}", path = path.display())]
    Io {
        /// What was attempted: "open", "read", "write", "rename" …
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A file was read, but its content is not what its format promises.
    #[error("{path}: {problem}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where and what: record, field, value found, value expected.
        problem: String,
    },
    /// A configuration key, argument or table entry has an impossible value.
    #[error("{key} = {value}: {allowed}")]
    Config {
        /// The key, as the user wrote it: `grid.default.dx`, `receptor id`.
        key: String,
        /// The value found.
        value: String,
        /// What is allowed, or what to do.
        allowed: String,
    },
    /// The configuration is not valid TOML, or has an unknown key or a wrong type.
    #[error("{path}: {problem}", path = path.display())]
    ConfigSyntax {
        /// The file.
        path: PathBuf,
        /// Line, key and reason, from the parser.
        problem: String,
    },
    /// The meteorology has no data for this time.
    #[error("no meteorology at {asked}: {covered}")]
    MetTime {
        /// The time asked for.
        asked: UtcTime,
        /// What the files cover, and what to do.
        covered: String,
    },
    /// The meteorology has no data for this place.
    #[error("no meteorology at {lon_deg:.4} E, {lat_deg:.4} N: {covered}")]
    MetPlace {
        /// Longitude asked for, degrees east.
        lon_deg: f64,
        /// Latitude asked for, degrees north.
        lat_deg: f64,
        /// What the grids cover, and what to do.
        covered: String,
    },
    /// The meteorology lacks a field that cannot be derived from the others.
    #[error("{source_name}: no field {field}: {needed_for}")]
    MetField {
        /// The file or other source of the meteorology.
        source_name: String,
        /// The field, by its ARL name.
        field: String,
        /// What needs it, and what to do.
        needed_for: String,
    },
    /// The winds create or destroy so much mass that the ensemble means nothing.
    #[error(
        "the mass of {dropped} of {particles} particles left 0.001 … 1000: the winds violate continuity; \
         use other meteorology, a shorter run, or mass_weight = false"
    )]
    MassViolation {
        /// Particles dropped.
        dropped: usize,
        /// Particles released.
        particles: usize,
    },
    /// Something that is documented but not built yet.
    #[error("{feature} is not built yet: {instead}")]
    NotBuilt {
        /// The feature or key.
        feature: String,
        /// What to do meanwhile.
        instead: String,
    },
    /// A file could not be fetched from a server.
    #[cfg(feature = "fetch")]
    #[error("{url}: {problem}")]
    Fetch {
        /// What was asked for.
        url: String,
        /// What came instead, and what to do.
        problem: String,
    },
    /// The netCDF library refused.
    #[cfg(feature = "netcdf")]
    #[error("{path}: netCDF: {source}", path = path.display())]
    NetCdf {
        /// The file.
        path: PathBuf,
        /// The library's reason.
        source: netcdf::Error,
    },
    /// The caller asked to stop (Ctrl-C).
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// Closure for `map_err`: wraps an [`std::io::Error`] with the path and the attempted action.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// A [`Error::Format`] for `path`.
    pub(crate) fn format(path: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        Self::Format {
            path: path.into(),
            problem: problem.into(),
        }
    }

    /// Closure for `map_err`: what a TOML parser says of the file at `path`.
    pub(crate) fn syntax(path: &Path) -> impl FnOnce(toml::de::Error) -> Self {
        move |problem| Self::ConfigSyntax {
            path: path.to_owned(),
            problem: problem.to_string().trim_end().to_owned(),
        }
    }

    /// A [`Error::Config`] for `key`.
    pub(crate) fn config(key: impl Into<String>, value: impl ToString, allowed: impl Into<String>) -> Self {
        Self::Config {
            key: key.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }

    /// The same, an impossible value's key being that of one place of several.
    pub(crate) fn within(self, shape: &str, place: usize) -> Self {
        match self {
            Self::Config { key, value, allowed } => {
                Self::config(format!("{shape}, place {place}: {key}"), value, allowed)
            }
            other => other,
        }
    }

    /// Closure for `map_err`: wraps a netCDF error with the path.
    #[cfg(feature = "netcdf")]
    pub(crate) fn netcdf(path: impl Into<PathBuf>) -> impl FnOnce(netcdf::Error) -> Self {
        let path = path.into();
        move |source| Self::NetCdf { path, source }
    }
}
