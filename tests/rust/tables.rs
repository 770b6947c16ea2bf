//! Every call of the tables, of every handler, in every kind of server.

use std::path::{Path, PathBuf};

use spikard_examples::calls::{Client, Method, Table, differences};
use spikard_tests::mounts::{self, Running};

fn folders() -> [PathBuf; 2] {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    [here.join("../examples/demo"), here.join("cases")]
}

fn find_method(service: &str, method: &str) -> Method {
    let descriptors = match service {
        "probe.Probe" => spikard_tests::proto::DESCRIPTORS,
        _ => spikard_examples::proto::DESCRIPTORS,
    };
    Method::find(descriptors, service, method).expect("a method of the .proto files")
}

/// Makes the calls of the tables whose methods `serves` knows, and stops the server.
async fn play(running: Running, serves: impl Fn(&str, &str) -> bool) {
    let client = Client::connect(&running.address)
        .await
        .expect("a connection");
    let mut calls = 0;
    let mut failed = Vec::new();
    for folder in folders() {
        for table in Table::read_all(&folder).expect("tables") {
            for (handler, name) in table.methods() {
                if !serves(&table.service, name) {
                    continue;
                }
                let method = find_method(&table.service, name);
                for call in &table.calls {
                    calls += 1;
                    let answer = client.call(&method, call).await.expect("a call");
                    let found = differences(&method, call.expected(handler), &answer);
                    let title = &call.title;
                    failed.extend(
                        found
                            .iter()
                            .map(|found| format!("{name}, {title}: {found}")),
                    );
                }
            }
        }
    }
    drop(client);
    running.stop().await;
    assert!(calls > 0, "no table has a call");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_our_server() {
    play(mounts::ours().await, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_tonic_through_routes() {
    play(mounts::routes_in_tonic().await, |_, _| true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_tonic_one_by_one() {
    let served = [
        ("messageservice.MessageService", "BatchCreate"),
        (
            "transformservice.TransformService",
            "TransformStreamInPython",
        ),
        ("recordservice.RecordService", "FilterStream"),
        ("recordservice.RecordService", "FilterStreamInPython"),
        ("recordservice.RecordService", "FilterStreamInTypedPython"),
    ];
    let running = mounts::services_in_tonic().await;
    play(running, |service, method| {
        service == "probe.Probe" || served.contains(&(service, method))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_axum() {
    play(mounts::in_axum().await, |_, _| true).await;
}
