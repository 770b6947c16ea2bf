//! What a handler reports of load, for the clients and proxies that balance calls by it (ORCA).

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Call;

/// Load, as a client or a proxy that balances calls may want to know it: an ORCA report.
///
/// A handler records what it knows with [`Call::record_load`] and [`Call::record_server_load`]. The server sends it where
/// [`ServerBuilder::orca`](crate::ServerBuilder::orca) asks for that, and adds what it measures itself. A value that
/// is not finite is left out, with a warning in the log. So is a negative one, but for `named_metrics`, and one above 1
/// where 1 is the most.
///
/// ```
/// use spikard::{Bytes, GrpcRequest, GrpcResponse, LoadReport, Status};
///
/// async fn search(request: GrpcRequest<Bytes>) -> Result<GrpcResponse<Bytes>, Status> {
///     request.call.record_load(LoadReport {
///         request_cost: [("rows".to_owned(), 3456.0)].into(),
///         ..LoadReport::default()
///     });
///     request.call.record_server_load(LoadReport {
///         utilization: [("gpu".to_owned(), 0.7)].into(),
///         ..LoadReport::default()
///     });
///     Ok(GrpcResponse::default())
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadReport {
    /// The CPU in use, as a fraction of what there is; above 1 over a soft limit.
    pub cpu_utilization: Option<f64>,
    /// The memory in use, as a fraction of what there is: 0 to 1.
    pub memory_utilization: Option<f64>,
    /// How busy the application is, as a fraction; above 1 over a soft limit. Balancers prefer it to the CPU.
    pub application_utilization: Option<f64>,
    /// Calls a second (`rps_fractional`).
    pub qps: Option<f64>,
    /// Calls a second that end with an error.
    pub eps: Option<f64>,
    /// Other resources in use, by name, as fractions: 0 to 1.
    pub utilization: BTreeMap<String, f64>,
    /// What this call cost, by name, in any unit. Not sent for a server.
    pub request_cost: BTreeMap<String, f64>,
    /// Anything else, by name: any number, negative ones too.
    pub named_metrics: BTreeMap<String, f64>,
}

impl LoadReport {
    /// Takes over what `later` says; what it does not say stays.
    pub(crate) fn merge(&mut self, later: Self) {
        let replace = |old: &mut Option<f64>, new: Option<f64>| *old = new.or(*old);
        replace(&mut self.cpu_utilization, later.cpu_utilization);
        replace(&mut self.memory_utilization, later.memory_utilization);
        replace(
            &mut self.application_utilization,
            later.application_utilization,
        );
        replace(&mut self.qps, later.qps);
        replace(&mut self.eps, later.eps);
        self.utilization.extend(later.utilization);
        self.request_cost.extend(later.request_cost);
        self.named_metrics.extend(later.named_metrics);
    }

    /// Leaves out the values that a receiver would refuse.
    fn checked(mut self) -> Self {
        let any = f64::INFINITY;
        for (name, most, value) in [
            ("cpu_utilization", any, &mut self.cpu_utilization),
            ("memory_utilization", 1.0, &mut self.memory_utilization),
            (
                "application_utilization",
                any,
                &mut self.application_utilization,
            ),
            ("qps", any, &mut self.qps),
            ("eps", any, &mut self.eps),
        ] {
            *value = value.filter(|value| is_valid(&name, *value, 0.0, most));
        }
        for (name, least, most, values) in [
            ("utilization", 0.0, 1.0, &mut self.utilization),
            ("request_cost", 0.0, any, &mut self.request_cost),
            ("named_metrics", -any, any, &mut self.named_metrics),
        ] {
            values.retain(|key, value| {
                is_valid(&format_args!("{name}[{key:?}]"), *value, least, most)
            });
        }
        self
    }
}

fn is_valid(name: &dyn Display, value: f64, least: f64, most: f64) -> bool {
    let valid = value.is_finite() && (least..=most).contains(&value);
    if !valid {
        tracing::warn!(
            "a load of {value} is left out of a report: {name} must be finite and from {least} to {most}"
        );
    }
    valid
}

/// A report that several may write to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded(Arc<Mutex<LoadReport>>);

impl Recorded {
    pub(crate) fn record(&self, report: LoadReport) {
        self.get().merge(report.checked());
    }

    pub(crate) fn now(&self) -> LoadReport {
        self.get().clone()
    }

    fn get(&self) -> MutexGuard<'_, LoadReport> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the calls of a server that reports record into, as one of a request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoadRecorder {
    pub(crate) call: Recorded,
    pub(crate) server: Recorded,
}

impl Call {
    /// Adds to the load report of this call, which goes with its trailers, and overrides what the server measures. Does
    /// nothing where the server does not report (ORCA).
    pub fn record_load(&self, report: LoadReport) {
        if let Some(recorder) = self.load_recorder() {
            recorder.call.record(report);
        }
    }

    /// Adds to the load report of the server, which is part of those of all calls, and of those out of band. What is
    /// recorded stays until it is replaced. Does nothing where the server does not report (ORCA).
    pub fn record_server_load(&self, report: LoadReport) {
        if let Some(recorder) = self.load_recorder() {
            recorder.server.record(report);
        }
    }

    /// `None` where the server does not report.
    pub(crate) fn load_recorder(&self) -> Option<&LoadRecorder> {
        self.extensions.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, value: f64) -> BTreeMap<String, f64> {
        [(name.to_owned(), value)].into()
    }

    #[test]
    fn later_values_replace_earlier_ones_of_their_name() {
        let recorded = Recorded::default();
        recorded.record(LoadReport {
            cpu_utilization: Some(1.5),
            qps: Some(7.0),
            utilization: named("gpu", 0.5),
            ..LoadReport::default()
        });
        recorded.record(LoadReport {
            qps: Some(8.0),
            utilization: named("disk", 0.25),
            ..LoadReport::default()
        });
        let utilization = [("gpu".to_owned(), 0.5), ("disk".to_owned(), 0.25)].into();
        let expected = LoadReport {
            cpu_utilization: Some(1.5),
            qps: Some(8.0),
            utilization,
            ..LoadReport::default()
        };
        assert_eq!(recorded.now(), expected);
    }

    #[test]
    fn values_that_a_receiver_would_refuse_are_left_out() {
        for wrong in [-0.1, f64::NAN, f64::INFINITY] {
            let recorded = Recorded::default();
            recorded.record(LoadReport {
                cpu_utilization: Some(wrong),
                eps: Some(wrong),
                request_cost: named("rows", wrong),
                ..LoadReport::default()
            });
            assert_eq!(recorded.now(), LoadReport::default(), "{wrong}");
        }
        let recorded = Recorded::default();
        recorded.record(LoadReport {
            memory_utilization: Some(1.1),
            utilization: named("gpu", 1.1),
            named_metrics: named("balance", -3.0),
            ..LoadReport::default()
        });
        let expected = LoadReport {
            named_metrics: named("balance", -3.0),
            ..LoadReport::default()
        };
        assert_eq!(recorded.now(), expected);
    }

    #[test]
    fn a_call_without_reports_records_nothing() {
        Call::default().record_load(LoadReport {
            qps: Some(1.0),
            ..LoadReport::default()
        });
    }
}
