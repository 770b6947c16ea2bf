//! Serves the calls of a declared method.

use std::sync::Arc;

use bytes::Bytes;

use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::python::bridge::{Bridge, Handler};
use crate::python::convert::{Answer, PythonRequest};
use crate::{GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest, Kind};

/// Serves one call of a method.
pub(super) type Answerer = fn(ServerCall, Target, Arc<Bridge>, Handler) -> ResponseFuture;

/// The function that serves calls of a kind: the one place that knows which kinds Python can handle. `streams` is for
/// handlers that yield their response.
pub(super) fn answerer(kind: Kind, streams: bool) -> Option<Answerer> {
    Some(match (kind, streams) {
        (Kind::Unary, false) => |call, target, bridge, handler| {
            run::<GrpcRequest<Bytes>>(call, target, bridge, handler, Answer::One)
        },
        (Kind::ServerStreaming, false) => |call, target, bridge, handler| {
            run::<GrpcRequest<Bytes>>(call, target, bridge, handler, Answer::ServerStream)
        },
        (Kind::ServerStreaming, true) => |call, target, bridge, handler| {
            run::<GrpcRequest<Bytes>>(call, target, bridge, handler, Answer::Stream)
        },
        (Kind::ClientStreaming, false) => |call, target, bridge, handler| {
            run::<GrpcClientStreamRequest<Bytes>>(call, target, bridge, handler, Answer::One)
        },
        (Kind::UnbufferedClientStreaming, false) => |call, target, bridge, handler| {
            run::<GrpcDuplexRequest<Bytes>>(call, target, bridge, handler, Answer::One)
        },
        (Kind::Bidirectional, false) => |call, target, bridge, handler| {
            let answer = Answer::BidiStream;
            run::<GrpcBidiStreamRequest<Bytes>>(call, target, bridge, handler, answer)
        },
        (Kind::Duplex, true) => |call, target, bridge, handler| {
            run::<GrpcDuplexRequest<Bytes>>(call, target, bridge, handler, Answer::Stream)
        },
        _ => return None,
    })
}

/// Receives the request (in full, unless it is a stream), runs the handler and sends its response.
fn run<Req: PythonRequest>(
    call: ServerCall,
    target: Target,
    bridge: Arc<Bridge>,
    handler: Handler,
    answer: Answer,
) -> ResponseFuture {
    call.receive(target, move |request: Req, sending| async move {
        let inbound = request.into_inbound();
        let reply = bridge.call(handler, answer, inbound).await?;
        reply.into_reply(sending)
    })
}
