//! Bidirectional streaming: one result for each document.

use std::collections::HashMap;

use spikard::{GrpcBidiStreamRequest, GrpcBidiStreamResponse, MetadataValue, Status, grpc_stream};

use crate::clock::utc_now;
use crate::proto::transformservice::{Document, TransformResult, transform_service};

/// Transforms every document; one that fails does not fail the others.
#[grpc_stream(service = transform_service)]
pub async fn transform_stream(
    request: GrpcBidiStreamRequest<Document>,
) -> Result<GrpcBidiStreamResponse<TransformResult>, Status> {
    let mut results = Vec::with_capacity(request.messages.len());
    for document in &request.messages {
        results.push(match transform_document(document).await {
            Ok(transformed) => succeeded(document, transformed),
            Err(error) => TransformResult {
                original_id: document.id,
                status: "ERROR".into(),
                error_message: error.to_string(),
                ..Default::default()
            },
        });
    }

    let timestamp =
        MetadataValue::try_from(utc_now()).map_err(|error| Status::internal(error.to_string()))?;
    let mut response = GrpcBidiStreamResponse::from(results);
    let count = response.messages.len();
    response.metadata.insert("x-processed-count", count.into());
    response.metadata.insert("x-timestamp", timestamp);
    Ok(response)
}

/// The same in Python, in `python/transform_handler.py`.
#[grpc_stream(
    service = transform_service,
    python = "transform_handler:handle_transform_stream"
)]
pub async fn transform_stream_in_python(
    request: GrpcBidiStreamRequest,
) -> Result<GrpcBidiStreamResponse, Status>;

/// The same in Python with messages, in `python/typed_transform_handler.py`.
#[grpc_stream(
    service = transform_service,
    python = "typed_transform_handler:transform_stream"
)]
pub async fn transform_stream_in_typed_python(
    request: GrpcBidiStreamRequest,
) -> Result<GrpcBidiStreamResponse, Status>;

/// What became of one document.
struct Transformed {
    content: String,
    success: bool,
}

/// Puts a document in capitals: a stand-in for real work, which can fail.
async fn transform_document(document: &Document) -> Result<Transformed, std::io::Error> {
    Ok(Transformed {
        content: document.content.to_uppercase(),
        success: true,
    })
}

fn succeeded(document: &Document, transformed: Transformed) -> TransformResult {
    let size = |text: &str| text.chars().count().to_string();
    let status = if transformed.success {
        "SUCCESS"
    } else {
        "PARTIAL"
    };
    TransformResult {
        original_id: document.id,
        transformed_at: utc_now(),
        status: status.into(),
        error_message: String::new(),
        metadata: HashMap::from([
            ("original_size".into(), size(&document.content)),
            ("transformed_size".into(), size(&transformed.content)),
        ]),
        transformed_content: transformed.content,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(contents: &[&str]) -> GrpcBidiStreamRequest<Document> {
        let documents = (1..).zip(contents).map(|(id, content)| Document {
            id,
            content: (*content).into(),
        });
        GrpcBidiStreamRequest {
            messages: documents.collect(),
            ..Default::default()
        }
    }

    #[tokio::test]
    async fn every_document_is_answered_in_order() {
        let response = transform_stream(request(&["hello world", "goodbye world"]))
            .await
            .unwrap();
        let results = &response.messages;
        assert_eq!(results.len(), 2);
        assert_eq!(results[0].original_id, 1);
        assert_eq!(results[0].transformed_content, "HELLO WORLD");
        assert_eq!(results[1].original_id, 2);
        assert_eq!(results[1].transformed_content, "GOODBYE WORLD");
        assert!(results.iter().all(|result| result.status == "SUCCESS"));
        assert_eq!(response.metadata.get("x-processed-count").unwrap(), "2");
        assert!(response.metadata.contains_key("x-timestamp"));
    }

    #[tokio::test]
    async fn sizes_count_characters() {
        let response = transform_stream(request(&["straße"])).await.unwrap();
        let metadata = &response.messages[0].metadata;
        assert_eq!(metadata["original_size"], "6");
        assert_eq!(metadata["transformed_size"], "7");
    }
}
