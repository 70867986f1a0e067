//! Stores, written and continued.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use ndarray::Axis;
use netcdf::FileMut;

use super::layout::{BUDGET, ID_BYTES, define};
use super::lists::Lists;
use super::read::Store;
use crate::error::{Error, Result};
use crate::footprint::{Footprint, Sampling};
use crate::grid::Grid;
use crate::netcdf_file::on_netcdf_thread;
use crate::output::attributes::in_toml;
use crate::output::{RunAttributes, as_stored, write_whole};
use crate::receptor::Receptor;

/// Writes a store of footprints on one grid, from one run, in their order; they are taken one at a time.
///
/// # Errors
/// Those of the footprints; [`Error::Config`] if there is none, if they differ in grid or groups, or two share an id;
/// [`Error::Io`] or [`Error::NetCdf`] if it cannot be written. An earlier file of that name then stays as it was.
pub fn write_store(
    path: impl AsRef<Path>,
    run: &RunAttributes,
    footprints: impl Iterator<Item = Result<Footprint>> + Send,
) -> Result<()> {
    let path = path.as_ref();
    write_whole(path, |beside| {
        on_netcdf_thread(|| {
            let mut footprints = footprints;
            let none = || Error::config("footprints", "none", "a store holds one or more");
            let first = as_stored(footprints.next().ok_or_else(none)??);
            let axes = first.grid.axes()?;
            let mut file = netcdf::create(beside).map_err(Error::netcdf(path))?;
            define(&mut file, &first, &axes, run).map_err(Error::netcdf(path))?;
            let writer = Writer::new(file, path, Kind::of(&first));
            writer.put_all(std::iter::once(Ok(first)).chain(footprints))
        })
    })
}

/// Adds footprints to a store, after those that it holds.
///
/// # Errors
/// As [`write_store`] and [`Store::open`], and [`Error::Config`] if the store comes from another run or grid or holds
/// one of the receptors. The store then stays as it was.
pub fn append_store(
    path: impl AsRef<Path>,
    run: &RunAttributes,
    footprints: impl Iterator<Item = Result<Footprint>> + Send,
) -> Result<()> {
    let path = path.as_ref();
    let store = Store::open(path)?;
    if store.run() != run {
        let allowed = format!("{} comes from another run: {:?}", path.display(), store.run());
        return Err(Error::config("run of the footprints", format!("{run:?}"), allowed));
    }
    write_whole(path, |beside| {
        std::fs::copy(path, beside).map_err(Error::io("copy", path))?;
        on_netcdf_thread(|| {
            let file = netcdf::append(beside).map_err(Error::netcdf(path))?;
            let mut writer = Writer::new(file, path, store.kind());
            writer.ids = store.receptors().iter().map(|r| r.id.clone()).collect();
            writer.put_all(footprints)
        })
    })
}

/// What the footprints of a store have in common.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kind {
    pub grid: Grid,
    pub with_stderr: bool,
    /// Groups of particles.
    pub groups: Option<usize>,
}

impl Kind {
    fn of(footprint: &Footprint) -> Self {
        Self {
            grid: footprint.grid.clone(),
            with_stderr: footprint.stderr.is_some(),
            groups: footprint.sampling.as_ref().map(Sampling::groups),
        }
    }
}

struct Writer<'a> {
    file: FileMut,
    path: &'a Path,
    kind: Kind,
    ids: HashSet<String>,
    receptors: usize,
    /// Lengths of the dimensions before this writer.
    before: BTreeMap<String, usize>,
    counts: Lists<i32>,
    singles: Lists<f32>,
    doubles: Lists<f64>,
    texts: Lists<i8>,
}

impl<'a> Writer<'a> {
    fn new(file: FileMut, path: &'a Path, kind: Kind) -> Self {
        let before = file.dimensions().map(|d| (d.name(), d.len())).collect();
        Self {
            file,
            path,
            kind,
            ids: HashSet::new(),
            receptors: 0,
            before,
            counts: Lists::new(),
            singles: Lists::new(),
            doubles: Lists::new(),
            texts: Lists::new(),
        }
    }

    fn put_all(mut self, footprints: impl Iterator<Item = Result<Footprint>>) -> Result<()> {
        for footprint in footprints {
            let footprint = as_stored(footprint?);
            self.require_kin(&footprint)?;
            self.put_receptor(&footprint);
            for layer in 0..footprint.layer_start.len() {
                self.put_layer(&footprint, layer);
            }
            self.receptors += 1;
            self.flush(false)?;
        }
        self.flush(true)?;
        self.file.close().map_err(Error::netcdf(self.path))
    }

    fn flush(&mut self, all: bool) -> Result<()> {
        let (file, before) = (&mut self.file, &self.before);
        let doubles = self.doubles.flush(file, before, all);
        doubles
            .and_then(|()| self.counts.flush(file, before, all))
            .and_then(|()| self.singles.flush(file, before, all))
            .and_then(|()| self.texts.flush(file, before, all))
            .map_err(Error::netcdf(self.path))
    }

