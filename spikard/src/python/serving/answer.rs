//! What answers the calls of a declared method.

use std::sync::Arc;

use bytes::Bytes;

use crate::dispatch::{Admitted, ResponseFuture, ServerCall, Target, in_time};
use crate::python::bridge::{Bridge, Handler};
use crate::python::convert::{Answer, PythonRequest};
use crate::{GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcRequest, Kind};

/// Answers one call of a method.
pub(super) type Answerer = fn(ServerCall, Target, Arc<Bridge>, Handler) -> ResponseFuture;

/// How the calls of a kind are answered: the one place that knows which kinds Python can handle.
pub(super) fn answerer(kind: Kind) -> Option<Answerer> {
    Some(match kind {
        Kind::Unary => |call, target, bridge, handler| {
            buffered::<GrpcRequest<Bytes>>(call, target, bridge, handler, Answer::One)
        },
        Kind::ServerStreaming => |call, target, bridge, handler| {
            buffered::<GrpcRequest<Bytes>>(call, target, bridge, handler, Answer::ServerStream)
        },
        Kind::ClientStreaming => |call, target, bridge, handler| {
            buffered::<GrpcClientStreamRequest<Bytes>>(call, target, bridge, handler, Answer::One)
        },
        Kind::Bidirectional => |call, target, bridge, handler| {
            let answer = Answer::BidiStream;
            buffered::<GrpcBidiStreamRequest<Bytes>>(call, target, bridge, handler, answer)
        },
        Kind::Duplex => return None,
    })
}

/// Buffers the request, hands it to the handler and sends its answer.
fn buffered<Req: PythonRequest>(
    call: ServerCall,
    target: Target,
    bridge: Arc<Bridge>,
    handler: Handler,
    answer: Answer,
) -> ResponseFuture {
    call.answer(target, move |admitted: Admitted| async move {
        let Admitted {
            head,
            body,
            sending,
            deadline,
        } = admitted;
        let request = Req::receive(head, body).await?;
        in_time(deadline)?;
        let reply = bridge
            .call(handler, answer, request.into_inbound()?)
            .await?;
        reply.into_reply(&sending)
    })
}
