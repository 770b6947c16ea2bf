//! The graceful shutdown, as a connection sees it.

use tokio::sync::watch;

/// The graceful shutdown of all connections, as one of them sees it.
pub(super) struct Stopping(pub(super) watch::Receiver<bool>);

impl Stopping {
    /// Ready when it has begun.
    pub(super) async fn begins(&mut self) {
        // An error means that the sender is gone, which is the end as well.
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}
