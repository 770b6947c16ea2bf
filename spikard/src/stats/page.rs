//! The page that Prometheus reads.

use std::fmt::{self, Display, Write as _};

use super::code::code_name;
use super::histogram::Histogram;
use super::values::{MethodStats, ServerStats, StatusStats};

impl ServerStats {
    /// The page that Prometheus reads, in its text format 0.0.4 (`text/plain; version=0.0.4`).
    ///
    /// The metrics of gRFC A66 have the names that OpenTelemetry's exporters give them, such as
    /// `grpc_server_call_duration_seconds`; the others begin with `spikard_`.
    ///
    /// ```
    /// use spikard::Server;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), spikard::ServeError> {
    /// let server = Server::builder().bind("127.0.0.1:0").await?;
    /// let page = server.stats().read().to_prometheus();
    /// assert!(page.contains("\nspikard_open_connections 0\n"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_prometheus(&self) -> String {
        let mut page = Page(String::new());
        page.of_server(self);
        page.of_calls(&self.methods);
        page.of_histograms(&self.methods);
        page.0
    }
}

struct Page(String);

/// The values of a metric, by their labels.
type Samples<'a> = &'a mut dyn Iterator<Item = (String, f64)>;

impl Page {
    fn of_server(&mut self, stats: &ServerStats) {
        let mut one = |name, kind, help, value: u64| {
            self.metric(
                name,
                kind,
                help,
                &mut [(String::new(), value as f64)].into_iter(),
            );
        };
        one(
            "spikard_accepted_connections_total",
            "counter",
            "Connections that were accepted.",
            stats.accepted_connections,
        );
        one(
            "spikard_open_connections",
            "gauge",
            "Connections that are open.",
            stats.open_connections,
        );
        one(
            "spikard_buffered_bytes",
            "gauge",
            "Bytes that all calls have buffered: max_buffered_bytes bounds them.",
            stats.buffered_bytes,
        );
        one(
            "spikard_waiting_calls",
            "gauge",
            "Calls that wait for Python: max_waiting_calls bounds them.",
            stats.waiting_calls,
        );
    }

    fn of_calls(&mut self, methods: &[MethodStats]) {
        let mut each = |name, kind, help, value: fn(&MethodStats) -> f64| {
            let samples = methods
                .iter()
                .map(|method| (of_method(method), value(method)));
            self.metric(name, kind, help, &mut { samples });
        };
        each(
            "grpc_server_call_started_total",
            "counter",
            "Calls that were started.",
            |method| method.started as f64,
        );
        each(
            "spikard_calls_in_flight",
            "gauge",
            "Calls that have not ended.",
            |method| method.started.saturating_sub(method.ended()) as f64,
        );
        each(
            "spikard_received_messages_total",
            "counter",
            "Messages of clients, of calls that have ended.",
            |method| method.received_messages as f64,
        );
        each(
            "spikard_sent_messages_total",
            "counter",
            "Messages that were sent, of calls that have ended.",
            |method| method.sent_messages as f64,
        );
        each(
            "spikard_buffered_seconds_total",
            "counter",
            "Time until requests had arrived.",
            |method| method.buffered.as_secs_f64(),
        );
        each(
            "spikard_queued_seconds_total",
            "counter",
            "Time for which calls then waited for Python.",
            |method| method.queued.as_secs_f64(),
        );
        each(
            "spikard_handled_seconds_total",
            "counter",
            "Time that handlers then took.",
            |method| method.handled.as_secs_f64(),
        );
        let refused = methods.iter().flat_map(|method| {
            method.refused.iter().map(move |(limit, calls)| {
                (
                    format!("{},limit=\"{limit}\"", of_method(method)),
                    *calls as f64,
                )
            })
        });
        self.metric(
            "spikard_refused_calls_total",
            "counter",
            "Calls that a limit refused.",
            &mut { refused },
        );
    }

