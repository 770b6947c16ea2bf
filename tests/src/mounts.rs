//! Servers of every kind that a service can be mounted in, on ports that the system picks.

use std::future::Future;

use spikard::{Routes, ServerBuilder};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::server::TcpIncoming;

use crate::probe::Probe;

/// A server that runs in this process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, as `127.0.0.1:50051`.
    pub address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Running {
    /// Tells the server to stop, and returns when its calls have ended.
    pub async fn stop(self) {
        // The server may have ended by itself, which `ended` shows.
        let _ = self.stop.send(());
        self.ended.await.expect("the server does not panic");
    }

    fn start<F: Future<Output = ()> + Send + 'static>(
        address: String,
        serve: impl FnOnce(oneshot::Receiver<()>) -> F,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(stopped));
        Self { address, stop, ended }
    }
}

/// Our own server.
pub async fn serve(server: ServerBuilder) -> Running {
    let server = server.bind("127.0.0.1:0").await.expect("the server starts");
    Running::start(server.local_addr().to_string(), async |stopped| {
        let stopped = async {
            // A sender that was dropped ends the server as well.
            let _ = stopped.await;
        };
        server.serve_until(stopped).await;
    })
}

/// A server with the probe.
pub async fn serve_probe() -> Running {
    serve(spikard::Server::builder().add(Probe)).await
}
