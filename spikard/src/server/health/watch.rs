//! The answers to one `Watch`.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::watch::Receiver;
use tokio_util::sync::ReusableBoxFuture;
use tonic_health::pb::HealthCheckResponse;
use tonic_health::pb::health_check_response::ServingStatus;

use crate::Status;

use super::statuses::State;

/// The status of one service, now and whenever it changes: SERVICE_UNKNOWN while it is not reported on. It ends when the
/// server is gone.
pub(super) struct Watch {
    /// At most the bytes of a request, whether it is reported on or not: it may be some day.
    service: String,
    told: Option<ServingStatus>,
    /// The states, when there is one that was not seen yet; `None` when the server is gone.
    states: ReusableBoxFuture<'static, Option<Receiver<State>>>,
}

impl Watch {
    pub(super) fn new(service: String, states: Receiver<State>) -> Self {
        Self {
            service,
            told: None,
            states: ReusableBoxFuture::new(async { Some(states) }),
        }
    }
}

async fn changed(mut states: Receiver<State>) -> Option<Receiver<State>> {
    states.changed().await.ok().map(|()| states)
}

impl Stream for Watch {
    type Item = Result<HealthCheckResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(mut states) = ready!(self.states.poll(cx)) {
            let status = {
                let state = states.borrow_and_update();
                state.of(&self.service)
            };
            self.states.set(changed(states));
            let status = status.unwrap_or(ServingStatus::ServiceUnknown);
            if self.told.replace(status) != Some(status) {
                let status = status.into();
                return Poll::Ready(Some(Ok(HealthCheckResponse { status })));
            }
        }
        Poll::Ready(None)
    }
}
