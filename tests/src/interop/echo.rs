//! What a client gets back as it sent it: metadata, and a status.

use spikard::{Code, MetadataMap, Status};

use super::proto::EchoStatus;

const INITIAL: &str = "x-grpc-test-echo-initial";
const TRAILING: &str = "x-grpc-test-echo-trailing-bin";

/// The initial metadata of a response.
pub(super) fn initial(received: &MetadataMap) -> MetadataMap {
    let mut sent = MetadataMap::new();
    for value in &received.get_all(INITIAL) {
        sent.append(INITIAL, value.clone());
    }
    sent
}

/// The trailers of a response.
pub(super) fn trailing(received: &MetadataMap) -> MetadataMap {
    let mut sent = MetadataMap::new();
    for value in &received.get_all_bin(TRAILING) {
        sent.append_bin(TRAILING, value.clone());
    }
    sent
}

/// Ends the call with the status that the client asks for, if it asks for one.
pub(super) fn status(asked: Option<EchoStatus>) -> Result<(), Status> {
    match asked {
        Some(status) if status.code != 0 => {
            Err(Status::new(Code::from_i32(status.code), status.message))
        }
        _ => Ok(()),
    }
}
