//! Which format a file of meteorology has, by its content.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::met::MetReader;
use crate::met::arl::ArlReader;

/// How files begin.
const NETCDF: [&[u8]; 4] = [b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"];

/// Opens a file of any known format. What is neither netCDF nor GRIB is taken for an ARL file, whose reader says what else
/// it may be.
pub(super) fn open_file(path: &Path) -> Result<Box<dyn MetReader>> {
    match begins_as_netcdf(path)? {
        true => open_netcdf(path),
        false => Ok(Box::new(ArlReader::open(path)?)),
    }
}

fn begins_as_netcdf(path: &Path) -> Result<bool> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(Error::io("open", path))?;
    file.take(8).read_to_end(&mut start).map_err(Error::io("read", path))?;
    Ok(NETCDF.iter().any(|magic| start.starts_with(magic)))
}

#[cfg(feature = "netcdf")]
fn open_netcdf(path: &Path) -> Result<Box<dyn MetReader>> {
    use crate::met::wrf::{WrfReader, is_wrf};
    use crate::netcdf_file::{on_netcdf_thread, open};

    match on_netcdf_thread(|| open(path).map(|file| is_wrf(&file)))? {
        true => Ok(Box::new(WrfReader::open(path)?)),
        false => Err(Error::format(
            path,
            "a netCDF file, but not of WRF (no global attribute MAP_PROJ); understood are WRF output and ARL packed \
             meteorology: convert it to ARL first",
        )),
    }
}

#[cfg(not(feature = "netcdf"))]
fn open_netcdf(path: &Path) -> Result<Box<dyn MetReader>> {
    Err(Error::format(
        path,
        "a netCDF file, and this build is without netCDF: build with the feature netcdf, or convert it to ARL first",
    ))
}
