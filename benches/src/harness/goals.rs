//! The ratios that spikard is to reach, and whether it does.

use crate::buffering::Buffered;
use crate::cell::{Cell, Job};
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

impl Goal {
    /// `None` where there was nothing to measure.
    pub(crate) fn is_reached(&self) -> Option<bool> {
        let measured = self.measured?.median;
        Some(match self.bound {
            Bound::AtMost(bound) => measured <= bound,
            Bound::AtLeast(bound) => measured >= bound,
        })
    }
}

pub(crate) fn goals(comparison: &Comparison, buffered: &[Buffered]) -> Vec<Goal> {
    use Bound::{AtLeast, AtMost};

    let mut goals = Vec::new();
    let mut ratio = |cell: &Cell, server: &str, other: &str, bound, text: &str| {
        goals.push(Goal {
            text: format!("{text} ({cell})"),
            bound,
            measured: comparison.ratio(cell, server, other),
        });
    };
    let (headline, unary) = (Cell::HEADLINE, Cell::UNARY);
    let each = headline.one_each();
    let echo = Cell {
        job: Job::Echo,
        ..headline
    };
    ratio(
        &headline,
        "rust-typed",
        "tonic",
        AtMost(0.7),
        "Rust, typed / tonic",
    );
    ratio(
        &Cell::NUMBERS,
        "rust-typed",
        "tonic",
        AtMost(0.7),
        "Rust, typed / tonic",
    );
    ratio(
        &headline,
        "rust-typed",
        "tonic-collecting",
        AtMost(0.7),
        "Rust, typed / tonic, collecting",
    );
    ratio(
        &each,
        "rust-typed",
        "tonic",
        AtMost(0.7),
        "Rust, typed / tonic",
    );
    ratio(
        &echo,
        "rust-typed",
        "tonic",
        AtMost(0.7),
        "Rust, typed / tonic",
    );
    ratio(
        &unary,
        "rust-typed",
        "tonic",
        AtMost(1.05),
        "Rust, typed / tonic",
    );
    ratio(
        &headline,
        "python-raw",
        "tonic",
        AtMost(1.2),
        "Python, raw / tonic",
    );
    let aio = "grpc-aio-uvloop";
    ratio(
        &headline,
        aio,
        "python-raw",
        AtLeast(100.0),
        "grpc.aio, uvloop / Python, raw",
    );
    ratio(
        &headline,
        "grpc-aio-uvloop-raw",
        "python-raw",
        AtLeast(100.0),
        "grpc.aio, uvloop, raw / Python, raw",
    );
    ratio(
        &headline,
        aio,
        "python-decoding",
        AtLeast(20.0),
        "grpc.aio, uvloop / Python, decoding",
    );
    ratio(
        &unary,
        aio,
        "python-decoding",
        AtLeast(3.0),
        "grpc.aio, uvloop / Python, decoding",
    );
    ratio(
        &unary,
        "pygrpc-native",
        "python-decoding",
        AtLeast(1.0),
        "pygrpc-native / Python, decoding",
    );
    goals.push(worst(comparison, "tonic", "Rust, typed / tonic"));
    goals.push(worst(
        comparison,
        "tonic-collecting",
        "Rust, typed / tonic, collecting",
    ));
    goals.extend(memory(buffered));
    goals
}

/// The cell where typed Rust stands worst beside another server.
fn worst(comparison: &Comparison, other: &str, ratio: &str) -> Goal {
    let ratios = comparison.rows.iter().filter_map(|row| {
        let ratio = comparison.ratio(&row.cell, "rust-typed", other)?;
        Some((row.cell, ratio))
    });
    let worst = ratios.max_by(|one, other| one.1.median.total_cmp(&other.1.median));
    let of = comparison.rows.len();
    Goal {
        text: match &worst {
            Some((cell, _)) => format!("{ratio}, the worst of {of} cells ({cell})"),
            None => format!("{ratio}, the worst cell"),
        },
        bound: Bound::AtMost(1.05),
        measured: worst.map(|(_, ratio)| ratio),
    }
}

/// Memory at the largest stream that was buffered.
fn memory(buffered: &[Buffered]) -> impl Iterator<Item = Goal> {
    let largest = buffered
        .iter()
        .map(Buffered::payload)
        .max()
        .unwrap_or_default();
    let of_largest = buffered.iter().filter(move |one| one.payload() == largest);
    let ours =
        of_largest.filter(|one| ["rust-typed", "rust-raw", "python-raw"].contains(&one.server));
    ours.flat_map(|one| {
        let (label, messages, size) = (one.label, one.messages, one.size);
        let exact = |median| {
            Some(Summary {
                median,
                spread: 0.0,
            })
        };
        [
            Goal {
                text: format!("{label}: peak memory / payload ({messages} × {size} B)"),
                bound: Bound::AtMost(1.15),
                measured: exact(one.ratio()),
            },
            Goal {
                text: format!("{label}: memory held after eleven such calls / payload"),
                bound: Bound::AtMost(0.05),
                measured: one
                    .held
                    .and_then(|held| exact(held as f64 / one.payload() as f64)),
            },
        ]
    })
}
