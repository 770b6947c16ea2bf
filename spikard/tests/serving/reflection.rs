//! Reflection, with tonic's client.

use std::collections::BTreeSet;
use std::time::Duration;

use prost::Message as _;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use spikard::{Code, GrpcRequest, GrpcResponse, ServeError, Server, Status, grpc_stream};
use tokio_stream::StreamExt as _;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ExtensionRequest, ServerReflectionRequest};

use crate::descriptors::descriptors;
use crate::support::Running;

#[grpc_stream(service = "shown.Shop")]
async fn buy(_: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
    Ok(GrpcResponse::from(()))
}

#[grpc_stream(service = "unknown.Shop")]
async fn sell(_: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
    Ok(GrpcResponse::from(()))
}

/// What one stream is answered.
async fn answers(running: &Running, asked: Vec<Option<MessageRequest>>) -> Vec<MessageResponse> {
    let requests: Vec<_> = asked
        .into_iter()
        .map(|message_request| ServerReflectionRequest {
            host: "here".into(),
            message_request,
        })
        .collect();
    let mut client = ServerReflectionClient::new(running.channel().await);
    let stream = client.server_reflection_info(tokio_stream::iter(requests.clone()));
    let answers: Vec<_> = stream.await.unwrap().into_inner().collect().await;
    assert_eq!(answers.len(), requests.len());
    let answers = answers.into_iter().zip(requests).map(|(answer, request)| {
        let answer = answer.unwrap();
        assert_eq!(answer.valid_host, "here");
        assert_eq!(answer.original_request, Some(request));
        answer.message_response.unwrap()
    });
    answers.collect()
}

fn symbol(name: &str) -> Option<MessageRequest> {
    Some(MessageRequest::FileContainingSymbol(name.into()))
}

fn named(name: &str) -> Option<MessageRequest> {
    Some(MessageRequest::FileByFilename(name.into()))
}

fn of_extension(containing_type: &str, extension_number: i32) -> Option<MessageRequest> {
    Some(MessageRequest::FileContainingExtension(ExtensionRequest {
        containing_type: containing_type.into(),
        extension_number,
    }))
}

fn numbers_of(message: &str) -> Option<MessageRequest> {
    Some(MessageRequest::AllExtensionNumbersOfType(message.into()))
}

/// The names of files, the numbers of extensions, or the code of an error.
fn short(answer: &MessageResponse) -> String {
    match answer {
        MessageResponse::FileDescriptorResponse(files) => {
            let files = files.file_descriptor_proto.iter();
            let files = files.map(|file| FileDescriptorProto::decode(&file[..]).unwrap());
            let names: Vec<String> = files.map(|file| file.name().to_owned()).collect();
            names.join(" ")
        }
        MessageResponse::AllExtensionNumbersResponse(numbers) => {
            format!("{} {:?}", numbers.base_type_name, numbers.extension_number)
        }
        MessageResponse::ErrorResponse(error) => {
            assert!(!error.error_message.is_empty());
            format!("error {}", error.error_code)
        }
        MessageResponse::ListServicesResponse(list) => {
            let names: Vec<&str> = list.service.iter().map(|one| one.name.as_str()).collect();
            names.join(" ")
        }
    }
}

fn builder() -> spikard::ServerBuilder {
    Server::builder()
        .add(Buy)
        .add(Sell)
        .health()
        .reflection(descriptors())
}

#[tokio::test]
async fn every_question_has_its_answer_and_the_stream_goes_on() {
    let running = Running::start(builder()).await;
    let cases = [
        (symbol("no.Such"), "error 5"),
        (symbol("unknown.Shop"), "error 5"),
        (symbol("shown.Shop"), "shop.proto item.proto base.proto"),
        // Those that this client has are not sent again, but for the one that is asked for.
        (symbol("shown.Shop.Buy"), "shop.proto"),
        (named("item.proto"), "item.proto"),
        (named("left_out.proto"), "error 5"),
        (symbol("shown.Item.name"), "item.proto"),
        (symbol("shown.Item.price"), "item.proto"),
        (symbol("shown.Item.Size"), "item.proto"),
        // Enum values are in the scope of their type.
        (symbol("shown.Item.LARGE"), "item.proto"),
        (symbol("shown.Item.Part.weight"), "item.proto"),
        (symbol("shown.colour"), "shop.proto"),
        (of_extension("shown.Item", 100), "shop.proto"),
        (of_extension("shown.Item", 126), "item.proto"),
        (of_extension("shown.Item", 127), "error 5"),
        (of_extension("no.Such", 100), "error 5"),
        (numbers_of("shown.Item"), "shown.Item [100, 126]"),
        (numbers_of("shown.Item.Part"), "shown.Item.Part []"),
        (numbers_of("no.Such"), "error 5"),
        (None, "error 3"),
        (
            symbol("grpc.health.v1.Health.List"),
            "grpc/health/v1/health.proto",
        ),
        (
            Some(MessageRequest::ListServices(String::new())),
            "grpc.health.v1.Health grpc.reflection.v1.ServerReflection \
             grpc.reflection.v1alpha.ServerReflection shown.Shop unknown.Shop",
        ),
    ];
    let asked = cases.iter().map(|(asked, _)| asked.clone()).collect();
    let answered = answers(&running, asked).await;
    for ((asked, expected), answered) in cases.iter().zip(&answered) {
        assert_eq!(short(answered), *expected, "{asked:?}");
    }
}

