//! What kind of file a file is, by its content.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};

/// A format of meteorology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Arl,
    Grib,
    NetCdf,
    /// netCDF as WRF writes it.
    Wrf,
}

/// Bytes in which the first GRIB message begins: bulletins may have a heading.
const HEADING: usize = 512;

/// Whether a name is that of a data set on a server.
pub(crate) fn is_url(path: &Path) -> bool {
    let schemes = ["http://", "https://", "dods://", "dap4://"];
    path.to_str()
        .is_some_and(|name| schemes.iter().any(|scheme| name.starts_with(scheme)))
}

impl Format {
    /// # Errors
    /// [`Error::Io`]; [`Error::NetCdf`](crate::Error::NetCdf) if a netCDF file cannot be opened.
    pub fn of(path: &Path) -> Result<Self> {
        if is_url(path) {
            return Ok(Self::NetCdf);
        }
        let file = File::open(path).map_err(Error::io("open", path))?;
        let mut start = Vec::with_capacity(HEADING);
        file.take(HEADING as u64)
            .read_to_end(&mut start)
            .map_err(Error::io("read", path))?;
        let netcdf = [&b"CDF\x01"[..], b"CDF\x02", b"CDF\x05", b"\x89HDF"];
        Ok(match start {
            _ if netcdf.iter().any(|magic| start.starts_with(magic)) => Self::of_netcdf(path)?,
            _ if start.windows(4).any(|bytes| bytes == b"GRIB") => Self::Grib,
            _ => Self::Arl,
        })
    }

    #[cfg(feature = "netcdf")]
    fn of_netcdf(path: &Path) -> Result<Self> {
        match crate::met::wrf::is_wrf_file(path)? {
            true => Ok(Self::Wrf),
            false => Ok(Self::NetCdf),
        }
    }

    #[cfg(not(feature = "netcdf"))]
    fn of_netcdf(_path: &Path) -> Result<Self> {
        Ok(Self::NetCdf)
    }
}
