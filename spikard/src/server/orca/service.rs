//! `xds.service.orca.v3.OpenRcaService`: reports out of band.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::call::UntilDrain;
use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::{
    GrpcDuplexResponse, GrpcRequest, GrpcService, Handler, Messages, MethodInfo, MethodOptions,
    Status,
};

use super::Orca;
use super::load::Load;
use super::message::{OrcaLoadReport, OrcaLoadReportRequest};

type Request = GrpcRequest<OrcaLoadReportRequest>;
type Answer = Result<GrpcDuplexResponse<OrcaLoadReport>, Status>;

/// tokio's intervals may not be empty.
const LEAST_INTERVAL: Duration = Duration::from_millis(1);

/// An instant that is farther off may not exist.
const MOST_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// A report at once and then at an interval, until the client leaves or the server drains, whatever the server's `timeout`.
/// A request is an interval and names of costs: 4 KiB.
const OPTIONS: MethodOptions = MethodOptions::new()
    .timeout(Duration::MAX)
    .max_message_bytes(4 << 10);

const METHOD: &str = "StreamCoreMetrics";

/// The service.
#[derive(Debug)]
pub(in crate::server) struct OpenRca {
    load: Arc<Load>,
    least_interval: Duration,
}

impl OpenRca {
    /// `max_trailers` are the bytes that the trailers of a call may have, its report among them.
    pub(in crate::server) fn new(orca: Orca, max_trailers: usize) -> Self {
        Self {
            least_interval: orca.least_interval,
            load: Arc::new(orca.into_load(max_trailers)),
        }
    }

    /// What reports the load of calls.
    pub(in crate::server) fn load(&self) -> Arc<Load> {
        self.load.clone()
    }

    fn reports(&self, request: &OrcaLoadReportRequest) -> Reports {
        let asked = request.interval().max(self.least_interval);
        let asked = asked.clamp(LEAST_INTERVAL, MOST_INTERVAL);
        let mut interval = interval(asked);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Reports {
            interval,
            load: self.load.clone(),
        }
    }
}

impl GrpcService for OpenRca {
    const NAME: &'static str = "xds.service.orca.v3.OpenRcaService";

    const METHODS: &'static [MethodInfo] = &[MethodInfo::of::<Request, Answer>(
        METHOD,
        OPTIONS,
        Handler::Rust(Cow::Borrowed("spikard::Orca")),
    )];

    const DECLARED: &'static [&'static str] = &[METHOD];

    fn call(self: Arc<Self>, _index: usize, call: ServerCall) -> ResponseFuture {
        let target = Target::new(Self::NAME, METHOD, OPTIONS);
        call.run::<Request, Answer, _, _>(target, move |request| async move {
            let reports = self.reports(&request.payload);
            let reports = UntilDrain::new(reports, &request.call);
            Ok(GrpcDuplexResponse::from(Messages::new(reports)))
        })
    }
}

/// The reports of one stream.
struct Reports {
    interval: Interval,
    load: Arc<Load>,
}

impl Stream for Reports {
    type Item = Result<OrcaLoadReport, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        ready!(self.interval.poll_tick(cx));
        Poll::Ready(Some(Ok(self.load.of_server())))
    }
}
