//! Names that are keywords of Rust, or nearly the same as others.

use spikard::proto::{Method, Service};
use spikard::{GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Status, grpc_stream};
use spikard_ui_tests::pb::r#type::{Self_, r#async, self_, store, store_service};
use spikard_ui_tests::table;

struct Things;

#[grpc_stream(service = spikard_ui_tests::pb::r#type::store_service)]
impl Things {
    #[grpc(method = "self")]
    async fn itself(&self, _: GrpcRequest<Self_>) -> Result<GrpcResponse<store::Shelf>, Status> {
        Ok(GrpcResponse::default())
    }

    async fn r#match(&self, _: GrpcRequest<self_::Inner>) -> Result<GrpcResponse<Self_>, Status> {
        Ok(GrpcResponse::default())
    }

    async fn get_url(
        &self,
        _: GrpcRequest<Self_>,
    ) -> Result<GrpcServerStreamResponse<Self_>, Status> {
        Ok(GrpcServerStreamResponse::default())
    }

    #[grpc(method = "getUrl")]
    async fn small(&self, _: GrpcRequest<Self_>) -> Result<GrpcResponse<Self_>, Status> {
        Ok(GrpcResponse::default())
    }

    #[grpc(method = "GetURL")]
    async fn large(&self, _: GrpcRequest<Self_>) -> Result<GrpcResponse<Self_>, Status> {
        Ok(GrpcResponse::default())
    }
}

#[grpc_stream(service = r#async, name = Waits)]
async fn r#await(_: GrpcRequest<Self_>) -> Result<GrpcResponse<Self_>, Status> {
    Ok(GrpcResponse::default())
}

#[test]
fn runs() {
    let names = ["self", "match", "GetUrl", "getUrl", "GetURL"];
    let table = table::<Things>();
    assert_eq!(table.len(), names.len());
    for (row, name) in table.iter().zip(names) {
        assert!(row.starts_with(&format!("type.Store {name}:")), "{row}");
    }
    assert_eq!(spikard_ui_tests::table::<Waits>().len(), 1);

    assert_eq!(
        <store_service::Self_ as Method>::Service::NAME,
        "type.Store"
    );
    assert_eq!(store_service::GetUrl__::NAME, "GetURL");
    assert_eq!(store_service::GetUrl__::REQUEST, "type.Self");
    const { assert!(store_service::GetUrl::SERVER_STREAMS && !store_service::GetUrl::CLIENT_STREAMS) };
}
