//! TLS and mutual TLS, and what unusable files get.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use spikard::{GrpcRequest, GrpcResponse, ServeError, Server, Status, Tls, grpc_stream};
use tonic::client::Grpc;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::support::{Running, unary};

#[grpc_stream(service = "test.Secure")]
async fn certificates(request: GrpcRequest<()>) -> Result<GrpcResponse<u64>, Status> {
    Ok(GrpcResponse::from(request.call.peer_certs().len() as u64))
}

/// An authority, and the files of a certificate for `localhost` that it signed.
pub(crate) struct Files {
    folder: PathBuf,
    pub(crate) ca: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Files {
    pub(crate) fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![String::from("localhost")]).unwrap();
        let certificate = params.signed_by(&key, &ca).unwrap();
        let files = Self {
            folder,
            ca: ca.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        };
        fs::write(files.path("ca.pem"), &files.ca).unwrap();
        fs::write(files.path("server.pem"), &files.certificate).unwrap();
        fs::write(files.path("server.key"), &files.key).unwrap();
        files
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn tls(&self) -> Tls {
        Tls::new(self.path("server.pem"), self.path("server.key"))
    }

    pub(crate) async fn connect(
        &self,
        running: &Running,
        identity: bool,
    ) -> Result<Grpc<Channel>, tonic::transport::Error> {
        let mut tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(&self.ca))
            .domain_name("localhost");
        if identity {
            tls = tls.identity(Identity::from_pem(&self.certificate, &self.key));
        }
        let endpoint = Endpoint::from_shared(format!("https://{}", running.addr)).unwrap();
        endpoint.tls_config(tls)?.connect().await.map(Grpc::new)
    }
}

pub(crate) async fn seen(mut client: Grpc<Channel>) -> Result<u64, Status> {
    let answer = unary::<(), u64>(
        &mut client,
        "/test.Secure/Certificates",
        tonic::Request::new(()),
    );
    answer.await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served() {
    let files = Files::new("tls");
    let running = Running::start(Server::builder().add(Certificates).tls(files.tls())).await;
    let client = files.connect(&running, false).await.unwrap();
    assert_eq!(seen(client).await.unwrap(), 0);
}

#[tokio::test]
async fn with_mutual_tls_a_handler_sees_the_certificate_and_none_is_refused() {
    let files = Files::new("mtls");
    let tls = files.tls().client_ca(files.path("ca.pem"));
    let running = Running::start(Server::builder().add(Certificates).tls(tls)).await;
    let client = files.connect(&running, true).await.unwrap();
    assert_eq!(seen(client).await.unwrap(), 1);
    // TLS 1.3 lets the client finish first, so the refusal may come with the first call.
    if let Ok(client) = files.connect(&running, false).await {
        seen(client).await.unwrap_err();
    }
}

pub(crate) async fn refused(tls: Tls) -> String {
    let builder = Server::builder().add(Certificates).tls(tls);
    let error = builder.bind("127.0.0.1:0").await.unwrap_err();
    assert!(matches!(error, ServeError::Tls(_)), "{error}");
    error.to_string()
}

fn names(text: &str, file: &Path) -> bool {
    text.contains(&file.display().to_string())
}

#[tokio::test]
async fn unusable_files_are_named_with_their_fault() {
    let files = Files::new("unusable");
    let (certificate, key) = (files.path("server.pem"), files.path("server.key"));

    let missing = files.path("missing.pem");
    let text = refused(Tls::new(&missing, &key)).await;
    assert!(
        names(&text, &missing) && text.contains("cannot be read"),
        "{text}"
    );

    let text = refused(Tls::new(&key, &key)).await;
    assert!(
        names(&text, &key) && text.contains("holds no certificate"),
        "{text}"
    );

    let text = refused(Tls::new(&certificate, &certificate)).await;
    assert!(
        names(&text, &certificate) && text.contains("holds no private key"),
        "{text}"
    );

    let encrypted = files.path("encrypted.key");
    for text in [
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n\
         -----END RSA PRIVATE KEY-----\n",
    ] {
        fs::write(&encrypted, text).unwrap();
        let text = refused(Tls::new(&certificate, &encrypted)).await;
        assert!(
            names(&text, &encrypted)
                && text.contains("a private key with a passphrase, which cannot be read"),
            "{text}"
        );
    }

    let other = Files::new("other").path("server.key");
    let text = refused(Tls::new(&certificate, &other)).await;
    assert!(names(&text, &certificate) && names(&text, &other), "{text}");

    let rubbish = files.path("rubbish.pem");
    fs::write(
        &rubbish,
        "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    let text = refused(Tls::new(&certificate, &key).client_ca(&rubbish)).await;
    assert!(names(&text, &rubbish), "{text}");
}
