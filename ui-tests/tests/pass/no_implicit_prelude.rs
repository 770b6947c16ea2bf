//! Generated code needs no name to be in scope.

#![no_implicit_prelude]

#[::spikard::grpc_stream(service = "a.A", max_stream_bytes = "1MiB", timeout = "5s")]
async fn ask(
    request: ::spikard::GrpcRequest,
) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status> {
    ::core::result::Result::Ok(::core::convert::From::from(request.payload))
}

#[::spikard::grpc_stream(service = "a.A", python = "a:tell")]
async fn tell(
    request: ::spikard::GrpcRequest,
) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status>;

#[derive(::core::clone::Clone)]
struct Records;

#[::spikard::grpc_stream(service = "a.A")]
impl Records {
    async fn import(
        &self,
        request: ::spikard::GrpcRequest,
    ) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status> {
        ::core::result::Result::Ok(::core::convert::From::from(request.payload))
    }

    #[grpc(python = "a:export")]
    async fn export(
        &self,
        request: ::spikard::GrpcRequest,
    ) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status>;
}

// Names that generated code must not mistake for its own.
mod shadows {
    #![allow(non_camel_case_types, dead_code, unused_macros)]

    struct Arc;
    struct Result;
    struct str;
    struct usize;
    mod core {}
    mod std {}
    mod spikard {}
    macro_rules! concat {
        () => {};
    }
    macro_rules! module_path {
        () => {};
    }

    #[::spikard::grpc_stream(service = "a.A")]
    async fn shadowed(
        request: ::spikard::GrpcRequest,
    ) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status> {
        ::core::result::Result::Ok(::core::convert::From::from(request.payload))
    }

    pub(crate) fn service() -> impl ::spikard::GrpcService {
        Shadowed
    }
}

#[test]
fn runs() {
    ::core::mem::drop((Tell, shadows::service()));
    let answer = ::spikard_ui_tests::call(&mut Ask, "a.A/Ask", &[b"x"]);
    ::core::assert_eq!(answer.messages, ["x"]);
    let answer = ::spikard_ui_tests::call(&mut Records, "a.A/Import", &[b"x"]);
    ::core::assert_eq!(answer.messages, ["x"]);
}
