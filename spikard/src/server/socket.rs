//! The socket of a connection, and those who watch its bytes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::preface::{Preface, discard};
use super::silence::Traffic;
use super::stall::Stall;

/// A socket, plain or over TLS.
pub(super) struct Socket<S> {
    stream: S,
    preface: Preface,
    traffic: Traffic,
    stall: Stall,
}

impl<S> Socket<S> {
    /// `patience` is the time that a write may wait for the peer, `None` without keepalive.
    pub(super) fn new(stream: S, patience: Option<Duration>) -> Self {
        Self {
            stream,
            preface: Preface::default(),
            traffic: Traffic::default(),
            stall: Stall::new(patience),
        }
    }

    pub(super) fn preface(&self) -> Preface {
        self.preface.clone()
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let written = self.stall.check(cx, written);
        self.traffic.written(&written);
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let read = &buf.filled()[before..];
        self.traffic.passed(read.len());
        if !self.preface.goes_on_with(read) {
            discard(&mut self.stream, cx);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.stall.check(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.stall.check(cx, closed)
    }
}
