//! How far the run has come, on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(what: &'static str, steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64);
        let template = "{elapsed_precise} [{bar:30}] {pos}/{len} {prefix}, {eta} left: {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// What is being measured now.
    pub(crate) fn at(&self, what: &str) {
        self.0.set_message(what.to_owned());
        if self.0.is_hidden() {
            // No terminal: a log that says where it is.
            let (at, of) = (self.0.position() + 1, self.0.length().unwrap_or_default());
            eprintln!("{at}/{of} {what}");
        }
    }

    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
