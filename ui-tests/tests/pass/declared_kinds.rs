//! Handlers of a service that a `.proto` declares: every kind, with lists, with streams and with raw
//! bytes. The structs have the names that the types in the service's module have, too.

use spikard::{
    Bytes, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse,
    GrpcService, Kind, Messages, Status, grpc_stream,
};
use spikard_ui_tests::call;
use spikard_ui_tests::pb::messageservice::{
    self, BatchCreateResponse, Item, ItemId, message_service,
};

#[grpc_stream(service = messageservice::message_service)]
async fn get(request: GrpcRequest<ItemId>) -> Result<GrpcResponse<Item>, Status> {
    let value = request.payload.id as i64;
    Ok(GrpcResponse::from(Item {
        name: "one".into(),
        value,
    }))
}

#[grpc_stream(service = message_service)]
async fn list(_request: GrpcRequest<()>) -> Result<GrpcServerStreamResponse<Item>, Status> {
    Ok(GrpcServerStreamResponse::from(vec![Item::default()]))
}

type Created = Result<GrpcResponse<BatchCreateResponse>, Status>;

#[grpc_stream(service = spikard_ui_tests::pb::messageservice::message_service)]
async fn batch_create(request: GrpcClientStreamRequest<Item>) -> Created {
    let success_count = request.messages.len() as i64;
    Ok(GrpcResponse::from(BatchCreateResponse { success_count }))
}

#[grpc_stream(service = message_service)]
async fn transform(
    request: GrpcBidiStreamRequest<Item>,
) -> Result<GrpcBidiStreamResponse<Item>, Status> {
    Ok(GrpcBidiStreamResponse::from(request.messages))
}

/// The same methods as streams, and as raw bytes on one side or both.
mod otherwise {
    use super::*;

    #[grpc_stream(service = super::message_service)]
    pub(crate) async fn list(_request: GrpcRequest) -> Result<GrpcDuplexResponse<Item>, Status> {
        Ok(GrpcDuplexResponse::from(Messages::from(Vec::new())))
    }

    #[grpc_stream(service = self::message_service)]
    pub(crate) async fn transform(
        request: GrpcDuplexRequest<Item>,
    ) -> Result<GrpcDuplexResponse<Item>, Status> {
        Ok(GrpcDuplexResponse::from(request.messages))
    }

    #[grpc_stream(service = message_service)]
    pub(crate) async fn batch_create(
        request: GrpcClientStreamRequest<Bytes>,
    ) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
        let success_count = request.messages.len() as i64;
        Ok(GrpcResponse::from(BatchCreateResponse { success_count }))
    }

    /// Not buffered.
    pub(crate) mod uploaded {
        use super::*;

        #[grpc_stream(service = message_service)]
        pub(crate) async fn batch_create(
            mut request: GrpcDuplexRequest<Item>,
        ) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
            let mut success_count = 0;
            while request.messages.message().await?.is_some() {
                success_count += 1;
            }
            Ok(GrpcResponse::from(BatchCreateResponse { success_count }))
        }
    }

    #[grpc_stream(service = message_service)]
    pub(crate) async fn get(request: GrpcRequest) -> Result<GrpcResponse, Status> {
        Ok(GrpcResponse::from(request.payload))
    }
}

#[test]
fn runs() {
    const SERVICE: &str = "messageservice.MessageService";
    assert_eq!((Get::NAME, &*Get::METHODS[0].name), (SERVICE, "Get"));
    assert_eq!(<Get as tonic::server::NamedService>::NAME, SERVICE);
    for (info, kind) in [
        (&Get::METHODS[0], Kind::Unary),
        (&List::METHODS[0], Kind::ServerStreaming),
        (&BatchCreate::METHODS[0], Kind::ClientStreaming),
        (&Transform::METHODS[0], Kind::Bidirectional),
        (&otherwise::List::METHODS[0], Kind::ServerStreaming),
        (&otherwise::Transform::METHODS[0], Kind::Duplex),
        (&otherwise::BatchCreate::METHODS[0], Kind::ClientStreaming),
        (
            &otherwise::uploaded::BatchCreate::METHODS[0],
            Kind::UnbufferedClientStreaming,
        ),
        (&otherwise::Get::METHODS[0], Kind::Unary),
    ] {
        assert_eq!(info.kind, kind, "{info:?}");
    }

    let path = "messageservice.MessageService/BatchCreate";
    let answer = call(&mut BatchCreate, path, &[b"", b""]);
    assert_eq!(
        (answer.status, answer.messages[0].as_ref()),
        (0, &[8, 2][..])
    );
    let answer = call(
        &mut otherwise::uploaded::BatchCreate,
        path,
        &[b"", b"", b""],
    );
    assert_eq!(
        (answer.status, answer.messages[0].as_ref()),
        (0, &[8, 3][..])
    );
    let answer = call(&mut otherwise::BatchCreate, path, &[b"\xff"]);
    assert_eq!(
        (answer.status, answer.messages[0].as_ref()),
        (0, &[8, 1][..])
    );
}
