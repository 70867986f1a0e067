//! Files that hold parts of meteorology (levels in one, the ground in another, a day or a variable each), put together.

use std::path::{Path, PathBuf};

use super::format::Format;
use crate::error::{Error, Result};
#[cfg(feature = "netcdf")]
use crate::met::cf::{CfSource, Mapping, NetCdfContainer};
use crate::met::collection::{Collection, FieldSource};
use crate::met::cut::CutOptions;
use crate::met::file_stamp::FileStamp;
#[cfg(feature = "grib")]
use crate::met::grib;
use crate::met::store::MetFile;
use crate::met::store::format::is_url;
#[cfg(feature = "netcdf")]
use crate::met::wrf::{WrfOptions, WrfReader};
use crate::met::{MetReader, WrfWinds};
use crate::time::UtcTime;

/// How files are understood, and what of them is wanted.
#[derive(Clone, Debug, Default)]
pub struct MetOptions {
    /// What variables of netCDF files are, where their names do not tell.
    #[cfg(feature = "netcdf")]
    pub mapping: Mapping,
    /// Which winds of WRF files move particles.
    pub wrf_winds: WrfWinds,
    /// The part that is kept in memory; all by default.
    pub cut: CutOptions,
}

/// The files, and a reader of what lies on each grid.
pub(super) type Assembled = (Vec<MetFile>, Vec<Box<dyn MetReader>>);

impl MetOptions {
    /// Whether files of a format hold whole met times, of which the index remembers what they hold.
    pub(super) fn holds_whole_times(&self, format: Format) -> bool {
        match format {
            Format::Arl => true,
            #[cfg(feature = "netcdf")]
            Format::Wrf => self.wrf_winds == WrfWinds::default(),
            _ => false,
        }
    }
}

/// Opens parts and puts those that lie on one grid together.
///
/// # Errors
/// Those of the files; [`Error::MetField`] if what lies on a grid has no wind or temperature on levels.
pub(super) fn assemble(parts: &[(PathBuf, Format)], options: &MetOptions) -> Result<Assembled> {
    let mut files = Vec::with_capacity(parts.len());
    let mut readers: Vec<Box<dyn MetReader>> = Vec::new();
    let mut all = Vec::new();
    for (path, format) in parts {
        #[cfg(feature = "netcdf")]
        if *format == Format::Wrf {
            let (file, reader) = open_wrf(path, options.wrf_winds)?;
            files.push(file);
            readers.push(reader);
            continue;
        }
        let sources = open(path, *format, options)?;
        files.push(met_file(path, &sources)?);
        all.extend(sources);
    }
    readers.extend(Collection::by_grid(all)?);
    let wanted = readers.into_iter().map(|reader| options.cut.apply(reader));
    Ok((files, wanted.collect::<Result<_>>()?))
}

/// A WRF file holds whole met times; it comes this way where its winds are not the usual ones.
#[cfg(feature = "netcdf")]
fn open_wrf(path: &Path, winds: WrfWinds) -> Result<(MetFile, Box<dyn MetReader>)> {
    let reader = WrfReader::open_with(path, WrfOptions { winds })?;
    let times = &reader.description().times;
    let file = MetFile {
        path: path.to_owned(),
        bytes: Some(FileStamp::of_path(path)?.bytes),
        times: times.first().copied().zip(times.last().copied()),
    };
    Ok((file, Box::new(reader)))
}

#[cfg_attr(not(feature = "netcdf"), allow(unused_variables))]
fn open(path: &Path, format: Format, options: &MetOptions) -> Result<Vec<Box<dyn FieldSource>>> {
    match format {
        #[cfg(feature = "netcdf")]
        Format::NetCdf => {
            let container = Box::new(NetCdfContainer::open(path)?);
            Ok(vec![Box::new(CfSource::new(container, &options.mapping)?)])
        }
        #[cfg(feature = "grib")]
        Format::Grib => {
            let sources = grib::open(path)?.into_iter();
            Ok(sources.map(|source| Box::new(source) as Box<dyn FieldSource>).collect())
        }
        #[allow(unreachable_patterns)]
        other => {
            let problem = format!(
                "this is a file of format {other:?}, which this build of airshed cannot read (a feature of the crate)"
            );
            Err(Error::format(path, problem))
        }
    }
}

fn met_file(path: &Path, sources: &[Box<dyn FieldSource>]) -> Result<MetFile> {
    let fields = sources.iter().flat_map(|source| source.fields());
    let times = || fields.clone().filter_map(|field| field.when.end());
    let bytes = match is_url(path) {
        true => None,
        false => Some(FileStamp::of_path(path)?.bytes),
    };
    let span: (Option<UtcTime>, Option<UtcTime>) = (times().min(), times().max());
    Ok(MetFile {
        path: path.to_owned(),
        bytes,
        times: span.0.zip(span.1),
    })
}
