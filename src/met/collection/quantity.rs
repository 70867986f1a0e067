//! The quantities that meteorology is made of, whatever a format calls them.

/// A quantity that a collection of fields may hold. Its name is that of the ARL format where that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Quantity {
    WindX,
    WindY,
    /// dp/dt.
    PressureVelocity,
    /// dz/dt.
    VerticalVelocity,
    Temperature,
    PotentialTemperature,
    SpecificHumidity,
    MixingRatio,
    RelativeHumidity,
    /// Above sea level.
    Height,
    Geopotential,
    Pressure,
    TurbulentEnergy,
    SurfacePressure,
    LogSurfacePressure,
    SeaLevelPressure,
    TerrainHeight,
    SurfaceGeopotential,
    ScreenTemperature,
    ScreenDewPoint,
    ScreenRelativeHumidity,
    ScreenSpecificHumidity,
    SkinTemperature,
    WindX10m,
    WindY10m,
    MixingHeight,
    FrictionVelocity,
    StressX,
    StressY,
    SensibleHeat,
    LatentHeat,
    Sunlight,
    Roughness,
    Rain,
    ConvectiveRain,
    CloudCover,
    LowCloudCover,
    Cape,
}

use Quantity::*;

/// Quantity, name, unit in which fields are given, and the factor to the unit of the ARL format.
const TABLE: [(Quantity, &str, &str, f32); 38] = [
    (WindX, "UWND", "m s-1", 1.0),
    (WindY, "VWND", "m s-1", 1.0),
    (PressureVelocity, "WWND", "Pa s-1", 0.01),
    (VerticalVelocity, "DZDT", "m s-1", 1.0),
    (Temperature, "TEMP", "K", 1.0),
    (PotentialTemperature, "THET", "K", 1.0),
    (SpecificHumidity, "SPHU", "1", 1.0),
    (MixingRatio, "MIXR", "1", 1.0),
    (RelativeHumidity, "RELH", "1", 100.0),
    (Height, "HGTS", "m", 1.0),
    (Geopotential, "GEOP", "m2 s-2", 1.0),
    (Pressure, "PRES", "Pa", 0.01),
    (TurbulentEnergy, "TKEN", "m2 s-2", 1.0),
    (SurfacePressure, "PRSS", "Pa", 0.01),
    (LogSurfacePressure, "LNSP", "1", 1.0),
    (SeaLevelPressure, "MSLP", "Pa", 0.01),
    (TerrainHeight, "SHGT", "m", 1.0),
    (SurfaceGeopotential, "SGEO", "m2 s-2", 1.0),
    (ScreenTemperature, "T02M", "K", 1.0),
    (ScreenDewPoint, "DP2M", "K", 1.0),
    (ScreenRelativeHumidity, "RH2M", "1", 100.0),
    (ScreenSpecificHumidity, "SH2M", "1", 1.0),
    (SkinTemperature, "TMPS", "K", 1.0),
    (WindX10m, "U10M", "m s-1", 1.0),
    (WindY10m, "V10M", "m s-1", 1.0),
    (MixingHeight, "PBLH", "m", 1.0),
    (FrictionVelocity, "USTR", "m s-1", 1.0),
    (StressX, "UMOF", "N m-2", 1.0),
    (StressY, "VMOF", "N m-2", 1.0),
    (SensibleHeat, "SHTF", "W m-2", 1.0),
    (LatentHeat, "LHTF", "W m-2", 1.0),
    (Sunlight, "DSWF", "W m-2", 1.0),
    (Roughness, "RGHS", "m", 1.0),
    (Rain, "TPPA", "m", 1.0),
    (ConvectiveRain, "CPPA", "m", 1.0),
    (CloudCover, "TCLD", "1", 100.0),
    (LowCloudCover, "LCLD", "1", 100.0),
    (Cape, "CAPE", "J kg-1", 1.0),
];

impl Quantity {
    fn row(self) -> &'static (Quantity, &'static str, &'static str, f32) {
        &TABLE[self as usize]
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// Its name: four letters.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The quantity of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::all().find(|quantity| quantity.name() == name)
    }

    /// The unit in which a collection holds it.
    pub fn unit(self) -> &'static str {
        self.row().2
    }

    /// From [`unit`](Self::unit) to that of the ARL format.
    pub fn arl_factor(self) -> f32 {
        self.row().3
    }

    /// It and no other.
    pub fn alone(self) -> &'static [Self] {
        std::slice::from_ref(&self.row().0)
    }

    /// Whether it belongs to levels above the ground.
    pub fn is_aloft(self) -> bool {
        self <= TurbulentEnergy
    }

    /// Whether it does not change with time.
    pub fn is_constant(self) -> bool {
        matches!(self, TerrainHeight | SurfaceGeopotential | Roughness)
    }

    /// Whether it passes through the ground or falls on it: such quantities are given as means or sums over a time.
    pub fn is_rate(self) -> bool {
        matches!(self, StressX | StressY | SensibleHeat | LatentHeat | Sunlight)
    }

    /// The quantity along the other axis of the grid, for a component along x.
    pub fn along_y(self) -> Option<Self> {
        match self {
            WindX => Some(WindY),
            WindX10m => Some(WindY10m),
            StressX => Some(StressY),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_the_table_stands_at_its_quantity_and_names_differ() {
        for (place, quantity) in Quantity::all().enumerate() {
            assert_eq!(quantity as usize, place);
            assert_eq!(Quantity::of_name(quantity.name()), Some(quantity));
        }
        assert_eq!(Quantity::Cape as usize + 1, Quantity::all().count());
    }
}
