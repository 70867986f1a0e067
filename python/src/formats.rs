//! Footprint files of other models and portals.

use std::path::PathBuf;

use airshed::formats::{CellAnchor, ForeignFootprint, Format, ReadOptions, ReceptorHint, read, write};
use airshed::output::RunAttributes;
use pyo3::prelude::*;

use crate::error::to_py;
use crate::footprint::Footprint;
use crate::time;

/// Reads the footprints of a file of STILT v2, PYSTILT, the ICOS portal, OpenGHG or PARIS, by receptor time.
///
/// Parameters
/// ----------
/// file : path
///     The file.
/// format : "stilt", "pystilt", "icos", "openghg" or "paris"
///     Whose file it is; by default whichever it looks like.
/// anchor : "centre" or "lower-left"
///     What coordinates without bounds stand for; by default what the file says, or the centre.
/// time, lon_deg, lat_deg, height_agl_m : optional
///     The receptor, where neither the file nor its name says it.
/// hours : float
///     Hours that a footprint without layers covers, in place of what the file says.
#[pyfunction]
#[pyo3(signature = (file, *, format=None, anchor=None, time=None, lon_deg=None, lat_deg=None, height_agl_m=None,
    hours=None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub fn read_footprints(
    py: Python<'_>,
    file: PathBuf,
    format: Option<&str>,
    anchor: Option<&str>,
    time: Option<&Bound<'_, PyAny>>,
    lon_deg: Option<f64>,
    lat_deg: Option<f64>,
    height_agl_m: Option<f64>,
    hours: Option<f64>,
) -> PyResult<Vec<Footprint>> {
    let options = ReadOptions {
        format: format.map(str::parse).transpose().map_err(to_py)?,
        anchor: anchor.map(str::parse::<CellAnchor>).transpose().map_err(to_py)?,
        receptor: ReceptorHint {
            time: time.map(time::from_py).transpose()?,
            lon_deg,
            lat_deg,
            height_agl_m,
        },
        hours,
    };
    let found = py.detach(|| read(&file, &options)).map_err(to_py)?;
    let run = RunAttributes {
        mode: format!("from {}", file.file_name().unwrap_or_default().to_string_lossy()),
        seed: 0,
        perturbed: false,
    };
    let footprint = |foreign: ForeignFootprint| Footprint {
        inner: foreign.footprint,
        run: run.clone(),
    };
    Ok(found.into_iter().map(footprint).collect())
}

/// Writes footprints of one grid and place, by receptor time, as a file of another model or portal.
///
/// ``format`` is ``"stilt"`` or ``"pystilt"`` (one footprint), ``"icos"``, ``"openghg"`` or ``"paris"``.
#[pyfunction]
#[pyo3(signature = (file, footprints, *, format))]
pub fn write_footprints(
    py: Python<'_>,
    file: PathBuf,
    footprints: Vec<PyRef<'_, Footprint>>,
    format: &str,
) -> PyResult<()> {
    let format: Format = format.parse().map_err(to_py)?;
    let each: Vec<_> = footprints
        .iter()
        .map(|footprint| Ok(footprint.inner.clone().into()))
        .collect();
    py.detach(|| write(&file, format, &mut each.into_iter())).map_err(to_py)
}
