//! How old the influence is.

use super::sampling::standard_error;

/// Influence inside the grid by age, the time since each particle's own release.
///
/// Ages are counted as layers are: the first bin holds ages up to its whole length, backward with its end, forward
/// without. The influence of particles that start together at the receptor time has the layers' sums and errors. Where
/// a layer holds several ages, what its kernels take over the edges is shared among them as their influence is.
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

/// Influence by group of particles and age.
pub(super) struct Ages {
    bin_min: f64,
    /// Of closed layers inside the grid, per particle of each group.
    groups: Vec<Vec<Bin>>,
    /// Of the open layer before it is smoothed: of particles inside the grid, and of all.
    inside: Vec<Vec<Bin>>,
    all: Vec<Vec<Bin>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    foot: f64,
    /// Influence · age, min.
    moment_min: f64,
}

impl Ages {
    pub fn new(groups: usize, bin_min: u32) -> Self {
        let empty = || vec![Vec::new(); groups];
        Self {
            bin_min: f64::from(bin_min),
            groups: empty(),
            inside: empty(),
            all: empty(),
        }
    }

    /// Enters influence of an age, negative backward, of the open layer.
    pub fn note(&mut self, group: usize, flown_min: f64, foot: f64, is_inside: bool) {
        let number = (flown_min / self.bin_min).floor() as i64;
        let bin = if number < 0 { -1 - number } else { number } as usize;
        let part = Bin {
            foot,
            moment_min: foot * flown_min.abs(),
        };
        add(&mut self.all[group], bin, part);
        if is_inside {
            add(&mut self.inside[group], bin, part);
        }
    }

    /// Closes the layer, given the sum inside the grid by group: ages share it as the influence of the particles inside,
    /// or of all if none is.
    pub fn close_layer(&mut self, by_group: &[f64]) {
        for (group, sum) in by_group.iter().enumerate() {
            let (inside, all) = (&mut self.inside[group], &mut self.all[group]);
            let foot = |bins: &[Bin]| bins.iter().map(|bin| bin.foot).sum::<f64>();
            let bins = if foot(inside) > 0.0 { &*inside } else { &*all };
            let whole = foot(bins);
            for (bin, part) in bins.iter().enumerate().filter(|_| whole > 0.0) {
                let share = Bin {
                    foot: sum * (part.foot / whole),
                    moment_min: sum * (part.moment_min / whole),
                };
                add(&mut self.groups[group], bin, share);
            }
            inside.clear();
            all.clear();
        }
    }

    /// Of all closed layers, for groups of so many particles each.
    pub fn spectrum(&self, sizes: &[f64]) -> AgeSpectrum {
        let particles: f64 = sizes.iter().sum();
        let bins = 0..self.groups.iter().map(Vec::len).max().unwrap_or(0);
        let by_group = |bin: usize| {
            let of_group = move |group: &Vec<Bin>| group.get(bin).copied().unwrap_or_default();
            self.groups.iter().map(of_group)
        };
        let mean = |bin: usize, value: fn(Bin) -> f64| {
            by_group(bin).zip(sizes).map(|(b, size)| value(b) * size).sum::<f64>() / particles
        };
        let foot: Vec<f64> = bins.clone().map(|bin| mean(bin, |b| b.foot)).collect();
        let whole: f64 = foot.iter().sum();
        let moment_min: f64 = bins.clone().map(|bin| mean(bin, |b| b.moment_min)).sum();
        let error = |bin| standard_error(by_group(bin).map(|b| b.foot));
        AgeSpectrum {
            bin_seconds: (60.0 * self.bin_min) as i64,
            foot,
            stderr: (sizes.len() > 1).then(|| bins.map(error).collect()),
            mean_age_s: (whole > 0.0).then(|| 60.0 * moment_min / whole),
        }
    }
}

fn add(bins: &mut Vec<Bin>, bin: usize, part: Bin) {
    if bin >= bins.len() {
        bins.resize(bin + 1, Bin::default());
    }
    bins[bin].foot += part.foot;
    bins[bin].moment_min += part.moment_min;
}
