//! OpenTelemetry's metrics of a server, as gRFC A66 names them.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};
use std::sync::Arc;

use super::code::code_name;
use super::ended::{EndedCall, Watch};
use super::histogram::{BYTES, SECONDS};

/// The instruments of a meter.
pub(crate) struct OtelMetrics {
    started: Counter<u64>,
    sent: Histogram<u64>,
    received: Histogram<u64>,
    duration: Histogram<f64>,
}

impl OtelMetrics {
    pub(crate) fn of(meter: &Meter) -> Self {
        let size = |name, description| {
            meter
                .u64_histogram(name)
                .with_unit("By")
                .with_description(description)
                .with_boundaries(BYTES.to_vec())
                .build()
        };
        Self {
            started: meter
                .u64_counter("grpc.server.call.started")
                .with_unit("{call}")
                .with_description("The number of calls that were started")
                .build(),
            sent: size(
                "grpc.server.call.sent_total_compressed_message_size",
                "The bytes of the messages that each call sent, as they are on the wire",
            ),
            received: size(
                "grpc.server.call.rcvd_total_compressed_message_size",
                "The bytes of the messages that each call received, as they are on the wire",
            ),
            duration: meter
                .f64_histogram("grpc.server.call.duration")
                .with_unit("s")
                .with_description(
                    "The time from the headers of the request to the end of the response",
                )
                .with_boundaries(SECONDS.to_vec())
                .build(),
        }
    }
}

fn of_method(method: &Arc<str>) -> KeyValue {
    KeyValue::new("grpc.method", method.clone())
}

impl Watch for OtelMetrics {
    fn started(&self, method: &Arc<str>) {
        self.started.add(1, &[of_method(method)]);
    }

    fn ended(&self, call: &EndedCall<'_>) {
        let attributes = [
            of_method(call.method),
            KeyValue::new("grpc.status", code_name(call.code)),
        ];
        self.sent.record(call.sent.bytes, &attributes);
        self.received.record(call.received.bytes, &attributes);
        self.duration
            .record(call.times.total.as_secs_f64(), &attributes);
    }
}
