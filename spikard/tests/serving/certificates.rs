//! Where certificates come from, and certificates that are read again.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use spikard::rustls::ServerConfig;
use spikard::rustls::crypto::ring;
use spikard::rustls::pki_types::pem::PemObject;
use spikard::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use spikard::{GrpcRequest, GrpcResponse, Server, Status, Tls, grpc_stream};
use tokio::time::timeout;

use crate::support::Running;
use crate::tls::{Files, refused, seen};

/// For what comes in a moment.
const WAIT: Duration = Duration::from_secs(30);

#[grpc_stream(service = "test.Secure")]
async fn certificates(request: GrpcRequest<()>) -> Result<GrpcResponse<u64>, Status> {
    Ok(GrpcResponse::from(request.call.peer_certs().len() as u64))
}

async fn running(tls: Tls) -> Running {
    Running::start(Server::builder().add(Certificates).tls(tls)).await
}

/// The number of certificates that the handler sees of a client that trusts the authority of `files`.
async fn count(files: &Files, running: &Running, identity: bool) -> Result<u64, String> {
    let client = files.connect(running, identity).await;
    let client = client.map_err(|error| error.to_string())?;
    seen(client).await.map_err(|status| status.to_string())
}

#[tokio::test]
async fn certificates_in_memory() {
    let files = Files::new("in-memory");
    let tls = Tls::from_pem(files.certificate.as_str(), files.key.as_str());
    let shown = format!("{tls:?}");
    assert!(!shown.contains("BEGIN"), "{shown}");
    let server = running(tls.clone()).await;
    assert_eq!(count(&files, &server, false).await, Ok(0));

    let mutual = tls.client_ca_pem(files.ca.as_str());
    let server = running(mutual.clone()).await;
    assert_eq!(count(&files, &server, true).await, Ok(1));
    count(&files, &server, false).await.unwrap_err();

    let server = running(mutual.client_auth_optional(true)).await;
    assert_eq!(count(&files, &server, true).await, Ok(1));
    assert_eq!(count(&files, &server, false).await, Ok(0));
}

fn config(files: &Files) -> ServerConfig {
    let certificate = CertificateDer::from_pem_slice(files.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(files.key.as_bytes()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

#[tokio::test]
async fn a_configuration_of_rustls() {
    let files = Files::new("configuration");
    let mut config = config(&files);
    let server = running(Tls::from_config(config.clone())).await;
    assert_eq!(count(&files, &server, false).await, Ok(0));
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    let server = running(Tls::from_config(Arc::new(config))).await;
    assert_eq!(count(&files, &server, false).await, Ok(0));
}

#[tokio::test]
async fn what_does_not_go_together_is_said() {
    let files = Files::new("together");
    let text = refused(files.tls().client_auth_optional(true)).await;
    assert!(text.contains("add client_ca"), "{text}");
    let text = refused(Tls::from_config(config(&files)).client_ca("ca.pem")).await;
    assert!(text.contains("no part in Tls::from_config"), "{text}");
    let mut http1 = config(&files);
    http1.alpn_protocols = vec![b"http/1.1".to_vec()];
    let text = refused(Tls::from_config(http1)).await;
    assert!(text.contains("add b\"h2\" to alpn_protocols"), "{text}");
    let text = refused(Tls::from_pem("nothing", files.key.as_str())).await;
    assert!(
        text.contains("the PEM text for TLS holds no certificate"),
        "{text}"
    );
}

#[tokio::test]
async fn files_are_read_again_when_the_program_says_so() {
    let (files, others) = (Files::new("reloaded"), Files::new("reloaded-others"));
    let tls = files.tls();
    let reloader = tls.reloader();
    reloader.reload().unwrap(); // before the server binds there is nothing to do
    let server = running(tls).await;
    let open = files.connect(&server, false).await.unwrap();
    assert_eq!(seen(open.clone()).await.unwrap(), 0);

    fs::write(files.path("server.pem"), &others.certificate).unwrap();
    let mismatch = reloader.reload().unwrap_err().to_string();
    assert!(
        mismatch.contains("cannot be used with the private key"),
        "{mismatch}"
    );
    assert_eq!(count(&files, &server, false).await, Ok(0));

    fs::write(files.path("server.key"), &others.key).unwrap();
    assert_eq!(count(&files, &server, false).await, Ok(0));
    reloader.reload().unwrap();
    assert_eq!(count(&others, &server, false).await, Ok(0));
    count(&files, &server, false).await.unwrap_err();
    // A connection that is open goes on.
    assert_eq!(seen(open).await.unwrap(), 0);
}

#[tokio::test]
async fn files_are_read_again_when_they_change() {
    let (files, others) = (Files::new("changing"), Files::new("changing-others"));
    let interval = Duration::from_millis(10);
    let server = running(files.tls().reload_interval(interval)).await;
    assert_eq!(count(&files, &server, false).await, Ok(0));
    for (name, text) in [
        ("server.pem", &others.certificate),
        ("server.key", &others.key),
    ] {
        // As those do who renew certificates: whole files take the place of the old ones.
        let new = files.path("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, files.path(name)).unwrap();
    }
    let renewed = async { while count(&others, &server, false).await.is_err() {} };
    timeout(WAIT, renewed).await.unwrap();
}
