//! A tonic client that can call any method: messages are bytes to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::uri::PathAndQuery;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::codec::BytesCodec;
use super::message::{MessageError, Method};
use super::metadata::{listed, metadata_of};
use super::table::Call;

/// What came back of a call, from whichever client.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status code, as `INVALID_ARGUMENT`.
    pub code: String,
    /// The text of the status.
    pub text: String,
    /// The messages, in order.
    #[serde(deserialize_with = "from_base64")]
    pub messages: Vec<Bytes>,
    /// The initial metadata, in order; values of keys that end in `-bin` are in base64.
    pub metadata: Vec<(String, String)>,
    /// The trailers, likewise.
    pub trailers: Vec<(String, String)>,
}

/// A connection to a server.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
}

impl Client {
    /// Connects to `address`, `127.0.0.1:50051`.
    ///
    /// # Errors
    ///
    /// When nothing listens there.
    pub async fn connect(address: &str) -> Result<Self, tonic::transport::Error> {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        let channel = endpoint.connect().await?;
        Ok(Self { channel })
    }

    /// Makes a call of a table to `method`.
    ///
    /// # Errors
    ///
    /// Messages or metadata of the table that cannot be sent.
    pub async fn call(&self, method: &Method, call: &Call) -> Result<Answer, MessageError> {
        let mut request = Request::new(tokio_stream::iter(method.encode(call)?));
        *request.metadata_mut() = metadata_of(call)?;
        let path = PathAndQuery::try_from(method.path()).map_err(MessageError::new)?;
        Ok(self.stream(path, request).await)
    }

    async fn stream(
        &self,
        path: PathAndQuery,
        request: Request<tokio_stream::Iter<std::vec::IntoIter<Bytes>>>,
    ) -> Answer {
        let mut answer = Answer::default();
        let mut client = tonic::client::Grpc::new(self.channel.clone())
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        if let Err(error) = client.ready().await {
            return answer.ended(Status::unavailable(error.to_string()));
        }
        // A call with one message each way looks like a stream of one on the wire.
        let response = match client.streaming(request, path, BytesCodec).await {
            Ok(response) => response,
            Err(status) => return answer.ended(status),
        };
        answer.metadata = listed(response.metadata());
        let mut stream = response.into_inner();
        loop {
            match stream.message().await {
                Ok(Some(message)) => answer.messages.push(message),
                Ok(None) => break,
                Err(status) => return answer.ended(status),
            }
        }
        answer.trailers = match stream.trailers().await {
            Ok(trailers) => listed(&trailers.unwrap_or_default()),
            Err(status) => return answer.ended(status),
        };
        answer.code = code_name(tonic::Code::Ok);
        answer
    }
}

impl Answer {
    fn ended(mut self, status: Status) -> Self {
        self.code = code_name(status.code());
        self.text = status.message().to_owned();
        self.trailers = listed(status.metadata());
        self
    }
}

/// The name of a code in the gRPC specification, `INVALID_ARGUMENT`.
fn code_name(code: tonic::Code) -> String {
    let mut name = String::new();
    for character in format!("{code:?}").chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

/// The messages as the client in Python prints them.
fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Bytes>, D::Error> {
    let messages = Vec::<String>::deserialize(deserializer)?;
    let messages = messages.iter().map(|message| BASE64.decode(message));
    let decoded: Result<Vec<_>, _> = messages.map(|bytes| bytes.map(Bytes::from)).collect();
    decoded.map_err(D::Error::custom)
}
