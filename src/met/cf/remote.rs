//! Data sets on OPeNDAP servers: what is lost on the way is asked for again.

use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};

/// Pauses before it is asked again, s.
const PAUSES_S: [f64; 3] = [0.5, 1.0, 2.0];
/// NC_ENOTBUILT: the library was built without OPeNDAP.
const NOT_BUILT: i32 = -128;
/// Failures that asking again does not mend: NC_ENOTFOUND, NC_EAUTH, NC_EACCESS, NC_EDAPCONSTRAINT, NC_EDAPURL. Others may
/// be a connection that ended too early, a server that is busy, an answer in pieces.
const FINAL: [i32; 5] = [-90, -78, -77, -75, -74];
/// NC_EDDS: the answer is no description of a data set.
const NO_DATA_SET: i32 = -72;
/// NC_EDATADDS: values that are cut short, of which the library itself says nothing.
pub(super) const CUT_SHORT: i32 = -73;
/// NC_EDAS: attributes that are cut short, which the library leaves out.
pub(super) const NO_ATTRIBUTES: i32 = -71;

/// Asks a server until it answers, a few times with growing pauses.
///
/// # Errors
/// [`Error::Io`] with the URL and the cause if it never does, or if the netCDF library knows no servers; other errors of
/// `ask` at once.
pub(super) fn patiently<T>(url: &Path, action: &'static str, mut ask: impl FnMut() -> Result<T>) -> Result<T> {
    let mut pauses = PAUSES_S.into_iter();
    loop {
        let failed = match ask() {
            Err(Error::NetCdf { source, .. }) => source,
            answered => return answered,
        };
        let cause = match (&failed, pauses.next()) {
            (netcdf::Error::Netcdf(NOT_BUILT), _) => WITHOUT_SERVERS.into(),
            (netcdf::Error::Netcdf(code), _) if FINAL.contains(code) => failed.to_string(),
            (_, Some(pause_s)) => {
                std::thread::sleep(Duration::from_secs_f64(pause_s));
                continue;
            }
            (netcdf::Error::Netcdf(NO_DATA_SET), None) => format!("{failed}; {NOT_SERVED}"),
            (_, None) => format!("asked {} times; at last {failed}", PAUSES_S.len() + 1),
        };
        return Err(Error::io(action, url)(std::io::Error::other(cause)));
    }
}

const NOT_SERVED: &str =
    "is this the OPeNDAP link of a data set (of THREDDS the one with dodsC)? A file must be downloaded";
const WITHOUT_SERVERS: &str = "the netCDF library of this build was made without OPeNDAP, so it opens files only; \
    download the data, open it with xarray (airshed.MetStore.from_xarray in Python), or build airshed without the feature \
    `static` and with a netCDF library that has it (nc-config --has-dap says yes)";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const URL: &str = "http://server.example/dodsC/met.nc";

    /// Answers after so many failures of a kind; what comes of it, and how often it was asked.
    fn ask(code: i32, failures: usize) -> (Result<usize>, usize) {
        let mut asked = 0;
        let answer = patiently(Path::new(URL), "read", || {
            asked += 1;
            match asked {
                n if n > failures => Ok(n),
                _ => Err(Error::netcdf(URL)(netcdf::Error::Netcdf(code))),
            }
        });
        (answer, asked)
    }

    #[test]
    fn what_was_lost_on_the_way_is_asked_for_again_and_nothing_else() {
        assert_eq!(ask(-68, 1).0.unwrap(), 2);
        let (refused, asked) = ask(-90, 9);
        assert_eq!(asked, 1);
        assert!(refused.unwrap_err().to_string().starts_with(URL));
    }

    #[test]
    fn a_server_that_never_answers_is_given_up_and_named() {
        let (refused, asked) = ask(-68, 9);
        let told = refused.unwrap_err().to_string();
        assert_eq!(asked, 4);
        assert!(told.starts_with(URL) && told.contains("asked 4 times"), "{told}");
        assert!(told.contains("I/O failure"), "{told}");
    }

    #[test]
    fn a_build_without_opendap_says_so() {
        let (refused, asked) = ask(NOT_BUILT, 9);
        assert_eq!(asked, 1);
        assert!(refused.unwrap_err().to_string().contains("without OPeNDAP"));
    }
}
