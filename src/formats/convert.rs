//! From files of airshed to files of others, and back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{ForeignFootprint, Format, ReadOptions, icos_slot, read_each, write};
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::netcdf_file::on_netcdf_thread;
use crate::output::attributes::Reader;
use crate::output::{RunAttributes, read_footprint, write_footprint};
use crate::receptor::Receptor;

/// Hours before the release that the stores of OpenGHG and PARIS resolve.
pub const RESOLVED_HOURS: f64 = 24.0;

/// Writes footprint files of airshed in another format: into one file if `out` ends in `.nc`, else into a folder under the
/// format's own names (OpenGHG and PARIS: a file per place, grid and month). Gives the files written.
///
/// `hours` before a release stay resolved in the formats of OpenGHG and PARIS; sampling errors have no place in any.
///
/// # Errors
/// [`Error::Format`] for a file that is not airshed's, [`Error::Config`] if two footprints would have one name, and the
/// errors of [`write()`].
pub fn export(footprints: &[PathBuf], format: Format, out: &Path, hours: f64) -> Result<Vec<PathBuf>> {
    let mut files: BTreeMap<PathBuf, Vec<(Receptor, &PathBuf)>> = BTreeMap::new();
    let is_file = out.extension().is_some_and(|extension| extension == "nc");
    for path in footprints {
        let (receptor, grid) = heading(path)?;
        let file = match is_file {
            true => out.to_owned(),
            false => out.join(file_name(format, &receptor, &grid)?),
        };
        files.entry(file).or_default().push((receptor, path));
    }
    if !is_file {
        std::fs::create_dir_all(out).map_err(Error::io("create", out))?;
    }
    for (file, parts) in &mut files {
        parts.sort_by_key(|(receptor, _)| receptor.time);
        if let ([(_, first), (_, second), ..], false) = (parts.as_slice(), is_file || format.holds_series()) {
            let allowed = format!(
                "{} would have the same name, {}: export them into different folders",
                second.display(),
                file.display()
            );
            return Err(Error::config("footprint", first.display(), allowed));
        }
    }
    for (file, parts) in &files {
        let mut each = parts.iter().map(|(_, path)| {
            let footprint = read_footprint(path)?;
            match format {
                Format::Openghg | Format::Paris => ForeignFootprint::resolving(footprint, hours),
                _ => Ok(footprint.into()),
            }
        });
        write(file, format, &mut each)?;
    }
    Ok(files.into_keys().collect())
}

fn heading(path: &Path) -> Result<(Receptor, String)> {
    on_netcdf_thread(|| {
        let reader = Reader::open(path, "footprint")?;
        Ok((reader.receptor()?, reader.text("grid_name")?))
    })
}

/// The name by which a format's users know such a file.
fn file_name(format: Format, receptor: &Receptor, grid: &str) -> Result<String> {
    Ok(match format {
        Format::Stilt | Format::Pystilt => format!("{}_foot.nc", receptor.id),
        Format::Icos => format!("foot{}_aggreg.nc", icos_slot(receptor)?),
        Format::Openghg | Format::Paris => {
            let period_s = receptor.release_h.unwrap_or(0.0) * 3600.0;
            let stamp = receptor.time.plus_seconds(-(period_s.round() as i64));
            let (lon, lat, height) = (receptor.lon_deg, receptor.lat_deg, receptor.height_m);
            format!("{lon}_{lat}_{height}magl_{grid}_{}.nc", stamp.civil().strftime("%Y%m"))
        }
    })
}

/// Writes the footprints of a foreign file as files of airshed, `<id>_foot_<format>.nc`, into a folder; beside those whose
/// hours are resolved `…_resolved.nc` and `…_residual.nc`. Gives the files written.
///
/// # Errors
/// Those of [`read_each`]; [`Error::Io`] or [`Error::NetCdf`] if a file cannot be written.
pub fn import(path: &Path, options: &ReadOptions, folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut written = Vec::new();
    read_each(path, options, &mut |foreign| {
        let run = RunAttributes {
            mode: format!(
                "imported from {} ({})",
                name.as_deref().unwrap_or_default(),
                foreign.footprint.grid.name
            ),
            seed: 0,
            perturbed: false,
        };
        let mut keep = |footprint: &Footprint| {
            let file = folder.join(format!("{}_foot_{}.nc", footprint.receptor.id, footprint.grid.name));
            write_footprint(&file, footprint, &run)?;
            written.push(file);
            Ok::<(), Error>(())
        };
        keep(&foreign.footprint)?;
        if let Some(resolved) = foreign.resolved {
            keep(&named(resolved.layers, "resolved"))?;
            keep(&named(resolved.residual, "residual"))?;
        }
        Ok(())
    })?;
    Ok(written)
}

fn named(mut footprint: Footprint, part: &str) -> Footprint {
    footprint.grid.name = format!("{}_{part}", footprint.grid.name);
    footprint
}
