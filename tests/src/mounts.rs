//! Servers of every kind that a service can be mounted in, on ports that the system picks.

use std::future::Future;

use spikard::python::Interpreter;
use spikard::{Routes, ServerBuilder};
use spikard_examples::average::{Average, AverageInPython};
use spikard_examples::batch::{BatchCreate, BatchCreateInPython, BatchCreateInTypedPython};
use spikard_examples::records::Records;
use spikard_examples::transform::{
    TransformStream, TransformStreamInPython, TransformStreamInTypedPython,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::server::TcpIncoming;

use crate::probe::Probe;

const ANY_PORT: &str = "127.0.0.1:0";

/// Starts Python with the handlers of the examples and of the probe, where it does not run yet.
pub fn start_python() {
    let python = Interpreter::builder()
        .path(spikard_examples::python_folder())
        .path(crate::probe::python_folder());
    python.start().expect("Python starts");
}

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
        // A server that has ended already shows that in `ended`.
        let _ = self.stop.send(());
        self.ended.await.expect("the server ends well");
    }

    fn start<F: Future<Output = ()> + Send + 'static>(
        address: String,
        serve: impl FnOnce(Stopped) -> F,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(stopped));
        Self {
            address,
            stop,
            ended,
        }
    }
}

type Stopped = oneshot::Receiver<()>;

async fn until(stopped: Stopped) {
    // A sender that was dropped ends the server as well.
    let _ = stopped.await;
}

/// The services of the examples, and the probe.
pub fn everything() -> ServerBuilder {
    spikard_examples::server().add(Probe)
}

/// The same as routes.
pub fn all_routes() -> Routes {
    Routes::new()
        .add(BatchCreate)
        .add(BatchCreateInPython)
        .add(BatchCreateInTypedPython)
        .add(TransformStream)
        .add(TransformStreamInPython)
        .add(TransformStreamInTypedPython)
        .add(Records::default())
        .add(Average)
        .add(AverageInPython)
        .add(Probe)
}

/// Everything, on our own server.
pub async fn ours() -> Running {
    serve(everything()).await
}

/// What is on `server`, on our own server.
pub async fn serve(server: ServerBuilder) -> Running {
    start_python();
    let server = server.bind(ANY_PORT).await.expect("the server starts");
    let address = server.local_addr().expect("a TCP port").to_string();
    Running::start(address, async |stopped| {
        let served = server.serve_with_shutdown(until(stopped)).await;
        served.expect("no call is cut off");
    })
}

/// Everything, merged by `Routes`, in tonic's server.
pub async fn routes_in_tonic() -> Running {
    start_python();
    let routes = all_routes().into_tonic().expect("routes that fit together");
    tonic(tonic_builder().add_routes(routes))
}

/// The services that tonic can take by itself, in tonic's server.
pub async fn services_in_tonic() -> Running {
    start_python();
    let server = tonic_builder()
        .add_service(BatchCreate)
        .add_service(TransformStreamInPython)
        .add_service(Records::default())
        .add_service(Probe);
    tonic(server)
}

/// With a window that lets thousands of small frames wait unread, as our own server has.
fn tonic_builder() -> tonic::transport::Server {
    tonic::transport::Server::builder().initial_connection_window_size(16 << 20)
}

fn tonic(router: tonic::transport::server::Router) -> Running {
    let address = ANY_PORT.parse().expect("an address");
    let incoming = TcpIncoming::bind(address).expect("a free port");
    let address = incoming.local_addr().expect("the port").to_string();
    Running::start(address, async |stopped| {
        let served = router.serve_with_incoming_shutdown(incoming, until(stopped));
        served.await.expect("tonic serves");
    })
}

/// Everything, in axum's server.
pub async fn in_axum() -> Running {
    start_python();
    let router = all_routes()
        .into_axum_router()
        .expect("routes that fit together");
    let listener = TcpListener::bind(ANY_PORT).await.expect("a free port");
    let address = listener.local_addr().expect("the port").to_string();
    Running::start(address, async |stopped| {
        let served = axum::serve(listener, router).with_graceful_shutdown(until(stopped));
        served.await.expect("axum serves");
    })
}
