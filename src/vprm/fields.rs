//! From files to the vegetation of a region in memory.

use std::ops::Range;
use std::path::Path;

use super::files::{Files, Layered};
use super::names::{Quantity, VprmOptions};
use super::seasons::{Composites, WHOLE_YEAR_S, Years};
use super::{Plant, Vprm, VprmParameters};
use crate::error::{Error, Result};
use crate::flux::{LatLonMesh, MeshWindow};
use crate::netcdf_file::read_netcdf;

/// Values that are read at once.
const READ_VALUES: usize = 4 << 20;
/// Beyond this, an index is not of its scale.
const GREATEST_INDEX: f32 = 1.5;

impl Vprm {
    /// Reads the vegetation of a region into memory: EVI and LSWI (time, class, lat, lon), the share that each class covers
    /// (class, lat, lon), and the least and greatest index of the year (class, lat, lon), which are taken from the
    /// composites, if these cover a year, where the files lack them: of each calendar year that they cover, else of all.
    /// Variables may lie in one file or in several, each in one of them, as VPRM's preprocessors write them.
    ///
    /// Classes come in the order of the parameter set, or by their number from 1 if the class coordinate counts them.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::NetCdf`]; [`Error::Format`] if variables, axes or times are not understood or differ;
    /// [`Error::Config`] if no cell lies in the region, or a class without fitted values covers some of it.
    pub fn open<P: AsRef<Path> + Sync>(paths: &[P], parameters: VprmParameters, options: &VprmOptions) -> Result<Self> {
        options.check()?;
        let path = paths.first().map_or(Path::new(""), |path| path.as_ref());
        read_netcdf(path, || {
            let files = Files::open(paths, options)?;
            Reading::new(&files, parameters, options)?.whole()
        })
    }
}

struct Reading<'f> {
    files: &'f Files<'f>,
    evi: Layered<'f>,
    lswi: Layered<'f>,
    fraction: Layered<'f>,
    parameters: VprmParameters,
    order: Vec<usize>,
    mesh: LatLonMesh,
    window: MeshWindow,
    composites: Composites,
    starts: Vec<u32>,
    known: Vec<bool>,
    plants: Vec<Plant>,
}

impl<'f> Reading<'f> {
    fn new(files: &'f Files<'f>, parameters: VprmParameters, options: &VprmOptions) -> Result<Self> {
        let [evi, lswi, fraction] =
            [Quantity::Evi, Quantity::Lswi, Quantity::Fraction].map(|quantity| files.need(quantity));
        let (evi, lswi, fraction) = (evi?, lswi?, fraction?);
        let (mesh, order) = (evi.mesh()?, evi.class_order(parameters.classes.len())?);
        let stamps = evi.stamps(options)?;
        let same = lswi.mesh()? == mesh && fraction.mesh()? == mesh;
        if !same || lswi.stamps(options)? != stamps || [&lswi, &fraction].iter().any(|v| v.class_count != order.len()) {
            return Err(lswi.wrong("EVI, LSWI and the class map must have the same cells, times and classes"));
        }
        let window = MeshWindow::new(&mesh, options.region);
        if window.shape().0 * window.shape().1 == 0 {
            let region = format!("{:?}", options.region.unwrap_or_default());
            return Err(Error::config(
                "region",
                region,
                "no cell of the vegetation maps touches it",
            ));
        }
        Ok(Self {
            composites: Composites::new(&stamps, options.course, options.any_year)?,
            files,
            evi,
            lswi,
            fraction,
            parameters,
            order,
            mesh,
            window,
            starts: Vec::new(),
            known: Vec::new(),
            plants: Vec::new(),
        })
    }

    fn whole(mut self) -> Result<Vprm> {
        self.read_plants()?;
        let mut series = vec![[f32::NAN; 2]; self.plants.len() * self.composites.count()];
        self.read_series(&self.evi, 0, &mut series)?;
        self.read_series(&self.lswi, 1, &mut series)?;
        let (years, maps) = self.composites.years();
        let ranges = self.ranges(&series, &years, &maps)?;
        let [rows, columns] = self.window.cells();
        Ok(Vprm {
            mesh: LatLonMesh::from_cells(rows.to_vec(), columns.to_vec())?,
            parameters: self.parameters,
            window: self.window,
            composites: self.composites,
            starts: self.starts,
            known: self.known,
            plants: self.plants,
            series,
            ranges,
            years,
        })
    }

    /// Which classes cover how much of each cell.
    fn read_plants(&mut self) -> Result<()> {
        let (rows, columns) = self.window.shape();
        let layers = (0..self.order.len())
            .map(|class| self.fraction.read(class, 0..1, 0..rows, &self.window))
            .collect::<Result<Vec<_>>>()?;
        self.starts.push(0);
        for cell in 0..rows * columns {
            let at = [0, cell / columns, cell % columns];
            self.known.push(layers.iter().any(|layer| !layer[at].is_nan()));
            for (layer, &class) in layers.iter().zip(&self.order) {
                let fraction = layer[at];
                if !(fraction.is_nan() || (-1e-6..=1.001).contains(&fraction)) {
                    let problem = format!("a class covers {fraction} of a cell; shares from 0 to 1 are expected");
                    return Err(self.fraction.wrong(problem));
                }
                if fraction > 0.0 {
                    self.require_fitted(class, fraction)?;
                    self.plants.push(Plant {
                        class: class as u8,
                        fraction: fraction as f32,
                    });
                }
            }
            self.starts.push(self.plants.len() as u32);
        }
        Ok(())
    }

