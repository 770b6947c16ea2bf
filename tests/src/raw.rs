//! A client below gRPC: it sends any HTTP/2 request and shows the response as it is.

use std::error::Error;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request, Response, StatusCode};
use tokio::net::TcpStream;

/// One connection.
#[derive(Clone)]
pub struct Raw {
    send: SendRequest<Bytes>,
}

/// A call that has begun and is not half-closed.
pub struct Begun {
    response: ResponseFuture,
    body: SendStream<Bytes>,
}

/// A response, with what gRPC puts into its headers or trailers.
#[derive(Debug)]
pub struct RawAnswer {
    /// The status of HTTP.
    pub http: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The trailers.
    pub trailers: HeaderMap,
}

/// A gRPC request to the method at `path`, to be changed as a test wants.
pub fn request(path: &str) -> http::request::Builder {
    Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
}

impl Raw {
    /// Connects.
    pub async fn connect(address: &str) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (send, connection) = h2::client::handshake(stream).await?;
        // It ends when the last handle to it is dropped; its errors reach the calls.
        tokio::spawn(connection);
        Ok(Self { send })
    }

    /// Begins a call.
    pub async fn begin(&self, request: Request<()>) -> Result<Begun, Box<dyn Error>> {
        let mut send = self.send.clone().ready().await?;
        let (response, body) = send.send_request(request, false)?;
        Ok(Begun { response, body })
    }

    /// Sends a request, each chunk as one DATA frame, and half-closes.
    ///
    /// The chunks together must fit in HTTP/2's default window of 64 KiB.
    pub async fn call(
        &self,
        request: Request<()>,
        chunks: impl IntoIterator<Item = Bytes>,
    ) -> Result<RawAnswer, Box<dyn Error>> {
        let mut begun = self.begin(request).await?;
        begun.send(chunks);
        begun.half_close();
        begun.answer().await
    }
}

impl Begun {
    /// Sends each chunk as one DATA frame.
    pub fn send(&mut self, chunks: impl IntoIterator<Item = Bytes>) {
        for chunk in chunks {
            if self.body.send_data(chunk, false).is_err() {
                // The server has answered already, and the answer says why.
                return;
            }
        }
    }

    /// Half-closes the call.
    pub fn half_close(&mut self) {
        // As above: a call that has been answered needs no end.
        let _ = self.body.send_data(Bytes::new(), true);
    }

    /// Waits for the answer.
    pub async fn answer(self) -> Result<RawAnswer, Box<dyn Error>> {
        let answer = RawAnswer::read(self.response.await?).await;
        // Dropped earlier, it would reset the call.
        drop(self.body);
        answer
    }
}

impl RawAnswer {
    async fn read(response: Response<RecvStream>) -> Result<Self, Box<dyn Error>> {
        let (parts, mut stream) = response.into_parts();
        let mut body = Vec::new();
        while let Some(chunk) = stream.data().await {
            let chunk = chunk?;
            stream.flow_control().release_capacity(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            http: parts.status,
            headers: parts.headers,
            body: body.into(),
            trailers: stream.trailers().await?.unwrap_or_default(),
        })
    }

    /// The status and its text, of a response that is gRPC's.
    pub fn status(&self) -> Option<tonic::Status> {
        let headers = [&self.trailers, &self.headers];
        headers.into_iter().find_map(tonic::Status::from_header_map)
    }
}