    fn require_kin(&mut self, footprint: &Footprint) -> Result<()> {
        let id = &footprint.receptor.id;
        let kind = Kind::of(footprint);
        if kind != self.kind {
            let allowed = format!(
                "the footprints of a store have one grid, gridding and number of groups; {} has {:?}",
                self.path.display(),
                self.kind
            );
            return Err(Error::config(
                format!("footprint of {id}"),
                format!("{kind:?}"),
                allowed,
            ));
        }
        if id.len() > ID_BYTES {
            return Err(Error::config(
                "receptor id",
                id,
                format!("at most {ID_BYTES} bytes in a store"),
            ));
        }
        match self.ids.insert(id.clone()) {
            true => Ok(()),
            false => Err(Error::config(
                "receptor id",
                id,
                format!("is already in {}: a store holds a receptor once", self.path.display()),
            )),
        }
    }

    fn put_receptor(&mut self, footprint: &Footprint) {
        let (receptor, budget) = (&footprint.receptor, &footprint.budget);
        self.put_texts(receptor);
        self.counts
            .at("receptor_layers")
            .push(footprint.layer_start.len() as i32);
        let doubles = &mut self.doubles;
        doubles.at("receptor_time").push(receptor.time.seconds() as f64);
        doubles.at("receptor_lon").push(receptor.lon_deg);
        doubles.at("receptor_lat").push(receptor.lat_deg);
        let height = receptor.height_agl_m().unwrap_or(f64::NAN);
        doubles.at("receptor_height_agl").push(height);
        let parts = [budget.total, budget.inside, budget.smeared_out, budget.outside];
        for ((name, _), part) in BUDGET.iter().zip(parts) {
            doubles.at(name).push(part);
        }
        if let Some(sampling) = &footprint.sampling {
            doubles.at("influence_inside_stderr").push(sampling.total_stderr());
            self.counts.at("particles").push(sampling.particles as i32);
        }
    }

    fn put_texts(&mut self, receptor: &Receptor) {
        let bytes = |text: &str| text.bytes().map(|byte| byte as i8).collect::<Vec<_>>();
        let mut id = bytes(&receptor.id);
        id.resize(ID_BYTES, 0);
        self.texts.at("receptor_id").extend(id);
        let description = match receptor.is_plain_point() {
            true => Vec::new(),
            false => bytes(&in_toml(receptor)),
        };
        let length = description.len() as i32;
        self.counts.at("receptor_description_bytes").push(length);
        self.texts.at("receptor_description").extend(description);
    }

    fn put_layer(&mut self, footprint: &Footprint, layer: usize) {
        let start = footprint.layer_start[layer].seconds() as f64;
        let end = start + footprint.layer_seconds as f64;
        self.doubles.at("layer_time").push(start);
        self.doubles.at("layer_time_bnds").extend([start, end]);
        let receptor = self.before.get("receptor").copied().unwrap_or(0) + self.receptors;
        self.counts.at("layer_receptor").push(receptor as i32);
        self.put_entries(footprint, layer);
        if let Some(sampling) = &footprint.sampling {
            self.put_samples(sampling, layer);
        }
    }

    fn put_entries(&mut self, footprint: &Footprint, layer: usize) {
        let foot = footprint.foot.index_axis(Axis(0), layer);
        let errors: Vec<f64> = match &footprint.stderr {
            Some(stderr) => stderr.index_axis(Axis(0), layer).iter().copied().collect(),
            None => vec![0.0; foot.len()],
        };
        let cells = self.counts.at("cell");
        let before = cells.len();
        for (cell, (&value, &error)) in foot.iter().zip(&errors).enumerate() {
            if value == 0.0 && error == 0.0 {
                continue;
            }
            cells.push(cell as i32);
            self.singles.at("foot").push(value as f32);
            if self.kind.with_stderr {
                self.singles.at("foot_stderr").push(error as f32);
            }
        }
        let entries = cells.len() - before;
        self.counts.at("layer_entries").push(entries as i32);
    }

    fn put_samples(&mut self, sampling: &Sampling, layer: usize) {
        let sums = sampling.layer_foot.row(layer);
        self.singles.at("group_foot").extend(sums.iter().map(|&v| v as f32));
        let samples = sampling.of_layer(layer);
        self.counts.at("layer_samples").push(samples.len() as i32);
        self.counts
            .at("sample_cell")
            .extend(samples.iter().map(|d| d.cell as i32));
        self.counts
            .at("sample_group")
            .extend(samples.iter().map(|d| d.group as i32));
        self.singles.at("sample_foot").extend(samples.iter().map(|d| d.foot));
    }
}
