//! Where convection stirs: the cloud that relative humidity shows, in air of enough CAPE.

/// CAPEMIN > 0 with RHB and RHT: what makes a convective cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CloudMixing {
    /// CAPEMIN: there is convection where the convective available potential energy exceeds this, J kg⁻¹.
    pub cape_j_kg: f64,
    /// RHB: the base is the lowest level whose relative humidity in whole % is not below this.
    pub base_percent: i64,
    /// RHT: the top is the first level from there on whose relative humidity in whole % is not above this.
    pub top_percent: i64,
}

impl CloudMixing {
    /// Levels of base and top of the lowest cloud, given relative humidity in % on `levels` levels from the ground up;
    /// a cloud without a top reaches to the last level. `None` if no level is a base, or the cloud has no depth.
    pub fn cloud(&self, levels: usize, humidity_percent: impl Fn(usize) -> f64) -> Option<(usize, usize)> {
        let whole_percent = |level: usize| humidity_percent(level).round() as i64;
        let base = (0..levels).find(|&level| whole_percent(level) >= self.base_percent)?;
        let top = (base..levels).find(|&level| whole_percent(level) <= self.top_percent);
        let top = top.unwrap_or(levels - 1);
        (top > base).then_some((base, top))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STILT: CloudMixing = CloudMixing {
        cape_j_kg: 10.0,
        base_percent: 80,
        top_percent: 60,
    };

    fn cloud(humidity_percent: &[f64]) -> Option<(usize, usize)> {
        STILT.cloud(humidity_percent.len(), |level| humidity_percent[level])
    }

    #[test]
    fn a_cloud_reaches_from_its_first_humid_level_to_the_first_dry_one_above() {
        assert_eq!(cloud(&[70.0, 85.0, 90.0, 65.0, 40.0, 95.0, 20.0]), Some((1, 4)));
        assert_eq!(cloud(&[50.0, 79.0, 70.0]), None, "dry air");
        assert_eq!(cloud(&[70.0, 85.0, 75.0, 65.0]), Some((1, 3)), "no top");
        assert_eq!(cloud(&[70.0, 85.0]), None, "a base on the last level");
        assert_eq!(cloud(&[]), None);
    }

    #[test]
    fn humidity_counts_in_whole_percent() {
        assert_eq!(cloud(&[79.4, 79.6, 60.6, 60.4]), Some((1, 3)));
    }
}
