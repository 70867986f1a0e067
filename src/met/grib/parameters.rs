//! Which parameter of which table is which quantity, as data.
//!
//! Numbers: WMO Manual on Codes I.2 (edition 1 code table 2; edition 2 code table 4.2), NCEP's tables 2 and 4.2 for
//! local use, ECMWF's parameter database.

use super::level::Surface;
use crate::met::collection::Quantity::{self, *};

/// A number in a table of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Edition 2: discipline, category, number; below 192 everybody's.
    Wmo(u8, u8, u8),
    /// The same among the numbers for local use, of NCEP.
    Ncep(u8, u8, u8),
    /// The same, of ECMWF.
    Ecmwf(u8, u8, u8),
    /// Edition 1, table 2: below 128 everybody's, above NCEP's.
    Table2(u8),
    /// A table of ECMWF and its entry.
    EcmwfTable(u8, u8),
}

/// Where a quantity must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Isobaric or model levels.
    Aloft,
    Ground,
    Sea,
    TwoMetres,
    TenMetres,
    Column,
    LowCloud,
}

impl At {
    fn holds(self, surface: Surface) -> bool {
        match (self, surface) {
            (Self::Aloft, Surface::Isobaric(_) | Surface::Model(_)) => true,
            (Self::TwoMetres, Surface::AboveGround(metres)) => metres == 2.0,
            (Self::TenMetres, Surface::AboveGround(metres)) => metres == 10.0,
            _ => matches!(
                (self, surface),
                (Self::Ground, Surface::Ground)
                    | (Self::Sea, Surface::SeaLevel)
                    | (Self::Column, Surface::Column)
                    | (Self::LowCloud, Surface::LowCloud)
            ),
        }
    }
}

use Code::{Ecmwf, EcmwfTable, Ncep, Table2, Wmo};

const PERCENT: f32 = 0.01;
/// kg m⁻² of water to m.
const MILLIMETRES: f32 = 0.001;

