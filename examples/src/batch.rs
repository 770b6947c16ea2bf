//! Client streaming: many items in, one answer out.

use spikard::{GrpcClientStreamRequest, GrpcResponse, MetadataValue, Status, grpc_stream};
use uuid::Uuid;

use crate::clock::utc_now;
use crate::database::{self, Transaction};
use crate::proto::messageservice::{BatchCreateResponse, Item, message_service};

/// Creates all items, or none.
///
/// Every item has arrived and has been decoded when this runs.
#[grpc_stream(service = message_service)]
pub async fn batch_create(
    request: GrpcClientStreamRequest<Item>,
) -> Result<GrpcResponse<BatchCreateResponse>, Status> {
    let token = request.metadata.get("authorization");
    if token.is_none_or(|token| token.is_empty()) {
        return Err(Status::permission_denied("Authentication required"));
    }

    let items = &request.messages;
    if items
        .iter()
        .any(|item| item.name.is_empty() || item.value == 0)
    {
        return Err(Status::invalid_argument(
            "Each item must have name and value",
        ));
    }

    let created = create_all(items)
        .await
        .map_err(|error| Status::internal(format!("Transaction failed: {error}")))?;
    let total: i128 = items.iter().map(|item| i128::from(item.value)).sum();

    let answer = BatchCreateResponse {
        success_count: created as i64,
        total_value: i64::try_from(total)
            .map_err(|_| Status::invalid_argument(format!("Value out of range: {total}")))?,
        batch_id: Uuid::new_v4().to_string(),
        timestamp: utc_now(),
    };
    let batch_id = MetadataValue::try_from(&answer.batch_id)
        .map_err(|error| Status::internal(error.to_string()))?;
    let mut response = GrpcResponse::from(answer);
    response.metadata.insert("x-batch-id", batch_id);
    response.metadata.insert("x-count", created.into());
    Ok(response)
}

/// The same in Python, in `python/batch_handler.py`: no body, and raw bytes instead of `Item`.
#[grpc_stream(
    service = message_service,
    python = "batch_handler:handle_batch_create"
)]
pub async fn batch_create_in_python(
    request: GrpcClientStreamRequest,
) -> Result<GrpcResponse, Status>;

/// The same in Python with messages, in `python/typed_batch_handler.py`: Python decodes them, so here they are bytes.
#[grpc_stream(
    service = message_service,
    python = "typed_batch_handler:batch_create"
)]
pub async fn batch_create_in_typed_python(
    request: GrpcClientStreamRequest,
) -> Result<GrpcResponse, Status>;

async fn create_all(items: &[Item]) -> Result<usize, database::Error> {
    let mut transaction = Transaction::begin().await?;
    for item in items {
        transaction.create(&item.name, item.value).await?;
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests {
    use spikard::Code;

    use super::*;

    fn request(items: &[(&str, i64)]) -> GrpcClientStreamRequest<Item> {
        let items = items.iter().map(|&(name, value)| Item {
            name: name.into(),
            value,
        });
        let mut request = GrpcClientStreamRequest {
            messages: items.collect(),
            ..Default::default()
        };
        request
            .metadata
            .insert("authorization", MetadataValue::from_static("Bearer token"));
        request
    }

    #[tokio::test]
    async fn items_are_created_and_summed() {
        let response = batch_create(request(&[("a", 100), ("b", 200), ("c", 300)]))
            .await
            .unwrap();
        assert_eq!(response.payload.success_count, 3);
        assert_eq!(response.payload.total_value, 600);
        assert_eq!(response.metadata.get("x-count").unwrap(), "3");
        let batch_id = response.metadata.get("x-batch-id").unwrap();
        assert_eq!(*batch_id, response.payload.batch_id);
    }

    #[tokio::test]
    async fn a_token_is_required() {
        for token in [None, Some("")] {
            let mut request = request(&[("a", 1)]);
            request.metadata.remove("authorization");
            if let Some(token) = token {
                let token = MetadataValue::from_static(token);
                request.metadata.insert("authorization", token);
            }
            let status = batch_create(request).await.unwrap_err();
            assert_eq!(status.code(), Code::PermissionDenied);
            assert_eq!(status.message(), "Authentication required");
        }
    }

    #[tokio::test]
    async fn one_item_without_value_or_name_fails_the_batch() {
        for items in [[("a", 1), ("b", 0)], [("a", 1), ("", 2)]] {
            let status = batch_create(request(&items)).await.unwrap_err();
            assert_eq!(status.code(), Code::InvalidArgument);
            assert_eq!(status.message(), "Each item must have name and value");
        }
    }

    #[tokio::test]
    async fn a_sum_that_does_not_fit_is_refused() {
        let items = [("a", i64::MAX), ("b", 1)];
        let status = batch_create(request(&items)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "Value out of range: 9223372036854775808");
    }
}
