//! What a run shows on stderr: a bar on a terminal, warnings and failures everywhere; Ctrl-C.

use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};
use crate::run::{Event, State};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HANDLER: OnceLock<()> = OnceLock::new();

fn go_on() -> ControlFlow<()> {
    match INTERRUPTED.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Takes over Ctrl-C: the first stops the run in good order, the second at once.
    pub fn new() -> Result<Self> {
        if HANDLER.set(()).is_ok() {
            let handle = || {
                if INTERRUPTED.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            };
            ctrlc::set_handler(handle).map_err(|e| Error::config("Ctrl-C", "handler", e.to_string()))?;
        }
        let bar = ProgressBar::new(0);
        let template = "{bar:40} {percent:>3} %  {msg}  {elapsed} (about {eta} left)";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Ok(Self { bar })
    }

    /// Work of so many steps begins.
    pub fn begin(&self, steps: u64, what: &'static str) {
        if self.bar.is_finished() {
            self.bar.reset();
        }
        self.bar.set_length(steps);
        self.bar.set_message(what);
    }

    /// So many steps are done; whether to go on.
    pub fn reached(&self, steps: u64) -> ControlFlow<()> {
        self.bar.set_position(steps);
        go_on()
    }

    /// Whether to go on.
    pub fn going(&self) -> ControlFlow<()> {
        go_on()
    }

    pub fn note(&self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Warning(text) => self.say(&format!("warning: {text}")),
            Event::Started {
                receptors,
                kept,
                minutes,
            } => {
                self.bar.set_length((receptors as f64 * minutes) as u64);
                self.bar.set_message(format!("receptors: {receptors}"));
                if kept > 0 {
                    self.say(&format!("receptors kept from an earlier run: {kept}"));
                }
            }
            Event::Advanced(minutes) => self.bar.inc(minutes as u64),
            Event::Finished(report) => {
                if report.state != State::Complete || report.reason.is_some() {
                    let state = format!("{:?}", report.state).to_lowercase();
                    self.say(&format!(
                        "{}: {state}: {}",
                        report.id,
                        report.reason.as_deref().unwrap_or("")
                    ));
                }
            }
        }
        go_on()
    }

    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("airshed: {line}"));
    }
}