/// Code, place, quantity, and the factor to its unit. Of several codes for one quantity the first in the table serves.
#[rustfmt::skip]
const TABLE: &[(Code, At, Quantity, f32)] = &[
    (Wmo(0, 2, 2), At::Aloft, WindX, 1.0),
    (Wmo(0, 2, 3), At::Aloft, WindY, 1.0),
    (Wmo(0, 2, 8), At::Aloft, PressureVelocity, 1.0),
    (Wmo(0, 2, 9), At::Aloft, VerticalVelocity, 1.0),
    (Wmo(0, 0, 0), At::Aloft, Temperature, 1.0),
    (Wmo(0, 0, 2), At::Aloft, PotentialTemperature, 1.0),
    (Wmo(0, 1, 0), At::Aloft, SpecificHumidity, 1.0),
    (Wmo(0, 1, 2), At::Aloft, MixingRatio, 1.0),
    (Wmo(0, 1, 1), At::Aloft, RelativeHumidity, PERCENT),
    (Wmo(0, 3, 5), At::Aloft, Height, 1.0),
    (Wmo(0, 3, 4), At::Aloft, Geopotential, 1.0),
    (Wmo(0, 3, 0), At::Aloft, Pressure, 1.0),
    (Wmo(0, 3, 25), At::Aloft, LogSurfacePressure, 1.0),
    (Wmo(0, 19, 11), At::Aloft, TurbulentEnergy, 1.0),
    (Wmo(0, 3, 0), At::Ground, SurfacePressure, 1.0),
    (Wmo(0, 3, 25), At::Ground, LogSurfacePressure, 1.0),
    (Wmo(0, 3, 1), At::Sea, SeaLevelPressure, 1.0),
    (Wmo(0, 3, 0), At::Sea, SeaLevelPressure, 1.0),
    (Ncep(0, 3, 198), At::Sea, SeaLevelPressure, 1.0),
    (Ncep(0, 3, 192), At::Sea, SeaLevelPressure, 1.0),
    (Wmo(0, 3, 5), At::Ground, TerrainHeight, 1.0),
    (Wmo(0, 3, 6), At::Ground, TerrainHeight, 1.0),
    (Wmo(0, 3, 4), At::Ground, SurfaceGeopotential, 1.0),
    (Wmo(0, 0, 0), At::TwoMetres, ScreenTemperature, 1.0),
    (Wmo(0, 0, 6), At::TwoMetres, ScreenDewPoint, 1.0),
    (Wmo(0, 1, 1), At::TwoMetres, ScreenRelativeHumidity, PERCENT),
    (Wmo(0, 1, 0), At::TwoMetres, ScreenSpecificHumidity, 1.0),
    (Wmo(0, 0, 17), At::Ground, SkinTemperature, 1.0),
    (Wmo(0, 0, 0), At::Ground, SkinTemperature, 1.0),
    (Wmo(0, 2, 2), At::TenMetres, WindX10m, 1.0),
    (Wmo(0, 2, 3), At::TenMetres, WindY10m, 1.0),
    (Wmo(0, 3, 18), At::Ground, MixingHeight, 1.0),
    (Ncep(0, 3, 196), At::Ground, MixingHeight, 1.0),
    (Wmo(0, 2, 30), At::Ground, FrictionVelocity, 1.0),
    (Ncep(0, 2, 197), At::Ground, FrictionVelocity, 1.0),
    (Wmo(10, 0, 17), At::Ground, FrictionVelocity, 1.0),
    (Wmo(0, 2, 17), At::Ground, StressX, 1.0),
    (Wmo(0, 2, 62), At::Ground, StressX, 1.0),
    (Wmo(0, 2, 18), At::Ground, StressY, 1.0),
    (Wmo(0, 2, 63), At::Ground, StressY, 1.0),
    (Wmo(0, 0, 11), At::Ground, SensibleHeat, 1.0),
    (Wmo(0, 0, 10), At::Ground, LatentHeat, 1.0),
    (Wmo(0, 4, 7), At::Ground, Sunlight, 1.0),
    (Ncep(0, 4, 192), At::Ground, Sunlight, 1.0),
    (Wmo(2, 0, 1), At::Ground, Roughness, 1.0),
    (Wmo(0, 1, 8), At::Ground, Rain, MILLIMETRES),
    (Wmo(0, 1, 52), At::Ground, Rain, MILLIMETRES),
    (Ecmwf(0, 1, 193), At::Ground, Rain, 1.0),
    (Wmo(0, 1, 10), At::Ground, ConvectiveRain, MILLIMETRES),
    (Wmo(0, 1, 37), At::Ground, ConvectiveRain, MILLIMETRES),
    (Ecmwf(0, 1, 195), At::Ground, ConvectiveRain, 1.0),
    (Wmo(0, 6, 1), At::Column, CloudCover, PERCENT),
    (Wmo(0, 6, 1), At::Ground, CloudCover, PERCENT),
    (Ecmwf(0, 6, 192), At::Ground, CloudCover, 1.0),
    (Wmo(0, 6, 1), At::LowCloud, LowCloudCover, PERCENT),
    (Wmo(0, 6, 3), At::LowCloud, LowCloudCover, PERCENT),
    (Wmo(0, 6, 3), At::Ground, LowCloudCover, PERCENT),
    (Ecmwf(0, 6, 193), At::Ground, LowCloudCover, 1.0),
    (Wmo(0, 7, 6), At::Ground, Cape, 1.0),
    (Table2(33), At::Aloft, WindX, 1.0),
    (Table2(34), At::Aloft, WindY, 1.0),
    (Table2(39), At::Aloft, PressureVelocity, 1.0),
    (Table2(40), At::Aloft, VerticalVelocity, 1.0),
    (Table2(11), At::Aloft, Temperature, 1.0),
    (Table2(13), At::Aloft, PotentialTemperature, 1.0),
    (Table2(51), At::Aloft, SpecificHumidity, 1.0),
    (Table2(53), At::Aloft, MixingRatio, 1.0),
    (Table2(52), At::Aloft, RelativeHumidity, PERCENT),
    (Table2(7), At::Aloft, Height, 1.0),
    (Table2(6), At::Aloft, Geopotential, 1.0),
    (Table2(1), At::Aloft, Pressure, 1.0),
    (Table2(158), At::Aloft, TurbulentEnergy, 1.0),
    (Table2(1), At::Ground, SurfacePressure, 1.0),
    (Table2(2), At::Sea, SeaLevelPressure, 1.0),
    (Table2(1), At::Sea, SeaLevelPressure, 1.0),
    (Table2(130), At::Sea, SeaLevelPressure, 1.0),
    (Table2(7), At::Ground, TerrainHeight, 1.0),
    (Table2(6), At::Ground, SurfaceGeopotential, 1.0),
    (Table2(11), At::TwoMetres, ScreenTemperature, 1.0),
    (Table2(17), At::TwoMetres, ScreenDewPoint, 1.0),
    (Table2(52), At::TwoMetres, ScreenRelativeHumidity, PERCENT),
    (Table2(51), At::TwoMetres, ScreenSpecificHumidity, 1.0),
    (Table2(11), At::Ground, SkinTemperature, 1.0),
    (Table2(33), At::TenMetres, WindX10m, 1.0),
    (Table2(34), At::TenMetres, WindY10m, 1.0),
    (Table2(221), At::Ground, MixingHeight, 1.0),
    (Table2(253), At::Ground, FrictionVelocity, 1.0),
    (Table2(124), At::Ground, StressX, 1.0),
    (Table2(125), At::Ground, StressY, 1.0),
    (Table2(122), At::Ground, SensibleHeat, 1.0),
    (Table2(121), At::Ground, LatentHeat, 1.0),
    (Table2(204), At::Ground, Sunlight, 1.0),
    (Table2(83), At::Ground, Roughness, 1.0),
    (Table2(61), At::Ground, Rain, MILLIMETRES),
    (Table2(63), At::Ground, ConvectiveRain, MILLIMETRES),
    (Table2(71), At::Column, CloudCover, PERCENT),
    (Table2(71), At::LowCloud, LowCloudCover, PERCENT),
    (Table2(73), At::LowCloud, LowCloudCover, PERCENT),
    (Table2(157), At::Ground, Cape, 1.0),
    (EcmwfTable(128, 131), At::Aloft, WindX, 1.0),
    (EcmwfTable(128, 132), At::Aloft, WindY, 1.0),
    (EcmwfTable(128, 135), At::Aloft, PressureVelocity, 1.0),
    (EcmwfTable(128, 130), At::Aloft, Temperature, 1.0),
    (EcmwfTable(128, 133), At::Aloft, SpecificHumidity, 1.0),
    (EcmwfTable(128, 157), At::Aloft, RelativeHumidity, PERCENT),
    (EcmwfTable(128, 156), At::Aloft, Height, 1.0),
    (EcmwfTable(128, 129), At::Aloft, Geopotential, 1.0),
    (EcmwfTable(128, 54), At::Aloft, Pressure, 1.0),
    (EcmwfTable(128, 152), At::Aloft, LogSurfacePressure, 1.0),
    (EcmwfTable(128, 134), At::Ground, SurfacePressure, 1.0),
    (EcmwfTable(128, 152), At::Ground, LogSurfacePressure, 1.0),
    (EcmwfTable(128, 151), At::Ground, SeaLevelPressure, 1.0),
    (EcmwfTable(128, 151), At::Sea, SeaLevelPressure, 1.0),
    (EcmwfTable(128, 129), At::Ground, SurfaceGeopotential, 1.0),
    (EcmwfTable(128, 167), At::Ground, ScreenTemperature, 1.0),
    (EcmwfTable(128, 168), At::Ground, ScreenDewPoint, 1.0),
    (EcmwfTable(128, 167), At::TwoMetres, ScreenTemperature, 1.0),
    (EcmwfTable(128, 168), At::TwoMetres, ScreenDewPoint, 1.0),
    (EcmwfTable(128, 235), At::Ground, SkinTemperature, 1.0),
    (EcmwfTable(128, 165), At::Ground, WindX10m, 1.0),
    (EcmwfTable(128, 166), At::Ground, WindY10m, 1.0),
    (EcmwfTable(128, 165), At::TenMetres, WindX10m, 1.0),
    (EcmwfTable(128, 166), At::TenMetres, WindY10m, 1.0),
    (EcmwfTable(128, 159), At::Ground, MixingHeight, 1.0),
    (EcmwfTable(228, 3), At::Ground, FrictionVelocity, 1.0),
    (EcmwfTable(235, 41), At::Ground, StressX, 1.0),
    (EcmwfTable(235, 42), At::Ground, StressY, 1.0),
    (EcmwfTable(235, 33), At::Ground, SensibleHeat, 1.0),
    (EcmwfTable(235, 34), At::Ground, LatentHeat, 1.0),
    (EcmwfTable(235, 35), At::Ground, Sunlight, 1.0),
    (EcmwfTable(128, 229), At::Ground, StressX, 1.0),
    (EcmwfTable(128, 230), At::Ground, StressY, 1.0),
    (EcmwfTable(128, 231), At::Ground, SensibleHeat, 1.0),
    (EcmwfTable(128, 180), At::Ground, StressX, 1.0),
    (EcmwfTable(128, 181), At::Ground, StressY, 1.0),
    (EcmwfTable(128, 146), At::Ground, SensibleHeat, 1.0),
    (EcmwfTable(128, 147), At::Ground, LatentHeat, 1.0),
    (EcmwfTable(128, 169), At::Ground, Sunlight, 1.0),
    (EcmwfTable(128, 244), At::Ground, Roughness, 1.0),
    (EcmwfTable(128, 173), At::Ground, Roughness, 1.0),
    (EcmwfTable(128, 228), At::Ground, Rain, 1.0),
    (EcmwfTable(228, 228), At::Ground, Rain, MILLIMETRES),
    (EcmwfTable(128, 143), At::Ground, ConvectiveRain, 1.0),
    (EcmwfTable(228, 143), At::Ground, ConvectiveRain, MILLIMETRES),
    (EcmwfTable(128, 164), At::Ground, CloudCover, 1.0),
    (EcmwfTable(128, 186), At::Ground, LowCloudCover, 1.0),
    (EcmwfTable(128, 59), At::Ground, Cape, 1.0),
];