    fn of_histograms(&mut self, methods: &[MethodStats]) {
        let mut each = |name, help, of: fn(&StatusStats) -> Option<&Histogram>| {
            let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} histogram\n");
            for method in methods {
                for status in &method.statuses {
                    if let Some(histogram) = of(status) {
                        let code = code_name(status.code);
                        let labels = format!("{},grpc_status=\"{code}\"", of_method(method));
                        self.histogram(name, &labels, histogram);
                    }
                }
            }
        };
        each(
            "grpc_server_call_duration_seconds",
            "Time from the headers of the request to the end of the response.",
            |status| status.duration.as_ref(),
        );
        each(
            "grpc_server_call_rcvd_total_compressed_message_size_bytes",
            "Bytes of the messages of each call that were received.",
            |status| status.received_bytes.as_ref(),
        );
        each(
            "grpc_server_call_sent_total_compressed_message_size_bytes",
            "Bytes of the messages of each call that were sent.",
            |status| status.sent_bytes.as_ref(),
        );
    }

    fn metric(&mut self, name: &str, kind: &str, help: &str, samples: Samples<'_>) {
        // Writing to a string does not fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in samples {
            self.sample(name, &labels, value);
        }
    }

    fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let mut below = 0;
        let bounds = histogram.bounds.iter().copied().chain([f64::INFINITY]);
        for (bound, count) in bounds.zip(&histogram.counts) {
            below += count;
            let labels = format!("{labels},le=\"{}\"", Number(bound));
            self.sample(&format!("{name}_bucket"), &labels, below as f64);
        }
        self.sample(&format!("{name}_sum"), labels, histogram.sum);
        self.sample(&format!("{name}_count"), labels, below as f64);
    }

    fn sample(&mut self, name: &str, labels: &str, value: f64) {
        let value = Number(value);
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }
}

/// Names of methods need no escape: they are those of a `.proto`, or checked when they are declared.
fn of_method(method: &MethodStats) -> String {
    format!("grpc_method=\"{}\"", method.method)
}

struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_infinite() {
            f.write_str("+Inf")
        } else {
            self.0.fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use crate::Code;

    use super::*;

    fn stats() -> ServerStats {
        let status = StatusStats {
            code: Code::Ok,
            calls: 2,
            duration: None,
            received_bytes: Some(Histogram {
                bounds: &[0.0, 1024.0],
                counts: vec![1, 0, 1],
                sum: 2000.0,
            }),
            sent_bytes: None,
        };
        ServerStats {
            accepted_connections: 3,
            open_connections: 1,
            buffered_bytes: 7,
            waiting_calls: 0,
            methods: vec![MethodStats {
                method: String::from("shop.Orders/AddUp"),
                started: 5,
                statuses: vec![status],
                received_messages: 10,
                received_bytes: 2000,
                sent_messages: 2,
                sent_bytes: 8,
                buffered: Duration::from_millis(1500),
                queued: Duration::ZERO,
                handled: Duration::ZERO,
                refused: BTreeMap::from([("max_messages", 1)]),
            }],
        }
    }

    #[test]
    fn the_page_has_every_value_with_its_labels() {
        let page = stats().to_prometheus();
        for line in [
            "# TYPE grpc_server_call_started_total counter",
            "spikard_accepted_connections_total 3",
            "spikard_open_connections 1",
            "grpc_server_call_started_total{grpc_method=\"shop.Orders/AddUp\"} 5",
            "spikard_calls_in_flight{grpc_method=\"shop.Orders/AddUp\"} 3",
            "spikard_buffered_seconds_total{grpc_method=\"shop.Orders/AddUp\"} 1.5",
            "spikard_refused_calls_total{grpc_method=\"shop.Orders/AddUp\",limit=\"max_messages\"} 1",
            "grpc_server_call_rcvd_total_compressed_message_size_bytes_bucket{grpc_method=\"shop.Orders/AddUp\",grpc_status=\"OK\",le=\"1024\"} 1",
            "grpc_server_call_rcvd_total_compressed_message_size_bytes_bucket{grpc_method=\"shop.Orders/AddUp\",grpc_status=\"OK\",le=\"+Inf\"} 2",
            "grpc_server_call_rcvd_total_compressed_message_size_bytes_sum{grpc_method=\"shop.Orders/AddUp\",grpc_status=\"OK\"} 2000",
            "grpc_server_call_rcvd_total_compressed_message_size_bytes_count{grpc_method=\"shop.Orders/AddUp\",grpc_status=\"OK\"} 2",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} in\n{page}");
        }
    }
}
