//! Meteorology that comes as many horizontal fields, in one file or several: GRIB messages, netCDF variables.
//!
//! A format's code gives [`FieldSource`]s: fields by quantity, level and time. A collection puts them together to met
//! times: heights, pressures and humidity from what there is, sums and means over an interval as rates at its ends.

mod aloft;
mod field;
mod hybrid;
mod inventory;
mod quantity;
mod rates;
mod reader;
mod surface;
mod values;
mod vertical;

pub(crate) use field::{FieldInfo, FieldSource, Level, When, WindAxes};
pub(crate) use hybrid::HybridLevels;
pub(crate) use quantity::Quantity;
pub(crate) use reader::Collection;
