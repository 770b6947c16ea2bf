//! Memory against bytes buffered: one stream, in a server that has just been started.

use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

use crate::cell::{Cell, Job};
use crate::load::{Fault, Load};
use crate::process::{self, Memory};
use crate::progress::Progress;
use crate::server::{Places, Running, Spec};
use crate::work::Work;

/// The servers whose memory is looked at: those that buffer all messages of a `Sum`.
const BUFFERING: [&str; 8] = [
    "rust-typed",
    "rust-raw",
    "python-raw",
    "python-raw-one-arena",
    "python-decoding",
    "wheel-raw",
    "tonic-collecting",
    "grpc-aio-uvloop-raw",
];

/// Size and number of the messages.
const STREAMS: [(usize, usize); 4] = [
    (1_024, 10_000),
    (65_536, 256),
    (65_536, 1_024),
    (65_536, 4_096),
];

/// Further calls after the first, to see what grows.
const FURTHER: usize = 10;

/// The servers that are started for a peak, which is the median: once in a while a heap is in pieces.
const SERVERS: usize = 3;

/// What one stream took in one server; bytes above what was resident before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffered {
    pub(crate) server: &'static str,
    pub(crate) label: &'static str,
    pub(crate) size: usize,
    pub(crate) messages: usize,
    /// At the most.
    pub(crate) peak: u64,
    /// After the call.
    pub(crate) after: u64,
    /// After ten more.
    pub(crate) after_more: u64,
    /// After those, without what the allocator keeps for later; `None` of a server that cannot tell.
    pub(crate) held: Option<u64>,
}

impl Buffered {
    pub(crate) fn payload(&self) -> u64 {
        (self.size * self.messages) as u64
    }

    /// The peak over the payload.
    pub(crate) fn ratio(&self) -> f64 {
        self.peak as f64 / self.payload() as f64
    }
}

/// Every stream in every server, but for those of more than `most` bytes.
pub(crate) async fn buffering(
    servers: &[Spec],
    places: &Places,
    most: usize,
) -> Result<Vec<Buffered>, Box<dyn Error>> {
    let streams = STREAMS
        .iter()
        .filter(|(size, messages)| size * messages <= most);
    let streams: Vec<_> = streams.copied().collect();
    let chosen = servers.iter().filter(|spec| BUFFERING.contains(&spec.id));
    let chosen: Vec<_> = chosen.collect();
    let progress = Progress::new("streams buffered", streams.len() * chosen.len());
    let mut found = Vec::new();
    for (size, messages) in streams {
        for spec in &chosen {
            progress.at(&format!("{}: {messages} × {size} B", spec.label));
            let cell = Cell::new(Job::Sum, size, messages, 1);
            let one = one(spec, places, &cell).await;
            found.push(one.map_err(|fault| format!("{}: {cell}: {fault}", spec.label))?);
            progress.step();
        }
    }
    Ok(found)
}

async fn one(spec: &Spec, places: &Places, cell: &Cell) -> Result<Buffered, Fault> {
    let mut peaks = Vec::new();
    for _ in 1..SERVERS {
        peaks.push(first(spec, places, cell).await?.peak());
    }
    let first = first(spec, places, cell).await?;
    peaks.push(first.peak());
    peaks.sort_unstable();
    let First {
        server,
        load,
        before,
        then,
    } = first;
    for _ in 0..FURTHER {
        load.once().await?;
    }
    settle().await;
    let last = process::memory(server.pid());
    let held = if spec.trims() {
        server.trim();
        settle().await;
        Some(process::memory(server.pid()).now.saturating_sub(before))
    } else {
        None
    };
    Ok(Buffered {
        server: spec.id,
        label: spec.label,
        size: cell.size,
        messages: cell.messages,
        peak: peaks[SERVERS / 2],
        after: then.now.saturating_sub(before),
        after_more: last.now.saturating_sub(before),
        held,
    })
}

/// A new server, and its memory before and after its first call of a cell.
struct First {
    server: Running,
    load: Load,
    before: u64,
    then: Memory,
}

impl First {
    fn peak(&self) -> u64 {
        self.then.peak.saturating_sub(self.before)
    }
}

async fn first(spec: &Spec, places: &Places, cell: &Cell) -> Result<First, Fault> {
    let server = spec
        .start(places)
        .map_err(|error| Fault::Refused(error.to_string()))?;
    let small = Cell::new(cell.job, 24, 10, 1);
    for _ in 0..3 {
        load(spec, server.port, &small).await?.once().await?;
    }
    settle().await;
    let before = process::memory(server.pid()).now;
    process::forget_peak(server.pid());
    let load = load(spec, server.port, cell).await?;
    load.once().await?;
    settle().await;
    let then = process::memory(server.pid());
    Ok(First {
        server,
        load,
        before,
        then,
    })
}

async fn load(spec: &Spec, port: u16, cell: &Cell) -> Result<Load, Fault> {
    let work = Rc::new(Work::new(cell));
    let answer = work.answer(cell, spec.adds);
    Load::connect(port, work, answer, 1).await
}

async fn settle() {
    sleep(Duration::from_millis(50)).await;
}
