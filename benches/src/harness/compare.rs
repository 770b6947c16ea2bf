//! All servers over all cells, in interleaved rounds.

use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::cell::Cell;
use crate::load::{Fault, Load};
use crate::measure::{Sample, measure};
use crate::progress::Progress;
use crate::server::{Places, Running, Spec};
use crate::statistics::Summary;
use crate::work::Work;

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// Of one server in one round.
    pub(crate) duration: Duration,
    /// A server that needs longer than this for one call of every stream is left out of the cell.
    pub(crate) most: Duration,
    /// Every server in every cell, also those that are looked at for their ratios alone.
    pub(crate) everything: bool,
}

impl Effort {
    fn asks(&self, spec: &Spec, cell: &Cell) -> bool {
        self.everything || spec.everywhere || Cell::RATIOS.contains(cell)
    }
}

/// What one server did in one cell.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// One sample a round.
    Measured(Vec<Sample>),
    /// Why there is none.
    LeftOut(String),
    /// It was not to be measured here.
    NotAsked,
}

/// One cell, with an outcome for each server.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cell: Cell,
    pub(crate) outcomes: Vec<Outcome>,
}

/// The servers, and the rows that were measured of them.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) servers: Vec<Spec>,
    pub(crate) rows: Vec<Row>,
}

impl Comparison {
    pub(crate) fn row(&self, cell: &Cell) -> Option<&Row> {
        self.rows.iter().find(|row| row.cell == *cell)
    }

    /// How tables name a server; its id where it was not among those that were measured.
    pub(crate) fn label<'a>(&self, server: &'a str) -> &'a str {
        let found = self.servers.iter().find(|spec| spec.id == server);
        found.map_or(server, |spec| spec.label)
    }

    pub(crate) fn samples(&self, cell: &Cell, server: &str) -> &[Sample] {
        let index = self.servers.iter().position(|spec| spec.id == server);
        let outcome = index.and_then(|index| self.row(cell)?.outcomes.get(index));
        outcome.map_or(&[], Outcome::samples)
    }

    /// The CPU of `server` over that of `other`, round by round: what both had to bear cancels out.
    pub(crate) fn ratio(&self, cell: &Cell, server: &str, other: &str) -> Option<Summary> {
        let pairs = self
            .samples(cell, server)
            .iter()
            .zip(self.samples(cell, other));
        Summary::of(pairs.map(|(one, other)| one.cpu_per_call / other.cpu_per_call))
    }
}

impl Outcome {
    pub(crate) fn samples(&self) -> &[Sample] {
        match self {
            Self::Measured(samples) => samples,
            Self::LeftOut(_) | Self::NotAsked => &[],
        }
    }
}

pub(crate) async fn compare(
    servers: Vec<Spec>,
    cells: &[Cell],
    places: &Places,
    effort: Effort,
) -> Result<Comparison, Box<dyn Error>> {
    let progress = Progress::new("cells", cells.len());
    let mut running = Vec::new();
    for spec in &servers {
        running.push(spec.start(places)?);
    }
    let mut rows = Vec::new();
    for cell in cells {
        progress.at(&cell.to_string());
        let outcomes = measure_cell(&servers, &mut running, cell, places, effort).await?;
        rows.push(Row {
            cell: *cell,
            outcomes,
        });
        progress.step();
    }
    Ok(Comparison { servers, rows })
}

async fn measure_cell(
    servers: &[Spec],
    running: &mut [Running],
    cell: &Cell,
    places: &Places,
    effort: Effort,
) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let work = Rc::new(Work::new(cell));
    let mut loads = Vec::new();
    let mut outcomes = Vec::new();
    for (spec, server) in servers.iter().zip(&mut *running) {
        if !effort.asks(spec, cell) {
            loads.push(None);
            outcomes.push(Outcome::NotAsked);
            continue;
        }
        let load = warm_up(spec, server, cell, &work, effort.most).await;
        let (load, outcome) = left_out(load, Vec::new(), spec, cell)?;
        loads.push(load);
        outcomes.push(outcome);
    }
    for round in 0..effort.rounds {
        for turn in 0..servers.len() {
            // Another server begins each round.
            let index = (turn + round) % servers.len();
            let Some(load) = &mut loads[index] else {
                continue;
            };
            let sample = measure(running[index].pid(), load, effort.duration).await;
            let samples = outcomes[index].samples().to_vec();
            let (sample, outcome) = left_out(sample, samples, &servers[index], cell)?;
            match (sample, outcome) {
                (Some(sample), Outcome::Measured(mut samples)) => {
                    samples.push(sample);
                    outcomes[index] = Outcome::Measured(samples);
                }
                (_, outcome) => {
                    outcomes[index] = outcome;
                    loads[index] = None;
                }
            }
        }
    }
    drop(loads);
    for (spec, server) in servers.iter().zip(running) {
        if server.has_ended() {
            *server = spec.start(places)?;
        }
    }
    Ok(outcomes)
}

/// A wrong answer ends everything, and so does a refusal of ours; a peer that refuses is left out.
fn left_out<T>(
    result: Result<T, Fault>,
    samples: Vec<Sample>,
    spec: &Spec,
    cell: &Cell,
) -> Result<(Option<T>, Outcome), Box<dyn Error>> {
    match result {
        Ok(value) => Ok((Some(value), Outcome::Measured(samples))),
        Err(Fault::TooSlow(text)) => Ok((None, Outcome::LeftOut(text))),
        Err(Fault::Refused(text)) if !spec.ours => Ok((None, Outcome::LeftOut(text))),
        Err(fault) => Err(format!("{}: {cell}: {fault}", spec.label).into()),
    }
}

/// Connects, and makes one call, then one of every stream.
async fn warm_up(
    spec: &Spec,
    server: &Running,
    cell: &Cell,
    work: &Rc<Work>,
    most: Duration,
) -> Result<Load, Fault> {
    let answer = work.answer(cell, spec.adds);
    let load = Load::connect(server.port, work.clone(), answer, cell.streams).await?;
    let start = Instant::now();
    let in_time = async |future| {
        let bound = timeout(most.saturating_mul(2), future).await;
        bound.unwrap_or_else(|_| Err(Fault::too_slow(most)))
    };
    in_time(Box::pin(async { load.once().await.map(drop) }) as Calls<'_>).await?;
    // One call after the other is the worst that streams at once may be.
    if start.elapsed().saturating_mul(cell.streams as u32) > most {
        return Err(Fault::too_slow(most));
    }
    in_time(Box::pin(async { load.run(Duration::ZERO).await.map(drop) })).await?;
    Ok(load)
}

type Calls<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), Fault>> + 'a>>;
