//! A client below gRPC: it sends any HTTP/2 request and shows the response as it is.

use std::error::Error;

use bytes::Bytes;
use h2::RecvStream;
use h2::client::SendRequest;
use http::{HeaderMap, Request, Response, StatusCode};
use tokio::net::TcpStream;

/// One connection.
#[derive(Clone)]
pub struct Raw {
    send: SendRequest<Bytes>,
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

    /// Sends a request, each chunk as one DATA frame, and half-closes.
    ///
    /// The chunks together must fit in HTTP/2's default window of 64 KiB.
    pub async fn call(
        &self,
        request: Request<()>,
        chunks: impl IntoIterator<Item = Bytes>,
    ) -> Result<RawAnswer, Box<dyn Error>> {
        let mut send = self.send.clone().ready().await?;
        let (response, mut body) = send.send_request(request, false)?;
        for chunk in chunks {
            body.send_data(chunk, false)?;
        }
        body.send_data(Bytes::new(), true)?;
        RawAnswer::read(response.await?).await
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

    /// The `grpc-status` and the text of `grpc-message`; the code is `None` where there is none.
    pub fn status(&self) -> (Option<i32>, String) {
        let find = |name: &str| self.trailers.get(name).or_else(|| self.headers.get(name));
        let text = |name| find(name).and_then(|value| value.to_str().ok());
        let code = text("grpc-status").and_then(|code| code.parse().ok());
        (code, text("grpc-message").unwrap_or_default().to_owned())
    }
}
