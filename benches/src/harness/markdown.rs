//! The report as Markdown.

use std::fmt::Write;

use crate::buffering::Buffered;
use crate::cell::Cell;
use crate::compare::{Comparison, Outcome, Row};
use crate::goals::{Bound, Goal};
use crate::measure::Sample;
use crate::statistics::Summary;

/// What a report is made of.
pub(crate) struct Report<'a> {
    pub(crate) mode: &'a str,
    pub(crate) machine: &'a [(&'static str, String)],
    pub(crate) comparison: &'a Comparison,
    pub(crate) buffered: &'a [Buffered],
    pub(crate) goals: &'a [Goal],
    pub(crate) plots: &'a [(String, &'static str)],
}

impl Report<'_> {
    pub(crate) fn to_markdown(&self) -> String {
        let mut page = format!("# spikard beside its peers ({} run)\n\n", self.mode);
        page.push_str(
            "Server CPU is what the operating system counted for the server's process and its children. Every number \
             is the median of the rounds, in which the servers took turns; ± is half the distance between the \
             quartiles. Where one of the load generator's checks of an answer fails, there is no report.\n\n",
        );
        self.machine(&mut page);
        self.goals(&mut page);
        self.headlines(&mut page);
        for (file, text) in self.plots {
            let _ = writeln!(page, "![{text}]({file})\n");
        }
        self.memory(&mut page);
        self.matrix(&mut page);
        self.left_out(&mut page);
        page
    }

    fn machine(&self, page: &mut String) {
        page.push_str("## Measured on\n\n| | |\n|---|---|\n");
        for (name, value) in self.machine {
            let _ = writeln!(page, "| {name} | {value} |");
        }
        page.push('\n');
    }

    fn goals(&self, page: &mut String) {
        page.push_str(
            "## Ratios of server CPU\n\n| ratio | goal | measured | |\n|---|---|---|---|\n",
        );
        for goal in self.goals {
            let bound = match goal.bound {
                Bound::AtMost(bound) => format!("≤ {bound}"),
                Bound::AtLeast(bound) => format!("≥ {bound}"),
            };
            let measured = goal
                .measured
                .map_or_else(|| String::from("–"), |value| with_spread(&value));
            let reached = match goal.is_reached() {
                Some(true) => "reached",
                Some(false) => "**not reached**",
                None => "not measured",
            };
            let _ = writeln!(page, "| {} | {bound} | {measured} | {reached} |", goal.text);
        }
        page.push('\n');
    }

    fn headlines(&self, page: &mut String) {
        for cell in Cell::RATIOS.into_iter().chain(Cell::MANY) {
            let Some(row) = self.comparison.row(&cell) else {
                continue;
            };
            let _ = writeln!(page, "## {}\n", capitalised(&cell.to_string()));
            page.push_str(
                "| server | CPU µs/message | CPU µs/call | calls/s | messages/s | p50 ms | p99 ms | peak MiB | after MiB |\n\
                 |---|---|---|---|---|---|---|---|---|\n",
            );
            for (spec, outcome) in self.comparison.servers.iter().zip(&row.outcomes) {
                let _ = writeln!(page, "| {} | {} |", spec.label, columns(&cell, outcome));
            }
            page.push('\n');
        }
    }

    fn memory(&self, page: &mut String) {
        if self.buffered.is_empty() {
            return;
        }
        page.push_str(
            "## Memory of one buffered stream\n\nIn a server that has just been started, above what it had before the \
             call; the peak is the median of three servers'. \
             Held is what is left after eleven calls when the allocator has given back what it keeps for later.\n\n\
             | server | messages | payload MiB | peak MiB | peak / payload | after MiB | after ten more MiB | held MiB |\n\
             |---|---|---|---|---|---|---|---|\n",
        );
        for one in self.buffered {
            let _ = writeln!(
                page,
                "| {} | {} × {} B | {:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {} |",
                one.label,
                one.messages,
                one.size,
                mebibytes(one.payload()),
                mebibytes(one.peak),
                one.ratio(),
                mebibytes(one.after),
                mebibytes(one.after_more),
                one.held.map_or_else(
                    || String::from("–"),
                    |held| format!("{:.1}", mebibytes(held))
                ),
            );
        }
        page.push('\n');
    }

    fn matrix(&self, page: &mut String) {
        page.push_str("## All cells: server CPU, µs per message\n\n| cell |");
        for spec in &self.comparison.servers {
            let _ = write!(page, " {} |", spec.label);
        }
        let has = |id: &str| self.comparison.servers.iter().any(|spec| spec.id == id);
        let mut others = vec!["tonic", "tonic-collecting"];
        others.retain(|other| has("rust-typed") && has(other));
        for other in &others {
            let _ = write!(page, " Rust, typed / {} |", self.comparison.label(other));
        }
        page.push_str("\n|---|");
        page.push_str(&"---|".repeat(self.comparison.servers.len() + others.len()));
        page.push('\n');
        for Row { cell, outcomes } in &self.comparison.rows {
            let _ = write!(page, "| {cell} |");
            for outcome in outcomes {
                let value = per_message(cell, outcome.samples());
                let _ = write!(
                    page,
                    " {} |",
                    value.map_or_else(|| String::from("–"), |value| short(value.median))
                );
            }
            for other in &others {
                let ratio = self.comparison.ratio(cell, "rust-typed", other);
                let _ = write!(
                    page,
                    " {} |",
                    ratio.map_or_else(|| String::from("–"), |ratio| with_spread(&ratio))
                );
            }
            page.push('\n');
        }
        page.push('\n');
    }

    fn left_out(&self, page: &mut String) {
        let mut lines = String::new();
        for Row { cell, outcomes } in &self.comparison.rows {
            for (spec, outcome) in self.comparison.servers.iter().zip(outcomes) {
                if let Outcome::LeftOut(why) = outcome {
                    let _ = writeln!(lines, "- {}: {cell}: {why}", spec.label);
                }
            }
        }
        if !lines.is_empty() {
            let _ = write!(
                page,
                "## Left out\n\nWhat a peer refused, or had no time for:\n\n{lines}"
            );
        }
    }
}