#[tokio::test]
async fn what_prost_does_not_know_is_shown_as_it_was_given() {
    let running = Running::start(builder()).await;
    let answered = answers(&running, vec![named("shop.proto")]).await;
    let MessageResponse::FileDescriptorResponse(files) = &answered[0] else {
        panic!("{answered:?}");
    };
    assert!(files.file_descriptor_proto[0].ends_with(b"\x82\xb5\x18\x01x"));
}

#[tokio::test]
async fn both_versions_are_served() {
    let running = Running::start(builder()).await;
    let mut client =
        tonic_reflection::pb::v1alpha::server_reflection_client::ServerReflectionClient::new(
            running.channel().await,
        );
    let request = tonic_reflection::pb::v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            tonic_reflection::pb::v1alpha::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            ),
        ),
    };
    let stream = client.server_reflection_info(tokio_stream::iter([request]));
    let answers: Vec<_> = stream.await.unwrap().into_inner().collect().await;
    let answer = answers[0]
        .as_ref()
        .unwrap()
        .message_response
        .clone()
        .unwrap();
    let tonic_reflection::pb::v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list) =
        answer
    else {
        panic!("{answer:?}");
    };
    let names: BTreeSet<_> = list.service.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains("shown.Shop"), "{names:?}");
}

#[tokio::test]
async fn a_broken_descriptor_set_is_refused_when_the_server_binds() {
    let nameless = FileDescriptorSet {
        file: vec![FileDescriptorProto::default()],
    };
    let broken = [
        (b"\xff\xff rubbish".to_vec(), "cannot be used"),
        (b"\x0a\x02\xff\xff".to_vec(), "cannot be used"),
        (nameless.encode_to_vec(), "one of its files has no name"),
    ];
    for (set, why) in broken {
        let builder = Server::builder().add(Buy).reflection(set);
        let refused = builder.bind("127.0.0.1:0").await.unwrap_err();
        assert!(matches!(refused, ServeError::Reflection(_)), "{refused}");
        let text = refused.to_string();
        assert!(
            text.contains("reflection()") && text.contains(why),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_stream_is_answered_and_ends_when_the_server_drains() {
    let running = Running::start(builder().grace(Duration::from_secs(60))).await;
    let mut client = ServerReflectionClient::new(running.channel().await);
    let asked = ServerReflectionRequest {
        host: String::new(),
        message_request: symbol("shown.Shop"),
    };
    // The client does not half-close.
    let requests = tokio_stream::iter([asked]).chain(tokio_stream::pending());
    let stream = client.server_reflection_info(requests).await;
    let mut stream = stream.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    let stopped = running.stop();
    assert!(stream.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_name_is_refused_by_its_length_and_shown_in_part() {
    let running = Running::start(builder()).await;
    let answered = answers(&running, vec![symbol(&"x".repeat(1000))]).await;
    let [MessageResponse::ErrorResponse(error)] = &answered[..] else {
        panic!("{answered:?}");
    };
    assert!(
        error.error_message.ends_with("xxx… (1000 bytes)"),
        "{error:?}"
    );
    let mut client = ServerReflectionClient::new(running.channel().await);
    let asked = ServerReflectionRequest {
        host: "x".repeat(4097),
        message_request: None,
    };
    let stream = client.server_reflection_info(tokio_stream::iter([asked]));
    let refused = match stream.await {
        Ok(stream) => stream.into_inner().message().await.unwrap_err(),
        Err(status) => status,
    };
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(
        refused.message().contains("max_message_bytes = 4096"),
        "{refused}"
    );
}
