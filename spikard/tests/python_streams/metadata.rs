//! Metadata and trailers of streams, and what a handler sees of its peer.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use spikard::{Server, Tls};
use tonic::client::Grpc;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use crate::client::{Streams, all, duplex, server_stream, start};
use crate::python_support::{bytes, interpreter};
use crate::support::Running;

#[tokio::test]
async fn a_generator_sends_metadata_before_and_trailers_after() {
    let (_running, mut client) = start().await;
    let sent = tokio_stream::iter(bytes(&["a"]));
    let response = duplex(&mut client, "/test.Streams/Echo", "", sent)
        .await
        .unwrap();
    let heads: Vec<_> = response.metadata().get_all("x-head").iter().collect();
    assert_eq!(heads, ["a", "b"]);
    let raw = response.metadata().get_bin("x-raw-bin").unwrap();
    assert_eq!(&raw.to_bytes().unwrap()[..], b"\x00\xff");
    let mut answers = response.into_inner();
    all(&mut answers).await;
    let trailers = answers.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("x-count").unwrap(), "1");
}

#[tokio::test]
async fn a_response_has_metadata_that_depends_on_the_first_message() {
    let (_running, mut client) = start().await;
    let sent = tokio_stream::iter(bytes(&["first", "second"]));
    let response = duplex(&mut client, "/test.Streams/Returned", "", sent)
        .await
        .unwrap();
    assert_eq!(response.metadata().get("x-first").unwrap(), "first");
    let mut answers = response.into_inner();
    let (found, _) = all(&mut answers).await;
    assert_eq!(found, ["first", "second"]);
    let trailers = answers.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("x-tail").unwrap(), "ended");
}

#[tokio::test]
async fn a_def_may_return_a_stream_that_the_loop_sends() {
    let (_running, mut client) = start().await;
    let response = server_stream(&mut client, "/test.Streams/Listed", "", "")
        .await
        .unwrap();
    assert_eq!(response.metadata().get("x-head").unwrap(), "thread");
    let (found, status) = all(&mut response.into_inner()).await;
    assert!(status.is_none());
    assert_eq!(found, ["a", "b"]);
}

#[tokio::test]
async fn a_handler_sees_the_certificates_the_peer_and_the_deadline() {
    interpreter();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("python-mtls");
    fs::create_dir_all(&folder).unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![String::from("localhost")]).unwrap();
    let certificate = params.signed_by(&key, &ca).unwrap();
    let file = |name: &str, content: String| {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let tls = Tls::new(
        file("server.pem", certificate.pem()),
        file("server.key", key.serialize_pem()),
    )
    .client_ca(file("ca.pem", ca.pem()));
    let running = Running::start(Server::builder().add(Streams).tls(tls)).await;
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(ca.pem()))
        .domain_name("localhost")
        .identity(Identity::from_pem(certificate.pem(), key.serialize_pem()));
    let endpoint = Endpoint::from_shared(format!("https://{}", running.addr)).unwrap();
    let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
    let answer = server_stream(
        &mut Grpc::new(channel),
        "/test.Streams/Certificates",
        "",
        "",
    )
    .await;
    let (found, status) = all(&mut answer.unwrap().into_inner()).await;
    assert!(status.is_none(), "{status:?}");
    assert_eq!(found, [certificate.der().to_vec()]);
}