    fn require_fitted(&self, class: usize, fraction: f64) -> Result<()> {
        let class = &self.parameters.classes[class];
        if class.is_fitted() {
            return Ok(());
        }
        let allowed = format!(
            "the class covers {fraction} of a cell, and the set has no par_0, lambda, alpha and beta for it: give them in a \
             parameter file"
        );
        Err(Error::config("VPRM class", &class.name, allowed))
    }

    /// Plants of a class, each with its row and column in the window.
    fn plants_of(&self, class: usize) -> Vec<(usize, [usize; 2])> {
        let columns = self.window.shape().1;
        let of_cell = |cell: usize| {
            let plants = self.starts[cell] as usize..self.starts[cell + 1] as usize;
            let mut found = plants.filter(|&plant| usize::from(self.plants[plant].class) == class);
            found.next().map(|plant| (plant, [cell / columns, cell % columns]))
        };
        (0..self.starts.len() - 1).filter_map(of_cell).collect()
    }

    fn read_series(&self, field: &Layered<'_>, index: usize, series: &mut [[f32; 2]]) -> Result<()> {
        let (rows, columns) = self.window.shape();
        let count = self.composites.count();
        let at_once = (READ_VALUES / (count * columns)).max(1);
        for (layer, &class) in self.order.iter().enumerate() {
            if self.parameters.classes[class].bare {
                self.still(class, index, series);
                continue;
            }
            let plants = self.plants_of(class);
            for block in blocks(rows, at_once) {
                let first = plants.partition_point(|(_, [row, _])| *row < block.start);
                let end = plants.partition_point(|(_, [row, _])| *row < block.end);
                if first == end {
                    continue;
                }
                let values = field.read(layer, 0..count, block.clone(), &self.window)?;
                for &(plant, [row, column]) in &plants[first..end] {
                    for map in 0..count {
                        let value = values[[map, row - block.start, column]] as f32;
                        series[plant * count + map][index] = in_scale(field, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Bare ground needs no index.
    fn still(&self, class: usize, index: usize, series: &mut [[f32; 2]]) {
        let count = self.composites.count();
        for (plant, _) in self.plants_of(class) {
            series[plant * count..(plant + 1) * count]
                .iter_mut()
                .for_each(|pair| pair[index] = 0.0);
        }
    }

    /// Least and greatest index of each year, from the files or from the composites.
    fn ranges(&self, series: &[[f32; 2]], years: &Years, maps: &[Range<usize>]) -> Result<Vec<[[f32; 2]; 2]>> {
        let mut ranges = vec![[[f32::NAN; 2]; 2]; self.plants.len() * years.count];
        for (index, quantities) in [
            [Quantity::EviMin, Quantity::EviMax],
            [Quantity::LswiMin, Quantity::LswiMax],
        ]
        .into_iter()
        .enumerate()
        {
            for (side, quantity) in quantities.into_iter().enumerate() {
                let extremes = match self.files.find(quantity)? {
                    Some(field) => {
                        let any_year = self.extremes_of_file(&field)?;
                        any_year.iter().flat_map(|&value| vec![value; years.count]).collect()
                    }
                    None => self.extremes_of_series(series, maps, index, side)?,
                };
                for (range, value) in ranges.iter_mut().zip(extremes) {
                    range[index][side] = value;
                }
            }
        }
        Ok(ranges)
    }

    fn extremes_of_file(&self, field: &Layered<'_>) -> Result<Vec<f32>> {
        if field.mesh()? != self.mesh || field.class_count != self.order.len() {
            return Err(field.wrong("its cells and classes must be those of the EVI"));
        }
        let mut extremes = vec![f32::NAN; self.plants.len()];
        let bare = |class: usize| self.parameters.classes[class].bare;
        for (layer, &class) in self.order.iter().enumerate().filter(|(_, class)| !bare(**class)) {
            let values = field.read(layer, 0..1, 0..self.window.shape().0, &self.window)?;
            for (plant, [row, column]) in self.plants_of(class) {
                extremes[plant] = in_scale(field, values[[0, row, column]] as f32)?;
            }
        }
        Ok(extremes)
    }

    fn extremes_of_series(
        &self,
        series: &[[f32; 2]],
        maps: &[Range<usize>],
        index: usize,
        side: usize,
    ) -> Result<Vec<f32>> {
        let (first, end) = self.composites.span();
        if end.seconds() - first.seconds() < WHOLE_YEAR_S {
            let problem =
                "the composites cover less than a year: give files with evi_min, evi_max, lswi_min and lswi_max";
            return Err(self.evi.wrong(problem));
        }
        let extreme = |composites: &[[f32; 2]]| {
            let values = composites.iter().map(|pair| pair[index]);
            if side == 0 {
                values.fold(f32::NAN, f32::min)
            } else {
                values.fold(f32::NAN, f32::max)
            }
        };
        let of_plant = |plant: &[[f32; 2]]| {
            maps.iter()
                .map(|year| extreme(&plant[year.clone()]))
                .collect::<Vec<_>>()
        };
        Ok(series
            .chunks_exact(self.composites.count())
            .flat_map(of_plant)
            .collect())
    }
}

fn in_scale(field: &Layered<'_>, value: f32) -> Result<f32> {
    match value.abs() > GREATEST_INDEX {
        false => Ok(value),
        true => Err(field.wrong(format!(
            "an index of {value}; about -1 to 1 is expected: the variable lacks an attribute `scale_factor` (such as 0.0001)"
        ))),
    }
}

fn blocks(rows: usize, at_once: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(at_once)
        .map(move |first| first..(first + at_once).min(rows))
}
