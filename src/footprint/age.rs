//! How old the influence is.

use super::sampling::standard_error;

/// Influence inside the grid by age, the time since each particle's own release.
///
/// Ages are counted as layers are: the first bin holds ages up to its whole length, backward with its end, forward
/// without. The influence of particles that start together at the receptor time has the layers' sums.
#[derive(Clone, Debug, PartialEq)]
pub struct AgeSpectrum {
    /// Length of a bin, s.
    pub bin_seconds: i64,
    /// Influence in each bin, from the receptor outward; all bins add up to the footprint's sum.
    pub foot: Vec<f64>,
    /// Sampling error of each, if asked for.
    pub stderr: Option<Vec<f64>>,
    /// Mean age of the influence, s; `None` without any.
    pub mean_age_s: Option<f64>,
}

/// Influence of one group inside the grid, by age.
#[derive(Clone, Debug)]
pub(super) struct Ages {
    bin_min: u32,
    bins: Vec<f64>,
    /// Σ influence · age, min.
    moment_min: f64,
}

impl Ages {
    pub const fn new(bin_min: u32) -> Self {
        Self {
            bin_min,
            bins: Vec::new(),
            moment_min: 0.0,
        }
    }

    /// Adds influence of an age, negative backward.
    pub fn add(&mut self, flown_min: f64, inside: f64) {
        let number = (flown_min / f64::from(self.bin_min)).floor() as i64;
        let bin = if number < 0 { -1 - number } else { number } as usize;
        if bin >= self.bins.len() {
            self.bins.resize(bin + 1, 0.0);
        }
        self.bins[bin] += inside;
        self.moment_min += inside * flown_min.abs();
    }

    fn bin(&self, bin: usize) -> f64 {
        self.bins.get(bin).copied().unwrap_or(0.0)
    }
}

impl AgeSpectrum {
    /// Of all groups, of so many particles each.
    pub(super) fn of<'a>(groups: impl Iterator<Item = &'a Ages>, sizes: &[f64]) -> Self {
        let groups: Vec<&Ages> = groups.collect();
        let particles: f64 = sizes.iter().sum();
        let bins = 0..groups.iter().map(|ages| ages.bins.len()).max().unwrap_or(0);
        let sum = |bin| groups.iter().map(|ages| ages.bin(bin)).sum::<f64>();
        let error = |bin| standard_error(groups.iter().zip(sizes).map(|(ages, size)| ages.bin(bin) / size));
        let whole: f64 = bins.clone().map(sum).sum();
        let moment_min: f64 = groups.iter().map(|ages| ages.moment_min).sum();
        Self {
            bin_seconds: groups.first().map_or(0, |ages| 60 * i64::from(ages.bin_min)),
            foot: bins.clone().map(|bin| sum(bin) / particles).collect(),
            stderr: (groups.len() > 1).then(|| bins.map(error).collect()),
            mean_age_s: (whole > 0.0).then(|| 60.0 * moment_min / whole),
        }
    }
}
