//! Fields at the ground.

use ndarray::{Array2, Zip};

use super::file::{Part, Points, WrfFile};
use crate::error::Result;
use crate::met::RawField;
use crate::met::humidity::{saturation_pressure_hpa, vapour_pressure_hpa};

/// A field that is taken as it is.
struct Taken {
    wrf: &'static str,
    arl: &'static str,
    factor: f32,
    /// Whether zeros everywhere mean that the model has not computed it yet, as at its first time.
    zeros_are_unset: bool,
}

const fn taken(wrf: &'static str, arl: &'static str, zeros_are_unset: bool) -> Taken {
    Taken {
        wrf,
        arl,
        factor: 1.0,
        zeros_are_unset,
    }
}

const TAKEN: [Taken; 10] = [
    Taken {
        factor: 0.01,
        ..taken("PSFC", "PRSS", true)
    },
    taken("T2", "T02M", true),
    taken("U10", "U10M", true),
    taken("V10", "V10M", true),
    taken("PBLH", "PBLH", true),
    taken("UST", "USTR", true),
    taken("HFX", "SHTF", true),
    taken("LH", "LHTF", true),
    taken("ZNT", "RGHS", true),
    taken("SWDOWN", "DSWF", false),
];
/// Stands for the temperature at 2 m where a file has none.
const SKIN: Taken = taken("TSK", "TMPS", true);

const SCREEN_HUMIDITY: [&str; 3] = ["Q2", "T2", "PSFC"];

/// Rain since the start of the run: by convection, and all of it.
const CONVECTIVE_RAIN: [&str; 2] = ["RAINC", "RAINSH"];
const RAIN: [&str; 3] = ["RAINC", "RAINSH", "RAINNC"];
const MM_TO_M: f32 = 1e-3;

/// What a file holds at the ground.
#[derive(Debug)]
pub(super) struct Surface {
    pub holds_pressure: bool,
    names: Vec<&'static str>,
    /// RAINC counts buckets of this many mm beside what it holds, see I_RAINC; 0 if not.
    bucket_mm: f32,
}

impl Surface {
    pub fn of(file: &WrfFile<'_>) -> Self {
        let fields = TAKEN.iter().chain((!file.holds("T2")).then_some(&SKIN));
        let mut names: Vec<&'static str> = fields
            .filter(|field| field.arl == "PRSS" || file.holds(field.wrf))
            .map(|field| field.arl)
            .collect();
        names.insert(1, "SHGT");
        names.extend(file.holds_all(&SCREEN_HUMIDITY).then_some("RH2M"));
        names.extend(file.holds("RAINNC").then_some("TPPA"));
        names.extend(file.holds("RAINC").then_some("CPPA"));
        Self {
            holds_pressure: file.holds("PSFC"),
            names,
            bucket_mm: file.number("BUCKET_MM").filter(|mm| *mm > 0.0).unwrap_or(0.0) as f32,
        }
    }

    /// ARL names, in order.
    pub fn names(&self) -> Vec<String> {
        self.names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn announces(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// All but the height of the ground, and its pressure where the file has none.
    ///
    /// # Errors
    /// As [`WrfFile::plane`].
    pub fn read(&self, file: &WrfFile<'_>, part: &Part) -> Result<Vec<RawField>> {
        let mut fields = Vec::new();
        let mut add = |name: &str, values: Array2<f32>| {
            fields.push(RawField {
                level: 0,
                name: name.to_owned(),
                values,
            });
        };
        for field in TAKEN.iter().chain([&SKIN]) {
            if !self.announces(field.arl) || !file.holds(field.wrf) {
                continue;
            }
            let values = file.plane(field.wrf, Points::Mass, part)?;
            if !(field.zeros_are_unset && values.iter().all(|value| *value == 0.0)) {
                add(field.arl, values * field.factor);
            }
        }
        if self.announces("RH2M") {
            let [mixing_ratio, temperature, pressure] =
                SCREEN_HUMIDITY.map(|name| file.plane(name, Points::Mass, part));
            let (mixing_ratio, temperature, pressure) = (mixing_ratio?, temperature?, pressure?);
            if temperature.iter().all(|kelvin| *kelvin > 0.0) {
                add("RH2M", relative_humidity_percent(mixing_ratio, &temperature, &pressure));
            }
        }
        if self.announces("TPPA") {
            add("TPPA", self.rain_m(file, part, &RAIN)?);
        }
        if self.announces("CPPA") {
            add("CPPA", self.rain_m(file, part, &CONVECTIVE_RAIN)?);
        }
        Ok(fields)
    }

    fn rain_m(&self, file: &WrfFile<'_>, part: &Part, names: &[&str]) -> Result<Array2<f32>> {
        let mut sum = Array2::zeros((part.y.len(), part.x.len()));
        for name in names.iter().filter(|name| file.holds(name)) {
            sum += &(file.plane(name, Points::Mass, part)? * MM_TO_M);
            let buckets = format!("I_{name}");
            if self.bucket_mm > 0.0 && file.holds(&buckets) {
                sum += &(file.plane(&buckets, Points::Mass, part)? * (self.bucket_mm * MM_TO_M));
            }
        }
        // advection leaves drops of less than nothing
        sum.mapv_inplace(|metres| metres.max(0.0));
        Ok(sum)
    }
}

fn relative_humidity_percent(
    mut mixing_ratio: Array2<f32>,
    temperature_k: &Array2<f32>,
    pressure_pa: &Array2<f32>,
) -> Array2<f32> {
    Zip::from(&mut mixing_ratio)
        .and(temperature_k)
        .and(pressure_pa)
        .for_each(|value, &kelvin, &pascal| {
            let ratio = f64::from(value.max(0.0));
            let vapour_hpa = vapour_pressure_hpa(ratio / (1.0 + ratio), 0.01 * f64::from(pascal));
            *value = (100.0 * vapour_hpa / saturation_pressure_hpa(f64::from(kelvin))) as f32;
        });
    mixing_ratio
}
