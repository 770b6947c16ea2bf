//! The client inside a test.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use spikard::testing::Client;
use spikard::{
    Bytes, Code, GrpcBidiStreamRequest, GrpcBidiStreamResponse, GrpcClientStreamRequest,
    GrpcDuplexRequest, GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcServerStreamResponse,
    Routes, Server, Status, grpc_stream,
};
use tokio::sync::Notify;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

#[derive(Clone, Default)]
struct Numbers {
    dropped: Arc<Notify>,
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[grpc_stream(service = "test.Numbers")]
impl Numbers {
    async fn double(&self, request: GrpcRequest<u64>) -> Result<GrpcResponse<u64>, Status> {
        let mut response = GrpcResponse::from(request.payload * 2);
        for (key, to) in [
            ("x-head", &mut response.metadata),
            ("x-tail", &mut response.trailers),
        ] {
            if let Some(value) = request.metadata.get(key) {
                to.insert(key, value.clone());
            }
        }
        Ok(response)
    }

    async fn count(
        &self,
        request: GrpcRequest<u64>,
    ) -> Result<GrpcServerStreamResponse<u64>, Status> {
        Ok((1..=request.payload).collect())
    }

    #[grpc(max_messages = 3)]
    async fn add_up(
        &self,
        request: GrpcClientStreamRequest<u64>,
    ) -> Result<GrpcResponse<u64>, Status> {
        Ok(GrpcResponse::from(request.messages.iter().sum::<u64>()))
    }

    async fn turn(&self, request: GrpcBidiStreamRequest) -> Result<GrpcBidiStreamResponse, Status> {
        let messages = request.messages.into_iter().rev();
        Ok(GrpcBidiStreamResponse::from(messages.collect::<Vec<_>>()))
    }

    async fn echo(
        &self,
        request: GrpcDuplexRequest<String>,
    ) -> Result<GrpcDuplexResponse<String>, Status> {
        let mut response = GrpcDuplexResponse::from(request.messages);
        response.metadata.insert("x-head", "first".parse().unwrap());
        response.trailers.insert("x-tail", "last".parse().unwrap());
        Ok(response)
    }

    async fn hang(&self, _: GrpcRequest) -> Result<GrpcResponse, Status> {
        let _dropped = NotifyOnDrop(self.dropped.clone());
        pending().await
    }

    async fn who(&self, request: GrpcRequest) -> Result<GrpcResponse<String>, Status> {
        let certificates = request.call.peer_certs().len();
        let peer = request.call.peer().map(|peer| peer.to_string());
        Ok(GrpcResponse::from(format!("{peer:?} {certificates}")))
    }

