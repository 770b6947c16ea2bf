//! Messages that are sent as the handler makes them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tonic::metadata::MetadataMap;

use crate::call::{contained, of_handler};
use crate::{Message, Messages, Status};

use super::chunks::StreamedChunks;
use super::encoder::Encoder;
use super::encoding::Encoding;
use super::frames::CHUNK;

/// Frames a stream of messages. Those that are ready together share a chunk; none waits for the next.
pub(super) struct Streamed<M> {
    messages: Messages<M>,
    encoder: Encoder,
    after: Option<After>,
}

/// What follows the chunk that was handed on last.
enum After {
    Large(Bytes),
    Failed(Status),
    End,
}

impl<M: Message> Streamed<M> {
    pub(super) fn new(messages: Messages<M>, encoding: Encoding) -> Self {
        Self {
            messages,
            encoder: Encoder::new(encoding),
            after: None,
        }
    }

    /// Fills `chunk` with what is ready; pending when the handler has nothing more for now.
    fn poll_fill(&mut self, cx: &mut Context<'_>, chunk: &mut Vec<u8>) -> Poll<()> {
        while chunk.len() < CHUNK && self.after.is_none() {
            let messages = Pin::new(&mut self.messages);
            // The stream and the encoding are the user's code; after a panic they are never asked again.
            let encoder = &mut self.encoder;
            let start = chunk.len();
            let appended = contained(|| {
                messages.poll_next(cx).map(|message| {
                    message.map(|message| encoder.append(chunk, &message.map_err(of_handler)?))
                })
            });
            let appended = match appended {
                Ok(polled) => ready!(polled),
                Err(status) => {
                    chunk.truncate(start);
                    Some(Err(status))
                }
            };
            let Some(appended) = appended else {
                self.after = Some(After::End);
                break;
            };
            self.after = match appended {
                Ok(large) => large.map(After::Large),
                Err(status) => Some(After::Failed(status)),
            };
        }
        Poll::Ready(())
    }
}

impl<M: Message> Stream for Streamed<M> {
    type Item = Result<Bytes, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut chunk = Vec::new();
        if self.after.is_none() && self.poll_fill(cx, &mut chunk).is_pending() && chunk.is_empty() {
            return Poll::Pending;
        }
        if !chunk.is_empty() {
            return Poll::Ready(Some(Ok(Bytes::from(chunk))));
        }
        Poll::Ready(match self.after.take() {
            Some(After::Large(message)) => Some(Ok(message)),
            Some(After::Failed(status)) => {
                self.after = Some(After::End);
                Some(Err(status))
            }
            Some(After::End) | None => {
                self.after = Some(After::End);
                None
            }
        })
    }
}

impl<M: Message> StreamedChunks for Streamed<M> {
    fn messages(&self) -> usize {
        self.encoder.messages()
    }

    fn take_trailers(&mut self) -> MetadataMap {
        // The user's code as well. What it panicked with is in the log.
        contained(|| self.messages.take_trailers()).unwrap_or_default()
    }
}

// Nothing in it is pinned: the stream is boxed.
impl<M> Unpin for Streamed<M> {}
