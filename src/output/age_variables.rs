//! How old the influence is, as variables of a footprint file.

use netcdf::FileMut;

use super::attributes::{Attribute, Reader, number, put, put_global, text};
use crate::error::Result;
use crate::footprint::{AgeSpectrum, Footprint};

/// Influence by age; nothing if it is not known.
pub(super) fn put_age(file: &mut FileMut, footprint: &Footprint, units: &str) -> netcdf::Result<()> {
    let Some(spectrum) = footprint.age.as_ref().filter(|spectrum| !spectrum.foot.is_empty()) else {
        return Ok(());
    };
    let bin_s = spectrum.bin_seconds as f64;
    let edges = |k: usize| [bin_s * k as f64, bin_s * (k + 1) as f64];
    let bounds: Vec<[f64; 2]> = (0..spectrum.foot.len()).map(edges).collect();
    let centres: Vec<f64> = bounds.iter().map(|[young, old]| f64::midpoint(*young, *old)).collect();
    file.add_dimension("age", centres.len())?;
    let mut age = file.add_variable::<f64>("age", &["age"])?;
    put(&mut age, described("time since the release of the particle", "s"))?;
    age.put_attribute("bounds", "age_bnds")?;
    age.put_values(&centres, ..)?;
    let mut edges = file.add_variable::<f64>("age_bnds", &["age", "nv"])?;
    edges.put_values(bounds.as_flattened(), ..)?;
    let mut foot = file.add_variable::<f64>("foot_by_age", &["age"])?;
    put(&mut foot, described("influence inside the grid by age", units))?;
    foot.put_values(&spectrum.foot, ..)?;
    if let Some(stderr) = &spectrum.stderr {
        let mut errors = file.add_variable::<f64>("foot_by_age_stderr", &["age"])?;
        put(&mut errors, described("sampling error of foot_by_age", units))?;
        errors.put_values(stderr, ..)?;
    }
    match spectrum.mean_age_s {
        Some(mean_s) => put_global(file, vec![number("influence_mean_age_s", mean_s)]),
        None => Ok(()),
    }
}

fn described(long_name: &str, units: &str) -> Vec<Attribute> {
    vec![text("long_name", long_name), text("units", units)]
}

/// The spectrum of [`put_age`]; `None` if the file has none.
pub(super) fn read_age(reader: &Reader<'_>) -> Result<Option<AgeSpectrum>> {
    let has = |name: &str| reader.file.variable(name).is_some();
    if !has("foot_by_age") {
        return Ok(None);
    }
    let bounds = reader.values::<f64>("age_bnds")?;
    Ok(Some(AgeSpectrum {
        bin_seconds: bounds.get(1).map_or(0, |end| *end as i64),
        foot: reader.values("foot_by_age")?,
        stderr: match has("foot_by_age_stderr") {
            true => Some(reader.values("foot_by_age_stderr")?),
            false => None,
        },
        mean_age_s: match reader.has("influence_mean_age_s") {
            true => Some(reader.number("influence_mean_age_s")?),
            false => None,
        },
    }))
}