    async fn until_drain(
        &self,
        request: GrpcRequest,
    ) -> Result<GrpcDuplexResponse<String>, Status> {
        let draining = request.call.draining();
        Ok(GrpcDuplexResponse::from(spikard::Messages::new(
            async_stream::try_stream! {
                yield String::from("begun");
                draining.await;
                yield String::from("draining");
            },
        )))
    }
}

fn client() -> Client {
    Client::new(Routes::new().add(Numbers::default())).unwrap()
}

#[tokio::test]
async fn calls_of_every_kind() {
    let client = client();
    let call = |method| client.call(&format!("test.Numbers/{method}"));
    let doubled: GrpcResponse<u64> = call("Double")
        .metadata("x-head", "a")
        .metadata("x-tail", "b")
        .unary(21_u64)
        .await
        .unwrap();
    assert_eq!(doubled.payload, 42);
    assert_eq!(doubled.metadata.get("x-head").unwrap(), "a");
    assert_eq!(doubled.trailers.get("x-tail").unwrap(), "b");
    assert!(doubled.metadata.get("x-tail").is_none());
    let counted: GrpcServerStreamResponse<u64> =
        call("Count").server_streaming(3_u64).await.unwrap();
    assert_eq!(counted.messages, [1, 2, 3]);
    let sum: GrpcResponse<u64> = call("AddUp").client_streaming([1_u64, 2]).await.unwrap();
    assert_eq!(sum.payload, 3);
    let sum: GrpcResponse<u64> = call("AddUp").client_streaming::<u64, _>([]).await.unwrap();
    assert_eq!(sum.payload, 0);
    let large = Bytes::from(vec![7; 3 << 20]);
    let turned: GrpcBidiStreamResponse = call("Turn")
        .bidirectional([Bytes::from("one"), large.clone()])
        .await
        .unwrap();
    assert_eq!(turned.messages, [large, Bytes::from("one")]);
}

#[tokio::test]
async fn an_open_call_takes_turns() {
    let client = client();
    let mut call = client.call("/test.Numbers/Echo").open::<String, String>();
    for number in 0..100 {
        call.send(number.to_string()).await.unwrap();
        assert_eq!(call.message().await.unwrap(), Some(number.to_string()));
    }
    assert_eq!(
        call.metadata().await.unwrap().get("x-head").unwrap(),
        "first"
    );
    call.half_close();
    assert_eq!(call.message().await.unwrap(), None);
    assert_eq!(
        call.trailers().await.unwrap().get("x-tail").unwrap(),
        "last"
    );
    let late = call.send(String::new()).await.unwrap_err();
    assert!(late.message().contains("has half-closed"), "{late}");
}

#[tokio::test]
async fn failures_are_those_of_the_server() {
    let client = client();
    let call = client.call("test.Numbers/AddUp");
    let status = call.client_streaming::<u64, u64>([0; 4]).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(status.message().contains("max_messages = 3"), "{status}");
    let unknown = client
        .call("test.Numbers/Nothing")
        .unary::<(), ()>(())
        .await;
    assert_eq!(unknown.unwrap_err().code(), Code::Unimplemented);
    // Of another kind, or with another message, than the test expects.
    let several = client.call("test.Numbers/Count").unary::<u64, u64>(2).await;
    let several = several.unwrap_err();
    assert!(several.message().contains("answered with 2"), "{several}");
    let other = client
        .call("test.Numbers/Double")
        .unary::<u64, String>(2)
        .await;
    let other = other.unwrap_err();
    assert!(other.message().contains("the test expects a"), "{other}");
    let mut call = client.call("test.Numbers/Nothing").open::<u64, u64>();
    assert_eq!(
        call.message().await.unwrap_err().code(),
        Code::Unimplemented
    );
    assert_eq!(call.send(0).await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn deadlines_and_cancellation_reach_the_handler() {
    let numbers = Numbers::default();
    let client = Client::new(Server::builder().add(numbers.clone())).unwrap();
    let call = client
        .call("test.Numbers/Hang")
        .timeout(Duration::from_millis(50));
    let status = call.unary::<Bytes, Bytes>(Bytes::new()).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    numbers.dropped.notified().await;

    let mut call = client.call("test.Numbers/Hang").open::<Bytes, Bytes>();
    call.send(Bytes::new()).await.unwrap();
    call.half_close();
    let headers = tokio::time::timeout(Duration::from_millis(50), call.metadata()).await;
    headers.expect_err("the handler hangs");
    call.cancel();
    numbers.dropped.notified().await;
}

#[tokio::test]
async fn peers_are_as_the_test_says() {
    let client = client();
    let who = async |client: &Client| {
        let answer = client
            .call("test.Numbers/Who")
            .unary::<Bytes, String>(Bytes::new());
        answer.await.unwrap().payload
    };
    assert_eq!(who(&client).await, "None 0");
    let other = client.clone().peer(([192, 0, 2, 1], 50412).into());
    assert_eq!(who(&other).await, "Some(\"192.0.2.1:50412\") 0");
    let certified = other.peer_certs(vec![vec![1].into(), vec![2].into()]);
    assert_eq!(who(&certified).await, "Some(\"192.0.2.1:50412\") 2");
    assert_eq!(who(&client).await, "None 0");
}

#[tokio::test]
async fn clients_that_tonic_generates_take_it() {
    let client = Client::new(Server::builder().add(Numbers::default()).health()).unwrap();
    let mut health = HealthClient::new(client.clone());
    let request = HealthCheckRequest {
        service: "test.Numbers".into(),
    };
    let answer = health.check(request.clone()).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
    let mut watch = health.watch(request).await.unwrap().into_inner();
    assert_eq!(
        watch.message().await.unwrap().unwrap().status(),
        ServingStatus::Serving
    );
    let ended = tokio::spawn(client.shutdown());
    assert_eq!(
        watch.message().await.unwrap().unwrap().status(),
        ServingStatus::NotServing
    );
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_shutdown_is_graceful() {
    let client = client();
    let mut call = client
        .call("test.Numbers/UntilDrain")
        .open::<Bytes, String>();
    call.send(Bytes::new()).await.unwrap();
    call.half_close();
    assert_eq!(call.message().await.unwrap().unwrap(), "begun");
    let ended = tokio::spawn(client.clone().shutdown());
    assert_eq!(call.message().await.unwrap().unwrap(), "draining");
    assert_eq!(call.message().await.unwrap(), None);
    ended.await.unwrap().unwrap();
    let late = client
        .call("test.Numbers/Double")
        .unary::<u64, u64>(1)
        .await;
    let late = late.unwrap_err();
    assert!(
        format!("{late:?}").contains("the server of the test has ended"),
        "{late:?}"
    );
    client.shutdown().await.unwrap();
}

#[tokio::test]
async fn nothing_listens_for_a_client_in_the_process() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let builder = Server::builder().metrics_bind(taken.local_addr().unwrap());
    let client = Client::new(builder.add(Numbers::default())).unwrap();
    let double = client.call("test.Numbers/Double");
    assert_eq!(double.unary::<u64, u64>(1).await.unwrap().payload, 2);
}

#[tokio::test]
async fn services_that_cannot_be_served_are_an_error() {
    let twice = Routes::new()
        .add(Numbers::default())
        .add(Numbers::default());
    let error = Client::new(twice).unwrap_err().to_string();
    assert!(error.contains("has two handlers"), "{error}");
}
