//! Load reports, as tonic's client sees them.

use std::collections::BTreeMap;
use std::time::Duration;

use prost::Message;
use spikard::{
    Code, GrpcRequest, GrpcResponse, Limits, LoadReport, MetadataMap, Orca, Server, ServerBuilder,
    Status, grpc_stream,
};
use tokio::time::timeout;
use tonic::{IntoRequest, Streaming};

use crate::support::{Running, codec, path, ready, unary};

/// For what comes in a moment, or not at all.
const WAIT: Duration = Duration::from_secs(30);

const CALL: &str = "/test.Reporting/Measure";
const STREAM: &str = "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics";

/// `xds.data.orca.v3.OrcaLoadReport`.
#[derive(Clone, PartialEq, Message)]
struct Report {
    #[prost(btree_map = "string, double", tag = "4")]
    request_cost: BTreeMap<String, f64>,
    #[prost(btree_map = "string, double", tag = "5")]
    utilization: BTreeMap<String, f64>,
    #[prost(double, tag = "6")]
    rps_fractional: f64,
    #[prost(double, tag = "7")]
    eps: f64,
    #[prost(double, tag = "9")]
    application_utilization: f64,
}

fn named(name: &str, value: f64) -> BTreeMap<String, f64> {
    [(name.to_owned(), value)].into()
}

/// Costs what the message says, and fails without one.
#[grpc_stream(service = "test.Reporting")]
async fn measure(request: GrpcRequest<f64>) -> Result<GrpcResponse<u64>, Status> {
    request.call.record_load(LoadReport {
        request_cost: named("rows", request.payload),
        ..LoadReport::default()
    });
    if request.payload == 0.0 {
        return Err(Status::internal("no rows"));
    }
    Ok(GrpcResponse::default())
}

fn reporting(orca: Orca) -> ServerBuilder {
    Server::builder().add(Measure).orca(orca)
}

fn of(metadata: &MetadataMap) -> Option<Report> {
    let value = metadata.get_bin("endpoint-load-metrics-bin")?;
    Some(Report::decode(value.to_bytes().unwrap()).unwrap())
}

/// The report of a call that costs so many rows, and its status.
async fn call(running: &Running, rows: f64) -> (Code, Option<Report>) {
    let mut client = running.client().await;
    match unary::<f64, u64>(&mut client, CALL, rows.into_request()).await {
        Ok(answer) => (Code::Ok, of(answer.metadata())),
        Err(status) => (status.code(), of(status.metadata())),
    }
}

async fn out_of_band(running: &Running) -> Streaming<Report> {
    let mut client = running.client().await;
    let asked = ready(&mut client).await.server_streaming::<(), Report, _>(
        ().into_request(),
        path(STREAM),
        codec(),
    );
    asked.await.unwrap().into_inner()
}

#[tokio::test]
async fn a_call_has_what_was_recorded_of_it_and_of_the_server() {
    let orca = Orca::new().recorded_only();
    let running = Running::start(reporting(orca.clone())).await;
    let cost = Report {
        request_cost: named("rows", 3456.0),
        ..Report::default()
    };
    assert_eq!(call(&running, 3456.0).await, (Code::Ok, Some(cost.clone())));
    orca.record(LoadReport {
        utilization: named("gpu", 0.5),
        request_cost: named("rows", 1.0),
        ..LoadReport::default()
    });
    let both = Report {
        utilization: named("gpu", 0.5),
        ..cost
    };
    assert_eq!(call(&running, 3456.0).await, (Code::Ok, Some(both)));
    let (code, failed) = call(&running, 0.0).await;
    assert_eq!(code, Code::Internal);
    assert_eq!(failed.unwrap().request_cost, named("rows", 0.0));
}

/// Fails with details that leave no room for a report.
#[grpc_stream(service = "test.Reporting")]
async fn fail_at_length(request: GrpcRequest<f64>) -> Result<GrpcResponse<u64>, Status> {
    request.call.record_load(LoadReport {
        request_cost: (0..50).map(|row| (format!("rows {row}"), 1.0)).collect(),
        ..LoadReport::default()
    });
    let details = spikard::Bytes::from(vec![7; 5 << 10]);
    Err(Status::with_details(Code::Internal, "at length", details))
}

#[tokio::test]
async fn a_report_that_would_make_trailers_too_large_is_left_out() {
    for (max_sent_metadata_bytes, reports) in [(8 << 10, false), (16 << 10, true)] {
        let limits = Limits {
            max_sent_metadata_bytes,
            ..Limits::default()
        };
        let builder = Server::builder().add(FailAtLength).limits(limits);
        let running = Running::start(builder.orca(Orca::new())).await;
        let mut client = running.client().await;
        let path = "/test.Reporting/FailAtLength";
        let failed = unary::<f64, u64>(&mut client, path, 0.0.into_request()).await;
        let status = failed.unwrap_err();
        assert_eq!(
            (status.message(), status.details().len()),
            ("at length", 5 << 10)
        );
        assert_eq!(of(status.metadata()).is_some(), reports);
    }
}

#[tokio::test]
async fn calls_and_errors_are_counted_and_can_be_overridden() {
    let orca = Orca::new();
    let running = Running::start(reporting(orca.clone())).await;
    let counted = async {
        loop {
            call(&running, 0.0).await;
            let (_, report) = call(&running, 1.0).await;
            let report = report.unwrap();
            if report.eps > 0.0 {
                break report;
            }
        }
    };
    let measured = timeout(WAIT, counted)
        .await
        .expect("an error in the report");
    assert!(measured.eps < measured.rps_fractional, "{measured:?}");
    orca.record(LoadReport {
        application_utilization: Some(0.875),
        eps: Some(0.0),
        ..LoadReport::default()
    });
    let (_, report) = call(&running, 1.0).await;
    let report = report.unwrap();
    assert_eq!((report.application_utilization, report.eps), (0.875, 0.0));
    assert!(report.rps_fractional > 0.0, "{report:?}");
}

#[tokio::test]
async fn a_server_that_does_not_report_has_neither_trailer_nor_service() {
    let running = Running::start(Server::builder().add(Measure)).await;
    assert_eq!(call(&running, 1.0).await, (Code::Ok, None));
    let mut client = running.client().await;
    let refused = unary::<(), Report>(&mut client, STREAM, ().into_request()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn reports_out_of_band_follow_the_server_until_it_drains() {
    let orca = Orca::new()
        .recorded_only()
        .min_report_interval(Duration::ZERO);
    let builder = reporting(orca.clone()).grace(Duration::from_secs(60));
    let running = Running::start(builder).await;
    let mut reports = out_of_band(&running).await;
    assert_eq!(reports.message().await.unwrap(), Some(Report::default()));
    orca.record(LoadReport {
        utilization: named("gpu", 0.5),
        request_cost: named("rows", 1.0),
        ..LoadReport::default()
    });
    let changed = Report {
        utilization: named("gpu", 0.5),
        ..Report::default()
    };
    let seen = async { while reports.message().await.unwrap().unwrap() != changed {} };
    timeout(WAIT, seen).await.expect("what was recorded");
    let stopped = running.stop();
    let ended = async { while reports.message().await.unwrap().is_some() {} };
    timeout(WAIT, ended).await.expect("the end of the reports");
    stopped.await.unwrap();
}
