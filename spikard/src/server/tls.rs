//! TLS and mutual TLS.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};

/// TLS: the certificate of a server, and the certificate authorities of its clients.
///
/// The files are PEM, and are read when the server binds. TLS 1.2 and 1.3, HTTP/2 by ALPN.
///
/// ```no_run
/// # async fn run() -> Result<(), spikard::ServeError> {
/// use spikard::{Server, Tls};
///
/// let tls = Tls::new("server.pem", "server.key").client_ca("clients-ca.pem");
/// Server::builder().tls(tls).serve("0.0.0.0:443").await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

impl Tls {
    /// The file with the certificate chain, the server's own certificate first, and the file with its private key.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self {
            certificate: certificate.into(),
            key: key.into(),
            client_ca: None,
        }
    }

    /// Mutual TLS: a client must present a certificate that an authority in this file has signed.
    ///
    /// Handlers find it in [`Call::peer_certs`](crate::Call::peer_certs).
    #[must_use]
    pub fn client_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.client_ca = Some(file.into());
        self
    }

    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let chain = certificates(&self.certificate)?;
        let key = private_key(&self.key)?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|fault| TlsError::mismatch(self, fault))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(file) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(roots(file)?.into(), provider);
                let verifier = verifier.build();
                builder
                    .with_client_cert_verifier(verifier.map_err(|fault| TlsError::ca(file, fault))?)
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|fault| TlsError::mismatch(self, fault))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(file).map_err(|fault| {
        // PKCS #8 says it in its label, the form of old in a header.
        let text = std::fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED") {
            TlsError {
                file: file.to_owned(),
                fault: String::from(
                    "holds a private key with a passphrase, which cannot be read: decrypt it, as by \"openssl pkey -in \
                     encrypted.key -out server.key\"",
                ),
            }
        } else {
            TlsError::pem(file, "private key", fault)
        }
    })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = found.map_err(|fault| TlsError::pem(file, "certificate", fault))?;
    if found.is_empty() {
        return Err(TlsError::pem(file, "certificate", pem::Error::NoItemsFound));
    }
    Ok(found)
}

fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|fault| TlsError {
            file: file.to_owned(),
            fault: format!("holds a certificate that cannot be an authority: {fault}"),
        })?;
    }
    Ok(roots)
}

/// A file that cannot be used for TLS.
#[derive(Debug)]
pub struct TlsError {
    file: PathBuf,
    fault: String,
}

impl TlsError {
    fn pem(file: &Path, wanted: &str, fault: pem::Error) -> Self {
        let fault = match fault {
            pem::Error::Io(fault) => unreadable(&fault),
            pem::Error::NoItemsFound => {
                format!("holds no {wanted} in PEM form (-----BEGIN …-----)")
            }
            fault => format!("is not valid PEM: {fault}"),
        };
        Self {
            file: file.to_owned(),
            fault,
        }
    }

    fn ca(file: &Path, fault: VerifierBuilderError) -> Self {
        Self {
            file: file.to_owned(),
            fault: format!("cannot be used to check client certificates: {fault}"),
        }
    }

    fn mismatch(tls: &Tls, fault: rustls::Error) -> Self {
        let key = tls.key.display();
        Self {
            file: tls.certificate.clone(),
            fault: format!("cannot be used with the private key {key}: {fault}"),
        }
    }
}

fn unreadable(fault: &io::Error) -> String {
    format!("cannot be read: {fault}")
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the TLS file {} {}", self.file.display(), self.fault)
    }
}

impl std::error::Error for TlsError {}
