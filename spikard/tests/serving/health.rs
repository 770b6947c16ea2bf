//! Health: of the server and of each service, while it serves and when it drains.

use std::time::Duration;

use spikard::{Code, Health, Server};
use tonic::codec::CompressionEncoding;
use tonic::transport::Endpoint;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::services::Greet;
use crate::support::{Running, unary};

#[tokio::test]
async fn health_is_reported_for_each_service_and_changes_when_the_server_drains() {
    let builder = Server::builder()
        .add(Greet)
        .health()
        .grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let mut client = HealthClient::new(running.channel().await);
    for service in ["", "test.Greeter"] {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let answer = client.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
    let request = HealthCheckRequest {
        service: "test.Other".into(),
    };
    let unknown = client.check(request).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);

    let request = HealthCheckRequest {
        service: "test.Greeter".into(),
    };
    let mut watch = client.watch(request).await.unwrap().into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::Serving);
    let stopped = running.stop();
    let then = watch.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::NotServing);
    // The watcher does not hold the drain up.
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn before_it_drains_a_server_is_not_healthy_and_still_serves() {
    let builder = Server::builder()
        .add(Greet)
        .health()
        .drain_delay(Duration::from_millis(500))
        .grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let addr = running.addr;
    let mut watcher = HealthClient::new(running.channel().await);
    let of_server = HealthCheckRequest::default();
    let mut watch = watcher.watch(of_server.clone()).await.unwrap().into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::Serving);
    let stopped = running.stop();
    let then = watch.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::NotServing);
    // A new connection, by a client that has not heard.
    let endpoint = Endpoint::from_shared(format!("http://{addr}")).unwrap();
    let mut late = HealthClient::new(endpoint.connect().await.unwrap());
    let answer = late.check(of_server).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::NotServing);
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_watch_of_an_unknown_service_goes_on_until_the_drain() {
    let running = Running::start(Server::builder().add(Greet).health()).await;
    let mut client = HealthClient::new(running.channel().await);
    let request = HealthCheckRequest {
        service: "test.Other".into(),
    };
    let mut watch = client.watch(request).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::ServiceUnknown);
    let more = tokio::time::timeout(Duration::from_millis(100), watch.message()).await;
    more.expect_err("the watch goes on");
    let stopped = running.stop();
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

#[tokio::test]
async fn the_program_says_which_services_cannot_serve() {
    let health = Health::new();
    health.set_not_serving("test.Greeter");
    let builder = Server::builder().add(Greet).health_with(health.clone());
    let running = Running::start(builder.grace(Duration::from_secs(60))).await;
    let mut client = HealthClient::new(running.channel().await);
    let request = |service: &str| HealthCheckRequest {
        service: service.into(),
    };
    let mut watch = client
        .watch(request("test.Greeter"))
        .await
        .unwrap()
        .into_inner();
    let mut later = client
        .watch(request("database"))
        .await
        .unwrap()
        .into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::NotServing);
    let now = later.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::ServiceUnknown);
    // The server as a whole is another matter, and calls are answered all the same.
    let whole = client.check(request("")).await.unwrap().into_inner();
    assert_eq!(whole.status(), ServingStatus::Serving);
    let name = tonic::Request::new(String::from("Ann"));
    let mut greeter = running.client().await;
    let answer = unary::<String, String>(&mut greeter, "/test.Greeter/Greet", name).await;
    answer.unwrap();

    health.set_serving("test.Greeter");
    let then = watch.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::Serving);
    health.set_serving("database");
    let then = later.message().await.unwrap().unwrap();
    assert_eq!(then.status(), ServingStatus::Serving);

    health.set_not_serving("");
    let whole = client
        .check(request(""))
        .await
        .unwrap_or_else(|status| panic!("{status}"));
    assert_eq!(whole.into_inner().status(), ServingStatus::NotServing);
    // In a drain nothing serves, whatever the program says.
    let stopped = running.stop();
    let last = watch.message().await.unwrap().unwrap();
    assert_eq!(last.status(), ServingStatus::NotServing);
    health.set_serving("test.Greeter");
    assert!(watch.message().await.unwrap().is_none());
    stopped.await.unwrap();
}

/// The answer to `List`, for which tonic has no client.
#[derive(Clone, PartialEq, prost::Message)]
struct Listed {
    #[prost(btree_map = "string, message", tag = "1")]
    statuses: std::collections::BTreeMap<String, HealthCheckResponse>,
}

#[tokio::test]
async fn all_statuses_are_listed() {
    let running = Running::start(Server::builder().add(Greet).health()).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(());
    let listed = unary::<(), Listed>(&mut client, "/grpc.health.v1.Health/List", request).await;
    let statuses = listed.unwrap().into_inner().statuses;
    let names: Vec<&str> = statuses.keys().map(String::as_str).collect();
    assert_eq!(names, ["", "test.Greeter"]);
    for (service, status) in &statuses {
        assert_eq!(status.status(), ServingStatus::Serving, "{service:?}");
    }
}

#[tokio::test]
async fn a_server_whose_buffer_is_full_is_healthy() {
    let builder = Server::builder().add(Greet).health().max_buffered_bytes(1);
    let running = Running::start(builder).await;
    let mut client = running.client().await;
    let request = tonic::Request::new(String::from("ann"));
    let refused = unary::<_, String>(&mut client, "/test.Greeter/Greet", request).await;
    assert_eq!(refused.unwrap_err().code(), Code::ResourceExhausted);
    let mut client = HealthClient::new(running.channel().await);
    let request = HealthCheckRequest {
        service: "test.Greeter".into(),
    };
    let answer = client.check(request).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
}

#[tokio::test]
async fn names_that_nobody_serves_are_refused_by_their_length_and_shown_in_part() {
    let running = Running::start(Server::builder().add(Greet).health()).await;
    let mut client = HealthClient::new(running.channel().await);
    let service = "x".repeat(1000);
    let request = HealthCheckRequest { service };
    let unknown = client.check(request).await.unwrap_err();
    let shown = format!(
        "this server has no service \"{}… (1000 bytes)\"",
        "x".repeat(128)
    );
    assert_eq!(
        (unknown.code(), unknown.message()),
        (Code::NotFound, &shown[..])
    );
    let service = "x".repeat(1025);
    let request = HealthCheckRequest { service };
    let refused = client.check(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(
        refused.message().contains("max_message_bytes = 1024"),
        "{refused}"
    );
    let refused = client.watch(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn health_takes_compressed_messages_where_the_server_does() {
    for (accepts, code) in [(true, Code::Ok), (false, Code::Unimplemented)] {
        let builder = Server::builder().health().accept_compression(accepts);
        let running = Running::start(builder).await;
        let channel = running.channel().await;
        let mut client = HealthClient::new(channel).send_compressed(CompressionEncoding::Gzip);
        let answer = client.check(HealthCheckRequest::default()).await;
        assert_eq!(
            answer.map_or_else(|status| status.code(), |_| Code::Ok),
            code
        );
    }
}

#[tokio::test]
async fn a_watch_ends_with_the_age_of_its_connection() {
    let builder = Server::builder()
        .health()
        .max_connection_age(Duration::from_millis(100));
    let running = Running::start(builder).await;
    let mut client = HealthClient::new(running.channel().await);
    let watch = client.watch(HealthCheckRequest::default()).await;
    let mut watch = watch.unwrap().into_inner();
    let now = watch.message().await.unwrap().unwrap();
    assert_eq!(now.status(), ServingStatus::Serving);
    assert!(watch.message().await.unwrap().is_none());
}
