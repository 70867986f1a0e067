//! What groups of particles say of the sampling error, as variables of a footprint file.

use ndarray::Array2;
use netcdf::FileMut;

use super::DEFLATE_LEVEL;
use super::attributes::{Attribute, Reader, number, put, put_global, text};
use crate::error::Result;
use crate::footprint::{Footprint, GroupDeposit, Sampling};

/// Longest chunk of a list.
const CHUNK: usize = 1 << 16;

/// Single precision keeps 24 significant bits; 12 of them are a ten-thousandth, and pack twice as well.
const DROPPED_BITS: u32 = 12;

/// An influence as a list of deposits holds it.
pub(super) fn rounded(foot: f32) -> f32 {
    let half = 1 << (DROPPED_BITS - 1);
    f32::from_bits(foot.to_bits().saturating_add(half) >> DROPPED_BITS << DROPPED_BITS)
}

/// Layers' errors, groups and deposits; nothing without groups.
pub(super) fn put_sampling(file: &mut FileMut, footprint: &Footprint, units: &str) -> netcdf::Result<()> {
    let Some(sampling) = &footprint.sampling else {
        return Ok(());
    };
    // as they will be read, so that a footprint has one file whether or not it came from one
    let stored = Sampling {
        particles: sampling.particles,
        layer_foot: sampling.layer_foot.mapv(|value| f64::from(value as f32)),
        deposits: Vec::new(),
    };
    put_global(
        file,
        vec![
            number("particles", sampling.particles as f64),
            number("error_groups", sampling.groups() as f64),
            number("influence_inside_stderr", stored.total_stderr()),
        ],
    )?;
    let mut layers = file.add_variable::<f32>("layer_stderr", &["time"])?;
    put(&mut layers, described("sampling error of the sum of a layer", units))?;
    let stderr: Vec<f32> = stored.layer_stderr().into_iter().map(|v| v as f32).collect();
    layers.put_values(&stderr, ..)?;
    file.add_dimension("group", sampling.groups())?;
    let mut groups = file.add_variable::<f32>("group_foot", &["group", "time"])?;
    groups.set_compression(DEFLATE_LEVEL, true)?;
    put(
        &mut groups,
        described("sum of a layer by the particles of one group alone", units),
    )?;
    let sums: Vec<f32> = stored.layer_foot.t().iter().map(|&v| v as f32).collect();
    groups.put_values(&sums, ..)?;
    put_deposits(file, &sampling.deposits, units)
}

fn put_deposits(file: &mut FileMut, deposits: &[GroupDeposit], units: &str) -> netcdf::Result<()> {
    file.add_dimension("sample", deposits.len())?;
    let mut put_index = |name, long_name, index: fn(&GroupDeposit) -> u32| {
        let values: Vec<i32> = deposits.iter().map(|d| index(d) as i32).collect();
        put_list(file, name, &values, described(long_name, "1"))
    };
    put_index("sample_layer", "layer of an unsmoothed influence, from 0", |d| d.layer)?;
    put_index("sample_cell", "its cell, from 0: row times columns plus column", |d| {
        d.cell
    })?;
    put_index("sample_group", "its group of particles, from 0", |d| d.group)?;
    let foot: Vec<f32> = deposits.iter().map(|d| rounded(d.foot)).collect();
    let long_name = "unsmoothed influence by the particles of one group alone";
    put_list(file, "sample_foot", &foot, described(long_name, units))
}

fn put_list<T: netcdf::types::NcTypeDescriptor + Copy>(
    file: &mut FileMut,
    name: &str,
    values: &[T],
    attributes: Vec<Attribute>,
) -> netcdf::Result<()> {
    let mut list = file.add_variable::<T>(name, &["sample"])?;
    list.set_chunking(&[values.len().clamp(1, CHUNK)])?;
    list.set_compression(DEFLATE_LEVEL, true)?;
    put(&mut list, attributes)?;
    match values.is_empty() {
        true => Ok(()),
        false => list.put_values(values, ..),
    }
}

fn described(long_name: &str, units: &str) -> Vec<Attribute> {
    vec![text("long_name", long_name), text("units", units)]
}

/// Groups and deposits of a footprint of so many layers and cells; `None` if the file has none.
pub(super) fn read_sampling(reader: &Reader<'_>, layers: usize, cells: usize) -> Result<Option<Sampling>> {
    if !reader.has("particles") || reader.file.variable("group_foot").is_none() {
        return Ok(None);
    }
    let shape: [usize; 2] = reader.shape("group_foot")?;
    let sums = reader.values::<f32>("group_foot")?.into_iter().map(f64::from).collect();
    let by_group = Array2::from_shape_vec(shape, sums).map_err(|e| reader.lacks(&format!("whole group_foot ({e})")))?;
    if shape[1] != layers {
        return Err(reader.lacks(&format!("group_foot of {layers} layers, it has {}", shape[1])));
    }
    let deposits = read_deposits(reader)?;
    let bounds = [layers, cells, shape[0]];
    let fits = |d: &GroupDeposit| {
        [d.layer, d.cell, d.group]
            .iter()
            .zip(bounds)
            .all(|(&i, n)| (i as usize) < n)
    };
    if let Some(beyond) = deposits.iter().find(|d| !fits(d)) {
        return Err(reader.lacks(&format!("sample within the grid, found {beyond:?}")));
    }
    Ok(Some(Sampling {
        particles: reader.number("particles")? as usize,
        layer_foot: by_group.t().as_standard_layout().into_owned(),
        deposits,
    }))
}

fn read_deposits(reader: &Reader<'_>) -> Result<Vec<GroupDeposit>> {
    let [count] = reader.shape("sample_foot")?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let index = |name| -> Result<Vec<u32>> {
        let values = reader.values::<i32>(name)?;
        let whole: Option<Vec<u32>> = values.into_iter().map(|v| u32::try_from(v).ok()).collect();
        whole
            .filter(|v| v.len() == count)
            .ok_or_else(|| reader.lacks(&format!("{name} from 0 for each sample")))
    };
    let (layers, cells, groups) = (index("sample_layer")?, index("sample_cell")?, index("sample_group")?);
    let values = reader.values::<f32>("sample_foot")?;
    let places = layers.into_iter().zip(cells).zip(groups);
    let deposits = places.zip(values).map(|(((layer, cell), group), foot)| GroupDeposit {
        layer,
        cell,
        group,
        foot,
    });
    Ok(deposits.collect())
}
