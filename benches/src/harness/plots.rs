//! Which plots there are.

use crate::buffering::Buffered;
use crate::cell::{Cell, Job, MESSAGES, STREAMS};
use crate::compare::{Comparison, Row};
use crate::markdown::per_message;
use crate::measure::Sample;
use crate::server::Spec;
use crate::statistics::Summary;
use crate::svg::{Bars, Lines, Series};

/// The servers of the line plots: with all of them the lines could not be told apart.
const LINES: [&str; 7] = [
    "rust-typed",
    "tonic",
    "python-raw",
    "python-decoding",
    "grpclib",
    "grpc-aio-uvloop",
    "hyper",
];

/// What the plot of memory has no room for: the one is as the typed server, the other is about Python's own objects.
const MEMORY_LEFT_OUT: [&str; 2] = ["rust-raw", "python-decoding"];

/// A name, what it shows, and the SVG.
pub(crate) fn plots(
    comparison: &Comparison,
    buffered: &[Buffered],
) -> Vec<(&'static str, &'static str, String)> {
    vec![
        (
            "messages",
            "Server CPU per message, by server",
            bars(
                comparison,
                &Cell::HEADLINE,
                "Client streaming, 1,000 messages of 24 bytes, 8 streams at once",
                "server CPU, µs per message (logarithmic)",
            ),
        ),
        (
            "unary",
            "Server CPU per unary call, by server",
            bars(
                comparison,
                &Cell::UNARY,
                "Unary, 24 bytes, 8 calls at once",
                "server CPU, µs per call (logarithmic)",
            ),
        ),
        (
            "length",
            "Server CPU per message against messages in a stream",
            length(comparison),
        ),
        (
            "streams",
            "Throughput against streams at once",
            streams(comparison),
        ),
        ("memory", "Memory against bytes buffered", memory(buffered)),
    ]
}

fn bars(comparison: &Comparison, cell: &Cell, title: &str, unit: &str) -> String {
    let mut bars = Vec::new();
    if let Some(Row { outcomes, .. }) = comparison.row(cell) {
        for (spec, outcome) in comparison.servers.iter().zip(outcomes) {
            if let Some(value) = per_message(cell, outcome.samples()) {
                bars.push((spec.label.to_owned(), spec.ours, value.median));
            }
        }
    }
    bars.sort_by(|one, other| one.2.total_cmp(&other.2));
    Bars { title, unit, bars }.to_svg()
}

fn length(comparison: &Comparison) -> String {
    let cells = MESSAGES.map(|messages| Cell {
        messages,
        ..Cell::HEADLINE
    });
    let series = lines(
        comparison,
        &cells,
        |cell| cell.messages as f64,
        |cell, samples| per_message(cell, samples).map(|value| value.median),
    );
    Lines {
        title: "Cost as a stream grows: client streaming, 24 bytes, 8 streams at once",
        x: "messages in a stream",
        y: "server CPU, µs per message",
        series,
    }
    .to_svg()
}

fn streams(comparison: &Comparison) -> String {
    let cells = STREAMS.map(|streams| Cell {
        streams,
        ..Cell::HEADLINE
    });
    let series = lines(
        comparison,
        &cells,
        |cell| cell.streams as f64,
        |cell, samples| {
            let messages = cell.messages as f64;
            Summary::of(
                samples
                    .iter()
                    .map(|sample| sample.calls_per_second * messages),
            )
            .map(|value| value.median)
        },
    );
    Lines {
        title: "Throughput: client streaming, 1,000 messages of 24 bytes",
        x: "streams at once",
        y: "messages a second",
        series,
    }
    .to_svg()
}

fn lines(
    comparison: &Comparison,
    cells: &[Cell],
    x: impl Fn(&Cell) -> f64,
    y: impl Fn(&Cell, &[Sample]) -> Option<f64>,
) -> Vec<Series> {
    let shown = comparison
        .servers
        .iter()
        .filter(|spec| LINES.contains(&spec.id));
    let one = |spec: &Spec| {
        let points = cells.iter().filter_map(|cell| {
            debug_assert_eq!(cell.job, Job::Sum);
            Some((x(cell), y(cell, comparison.samples(cell, spec.id))?))
        });
        Series {
            label: spec.label.to_owned(),
            dashed: !spec.ours,
            points: points.collect(),
        }
    };
    shown.map(one).collect()
}

fn memory(buffered: &[Buffered]) -> String {
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let mut series: Vec<Series> = Vec::new();
    // Large messages only: for small ones it is the number of messages that counts.
    let shown = |one: &&Buffered| one.size >= 65_536 && !MEMORY_LEFT_OUT.contains(&one.server);
    for one in buffered.iter().filter(shown) {
        let point = (mebibytes(one.payload()), mebibytes(one.peak));
        match series.iter_mut().find(|series| series.label == one.label) {
            Some(series) => series.points.push(point),
            None => series.push(Series {
                label: one.label.to_owned(),
                dashed: !one.label.starts_with("spikard"),
                points: vec![point],
            }),
        }
    }
    let payload = series.first().map(|series| {
        series
            .points
            .iter()
            .map(|point| (point.0, point.0))
            .collect()
    });
    series.push(Series {
        label: String::from("the payload itself"),
        dashed: true,
        points: payload.unwrap_or_default(),
    });
    Lines {
        title: "Memory of one buffered stream, messages of 64 KiB",
        x: "payload, MiB",
        y: "peak memory above idle, MiB",
        series,
    }
    .to_svg()
}