pub(crate) fn per_message(cell: &Cell, samples: &[Sample]) -> Option<Summary> {
    Summary::of(samples.iter().map(|sample| sample.cpu_per_message(cell)))
}

fn columns(cell: &Cell, outcome: &Outcome) -> String {
    let samples = match outcome {
        Outcome::Measured(samples) => samples,
        Outcome::LeftOut(_) | Outcome::NotAsked => return ["–"; 8].join(" | "),
    };
    let median = |value: &dyn Fn(&Sample) -> f64| {
        Summary::of(samples.iter().map(value)).map_or(f64::NAN, |summary| summary.median)
    };
    let spread = |value: Option<Summary>| {
        value.map_or_else(|| String::from("–"), |value| with_spread(&value))
    };
    let calls = median(&|sample| sample.calls_per_second);
    [
        spread(per_message(cell, samples)),
        spread(Summary::of(
            samples.iter().map(|sample| sample.cpu_per_call),
        )),
        short(calls),
        short(calls * cell.messages as f64),
        short(median(&|sample| sample.p50)),
        short(median(&|sample| sample.p99)),
        format!("{:.1}", median(&|sample| mebibytes(sample.peak))),
        format!("{:.1}", median(&|sample| mebibytes(sample.after))),
    ]
    .join(" | ")
}

fn with_spread(value: &Summary) -> String {
    if value.spread == 0.0 {
        return short(value.median);
    }
    format!("{} ± {}", short(value.median), short(value.spread))
}

/// Three digits that count.
fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return String::from("0");
    }
    let digits = (2 - value.abs().log10().floor() as i32).clamp(0, 4);
    format!("{value:.*}", digits as usize)
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
