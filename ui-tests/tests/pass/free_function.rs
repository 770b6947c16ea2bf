//! A free function: a plain function, and a unit struct that is its service.

use prost::Message;
use spikard::{
    GrpcClientStreamRequest, GrpcResponse, GrpcService, Handler, Kind, Status, grpc_stream,
};
use spikard_ui_tests::{block_on, call};

#[derive(Clone, PartialEq, Message)]
struct Item {
    #[prost(uint32, tag = "1")]
    value: u32,
}

#[grpc_stream(service = "messageservice.MessageService")]
async fn batch_create(
    request: GrpcClientStreamRequest<Item>,
) -> Result<GrpcResponse<Item>, Status> {
    if request.messages.is_empty() {
        return Err(Status::invalid_argument("no items"));
    }
    let value = request.messages.iter().map(|item| item.value).sum();
    Ok(GrpcResponse::from(Item { value }))
}

#[test]
fn runs() {
    assert_eq!(BatchCreate::NAME, "messageservice.MessageService");
    let [method] = BatchCreate::METHODS else {
        panic!("one method: {:?}", BatchCreate::METHODS);
    };
    assert_eq!(method.name, "BatchCreate");
    assert_eq!(method.kind, Kind::ClientStreaming);
    let path = concat!(module_path!(), "::batch_create");
    assert_eq!(method.handler, Handler::Rust(path.into()));

    let request = GrpcClientStreamRequest {
        messages: vec![Item { value: 3 }, Item { value: 4 }],
        ..Default::default()
    };
    let response = block_on(batch_create(request)).unwrap();
    assert_eq!(response.payload.value, 7);

    let answer = call(
        &mut BatchCreate,
        "messageservice.MessageService/BatchCreate",
        &[&[8, 3], &[8, 4]],
    );
    assert_eq!(
        (answer.status, answer.messages[0].as_ref()),
        (0, &[8, 7][..])
    );

    let answer = call(
        &mut BatchCreate,
        "messageservice.MessageService/BatchCreate",
        &[],
    );
    assert_eq!((answer.status, answer.message.as_str()), (3, "no%20items"));

    let answer = call(&mut BatchCreate, "messageservice.MessageService/Other", &[]);
    assert_eq!(answer.status, 12);
}
