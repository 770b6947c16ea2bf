//! Large messages, which are decompressed and decoded on a thread for such work: they take longer than a call may hold
//! one of tokio's threads.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::call::Charge;
use crate::wire::Payload;
use crate::{Message, Status};

use super::decoded::Room;
use super::inflation::Inflation;
use super::violation::Undecodable;

/// As many as there are processors: what they take until it is charged is bounded, and blocking work of others has its
/// turn. Those of calls that are given up finish first.
static WORKERS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, usize::from)));

/// A large message as it arrived, and what has to be done with it.
pub(super) struct Work {
    pub(super) wire: Vec<u8>,
    /// Where it is compressed.
    pub(super) inflation: Option<Inflation>,
    /// `None` for a raw message.
    pub(super) room: Option<Room>,
    pub(super) index: usize,
    pub(super) wrong: Undecodable,
    /// Of its own, so that a message of a call that is given up counts until it is gone.
    pub(super) charge: Charge,
}

/// What has become of it.
pub(super) struct Done<M> {
    pub(super) messages: Vec<M>,
    /// Its bytes, compressed or not, whichever are more.
    pub(super) len: usize,
    /// What it takes on the heap.
    pub(super) heap: usize,
    pub(super) charge: Charge,
}

/// A large message in the works.
pub(super) struct Large<M>(Pin<Box<dyn Future<Output = Result<Done<M>, Status>> + Send>>);

impl<M: Message> Large<M> {
    pub(super) fn new(work: Work) -> Self {
        Self(Box::pin(async {
            // It is never closed.
            let turn = WORKERS.acquire().await.ok();
            let work = spawn_blocking(move || {
                let done = work.run();
                drop(turn);
                done
            });
            match work.await {
                Ok(done) => done,
                Err(failed) => match failed.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Err(Status::unavailable("the server's runtime has shut down")),
                },
            }
        }))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Done<M>, Status>> {
        self.0.as_mut().poll(cx)
    }
}

impl Work {
    fn run<M: Message>(mut self) -> Result<Done<M>, Status> {
        let mut len = self.wire.len();
        let plain = match &self.inflation {
            Some(inflation) => inflation.run(&self.wire)?,
            None => self.wire,
        };
        len = len.max(plain.len());
        let heap = match &self.room {
            Some(room) => {
                self.charge.set(len)?;
                let measured = room.measure(&plain);
                measured.map_err(|refused| self.wrong.refused::<M>(self.index, room, refused))?
            }
            None => 0,
        };
        self.charge.set(len.saturating_add(heap))?;
        let mut messages = Vec::new();
        M::decode_onto(&mut messages, Payload::joined(plain))
            .map_err(|error| self.wrong.status::<M>(self.index, &error))?;
        Ok(Done {
            messages,
            len,
            heap,
            charge: self.charge,
        })
    }
}
