//! Exchange as fluxes on the vegetation's own cells, to be multiplied with footprints.

use ndarray::Array3;

use super::{Exchange, SurfaceField, Vprm};
use crate::error::{Error, Result};
use crate::flux::Flux;
use crate::nearest::nearest;
use crate::time::UtcTime;

/// Most values of a flux that is made in memory.
const MOST_VALUES: usize = 1 << 28;

impl Vprm {
    /// Photosynthesis and respiration as fluxes [µmol m⁻² s⁻¹] on the vegetation's cells, of one class or of all together,
    /// with a map for each interval of the temperature's; radiation is averaged over it, indices are those of its middle.
    /// Each cell takes the weather of the cell in which its centre lies. Where there is no vegetation map, composite or
    /// weather, there is no data.
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown class, weather that is not temperature and radiation or does not cover the times, or
    /// maps too many for memory; reading errors of the weather.
    pub fn fluxes(
        &self,
        class: Option<&str>,
        temperature: &SurfaceField,
        shortwave: &SurfaceField,
    ) -> Result<[Flux; 2]> {
        temperature.require(true)?;
        shortwave.require(false)?;
        let classes = self.chosen(class)?;
        let intervals = temperature.times.spans();
        if intervals.is_empty() {
            return Err(Error::config(
                "VPRM weather",
                "one map",
                "temperature needs a time axis",
            ));
        }
        let (rows, columns) = self.window.shape();
        let shape = (intervals.len(), rows, columns);
        if intervals.len().saturating_mul(rows * columns) > MOST_VALUES {
            let allowed = "more than fit in memory: take a smaller region or fewer times";
            return Err(Error::config("VPRM maps", format!("{shape:?}"), allowed));
        }
        let mut both = [Array3::from_elem(shape, f64::NAN), Array3::from_elem(shape, f64::NAN)];
        for (map, &(start, end)) in intervals.iter().enumerate() {
            self.fill(map, (start, end), &classes, [temperature, shortwave], &mut both)?;
        }
        let label = class.unwrap_or("all");
        let [gee, resp] = both;
        let flux = |name: &str, values| {
            Flux::from_array(
                format!("{label} {name}"),
                self.mesh.clone(),
                temperature.times.clone(),
                values,
            )
        };
        Ok([flux("gee", gee)?, flux("resp", resp)?])
    }

    fn chosen(&self, class: Option<&str>) -> Result<Vec<usize>> {
        let Some(asked) = class else {
            return Ok((0..self.class_count()).collect());
        };
        let names = self.classes();
        let found = names.iter().position(|name| *name == asked);
        found.map(|class| vec![class]).ok_or_else(|| {
            let hint =
                nearest(asked, names.iter().copied()).map_or(String::new(), |name| format!("did you mean {name}? "));
            Error::config("VPRM class", asked, format!("{hint}there are {}", names.join(", ")))
        })
    }

    fn fill(
        &self,
        map: usize,
        (start, end): (UtcTime, UtcTime),
        classes: &[usize],
        [temperature, shortwave]: [&SurfaceField; 2],
        [gee, resp]: &mut [Array3<f64>; 2],
    ) -> Result<()> {
        let weather = [temperature.mean(start, end)?, shortwave.mean(start, end)?];
        let middle = start.plus_seconds((end.seconds() - start.seconds()) / 2);
        let mut by_class = vec![Exchange::default(); self.class_count()];
        let centre = |[low, high]: [f64; 2]| 0.5 * (low + high);
        for (row, lat) in self.mesh.lat_cells().iter().enumerate() {
            for (column, lon) in self.mesh.lon_cells().iter().enumerate() {
                let place = [centre(*lon), centre(*lat)];
                let [t_c, sw] = [(temperature, 0), (shortwave, 1)].map(|(f, i)| f.at(&weather[i], place[0], place[1]));
                if self.book(place, middle, t_c, sw, &mut by_class) {
                    let sum = |part: fn(&Exchange) -> f32| classes.iter().map(|&c| f64::from(part(&by_class[c]))).sum();
                    gee[[map, row, column]] = sum(|exchange| exchange.gee);
                    resp[[map, row, column]] = sum(|exchange| exchange.resp);
                }
            }
        }
        Ok(())
    }
}
