//! What a server measures of its load.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::LoadReport;
use crate::call::Budget;

/// What rates are measured over, at least.
const WINDOW: Duration = Duration::from_secs(1);

/// What `application_utilization` is the most of, beside the CPU and the budget.
#[derive(Clone, Default)]
pub(super) struct Utilizations(Vec<Arc<dyn Fn() -> f64 + Send + Sync>>);

impl Utilizations {
    pub(super) fn push(&mut self, of: impl Fn() -> f64 + Send + Sync + 'static) {
        self.0.push(Arc::new(of));
    }

    fn most(&self, least: f64) -> f64 {
        self.0.iter().map(|of| of()).fold(least, f64::max)
    }
}

impl fmt::Debug for Utilizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Utilizations({})", self.0.len())
    }
}

/// Counts calls, and makes rates of them.
#[derive(Debug)]
pub(super) struct Measured {
    calls: AtomicU64,
    errors: AtomicU64,
    utilizations: Utilizations,
    budget: OnceLock<Arc<Budget>>,
    cpu_time: fn() -> Duration,
    last: Mutex<Sample>,
}

/// What was counted at a time, and the rates up to then; none in the first window.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    calls: u64,
    errors: u64,
    cpu: Duration,
    rates: Option<Rates>,
}

#[derive(Clone, Copy, Debug)]
struct Rates {
    calls: f64,
    errors: f64,
    cpu: f64,
}

impl Measured {
    pub(super) fn new(utilizations: Utilizations) -> Self {
        Self::with_cpu_time(utilizations, cpu_time)
    }

    fn with_cpu_time(utilizations: Utilizations, cpu_time: fn() -> Duration) -> Self {
        let last = Sample {
            at: Instant::now(),
            calls: 0,
            errors: 0,
            cpu: cpu_time(),
            rates: None,
        };
        Self {
            calls: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            utilizations,
            budget: OnceLock::new(),
            cpu_time,
            last: Mutex::new(last),
        }
    }

    /// The budget, which is made when the server is.
    pub(super) fn watch(&self, budget: Arc<Budget>) {
        self.budget.get_or_init(|| budget);
    }

    // The counters guard nothing but themselves, so no ordering with other memory is needed.

    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn report(&self) -> LoadReport {
        let rates = self.rates();
        let cpu = rates.map_or(0.0, |rates| rates.cpu);
        let buffers = self.budget.get().map_or(0.0, |budget| budget.utilization());
        LoadReport {
            cpu_utilization: rates.map(|rates| rates.cpu),
            application_utilization: Some(self.utilizations.most(cpu.max(buffers))),
            qps: rates.map(|rates| rates.calls),
            eps: rates.map(|rates| rates.errors),
            ..LoadReport::default()
        }
    }

    fn rates(&self) -> Option<Rates> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = now.saturating_duration_since(last.at);
        if passed >= WINDOW {
            let calls = self.calls.load(Ordering::Relaxed);
            let errors = self.errors.load(Ordering::Relaxed);
            let cpu = (self.cpu_time)();
            let seconds = passed.as_secs_f64();
            let rates = Rates {
                calls: (calls - last.calls) as f64 / seconds,
                errors: (errors - last.errors) as f64 / seconds,
                cpu: cpu.saturating_sub(last.cpu).as_secs_f64() / seconds,
            };
            *last = Sample {
                at: now,
                calls,
                errors,
                cpu,
                rates: Some(rates),
            };
        }
        last.rates
    }
}

/// The CPU time of this process, divided by the CPUs that it may use.
#[cfg(unix)]
fn cpu_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    use std::num::NonZero;

    let cpus = std::thread::available_parallelism().map_or(1, NonZero::get);
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let time = Duration::try_from(time).unwrap_or_default();
    time / u32::try_from(cpus).unwrap_or(u32::MAX)
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    Duration::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_of_the_cpu() -> Duration {
        thread_local! {
            static START: Instant = Instant::now();
        }
        START.with(Instant::elapsed) / 2
    }

    #[tokio::test(start_paused = true)]
    async fn rates_are_those_of_the_last_window() {
        let measured = Measured::with_cpu_time(Utilizations::default(), half_of_the_cpu);
        for _ in 0..30 {
            measured.call();
        }
        measured.error();
        assert_eq!(measured.report().qps, None);
        tokio::time::advance(2 * WINDOW).await;
        let report = measured.report();
        assert_eq!((report.qps, report.eps), (Some(15.0), Some(0.5)));
        assert_eq!(report.cpu_utilization, Some(0.5));
        measured.call();
        assert_eq!(measured.report(), report);
        tokio::time::advance(WINDOW).await;
        let report = measured.report();
        assert_eq!((report.qps, report.eps), (Some(1.0), Some(0.0)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_application_is_as_busy_as_what_is_busiest() {
        let mut utilizations = Utilizations::default();
        utilizations.push(|| 0.25);
        utilizations.push(|| 0.75);
        let measured = Measured::with_cpu_time(utilizations, half_of_the_cpu);
        assert_eq!(measured.report().application_utilization, Some(0.75));
        let idle = Measured::with_cpu_time(Utilizations::default(), half_of_the_cpu);
        assert_eq!(idle.report().application_utilization, Some(0.0));
        tokio::time::advance(WINDOW).await;
        assert_eq!(idle.report().application_utilization, Some(0.5));
    }

    #[cfg(unix)]
    #[test]
    fn the_time_of_the_process_grows() {
        let before = cpu_time();
        while cpu_time() == before {
            std::hint::spin_loop();
        }
    }
}
