//! HTTP/2 written by hand, frame by frame: for clients that break off where no library would.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const RST_STREAM: u8 = 0x3;
const SETTINGS: u8 = 0x4;
const PING: u8 = 0x6;
const GOAWAY: u8 = 0x7;

const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

/// The error code NO_ERROR of a reset.
pub const NO_ERROR: u32 = 0x0;
/// The error code INTERNAL_ERROR.
pub const INTERNAL_ERROR: u32 = 0x2;
/// The error code CANCEL.
pub const CANCEL: u32 = 0x8;

/// One connection, with at most one call on it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
}

impl Wire {
    /// Connects, and says what a client must say first.
    pub async fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut wire = Self { stream };
        wire.stream
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .await?;
        wire.frame(SETTINGS, 0, 0, &[]).await?;
        Ok(wire)
    }

    /// Begins a call of the method at `path`, with `x-label` in its metadata.
    pub async fn begin(&mut self, path: &str, label: &str) -> io::Result<()> {
        let mut block = Vec::new();
        for (name, value) in [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("x-label", label),
        ] {
            // A literal without indexing, its name and value not Huffman-coded.
            block.push(0);
            for text in [name, value] {
                let length = u8::try_from(text.len()).ok().filter(|length| *length < 127);
                block.push(length.expect("a short text"));
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.frame(HEADERS, END_HEADERS, 1, &block).await
    }

    /// Sends one DATA frame of the call.
    pub async fn data(&mut self, data: &[u8]) -> io::Result<()> {
        self.frame(DATA, 0, 1, data).await
    }

    /// Half-closes the call.
    pub async fn half_close(&mut self) -> io::Result<()> {
        self.frame(DATA, END_STREAM, 1, &[]).await
    }

    /// Resets the call.
    pub async fn reset(&mut self, code: u32) -> io::Result<()> {
        self.frame(RST_STREAM, 0, 1, &code.to_be_bytes()).await
    }

    /// Returns when the server has read everything that was sent so far.
    pub async fn until_read(&mut self) -> io::Result<()> {
        self.frame(PING, 0, 0, &[0; 8]).await?;
        loop {
            let (kind, flags, _) = self.next_frame().await?;
            match kind {
                PING if flags & ACK != 0 => return Ok(()),
                GOAWAY => return Err(io::Error::other("the server ends the connection")),
                _ => {}
            }
        }
    }

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).expect("a small frame");
        let mut frame = length.to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }

    async fn next_frame(&mut self) -> io::Result<(u8, u8, Vec<u8>)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).await?;
        Ok((head[3], head[4], payload))
    }
}

/// A message with the 5-byte prefix of gRPC.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a message below 4 GiB");
    [&[0][..], &length.to_be_bytes(), message].concat()
}
