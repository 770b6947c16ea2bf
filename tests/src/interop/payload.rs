//! Payloads of the size that a client asks for.

use std::time::Duration;

use spikard::Status;

use super::proto::{Payload, PayloadType, ResponseParameters, StreamingOutputCallResponse};

/// A client chooses the size, and the server has to find the memory.
const MAX_SIZE: i32 = 64 << 20;

/// A payload of so many zeros.
pub(super) fn of_size(payload_type: i32, size: i32) -> Result<Payload, Status> {
    if PayloadType::try_from(payload_type).is_err() {
        return Err(Status::invalid_argument(format!(
            "the payload type {payload_type} is not known: ask for 0, COMPRESSABLE"
        )));
    }
    let within = usize::try_from(size).ok().filter(|_| size <= MAX_SIZE);
    let size = within.ok_or_else(|| {
        Status::invalid_argument(format!(
            "a payload has 0 to {MAX_SIZE} bytes, not {size}: ask for another size"
        ))
    })?;
    Ok(Payload {
        r#type: payload_type,
        body: vec![0; size].into(),
    })
}

/// One message of a stream, when its time has come.
pub(super) async fn answer(
    payload_type: i32,
    parameters: &ResponseParameters,
) -> Result<StreamingOutputCallResponse, Status> {
    if let Ok(interval @ 1..) = u64::try_from(parameters.interval_us) {
        tokio::time::sleep(Duration::from_micros(interval)).await;
    }
    let payload = of_size(payload_type, parameters.size)?;
    Ok(StreamingOutputCallResponse {
        payload: Some(payload),
    })
}
