//! The page of metrics, and OpenTelemetry's.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use spikard::{GrpcRequest, GrpcResponse, Server, Status, grpc_stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Running, framed, raw_body, raw_call};

#[grpc_stream(service = "test.Metrics")]
async fn echo(request: GrpcRequest) -> Result<GrpcResponse, Status> {
    Ok(GrpcResponse::from(request.payload))
}

/// The answer to a request as it stands, up to the end of the connection.
async fn asked(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_page_is_read_over_http() {
    let builder = Server::builder()
        .add(Echo)
        .metrics_bind(([127, 0, 0, 1], 0));
    let server = builder.bind("127.0.0.1:0").await.unwrap();
    let page = server.metrics_addr().unwrap();
    let running = Running::serve(server);
    raw_body(
        running.addr,
        "/test.Metrics/Echo",
        &[],
        framed(false, b"four"),
    )
    .await;

    let answer = asked(page, "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    for line in [
        "grpc_server_call_started_total{grpc_method=\"test.Metrics/Echo\"} 1",
        "grpc_server_call_duration_seconds_count{grpc_method=\"test.Metrics/Echo\",grpc_status=\"OK\"} 1",
        "grpc_server_call_rcvd_total_compressed_message_size_bytes_sum{grpc_method=\"test.Metrics/Echo\",grpc_status=\"OK\"} 4",
    ] {
        assert!(body.lines().any(|found| found == line), "{line} in\n{body}");
    }
    for (request, status) in [
        ("GET /other HTTP/1.1\r\nhost: x\r\n\r\n", "404 Not Found"),
        (
            "POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
            "405 Method Not Allowed",
        ),
    ] {
        let answer = asked(page, request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
    }
    running.stop().await.unwrap();
    assert!(TcpStream::connect(page).await.is_err());
}

#[tokio::test]
async fn a_page_that_cannot_be_bound_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let builder = Server::builder().metrics_bind(address);
    let error = builder.bind("127.0.0.1:0").await.unwrap_err().to_string();
    assert!(
        error.contains(&format!("{address} (metrics_bind)")),
        "{error}"
    );
}

/// The values of a metric, by their attributes: of a histogram, the number and the sum.
fn values(metric: &AggregatedMetrics) -> BTreeMap<String, (u64, f64)> {
    fn key<'a>(attributes: impl Iterator<Item = &'a opentelemetry::KeyValue>) -> String {
        let mut pairs: Vec<_> = attributes
            .map(|pair| format!("{}={}", pair.key, pair.value))
            .collect();
        pairs.sort();
        pairs.join(" ")
    }
    let mut found = BTreeMap::new();
    match metric {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            for point in sum.data_points() {
                found.insert(key(point.attributes()), (point.value(), 0.0));
            }
        }
        AggregatedMetrics::U64(MetricData::Histogram(histogram)) => {
            for point in histogram.data_points() {
                let value = (point.count(), point.sum() as f64);
                found.insert(key(point.attributes()), value);
            }
        }
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            for point in histogram.data_points() {
                found.insert(key(point.attributes()), (point.count(), point.sum()));
            }
        }
        other => panic!("{other:?}"),
    }
    found
}

#[tokio::test]
async fn opentelemetry_gets_the_metrics_of_a66() {
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let meter = provider.meter("test");
    let running = Running::start(Server::builder().add(Echo).otel_metrics(&meter)).await;
    raw_body(
        running.addr,
        "/test.Metrics/Echo",
        &[],
        framed(false, b"four"),
    )
    .await;
    raw_call(
        running.addr,
        "/test.Metrics/Nothing",
        &[],
        framed(false, b""),
    )
    .await;

    provider.force_flush().unwrap();
    let exported = exporter.get_finished_metrics().unwrap();
    let scopes = exported
        .iter()
        .flat_map(|resource| resource.scope_metrics());
    let metrics: BTreeMap<String, _> = scopes
        .flat_map(|scope| scope.metrics())
        .map(|metric| {
            let name = format!("{} {}", metric.name(), metric.unit());
            (name, values(metric.data()))
        })
        .collect();
    let echo = "grpc.method=test.Metrics/Echo";
    let ok = "grpc.method=test.Metrics/Echo grpc.status=OK";
    let other = "grpc.method=other grpc.status=UNIMPLEMENTED";
    let started = &metrics["grpc.server.call.started {call}"];
    assert_eq!((started[echo].0, started["grpc.method=other"].0), (1, 1));
    let received = &metrics["grpc.server.call.rcvd_total_compressed_message_size By"];
    assert_eq!(received[ok], (1, 4.0));
    let sent = &metrics["grpc.server.call.sent_total_compressed_message_size By"];
    assert_eq!((sent[ok], sent[other]), ((1, 4.0), (1, 0.0)));
    let duration = &metrics["grpc.server.call.duration s"];
    assert!(duration[ok].0 == 1 && duration[ok].1 > 0.0, "{duration:?}");
    assert_eq!(metrics.len(), 4);
}
