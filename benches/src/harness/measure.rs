//! One measurement of one server.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::cell::Cell;
use crate::load::{Fault, Load};
use crate::process;
use crate::statistics::quantile;

/// A server that takes longer than this for one round of a cell hangs.
const HANGS_AFTER: Duration = Duration::from_secs(60);

/// What a server does after it has answered belongs to the call as well, and what it does for a connection does not.
const SETTLES_WITHIN: Duration = Duration::from_millis(5);

/// What one round of a cell took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Server CPU, µs.
    pub(crate) cpu_per_call: f64,
    pub(crate) calls_per_second: f64,
    /// ms
    pub(crate) p50: f64,
    /// ms
    pub(crate) p99: f64,
    /// Bytes.
    pub(crate) peak: u64,
    /// Bytes.
    pub(crate) after: u64,
}

impl Sample {
    pub(crate) fn cpu_per_message(&self, cell: &Cell) -> f64 {
        self.cpu_per_call / cell.messages as f64
    }
}

pub(crate) async fn measure(
    pid: u32,
    load: &mut Load,
    duration: Duration,
) -> Result<Sample, Fault> {
    load.reconnect().await?;
    sleep(SETTLES_WITHIN).await;
    process::forget_peak(pid);
    let before = process::cpu_time(pid);
    let run = timeout(HANGS_AFTER, load.run(duration)).await;
    let run =
        run.unwrap_or_else(|_| Err(Fault::Refused(format!("no end after {HANGS_AFTER:?}"))))?;
    sleep(SETTLES_WITHIN).await;
    let cpu = process::cpu_time(pid).saturating_sub(before);
    let memory = process::memory(pid);
    let calls = run.latencies.len() as f64;
    let mut latencies: Vec<f64> = run
        .latencies
        .iter()
        .map(|time| time.as_secs_f64() * 1e3)
        .collect();
    latencies.sort_by(f64::total_cmp);
    Ok(Sample {
        cpu_per_call: cpu.as_secs_f64() * 1e6 / calls,
        calls_per_second: calls / run.elapsed.as_secs_f64(),
        p50: quantile(&latencies, 0.5).unwrap_or_default(),
        p99: quantile(&latencies, 0.99).unwrap_or_default(),
        peak: memory.peak,
        after: memory.now,
    })
}
