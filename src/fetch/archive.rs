//! The public archives of ARL files: which file of which folder holds a time.

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::time::UtcTime;

/// Where NOAA keeps its archives for everyone: a bucket of Amazon's, read over HTTPS.
pub const NOAA_BUCKET: &str = "https://noaa-oar-arl-hysplit-pds.s3.amazonaws.com";

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// How files are named and what each holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// `gdas1.jul19.w1`: days 1 to 7, 8 to 14, 15 to 21, 22 to 28 and the rest of a month.
    Weeks,
    /// `20190701_gfs0p25`: a day, by month, with the rest of its name.
    Days(&'static str),
    /// `20190701_06-11_hrrr`: six hours, by month.
    SixHours,
    /// `hysplit.20180701.06z.hrrra`: six hours, by month.
    SixHoursOfOld,
    /// `NARR201907`, `RP201907.gbl`: a month.
    Months(&'static str, &'static str),
}

/// An archive of ARL files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Its name and its folder: `gdas1`.
    pub name: &'static str,
    /// Model, resolution, region, size of a file.
    pub description: &'static str,
    first: (i16, i8, i8),
    last: Option<(i16, i8, i8)>,
    naming: Naming,
}

/// All archives whose names of files are known here.
pub const ARCHIVES: [Archive; 9] = [
    Archive {
        name: "gdas1",
        description: "GDAS, 1 degree, globe, 3-hourly; a week in 0.6 GB",
        first: (2004, 12, 1),
        last: None,
        naming: Naming::Weeks,
    },
    Archive {
        name: "gdas0p5",
        description: "GDAS, 0.5 degrees, globe, 3-hourly; a day in 0.5 GB",
        first: (2007, 9, 1),
        last: Some((2019, 6, 30)),
        naming: Naming::Days("_gdas0p5"),
    },
    Archive {
        name: "gfs0p25",
        description: "GFS, 0.25 degrees, globe, 3-hourly, hybrid levels; a day in 2.7 GB",
        first: (2019, 6, 13),
        last: None,
        naming: Naming::Days("_gfs0p25"),
    },
    Archive {
        name: "hrrr",
        description: "HRRR, 3 km, United States, hourly, sigma levels; six hours in 3.2 GB",
        first: (2019, 6, 12),
        last: None,
        naming: Naming::SixHours,
    },
    Archive {
        name: "hrrr.v1",
        description: "HRRR as it was before, 3 km, United States, hourly; six hours a file",
        first: (2015, 6, 15),
        last: Some((2019, 7, 31)),
        naming: Naming::SixHoursOfOld,
    },
    Archive {
        name: "nam12",
        description: "NAM, 12 km, North America, 3-hourly, pressure levels; a day a file",
        first: (2007, 5, 26),
        last: None,
        naming: Naming::Days("_nam12"),
    },
    Archive {
        name: "nams",
        description: "NAM, 12 km, United States, hourly, hybrid levels; a day a file",
        first: (2009, 3, 22),
        last: None,
        naming: Naming::Days("_hysplit.t00z.namsa"),
    },
    Archive {
        name: "narr",
        description: "NARR reanalysis, 32 km, North America, 3-hourly; a month a file",
        first: (1979, 1, 1),
        last: Some((2019, 12, 31)),
        naming: Naming::Months("NARR", ""),
    },
    Archive {
        name: "reanalysis",
        description: "NCEP/NCAR reanalysis, 2.5 degrees, globe, 6-hourly; a month in 0.12 GB",
        first: (1948, 1, 1),
        last: None,
        naming: Naming::Months("RP", ".gbl"),
    },
];

