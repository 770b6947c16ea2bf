//! Functions with the names that generated code has for the same things.

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

#[grpc_stream(service = "a.A")]
async fn service(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A")]
async fn index(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A")]
async fn call(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A")]
async fn request(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "a.A")]
async fn handlers(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

// A parameter of such a name would be a pattern: this struct, or this constant.
mod patterns {
    use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};

    #[allow(non_camel_case_types, dead_code)]
    struct call;
    #[allow(non_camel_case_types, dead_code)]
    struct service;
    #[allow(non_upper_case_globals, dead_code)]
    const index: u8 = 0;
    #[allow(non_upper_case_globals, dead_code)]
    static request: u8 = 0;

    #[grpc_stream(service = "a.A")]
    pub(super) async fn echo(sent: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(sent.payload.into())
    }

    #[derive(Clone)]
    pub(super) struct Records;

    #[grpc_stream(service = "a.A")]
    impl Records {
        async fn import(&self, sent: GrpcRequest) -> Result<GrpcResponse, Status> {
            Ok(sent.payload.into())
        }

        #[grpc(python = "a:export")]
        async fn export(&self, sent: GrpcRequest) -> Result<GrpcResponse, Status>;
    }
}

#[test]
fn runs() {
    use spikard_ui_tests::call;

    for messages in [
        call(&mut Service, "a.A/Service", &[b"x"]).messages,
        call(&mut Index, "a.A/Index", &[b"x"]).messages,
        call(&mut Call, "a.A/Call", &[b"x"]).messages,
        call(&mut Request, "a.A/Request", &[b"x"]).messages,
        call(&mut Handlers, "a.A/Handlers", &[b"x"]).messages,
        call(&mut patterns::Echo, "a.A/Echo", &[b"x"]).messages,
        call(&mut patterns::Records, "a.A/Import", &[b"x"]).messages,
    ] {
        assert_eq!(messages, ["x"]);
    }
}
