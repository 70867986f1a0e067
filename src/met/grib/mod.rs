//! GRIB files of both editions, messages of both mixed: WMO Manual on Codes I.2, FM 92.
//!
//! [`open`] finds the messages by their marks and lengths and reads only their headers; a [`GribSource`] holds those
//! that lie on one grid and mean something to transport. Grids: latitude-longitude, Lambert, polar stereographic,
//! Mercator. Packings: simple, and of edition 2 complex, JPEG 2000, PNG and CCSDS.

mod bits;
mod bytes;
mod ccsds;
mod complex;
mod earth;
mod edition_1;
mod edition_2;
mod field;
mod grid;
mod grid_1;
mod images;
mod level;
mod octets;
mod order;
mod parameters;
mod product_2;
mod scan;
mod select;
mod source;
mod templates;
mod unpack;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tools;

pub(crate) use source::open;