impl Archive {
    /// The archive of a name.
    ///
    /// # Errors
    /// [`Error::Config`] that lists the names.
    pub fn named(name: &str) -> Result<&'static Self> {
        ARCHIVES.iter().find(|archive| archive.name == name).ok_or_else(|| {
            let names: Vec<&str> = ARCHIVES.iter().map(|archive| archive.name).collect();
            Error::config("archive", name, format!("known are {}", names.join(", ")))
        })
    }

    /// First day held, and the last of an archive that has ended, `2004-12-01`.
    pub fn span(&self) -> (String, Option<String>) {
        let text = |(year, month, day): (i16, i8, i8)| format!("{year:04}-{month:02}-{day:02}");
        (text(self.first), self.last.map(text))
    }

    /// The files that hold times from `from` to `to`, in the order of time, each as its path below the archives' common
    /// folder: `gdas1/2019/gdas1.jul19.w1`.
    ///
    /// # Errors
    /// [`Error::Config`] if `to` comes before `from`, or the archive has nothing of the span.
    pub fn files(&self, from: UtcTime, to: UtcTime) -> Result<Vec<String>> {
        let (first, last) = self.span();
        let held = match &last {
            Some(last) => format!("{} holds {first} to {last}", self.name),
            None => format!("{} begins on {first}", self.name),
        };
        let text = |date: Date| format!("{date}");
        let (start, end) = (text(from.civil().date()), text(to.civil().date()));
        if from > to {
            let allowed = "the first time must not come after the last";
            return Err(Error::config("span", format!("{from}..{to}"), allowed));
        }
        // dates written like this sort like the days
        if start < first || last.is_some_and(|last| end > last) {
            return Err(Error::config("span", format!("{from}..{to}"), held));
        }
        let step_s = match self.naming {
            Naming::SixHours | Naming::SixHoursOfOld => 6 * HOUR_S,
            _ => DAY_S,
        };
        let begin_s = from.seconds().div_euclid(step_s) * step_s;
        let steps = (0..).map(|k| UtcTime::from_seconds(begin_s + k * step_s));
        let mut files: Vec<String> = steps
            .take_while(|time| *time <= to)
            .map(|time| self.path(time))
            .collect();
        files.dedup();
        Ok(files)
    }

    fn path(&self, time: UtcTime) -> String {
        let civil = time.civil();
        let (year, month, day, hour) = (civil.year(), civil.month(), civil.day(), civil.hour());
        let name = self.name;
        let date = format!("{year}{month:02}{day:02}");
        match self.naming {
            Naming::Weeks => {
                let of_year = MONTHS[(month as usize).saturating_sub(1) % 12];
                let week = (day - 1) / 7 + 1;
                format!("{name}/{year}/{name}.{of_year}{:02}.w{week}", year % 100)
            }
            Naming::Days(rest) => format!("{name}/{year}/{month:02}/{date}{rest}"),
            Naming::SixHours => format!("{name}/{year}/{month:02}/{date}_{hour:02}-{:02}_hrrr", hour + 5),
            Naming::SixHoursOfOld => format!("{name}/{year}/{month:02}/hysplit.{date}.{hour:02}z.hrrra"),
            Naming::Months(before, after) => format!("{name}/{year}/{before}{year}{month:02}{after}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn files(name: &str, from: &str, to: &str) -> Vec<String> {
        let time = |text| UtcTime::parse(text).unwrap();
        Archive::named(name).unwrap().files(time(from), time(to)).unwrap()
    }

    #[test]
    fn files_are_named_as_their_archives_name_them() {
        assert_eq!(
            files("gdas1", "2019-07-01T00:00", "2019-07-10T23:00"),
            ["gdas1/2019/gdas1.jul19.w1", "gdas1/2019/gdas1.jul19.w2"]
        );
        assert_eq!(
            files("gdas1", "2020-02-28T12:00", "2020-03-01T00:00"),
            [
                "gdas1/2020/gdas1.feb20.w4",
                "gdas1/2020/gdas1.feb20.w5",
                "gdas1/2020/gdas1.mar20.w1"
            ]
        );
        assert_eq!(
            files("hrrr", "2021-12-31T17:59", "2022-01-01T00:00"),
            [
                "hrrr/2021/12/20211231_12-17_hrrr",
                "hrrr/2021/12/20211231_18-23_hrrr",
                "hrrr/2022/01/20220101_00-05_hrrr"
            ]
        );
        let one = |name, time| files(name, time, time).remove(0);
        assert_eq!(
            one("hrrr.v1", "2018-07-01T07:00"),
            "hrrr.v1/2018/07/hysplit.20180701.06z.hrrra"
        );
        assert_eq!(one("gfs0p25", "2024-07-18T06:00"), "gfs0p25/2024/07/20240718_gfs0p25");
        assert_eq!(one("gdas0p5", "2015-03-09T06:00"), "gdas0p5/2015/03/20150309_gdas0p5");
        assert_eq!(one("nam12", "2024-07-18T06:00"), "nam12/2024/07/20240718_nam12");
        assert_eq!(
            one("nams", "2024-07-18T06:00"),
            "nams/2024/07/20240718_hysplit.t00z.namsa"
        );
        assert_eq!(one("narr", "2010-02-18T06:00"), "narr/2010/NARR201002");
        assert_eq!(
            files("reanalysis", "1983-09-25T00:00", "1983-10-02T00:00"),
            ["reanalysis/1983/RP198309.gbl", "reanalysis/1983/RP198310.gbl"]
        );
    }

    #[test]
    fn what_an_archive_has_not_is_refused() {
        let time = |text| UtcTime::parse(text).unwrap();
        let asked = |name: &str, from, to| {
            let archive = Archive::named(name)?;
            archive.files(time(from), time(to)).map(drop)
        };
        for (name, from, to, word) in [
            ("gdas1", "2004-11-30T00:00", "2005-01-01T00:00", "2004-12-01"),
            ("narr", "2019-12-01T00:00", "2020-01-01T00:00", "2019-12-31"),
            ("gdas1", "2019-07-02T00:00", "2019-07-01T00:00", "after"),
            ("gdas2", "2019-07-01T00:00", "2019-07-02T00:00", "gfs0p25"),
        ] {
            let refused = asked(name, from, to).unwrap_err().to_string();
            assert!(refused.contains(word), "{refused}");
        }
    }
}
