//! TLS and mutual TLS.

mod acceptor;
mod error;
mod material;
mod pem;
mod reload;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ServerConfig;

use material::Material;
use pem::Pem;

pub(super) use acceptor::Acceptor;
pub use error::TlsError;
pub use reload::TlsReloader;

/// TLS: the certificate of a server, and the certificate authorities of its clients.
///
/// Certificates and keys are PEM, in files, which are read when the server binds, or in memory. TLS 1.2 and 1.3, HTTP/2
/// by ALPN.
///
/// ```no_run
/// # async fn run() -> Result<(), spikard::ServeError> {
/// use std::time::Duration;
/// use spikard::{Server, Tls};
///
/// let tls = Tls::new("server.pem", "server.key")
///     .client_ca("clients-ca.pem")
///     .reload_interval(Duration::from_secs(60));
/// Server::builder().tls(tls).serve("0.0.0.0:443").await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tls {
    material: Material,
    reload_interval: Option<Duration>,
    reloader: TlsReloader,
}

impl Tls {
    /// The file with the certificate chain, the server's own certificate first, and the file with its private key.
    pub fn new(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::of(Material::pem(
            Pem::File(certificate.into()),
            Pem::File(key.into()),
        ))
    }

    /// The text of the certificate chain, the server's own certificate first, and that of its private key: for
    /// certificates that come from elsewhere than a file, such as a manager of secrets.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use spikard::{Server, Tls};
    ///
    /// let tls = Tls::from_pem(std::env::var("TLS_CERT")?, std::env::var("TLS_KEY")?);
    /// Server::builder().tls(tls).serve("0.0.0.0:443").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_pem(certificate: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        Self::of(Material::pem(
            Pem::Text(certificate.into().into()),
            Pem::Text(key.into().into()),
        ))
    }

    /// Whatever rustls can do: another crypto provider, certificates by the name that the client asks for, revocation
    /// lists. [`spikard::rustls`](crate::rustls) is the crate whose types these are.
    ///
    /// Where the configuration names no protocol for ALPN, it is HTTP/2. [`client_ca`](Self::client_ca) and its like have
    /// no part in it, and are an error when the server binds.
    pub fn from_config(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self::of(Material::config(config.into()))
    }

    fn of(material: Material) -> Self {
        Self {
            material,
            reload_interval: None,
            reloader: TlsReloader::default(),
        }
    }

    /// Mutual TLS: a client must present a certificate that an authority in this file has signed.
    ///
    /// Handlers find it in [`Call::peer_certs`](crate::Call::peer_certs).
    #[must_use]
    pub fn client_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.material.client_ca = Some(Pem::File(file.into()));
        self
    }

    /// As [`client_ca`](Self::client_ca), with the text of the authorities' certificates.
    #[must_use]
    pub fn client_ca_pem(mut self, authorities: impl Into<Vec<u8>>) -> Self {
        self.material.client_ca = Some(Pem::Text(authorities.into().into()));
        self
    }

    /// Whether a client may present no certificate all the same. Default: no. One that it presents is checked.
    #[must_use]
    pub fn client_auth_optional(mut self, optional: bool) -> Self {
        self.material.client_auth_optional = optional;
        self
    }

    /// How often the server looks whether the files have changed, and reads them again if so. Default: never.
    ///
    /// New connections have the new certificates, and those that are open keep theirs. Files that cannot be used are an
    /// error in the log, and the server goes on with what it had.
    ///
    /// # Panics
    ///
    /// If the interval is zero.
    #[must_use]
    pub fn reload_interval(mut self, interval: Duration) -> Self {
        assert!(!interval.is_zero(), "a reload_interval is more than zero");
        self.reload_interval = Some(interval);
        self
    }

    /// What has the files read again when the program says so: see [`TlsReloader`].
    pub fn reloader(&self) -> TlsReloader {
        self.reloader.clone()
    }

    pub(super) fn acceptor(self) -> Result<Acceptor, TlsError> {
        self.reloader.begin(self.material)?;
        Ok(Acceptor::new(self.reloader, self.reload_interval))
    }
}
