//! A block of a declared service: some of its methods, in Rust and in Python, with names that the
//! `.proto` spells in its own way.

use spikard::{
    GrpcClientStreamRequest, GrpcRequest, GrpcResponse, GrpcServerStreamResponse, Status,
    grpc_stream,
};
use spikard_ui_tests::pb::messageservice::{BatchCreateResponse, Item, message_service};
use spikard_ui_tests::{call, table};

#[derive(Clone)]
struct Items;

#[grpc_stream(service = message_service, timeout = "5s")]
impl Items {
    async fn batch_create(
        &self,
        request: GrpcClientStreamRequest<Item>,
    ) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
        let success_count = request.messages.len() as i64;
        Ok(GrpcResponse::from(BatchCreateResponse { success_count }))
    }

    async fn get_http_info(
        &self,
        request: GrpcRequest<String>,
    ) -> Result<GrpcResponse<Vec<u8>>, Status> {
        Ok(GrpcResponse::from(request.payload.into_bytes()))
    }

    #[grpc(method = "List", python = "items:list_all")]
    async fn all(&self, request: GrpcRequest) -> Result<GrpcServerStreamResponse, Status>;

    // Deprecated in the `.proto`, which is for its clients to know.
    async fn count(&self, _request: GrpcRequest<()>) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(0))
    }

    #[cfg(any())]
    #[grpc(method = "Count")]
    async fn count_otherwise(&self, _: GrpcRequest<()>) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(1))
    }
}

#[deny(warnings)]
mod strict {
    use super::*;

    #[grpc_stream(service = message_service, method = "GetHTTPInfo", name = Info)]
    pub(crate) async fn info(request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(request.payload))
    }

    #[grpc_stream(service = message_service)]
    pub(crate) async fn count(_request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::default())
    }
}

#[test]
fn runs() {
    let module = module_path!();
    let service = "messageservice.MessageService";
    assert_eq!(
        table::<Items>(),
        [
            format!("{service} BatchCreate: client streaming ({module}::Items::batch_create)"),
            format!("{service} GetHTTPInfo: unary ({module}::Items::get_http_info)"),
            format!("{service} List: server streaming (items:list_all)"),
            format!("{service} Count: unary ({module}::Items::count)"),
        ]
    );
    assert_eq!(
        table::<strict::Info>(),
        [format!(
            "{service} GetHTTPInfo: unary ({module}::strict::info)"
        )]
    );
    assert_eq!(table::<strict::Count>().len(), 1);
    let answer = call(
        &mut Items,
        &format!("{service}/GetHTTPInfo"),
        &[b"\x0a\x01x"],
    );
    assert_eq!(
        (answer.status, &*answer.messages[0]),
        (0, &b"\x0a\x01x"[..])
    );
}

#[test]
fn all_methods_of_the_service_are_known() {
    assert_eq!(
        <Items as spikard::GrpcService>::DECLARED,
        message_service::METHODS
    );
}
