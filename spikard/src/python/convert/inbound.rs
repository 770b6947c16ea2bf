//! A request on its way to Python, with nothing of Python in it.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use crate::Call;

use super::metadata::ReceivedMetadata;

/// A request on its way to Python.
pub struct Inbound {
    pub(crate) kind: RequestKind,
    pub(crate) service_name: Cow<'static, str>,
    pub(crate) method_name: Cow<'static, str>,
    pub(crate) metadata: ReceivedMetadata,
    pub(crate) messages: Messages,
    pub(crate) call: Arc<Call>,
}

/// The class of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    One,
    ClientStream,
    BidiStream,
    Duplex,
}

/// The one message of a request, or all of them, or where they come from.
pub(crate) enum Messages {
    One(Bytes),
    List(Vec<Bytes>),
    /// `None` once it has been taken out: a stream crosses by itself.
    Stream(Option<crate::Messages<Bytes>>),
}

impl Inbound {
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self.messages, Messages::Stream(_))
    }

    /// The stream of a request that has one.
    pub(crate) fn take_stream(&mut self) -> Option<crate::Messages<Bytes>> {
        match &mut self.messages {
            Messages::One(_) | Messages::List(_) => None,
            Messages::Stream(stream) => stream.take(),
        }
    }
}

#[cfg(test)]
impl Inbound {
    pub(crate) fn empty() -> Self {
        Self {
            kind: RequestKind::One,
            service_name: Cow::Borrowed(""),
            method_name: Cow::Borrowed(""),
            metadata: ReceivedMetadata::default(),
            messages: Messages::One(Bytes::new()),
            call: Arc::default(),
        }
    }
}
