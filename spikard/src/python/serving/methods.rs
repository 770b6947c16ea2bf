//! The methods that Python declares.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::dispatch::Target;
use crate::python::bridge::{Bridge, Handler, Runs};
use crate::python::convert::{Layout, MessageClass};
use crate::routes::interned;
use crate::{Handler as HandlerName, Kind, MethodInfo, MethodOptions, Routes};

use super::answer::answerer;

/// One method, as Python declares it: what of its `Route` concerns Rust. Its handler is the one at the
/// same place in Python's list.
#[derive(FromPyObject)]
pub(super) struct Declared {
    declaration: Declaration,
    handler: NamedHandler,
}

#[derive(FromPyObject)]
struct Declaration {
    service: String,
    method: String,
    /// As `spikard.grpc.Kind` spells it.
    kind: String,
    /// Whether the answer is sent as the handler makes it.
    streams: bool,
    limits: MethodLimits,
    /// The service, where it was given as its descriptor.
    described: Option<Described>,
}

#[derive(FromPyObject)]
struct Described {
    method_names: Vec<String>,
}

/// The limits and switches of the method, a mapping; `None` where it leaves one to the server.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct MethodLimits {
    max_messages: Option<usize>,
    max_message_bytes: Option<usize>,
    max_stream_bytes: Option<usize>,
    max_decoded_bytes: Option<usize>,
    timeout: Option<f64>,
    idle_timeout: Option<f64>,
    accept_compression: Option<bool>,
    refuse_retried_uploads: Option<bool>,
    undecodable_as_invalid_argument: Option<bool>,
}

#[derive(FromPyObject)]
struct NamedHandler {
    /// `module:callable`, for people.
    name: String,
    on_loop: bool,
    /// The class of its messages, if it takes them decoded.
    memory: Option<MessageClass>,
    layout: Layout,
}

impl Declared {
    /// Adds the method to `routes`; its calls go to the handler at `index` through `bridge`.
    pub(super) fn add(
        self,
        routes: &mut Routes,
        index: usize,
        bridge: &Arc<Bridge>,
    ) -> PyResult<()> {
        let Self {
            declaration,
            handler,
        } = self;
        let kind = kind(&declaration.kind)?;
        let answerer = answerer(kind, declaration.streams).ok_or_else(|| {
            let handler = &handler.name;
            PyValueError::new_err(format!("{handler}: {kind} is not served from Python"))
        })?;
        let options = declaration.limits.options()?;
        let service = interned(&declaration.service);
        let method = interned(&declaration.method);
        if let Some(described) = &declaration.described {
            let names = described.method_names.iter();
            routes.declare_service(service, names.map(|name| interned(name)).collect());
        }
        let info = MethodInfo {
            name: Cow::Borrowed(method),
            kind,
            options,
            handler: HandlerName::Python(handler.name.into()),
        };
        let target = Target::new(service, method, options);
        // Messages of a stream share what holds them: an arena, or columns.
        let together = matches!(handler.layout, Layout::Joined | Layout::Column)
            && matches!(kind, Kind::ClientStreaming | Kind::Bidirectional);
        let target = match handler.memory {
            Some(class) => target.taking_in_python(class.read()?, together),
            None => target,
        };
        let runs = if handler.on_loop {
            Runs::OnLoop
        } else {
            Runs::InPool
        };
        let handler = Handler {
            index,
            runs,
            layout: handler.layout,
        };
        let bridge = bridge.clone();
        routes.declare(service, method, info, move |call| {
            answerer(call, target.clone(), bridge.clone(), handler)
        });
        Ok(())
    }
}

impl MethodLimits {
    fn options(&self) -> PyResult<MethodOptions> {
        let mut options = MethodOptions::new();
        options.max_messages = self.max_messages;
        options.max_message_bytes = self.max_message_bytes;
        options.max_stream_bytes = self.max_stream_bytes;
        options.max_decoded_bytes = self.max_decoded_bytes;
        options.timeout = self.timeout.map(seconds).transpose()?;
        options.idle_timeout = self.idle_timeout.map(seconds).transpose()?;
        options.accept_compression = self.accept_compression;
        options.refuse_retried_uploads = self.refuse_retried_uploads;
        options.undecodable_as_invalid_argument = self.undecodable_as_invalid_argument;
        Ok(options)
    }
}

fn kind(name: &str) -> PyResult<Kind> {
    Ok(match name {
        "unary" => Kind::Unary,
        "server_streaming" => Kind::ServerStreaming,
        "client_streaming" => Kind::ClientStreaming,
        "unbuffered_client_streaming" => Kind::UnbufferedClientStreaming,
        "bidirectional" => Kind::Bidirectional,
        "duplex" => Kind::Duplex,
        _ => {
            let text = format!("{name:?} is not a kind of RPC");
            return Err(PyValueError::new_err(text));
        }
    })
}

/// A time that Python gives in seconds.
pub(super) fn seconds(value: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|error| PyValueError::new_err(format!("{value} seconds is no time: {error}")))
}
