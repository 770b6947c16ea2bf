//! Every option, each in the ways that it can be written.

use std::time::Duration;

use spikard::{GrpcRequest, GrpcResponse, GrpcService, MethodOptions, Status, grpc_stream};
use spikard_ui_tests::call;

#[grpc_stream(
    service = "a.A",
    method = "Import",
    name = Importer,
    crate = ::spikard,
    max_messages = 1_000,
    max_message_bytes = "64KiB",
    max_stream_bytes = "1GB",
    max_decoded_bytes = "2GiB",
    timeout = "1m30s",
    idle_timeout = "250ms",
    accept_compression = false,
    refuse_retried_uploads = cfg!(test) || true,
    undecodable_as_invalid_argument = true,
)]
async fn bulk_import(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[grpc_stream(service = "A", max_message_bytes = 3, idle_timeout = Duration::from_micros(5))]
async fn tiny(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(request.payload.into())
}

#[derive(Clone)]
struct Records;

#[grpc_stream(service = "a.A", max_messages = 7, timeout = "2s")]
impl Records {
    async fn as_the_block_says(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }

    #[grpc(timeout = "1h")]
    #[grpc(max_stream_bytes = "8 MiB")]
    async fn with_its_own(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }

    #[grpc]
    async fn with_none(&self, request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(request.payload.into())
    }
}

#[test]
fn runs() {
    assert_eq!(Importer::METHODS[0].name, "Import");
    assert_eq!(
        Importer::METHODS[0].options,
        MethodOptions::new()
            .max_messages(1_000)
            .max_message_bytes(65_536)
            .max_stream_bytes(1_000_000_000)
            .max_decoded_bytes(2 << 30)
            .timeout(Duration::from_secs(90))
            .idle_timeout(Duration::from_millis(250))
            .accept_compression(false)
            .refuse_retried_uploads(true)
            .undecodable_as_invalid_argument(true)
    );
    assert_eq!(call(&mut Importer, "a.A/Import", &[b"x"]).messages, ["x"]);

    let own = MethodOptions::new().max_message_bytes(3);
    assert_eq!(
        Tiny::METHODS[0].options,
        own.idle_timeout(Duration::from_micros(5))
    );
    assert_eq!(call(&mut Tiny, "A/Tiny", &[b"123"]).status, 0);
    assert_eq!(call(&mut Tiny, "A/Tiny", &[b"1234"]).status, 8);

    let block = MethodOptions::new().max_messages(7);
    let [first, second, third] = Records::METHODS else {
        panic!("three methods: {:?}", Records::METHODS);
    };
    assert_eq!(first.options, block.timeout(Duration::from_secs(2)));
    assert_eq!(
        second.options,
        block
            .timeout(Duration::from_secs(3600))
            .max_stream_bytes(8 << 20)
    );
    assert_eq!(third.options, first.options);
}
