//! What TLS is made of: certificates and keys, in files or in memory, or rustls's own configuration.

use std::fs::{self, Metadata};
use std::sync::Arc;

use rustls_pki_types::pem::{Error, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::error::TlsError;
use super::pem::Pem;

/// What HTTP/2 is called in ALPN.
const HTTP2: &[u8] = b"h2";

/// What a configuration is made of.
#[derive(Clone, Debug)]
pub(super) struct Material {
    server: Own,
    pub(super) client_ca: Option<Pem>,
    pub(super) client_auth_optional: bool,
}

#[derive(Clone, Debug)]
enum Own {
    Pem { certificate: Pem, key: Pem },
    Config(Arc<ServerConfig>),
}

impl Material {
    pub(super) fn pem(certificate: Pem, key: Pem) -> Self {
        Self::of(Own::Pem { certificate, key })
    }

    pub(super) fn config(config: Arc<ServerConfig>) -> Self {
        Self::of(Own::Config(config))
    }

    fn of(server: Own) -> Self {
        Self {
            server,
            client_ca: None,
            client_auth_optional: false,
        }
    }

    /// The configuration, with the files as they are now.
    pub(super) fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let (certificate, key) = match &self.server {
            Own::Pem { certificate, key } => (certificate, key),
            Own::Config(config) => return self.given(config),
        };
        let mismatch = |fault| TlsError::mismatch(certificate, key, &fault);
        let chain = certificates(certificate)?;
        let private = private_key(key)?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(mismatch)?;
        let builder = match &self.client_ca {
            None if self.client_auth_optional => return Err(TlsError::optional_alone()),
            None => builder.with_no_client_auth(),
            Some(authorities) => {
                let roots = roots(authorities)?.into();
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                let verifier = if self.client_auth_optional {
                    verifier.allow_unauthenticated()
                } else {
                    verifier
                };
                let verifier = verifier.build();
                builder.with_client_cert_verifier(
                    verifier.map_err(|fault| TlsError::ca(authorities, &fault))?,
                )
            }
        };
        let mut config = builder.with_single_cert(chain, private).map_err(mismatch)?;
        config.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Arc::new(config))
    }

    fn given(&self, config: &Arc<ServerConfig>) -> Result<Arc<ServerConfig>, TlsError> {
        if self.client_ca.is_some() || self.client_auth_optional {
            return Err(TlsError::clients_of_config());
        }
        let protocols = &config.alpn_protocols;
        if protocols.iter().any(|protocol| protocol == HTTP2) {
            return Ok(config.clone());
        }
        if !protocols.is_empty() {
            return Err(TlsError::alpn_of_config());
        }
        let mut config = ServerConfig::clone(config);
        config.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Arc::new(config))
    }

    /// Changes when one of the files does.
    pub(super) fn stamp(&self) -> Stamp {
        let own = match &self.server {
            Own::Pem { certificate, key } => [Some(certificate), Some(key)],
            Own::Config(_) => [None, None],
        };
        let all = own.into_iter().flatten().chain(&self.client_ca);
        let files = all.filter_map(Pem::file);
        Stamp(
            files
                .map(|file| fs::metadata(file).ok().map(|it| stamp(&it)))
                .collect(),
        )
    }
}

/// The state of some files, to be compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<FileStamp>>);

type FileStamp = (Option<std::time::SystemTime>, u64, u64);

/// A file that is replaced within the clock's resolution by one of the same length is another one.
fn stamp(file: &Metadata) -> FileStamp {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(file);
    #[cfg(not(unix))]
    let number = 0;
    (file.modified().ok(), file.len(), number)
}

fn private_key(source: &Pem) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = source
        .read()
        .map_err(|fault| TlsError::unreadable(source, &fault))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|fault| {
        // PKCS #8 says it in its label, the form of old in a header.
        let text = String::from_utf8_lossy(&text);
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED") {
            TlsError::passphrase(source)
        } else {
            TlsError::pem(source, "private key", fault)
        }
    })
}

fn certificates(source: &Pem) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = source
        .read()
        .map_err(|fault| TlsError::unreadable(source, &fault))?;
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|fault| TlsError::pem(source, "certificate", fault))?;
    if found.is_empty() {
        return Err(TlsError::pem(source, "certificate", Error::NoItemsFound));
    }
    Ok(found)
}

fn roots(source: &Pem) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(source)? {
        roots
            .add(certificate)
            .map_err(|fault| TlsError::authority(source, &fault))?;
    }
    Ok(roots)
}
