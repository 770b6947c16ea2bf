//! A handler with a bug, on purpose: the demo shows what a bug does to the server.

use spikard::{GrpcClientStreamRequest, GrpcResponse, Status, grpc_stream};

use crate::proto::recordservice::{AverageResponse, Record, record_service};

/// The mean of the records' values, rounded down.
///
/// It is a method of the service whose other methods are in the `impl` block of
/// [`Records`](crate::records::Records): the server merges them.
#[grpc_stream(service = record_service)]
pub async fn average(
    request: GrpcClientStreamRequest<Record>,
) -> Result<GrpcResponse<AverageResponse>, Status> {
    let values = request
        .messages
        .iter()
        .map(|record| i128::from(record.value));
    let total: i128 = values.sum();
    // The bug: an empty stream divides by zero, which panics.
    let mean = total.div_euclid(request.messages.len() as i128);
    // A mean of 64-bit values has 64 bits.
    let value = mean as i64;
    Ok(AverageResponse { value }.into())
}

/// The same with the same bug in Python, in `python/average_handler.py`.
#[grpc_stream(
    service = record_service,
    python = "average_handler:handle_average"
)]
pub async fn average_in_python(request: GrpcClientStreamRequest) -> Result<GrpcResponse, Status>;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_mean_is_rounded_down() {
        let records = [-4, -3].map(|value| Record { id: 1, value });
        let request = GrpcClientStreamRequest {
            messages: records.to_vec(),
            ..Default::default()
        };
        assert_eq!(average(request).await.unwrap().payload.value, -4);
    }
}
