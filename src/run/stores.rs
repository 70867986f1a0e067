//! The stores of a run: footprints of many receptors, put into one file when all are done.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::footprint::Footprint;
use crate::grid::Grid;
use crate::output::{RunAttributes, read_footprint};
use crate::receptor::Receptor;
use crate::run::manifest::{Manifest, OutputFile, ReceptorReport, State};
use crate::store::{Store, store_name, write_store};

/// The footprints of a folder, in files and stores.
pub(super) struct Footprints<'a> {
    folder: &'a Path,
    stores: Mutex<BTreeMap<PathBuf, Arc<Store>>>,
}

impl<'a> Footprints<'a> {
    pub const fn of(folder: &'a Path) -> Self {
        Self {
            folder,
            stores: Mutex::new(BTreeMap::new()),
        }
    }

    /// The file of a footprint.
    pub fn path(&self, id: &str, grid: &str) -> PathBuf {
        self.folder.join(format!("{id}_foot_{grid}.nc"))
    }

    /// A footprint from its file or else from its store.
    pub fn read(&self, receptor: &Receptor, grid: &str) -> Result<Footprint> {
        let path = self.path(&receptor.id, grid);
        let store = self.folder.join(store_name(receptor, grid));
        if path.exists() || !store.exists() {
            return read_footprint(path);
        }
        let opened = self.store(&store)?;
        match opened.find(&receptor.id) {
            Some(index) => opened.footprint(index),
            None => Err(Error::format(store, format!("holds no receptor {}", receptor.id))),
        }
    }

    fn store(&self, path: &Path) -> Result<Arc<Store>> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(path) {
            return Ok(Arc::clone(store));
        }
        let store = Arc::new(Store::open(path)?);
        stores.insert(path.to_path_buf(), Arc::clone(&store));
        Ok(store)
    }

    /// Puts the footprints of all receptors that did not fail into stores, by time and id, beside those that a store holds
    /// of receptors of other runs, and enters the stores in the reports; `reports` are those of `receptors`.
    fn pack(
        &self,
        grid: &Grid,
        receptors: &[Receptor],
        reports: &mut [ReceptorReport],
        run: &RunAttributes,
    ) -> Result<()> {
        let mut members: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (k, receptor) in receptors.iter().enumerate() {
            members.entry(store_name(receptor, &grid.name)).or_default().push(k);
        }
        for (name, members) in members {
            let done: Vec<usize> = members
                .iter()
                .copied()
                .filter(|&k| reports[k].state != State::Failed)
                .collect();
            let is_entered = |&k: &usize| reports[k].files.iter().any(|file| file.name == name);
            let is_packed = done.len() == members.len() && done.iter().all(is_entered);
            if is_packed {
                continue;
            }
            let of_run: Vec<&Receptor> = members.iter().map(|&k| &receptors[k]).collect();
            let kept: Vec<&Receptor> = done.iter().map(|&k| &receptors[k]).collect();
            self.write(&name, grid, (&of_run, &kept), run)?;
            if done.is_empty() {
                continue;
            }
            let entry = OutputFile::of(&self.folder.join(&name))?;
            for k in done {
                reports[k].files.retain(|file| file.name != name);
                reports[k].files.push(entry.clone());
            }
        }
        Ok(())
    }

    fn write(
        &self,
        name: &str,
        grid: &Grid,
        (of_run, kept): (&[&Receptor], &[&Receptor]),
        run: &RunAttributes,
    ) -> Result<()> {
        let path = self.folder.join(name);
        let asked: BTreeSet<&str> = of_run.iter().map(|r| r.id.as_str()).collect();
        let earlier = match path.exists() {
            true => Some(self.store(&path)?),
            false => None,
        };
        let others = earlier.iter().flat_map(|store| store.receptors());
        let others: Vec<&Receptor> = others.filter(|r| !asked.contains(r.id.as_str())).collect();
        if let (Some(store), false) = (&earlier, others.is_empty()) {
            require_same_kind(&path, store, grid, run)?;
        }
        let mut all: Vec<&Receptor> = kept.iter().copied().chain(others).collect();
        all.sort_by_key(|r| (r.time, &r.id));
        if all.is_empty() {
            return match earlier {
                Some(_) => std::fs::remove_file(&path).map_err(Error::io("remove", path)),
                None => Ok(()),
            };
        }
        write_store(
            &path,
            run,
            all.into_iter().map(|receptor| self.read(receptor, &grid.name)),
        )?;
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.remove(&path);
        Ok(())
    }
}

/// Puts the footprints of a finished run into its stores, and removes their files if they are not to be kept.
pub(super) fn finish(config: &Config, output: &Path, manifest: &mut Manifest) -> Result<()> {
    let footprints = Footprints::of(output);
    let grids = config.grids();
    let mut files = BTreeSet::new();
    for grid in &grids {
        footprints.pack(
            grid,
            &config.receptors,
            &mut manifest.receptors,
            &config.run_attributes(),
        )?;
        files.extend(config.receptors.iter().map(|r| footprints.path(&r.id, &grid.name)));
    }
    if config.footprints.files {
        return manifest.write(output);
    }
    for report in &mut manifest.receptors {
        report.files.retain(|file| !files.contains(&output.join(&file.name)));
    }
    manifest.write(output)?;
    for path in files.iter().filter(|path| path.exists()) {
        std::fs::remove_file(path).map_err(Error::io("remove", path))?;
    }
    Ok(())
}

fn require_same_kind(path: &Path, store: &Store, grid: &Grid, run: &RunAttributes) -> Result<()> {
    if store.grid() == grid && store.run() == run {
        return Ok(());
    }
    let found = format!("{:?}, {:?}", store.run(), store.grid());
    let allowed = "holds other receptors of another run or grid: move it elsewhere, or take another output folder, then \
                   go on with --resume";
    Err(Error::config(path.display().to_string(), found, allowed))
}
