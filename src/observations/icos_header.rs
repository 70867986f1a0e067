//! The header of an ICOS ATC file: lines `# NAME: value`, the last of them the columns.

use std::path::Path;

use super::ReadOptions;
use crate::error::{Error, Result};
use crate::geo::LonLat;

/// What the lines that begin with `#` say.
pub(super) struct Header<'a> {
    path: &'a Path,
    lines: Vec<&'a str>,
    pub(super) columns: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// # Errors
    /// [`Error::Format`] if no line of columns closes it.
    pub(super) fn read(path: &'a Path, text: &'a str) -> Result<Self> {
        let mut lines: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let last = lines.pop().unwrap_or_default();
        let columns: Vec<&str> = last.trim_start_matches('#').trim().split(';').map(str::trim).collect();
        if columns.len() < 4 || !columns.contains(&"Site") {
            let problem = "the last line of the header should hold the columns (#Site;SamplingHeight;…)";
            return Err(Error::format(path, problem));
        }
        Ok(Self { path, lines, columns })
    }

    /// How many lines it has, that of the columns included.
    pub(super) fn len(&self) -> usize {
        self.lines.len() + 1
    }

    /// The value of a field; empty if it is not there.
    pub(super) fn field(&self, name: &str) -> &'a str {
        let value = |line: &&'a str| {
            line.trim_start_matches('#')
                .trim()
                .strip_prefix(name)?
                .strip_prefix(':')
        };
        self.lines.iter().find_map(value).unwrap_or_default().trim()
    }

    /// Number at the start of a field, such as `207 m asl`.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.field(name).split_whitespace().next()?.parse().ok()
    }

    /// Where the station stands: `51.9975 N`, `-2.5399 E`.
    pub(super) fn place(&self) -> Option<LonLat> {
        let signed = |name: &str| {
            let negative = self.field(name).ends_with(['S', 'W']);
            self.number(name)
                .map(|degrees| if negative { -degrees } else { degrees })
        };
        Some(LonLat {
            lon_deg: signed("LONGITUDE")?,
            lat_deg: signed("LATITUDE")?,
        })
    }

    /// Seconds between the time stamps of its rows, where `TIME INTERVAL` says so plainly.
    pub(super) fn interval_s(&self) -> Option<i64> {
        match self.field("TIME INTERVAL").to_ascii_lowercase().as_str() {
            "hourly" => Some(3600),
            "daily" => Some(86_400),
            _ => None,
        }
    }

    /// Seconds by which the stamps are ahead of UTC, and a note where the header contradicts itself: releases of 14C name a
    /// zone such as `UTC +1` beside the comment "Times are UTC", and the comment is right.
    pub(super) fn utc_offset_s(&self, options: &ReadOptions) -> Result<(i64, Option<String>)> {
        let zone = self.field("TIME ZONE");
        if let Some(hours) = options.utc_offset_h {
            return match (-14.0..=14.0).contains(&hours) {
                true => Ok(((hours * 3600.0).round() as i64, None)),
                false => Err(Error::config("utc_offset_h", hours, "hours, from -14 to 14")),
            };
        }
        let named = zone.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim();
        let is_utc = zone.is_empty() || (zone.starts_with("UTC") && (named.is_empty() || named.parse() == Ok(0.0)));
        if is_utc {
            return Ok((0, None));
        }
        if self.lines.iter().any(|line| line.contains("Times are UTC")) {
            let note = format!("TIME ZONE is {zone:?}, but a comment says \"Times are UTC\": read as UTC");
            return Ok((0, Some(note)));
        }
        let problem = format!(
            "TIME ZONE is {zone:?}, and nothing says that times are UTC: give the hours by which they are ahead (utc_offset_h)"
        );
        Err(Error::format(self.path, problem))
    }

    /// The unit of a quantity: `nmol.mol-¹`, or its entry in a list `AT: °C; RH: %`.
    pub(super) fn unit_of(&self, quantity: &str) -> &'a str {
        let stated = self.field("MEASUREMENT UNIT");
        let entry = |part: &'a str| {
            let (name, unit) = part.trim().split_once([':', '='])?;
            (name.trim() == quantity).then(|| unit.trim())
        };
        stated.split([';', ',']).find_map(entry).unwrap_or(stated)
    }
}
