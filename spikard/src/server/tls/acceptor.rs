//! TLS handshakes, with the certificates of the moment.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::reload::TlsReloader;

/// Accepts connections over TLS.
#[derive(Clone)]
pub(in crate::server) struct Acceptor {
    reloader: TlsReloader,
    interval: Option<Duration>,
}

impl Acceptor {
    pub(super) fn new(reloader: TlsReloader, interval: Option<Duration>) -> Self {
        Self { reloader, interval }
    }

    pub(in crate::server) async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let config = self.reloader.current();
        let config = config.ok_or_else(|| io::Error::other("there are no certificates yet"))?;
        TlsAcceptor::from(config).accept(stream).await
    }

    /// Reads the files again whenever they have changed.
    pub(in crate::server) async fn follow(&self) -> Infallible {
        let Some(interval) = self.interval else {
            return pending().await;
        };
        loop {
            sleep(interval).await;
            let reloader = self.reloader.clone();
            match spawn_blocking(move || reloader.reload_if_changed()).await {
                Ok(Ok(true)) => tracing::info!("the certificates have changed and were read again"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::error!(
                    %error,
                    "the certificates have changed and cannot be used: new connections have those of before"
                ),
                Err(error) => tracing::error!(%error, "the certificates could not be looked at"),
            }
        }
    }
}