/// Parameters of ECMWF's table 128 that are added up since the start of a forecast.
const ADDED_UP_128: [u8; 7] = [143, 146, 147, 169, 180, 181, 228];

/// What a code means where it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    pub quantity: Quantity,
    /// To the unit of the quantity.
    pub factor: f32,
    /// Of several codes for one quantity the lowest serves.
    pub rank: usize,
}

impl Code {
    /// The quantity of a code at a surface, if it is one that transport can use.
    pub fn meaning(self, surface: Surface) -> Option<Meaning> {
        let rank = TABLE
            .iter()
            .position(|&(code, at, ..)| code == self && at.holds(surface))?;
        let (_, _, quantity, factor) = TABLE[rank];
        Some(Meaning { quantity, factor, rank })
    }

    /// Whether it is a sum since the start of the forecast, whatever the message says of its time.
    pub fn is_added_up(self) -> bool {
        match self {
            EcmwfTable(128, number) => ADDED_UP_128.contains(&number),
            EcmwfTable(228, number) => matches!(number, 143 | 228),
            _ => false,
        }
    }
}

/// Centres of originating, of common code table C-1.
pub(super) const NCEP: u16 = 7;
pub(super) const NOAA_GSL: u16 = 59;
pub(super) const DWD: u16 = 78;
pub(super) const ECMWF: u16 = 98;

