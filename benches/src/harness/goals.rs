//! The ratios that spikard is to reach, and whether it does.

use crate::buffering::Buffered;
use crate::cell::Cell;
use crate::compare::Comparison;
use crate::statistics::Summary;

/// One ratio, its bound and what was measured.
pub(crate) struct Goal {
    pub(crate) text: String,
    pub(crate) bound: Bound,
    pub(crate) measured: Option<Summary>,
}

#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

use Bound::{AtLeast, AtMost};

/// The CPU of one server over that of another, in a cell.
#[rustfmt::skip]
const RATIOS: [(&str, &str, Cell, Bound); 24] = [
    ("rust-typed", "tonic", Cell::HEADLINE, AtMost(0.7)),
    ("rust-typed", "tonic-bytes", Cell::HEADLINE, AtMost(0.7)),
    ("rust-typed-vec", "tonic", Cell::HEADLINE, AtMost(0.7)),
    ("rust-typed-vec", "tonic-collecting", Cell::HEADLINE, AtMost(0.7)),
    ("rust-typed", "tonic", Cell::NUMBERS, AtMost(0.7)),
    ("rust-typed", "tonic", Cell::HEADLINE.one_each(), AtMost(0.7)),
    ("rust-typed", "tonic", Cell::ECHO, AtMost(0.7)),
    ("rust-typed", "tonic", Cell::UNARY, AtMost(1.05)),
    ("python-raw", "tonic", Cell::HEADLINE, AtMost(1.2)),
    ("wheel-raw", "tonic", Cell::HEADLINE, AtMost(1.2)),
    ("grpc-aio-uvloop", "python-raw", Cell::HEADLINE, AtLeast(100.0)),
    ("grpc-aio-uvloop", "wheel-raw", Cell::HEADLINE, AtLeast(100.0)),
    ("grpc-aio-uvloop-raw", "python-raw", Cell::HEADLINE, AtLeast(100.0)),
    ("grpc-aio-uvloop", "python-decoding", Cell::HEADLINE, AtLeast(20.0)),
    ("grpc-aio-uvloop", "wheel-decoding", Cell::HEADLINE, AtLeast(20.0)),
    ("grpc-aio-uvloop", "wheel-typed", Cell::HEADLINE, AtLeast(30.0)),
    ("grpc-aio-uvloop", "wheel-typed", Cell::MANY[0], AtLeast(30.0)),
    ("grpc-aio-uvloop", "wheel-typed", Cell::MANY[1], AtLeast(30.0)),
    ("grpc-aio-uvloop", "wheel-columns", Cell::HEADLINE, AtLeast(100.0)),
    ("grpc-aio-uvloop", "wheel-columns", Cell::MANY[0], AtLeast(100.0)),
    ("grpc-aio-uvloop", "wheel-columns", Cell::MANY[1], AtLeast(100.0)),
    ("grpc-aio-uvloop", "python-decoding", Cell::UNARY, AtLeast(3.0)),
    ("grpc-aio-uvloop", "wheel-decoding", Cell::UNARY, AtLeast(3.0)),
    ("pygrpc-native", "python-decoding", Cell::UNARY, AtLeast(1.0)),
];

/// The servers that are to take the payload and little more: their handlers make nothing of it.
const MEMORY: [&str; 5] = [
    "rust-typed",
    "rust-raw",
    "python-raw",
    "python-raw-one-arena",
    "wheel-raw",
];

impl Goal {
    /// `None` where there was nothing to measure.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        let measured = self.measured?.median;
        Some(match self.bound {
            AtMost(bound) => measured <= bound,
            AtLeast(bound) => measured >= bound,
        })
    }
}

pub(crate) fn goals(comparison: &Comparison, buffered: &[Buffered]) -> Vec<Goal> {
    let ratios = RATIOS.iter().map(|(server, other, cell, bound)| {
        let (one, two) = (comparison.label(server), comparison.label(other));
        Goal {
            text: format!("{one} / {two} ({cell})"),
            bound: *bound,
            measured: comparison.ratio(cell, server, other),
        }
    });
    let mut goals: Vec<_> = ratios.collect();
    goals.push(worst(comparison, "tonic"));
    goals.push(worst(comparison, "tonic-collecting"));
    goals.extend(memory(buffered));
    goals
}

/// The cell where typed Rust stands worst beside another server.
fn worst(comparison: &Comparison, other: &str) -> Goal {
    let ratios = comparison.rows.iter().filter_map(|row| {
        let ratio = comparison.ratio(&row.cell, "rust-typed", other)?;
        Some((row.cell, ratio))
    });
    let worst = ratios.max_by(|one, other| one.1.median.total_cmp(&other.1.median));
    let of = comparison.rows.len();
    let (one, two) = (comparison.label("rust-typed"), comparison.label(other));
    Goal {
        text: match &worst {
            Some((cell, _)) => format!("{one} / {two}, the worst of {of} cells ({cell})"),
            None => format!("{one} / {two}, the worst cell"),
        },
        bound: AtMost(1.05),
        measured: worst.map(|(_, ratio)| ratio),
    }
}

/// Memory at the largest stream that was buffered.
fn memory(buffered: &[Buffered]) -> Vec<Goal> {
    let largest = buffered.iter().map(Buffered::payload).max();
    let of_largest = buffered
        .iter()
        .filter(|one| Some(one.payload()) == largest && MEMORY.contains(&one.server));
    let mut goals = Vec::new();
    for one in of_largest {
        let mut goal = |what: &str, bound, value| {
            goals.push(Goal {
                text: format!("{}: {what} ({} × {} B)", one.label, one.messages, one.size),
                bound: AtMost(bound),
                measured: Some(Summary::exactly(value)),
            });
        };
        goal("peak memory / payload", 1.15, one.ratio());
        if let Some(held) = one.held {
            let held = held as f64 / one.payload() as f64;
            goal("memory held after eleven such calls / payload", 0.05, held);
        }
    }
    goals
}
