//! Certificates that are read again.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio_rustls::rustls::ServerConfig;

use super::error::TlsError;
use super::material::{Material, Stamp};

/// Has the certificates of a server read again, from [`Tls::reloader`](super::Tls::reloader): when a signal comes, or
/// whenever the program knows that they have changed.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use spikard::{Server, Tls};
/// use tokio::signal::unix::{SignalKind, signal};
///
/// let tls = Tls::new("server.pem", "server.key");
/// let reloader = tls.reloader();
/// let mut hangup = signal(SignalKind::hangup())?;
/// tokio::spawn(async move {
///     while hangup.recv().await.is_some() {
///         if let Err(error) = reloader.reload() {
///             eprintln!("{error}"); // the server goes on with what it had
///         }
///     }
/// });
/// Server::builder().tls(tls).serve("0.0.0.0:443").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TlsReloader(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// `None` before the server binds.
    current: RwLock<Option<Arc<ServerConfig>>>,
    /// One reload at a time.
    material: Mutex<Option<(Material, Option<Stamp>)>>,
}

impl TlsReloader {
    /// Reads the files of the certificates, of the key and of the authorities again. New connections have what is read,
    /// and those that are open keep what they have. Before the server binds there is nothing to do.
    ///
    /// It waits for the disk.
    ///
    /// # Errors
    ///
    /// A file that cannot be used. The server goes on with what it had.
    pub fn reload(&self) -> Result<(), TlsError> {
        let mut material = self
            .0
            .material
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &mut *material {
            Some((material, stamp)) => self.load(material, stamp),
            None => Ok(()),
        }
    }

    /// Reads the files for the first time.
    pub(super) fn begin(&self, material: Material) -> Result<(), TlsError> {
        let mut known = self
            .0
            .material
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut stamp = None;
        self.load(&material, &mut stamp)?;
        *known = Some((material, stamp));
        Ok(())
    }

    /// Reads the files again if they have changed since they were read, or could not be. Says whether they had.
    pub(super) fn reload_if_changed(&self) -> Result<bool, TlsError> {
        let mut material = self
            .0
            .material
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &mut *material {
            Some((material, stamp)) if stamp.as_ref() != Some(&material.stamp()) => {
                self.load(material, stamp).map(|()| true)
            }
            _ => Ok(false),
        }
    }

    fn load(&self, material: &Material, stamp: &mut Option<Stamp>) -> Result<(), TlsError> {
        // Of before they are read: a change while they are is another one. What failed is tried again.
        let before = material.stamp();
        *stamp = None;
        let config = material.load()?;
        *stamp = Some(before);
        let mut current = self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = Some(config);
        Ok(())
    }

    /// What new connections have; `None` before the server binds.
    pub(super) fn current(&self) -> Option<Arc<ServerConfig>> {
        let current = self
            .0
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }
}

impl fmt::Debug for TlsReloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsReloader(..)")
    }
}
