//! Whether a handler is what the `.proto` says of its method. What is wrong ends the compilation.

use super::find::{exact, same};
use super::text::Text;
use super::{Declared, DeclaredRpc};
use crate::proto::{Method, Service};
use crate::service::Rpc;
use crate::shapes::{RequestForm, RequestShape, ResponseForm, ResponseShape};
use crate::{HandlerResult, Kind};

/// Checks that the path `path` led to the module of a service.
#[track_caller]
pub const fn check_service<S: Declared>(path: &str) {
    if !S::Service::IS_DECLARED {
        Text::new("`")
            .and(path)
            .and("` is not the module that spikard-build generates for a service: write its path, as in `service = messageservice::message_service`, or the full name of the service in quotes")
            .panic()
    }
}

/// Checks the request of a handler, which is written `written`.
#[track_caller]
pub const fn check_request<S, const INDEX: usize, Signature>(written: &str)
where
    S: DeclaredRpc<INDEX, Signature> + Rpc<INDEX, Signature>,
{
    if !S::Service::IS_DECLARED {
        return;
    }
    let streams = !matches!(S::Request::FORM, RequestForm::Single);
    if streams != <S::Method as Method>::CLIENT_STREAMS {
        wrong_kind::<S::Method>("takes", streams, written).panic()
    }
    if !S::TAKES {
        wrong_message::<S::Method>("takes", <S::Method as Method>::REQUEST, written).panic()
    }
}

/// Checks the result of a handler, which is written `written`.
#[track_caller]
pub const fn check_response<S, const INDEX: usize, Signature>(written: &str)
where
    S: DeclaredRpc<INDEX, Signature> + Rpc<INDEX, Signature>,
{
    let form = <<S::Result as HandlerResult>::Response as ResponseShape>::FORM;
    // Types that do not go together are reported as such.
    if !S::Service::IS_DECLARED || Kind::find(S::Request::FORM, form).is_none() {
        return;
    }
    let streams = !matches!(form, ResponseForm::Single);
    if streams != <S::Method as Method>::SERVER_STREAMS {
        wrong_kind::<S::Method>("returns", streams, written).panic()
    }
    if !S::RETURNS {
        wrong_message::<S::Method>("returns", <S::Method as Method>::RESPONSE, written).panic()
    }
}

/// Checks that of the `(function, method)`s of one block no two are for one method.
#[track_caller]
pub const fn distinct(handlers: &[(&str, &str)]) {
    let mut at = 1;
    while at < handlers.len() {
        let (function, method) = handlers[at];
        let mut before = 0;
        while before < at {
            let (other, taken) = handlers[before];
            if !method.is_empty() && same(method.as_bytes(), taken.as_bytes()) {
                Text::new("`")
                    .and(other)
                    .and("` and `")
                    .and(function)
                    .and("` are both for the method `")
                    .and(method)
                    .and("`: write `#[grpc(method = \"…\")]` with the name of another on one of them")
                    .panic()
            }
            before += 1;
        }
        at += 1;
    }
}

/// Checks that `handled` are all methods of the service.
#[track_caller]
pub const fn complete<S: Declared>(handled: &[&str]) {
    let declared = S::Service::METHODS;
    let mut text = Text::new("");
    let mut missing = 0;
    let mut at = 0;
    while at < declared.len() {
        if exact(handled, declared[at]).is_none() {
            let separator = if missing == 0 { "`" } else { ", `" };
            text = text.and(separator).and(declared[at]).and("`");
            missing += 1;
        }
        at += 1;
    }
    let methods = match missing {
        0 => return,
        1 => "` has a method without a handler in this block: ",
        _ => "` has methods without a handler in this block: ",
    };
    Text::new("`")
        .and(S::Service::NAME)
        .and(methods)
        .and(text.as_str())
        .and(": write an `async fn` for each, or leave `complete` out if others handle them")
        .panic()
}

const fn wrong_kind<M: Method>(verb: &str, streams: bool, written: &str) -> Text {
    let kind = match (M::CLIENT_STREAMS, M::SERVER_STREAMS) {
        (false, false) => Kind::Unary,
        (false, true) => Kind::ServerStreaming,
        (true, false) => Kind::ClientStreaming,
        (true, true) => Kind::Bidirectional,
    };
    let advice = match kind {
        Kind::Unary => "take a `GrpcRequest` and return a `GrpcResponse`",
        Kind::ServerStreaming => {
            "take a `GrpcRequest` and return a `GrpcServerStreamResponse` or a `GrpcDuplexResponse`"
        }
        Kind::ClientStreaming => {
            "take a `GrpcClientStreamRequest`, or a `GrpcDuplexRequest`, and return a `GrpcResponse`"
        }
        _ => {
            "take a `GrpcBidiStreamRequest` and return a `GrpcBidiStreamResponse`, or take a `GrpcDuplexRequest` and return a `GrpcDuplexResponse`"
        }
    };
    let count = if streams {
        " a stream of messages"
    } else {
        " one message"
    };
    path::<M>()
        .and(" is ")
        .and(kind.name())
        .and(" in the `.proto`, ")
        .declaration::<M>()
        .and(", but this handler ")
        .and(verb)
        .and(count)
        .and(", `")
        .and(written)
        .and("`: ")
        .and(advice)
}

const fn wrong_message<M: Method>(verb: &str, message: &str, written: &str) -> Text {
    path::<M>()
        .and(" ")
        .and(verb)
        .and(" `")
        .and(message)
        .and("` in the `.proto`, ")
        .declaration::<M>()
        .and(", but this handler ")
        .and(verb)
        .and(" `")
        .and(written)
        .and("`: write the type of that message in it, or no message type for raw bytes")
}

const fn path<M: Method>() -> Text {
    Text::new("`")
        .and(<M::Service as Service>::NAME)
        .and("/")
        .and(M::NAME)
        .and("`")
}

impl Text {
    /// The method, as the `.proto` has it.
    const fn declaration<M: Method>(self) -> Self {
        self.and("`rpc ")
            .and(M::NAME)
            .and("(")
            .and(stream_word(M::CLIENT_STREAMS))
            .and(M::REQUEST)
            .and(") returns (")
            .and(stream_word(M::SERVER_STREAMS))
            .and(M::RESPONSE)
            .and(")`")
    }
}

const fn stream_word(streams: bool) -> &'static str {
    if streams { "stream " } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Orders;

    impl Service for Orders {
        const NAME: &'static str = "shop.Orders";
        const METHODS: &'static [&'static str] = &["Get", "FindAll", "Watch"];
    }

    impl Declared for Orders {
        type Service = Self;
    }

    #[test]
    fn names_what_a_block_lacks() {
        let text = |handled: &'static [&'static str]| {
            let panic = std::panic::catch_unwind(|| complete::<Orders>(handled));
            let panic = panic.expect_err("methods are missing");
            *panic.downcast::<String>().expect("the message is a text")
        };
        complete::<Orders>(&["Watch", "FindAll", "Get"]);
        let one = text(&["Get", "Watch", "find_all"]);
        let start = "`shop.Orders` has a method without a handler in this block: `FindAll`: write";
        assert!(one.starts_with(start), "{one}");
        let two = text(&["FindAll"]);
        let start =
            "`shop.Orders` has methods without a handler in this block: `Get`, `Watch`: write";
        assert!(two.starts_with(start), "{two}");
    }
}
