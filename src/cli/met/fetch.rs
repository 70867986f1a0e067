//! `airshed met fetch SOURCE FROM..TO --out DIR`.

use std::path::PathBuf;

use super::{bytes, warn};
use crate::cli::progress::Progress;
use crate::cli::{Ending, print};
use crate::error::{Error, Result};
use crate::fetch::{ARCHIVES, Archive, FetchEvent, FetchOptions, Fetched, Fetcher, NOAA_BUCKET};
use crate::time::UtcTime;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Archive; --list names them
    #[arg(required_unless_present = "list")]
    source: Option<String>,
    /// Times FROM..TO, such as 2019-07-01..2019-07-10 or 2019-07-01T06:00..2019-07-01T18:00
    #[arg(required_unless_present = "list", value_name = "FROM..TO", value_parser = span)]
    span: Option<(UtcTime, UtcTime)>,
    /// Folder for the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Folder of the archives on a server
    #[arg(long, value_name = "URL", default_value = NOAA_BUCKET)]
    base_url: String,
    /// Names the files, and fetches none
    #[arg(long)]
    dry_run: bool,
    /// Names the archives
    #[arg(long)]
    list: bool,
}

/// A day alone means all of it.
fn span(text: &str) -> std::result::Result<(UtcTime, UtcTime), String> {
    let (from, to) = text
        .split_once("..")
        .ok_or("expected FROM..TO, such as 2019-07-01..2019-07-10")?;
    let is_day = |text: &str| text.trim().len() == "2019-07-01".len();
    let time = |text: &str, end: &str| {
        let whole = if is_day(text) {
            format!("{}T{end}", text.trim())
        } else {
            text.to_owned()
        };
        UtcTime::parse(&whole).map_err(|error| error.to_string())
    };
    Ok((time(from, "00:00")?, time(to, "23:59")?))
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let (Some(source), Some((from, to))) = (&arguments.source, arguments.span) else {
        return print(&list()).map(|()| Ending::Done);
    };
    let archive = Archive::named(source)?;
    let files = archive.files(from, to)?;
    if arguments.dry_run {
        let urls = files
            .iter()
            .map(|file| format!("{}/{file}", arguments.base_url.trim_end_matches('/')));
        return print(&urls.collect::<Vec<_>>().join("\n")).map(|()| Ending::Done);
    }
    std::fs::create_dir_all(&arguments.out).map_err(Error::io("create", &arguments.out))?;
    let fetcher = Fetcher::new(&arguments.base_url, FetchOptions::default());
    let progress = Progress::new()?;
    let note = |event: FetchEvent<'_>| match event {
        FetchEvent::Bytes(done, total) => {
            progress.begin(total.unwrap_or(done), "bytes of this file");
            progress.reached(done)
        }
        FetchEvent::Retry(reason) => {
            warn(&format!("{reason}; trying again"));
            progress.going()
        }
    };
    let listing = fetcher.listing(archive, &mut { note }).unwrap_or_else(|problem| {
        warn(&format!("no list of checksums: {problem}"));
        None
    });
    for file in &files {
        let fetched = fetcher.fetch(file, &arguments.out, listing.as_deref(), &mut { note });
        progress.clear();
        print(&told(&fetched?))?;
    }
    Ok(Ending::Done)
}

fn told(file: &Fetched) -> String {
    let checked = match (&file.checked, file.kept) {
        (_, true) => "kept, it was here".to_owned(),
        (Some(sum), _) => format!("MD5 as in {}", sum.from),
        (None, _) => "length and index right, no checksum stated".to_owned(),
    };
    format!("{}, {}, {checked}", file.path.display(), bytes(file.bytes))
}

fn list() -> String {
    let line = |archive: &Archive| {
        let (first, last) = archive.span();
        let last = last.unwrap_or_else(|| "now".into());
        format!("{:12} {first} to {last:10}  {}", archive.name, archive.description)
    };
    ARCHIVES.iter().map(line).collect::<Vec<_>>().join("\n")
}