/// Factor that turns a centre's fluxes of heat upward; none where its sign is not known here.
pub(super) fn upward(centre: u16) -> Option<f32> {
    match centre {
        NCEP | NOAA_GSL => Some(1.0),
        DWD | ECMWF => Some(-1.0),
        _ => None,
    }
}

/// Model id of four letters.
pub(super) fn model_id(centre: u16, process: u8) -> &'static str {
    match (centre, process) {
        (NCEP, 80..=82 | 96 | 107) => "GFSG",
        (NCEP, 83 | 105) => "HRRR",
        (NCEP, 84 | 85 | 89) => "NAMG",
        (NCEP, _) => "NCEP",
        (NOAA_GSL, _) => "HRRR",
        (DWD, _) => "ICON",
        (ECMWF, _) => "ECMW",
        _ => "GRIB",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_what_its_level_says() {
        let quantity = |code: Code, surface| code.meaning(surface).map(|meaning| meaning.quantity);
        assert_eq!(quantity(Wmo(0, 0, 0), Surface::Isobaric(850.0)), Some(Temperature));
        assert_eq!(
            quantity(Wmo(0, 0, 0), Surface::AboveGround(2.0)),
            Some(ScreenTemperature)
        );
        assert_eq!(quantity(Wmo(0, 0, 0), Surface::AboveGround(80.0)), None);
        assert_eq!(quantity(Wmo(0, 0, 0), Surface::Ground), Some(SkinTemperature));
        assert_eq!(quantity(Ncep(0, 3, 192), Surface::SeaLevel), Some(SeaLevelPressure));
        assert_eq!(quantity(Ecmwf(0, 3, 192), Surface::SeaLevel), None);
    }

    #[test]
    fn no_row_hides_another() {
        for (place, row) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|other| (other.0, other.1) == (row.0, row.1));
            assert_eq!(first, Some(place), "{row:?}");
        }
    }
}
