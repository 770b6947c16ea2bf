//! The access log: an event for each call that has ended.

use super::code::code_name;
use super::ended::{EndedCall, Watch};

/// What servers serve by themselves, for those that watch over them.
const STANDARD: [&str; 3] = ["grpc.health.", "grpc.reflection.", "xds.service.orca."];

/// Whether a method, `package.Service/Method`, is one that servers serve by themselves: its calls are no part of their load.
pub(crate) fn is_standard(method: &str) -> bool {
    STANDARD.iter().any(|prefix| method.starts_with(prefix))
}

/// The level of an event is a constant.
macro_rules! written {
    ($level:ident, $call:expr) => {{
        let call: &EndedCall<'_> = $call;
        tracing::event!(
            target: "spikard::access",
            tracing::Level::$level,
            peer = call.peer.map(tracing::field::display),
            method = &**call.method,
            path = call.path,
            code = code_name(call.code),
            limit = call.limit.map(|limit| limit.name()),
            received_messages = call.received.messages,
            received_bytes = call.received.bytes,
            sent_messages = call.sent.messages,
            sent_bytes = call.sent.bytes,
            duration = call.times.total.as_secs_f64(),
            buffered = call.times.buffered.as_secs_f64(),
            queued = call.times.queued.as_secs_f64(),
            handled = call.times.handled.as_secs_f64(),
            "a call has ended"
        );
    }};
}

/// Writes the access log.
pub(crate) struct AccessLog;

impl Watch for AccessLog {
    fn ended(&self, call: &EndedCall<'_>) {
        if is_standard(call.method) {
            written!(DEBUG, call);
        } else {
            written!(INFO, call);
        }
    }
}
