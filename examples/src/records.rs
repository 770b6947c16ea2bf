//! Bidirectional streaming with settings in the metadata: fewer answers than messages.

use spikard::{GrpcBidiStreamRequest, GrpcBidiStreamResponse, MetadataMap, Status, grpc_stream};

use crate::proto::recordservice::{ProcessedRecord, Record, record_service};

/// The record service and its state; each method of the annotated block is an RPC.
#[derive(Clone, Copy, Debug)]
pub struct Records {
    multiplier: f64,
}

#[grpc_stream(service = record_service)]
impl Records {
    /// Keeps the records that the metadata asks for and processes them.
    pub async fn filter_stream(
        &self,
        request: GrpcBidiStreamRequest<Record>,
    ) -> Result<GrpcBidiStreamResponse<ProcessedRecord>, Status> {
        let filter = Filter::from_metadata(&request.metadata)?;
        let records = request.messages.iter();
        let processed: Vec<_> = records
            .filter(|record| filter.keeps(record))
            .map(|record| self.process(record))
            .collect();

        let received = request.messages.len();
        let sent = processed.len();
        let mut response = GrpcBidiStreamResponse::from(processed);
        response.metadata.insert("x-input-count", received.into());
        response.metadata.insert("x-output-count", sent.into());
        let filtered = received - sent;
        response
            .metadata
            .insert("x-filtered-count", filtered.into());
        Ok(response)
    }

    /// The same in Python, in `python/filter_handler.py`.
    #[grpc(python = "filter_handler:handle_filter_stream")]
    pub async fn filter_stream_in_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;

    /// The same in Python with messages, in `python/typed_filter_handler.py`.
    #[grpc(python = "typed_filter_handler:filter_stream")]
    pub async fn filter_stream_in_typed_python(
        &self,
        request: GrpcBidiStreamRequest,
    ) -> Result<GrpcBidiStreamResponse, Status>;
}

impl Records {
    /// A service that multiplies every value by `multiplier`.
    pub fn new(multiplier: f64) -> Self {
        Self { multiplier }
    }

    fn process(&self, record: &Record) -> ProcessedRecord {
        ProcessedRecord {
            id: record.id,
            original_value: record.value,
            processed_value: record.value as f64 * self.multiplier,
            filtered: false,
        }
    }
}

impl Default for Records {
    /// The multiplier of the Python handler, 1.1.
    fn default() -> Self {
        Self::new(1.1)
    }
}

/// Which records a client wants.
enum Filter {
    All,
    AtLeast(i128),
    Nothing,
}

impl Filter {
    fn from_metadata(metadata: &MetadataMap) -> Result<Self, Status> {
        let text = |key, default| match metadata.get(key) {
            Some(value) => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            None => String::from(default),
        };
        let min_value = text("x-min-value", "0");
        let min_value = min_value.trim().parse().map_err(|_| {
            Status::invalid_argument(format!(
                "x-min-value must be a whole number, not: {min_value}"
            ))
        })?;
        Ok(match text("x-filter-type", "all").as_str() {
            "all" => Self::All,
            "high-value" => Self::AtLeast(min_value),
            _ => Self::Nothing,
        })
    }

    fn keeps(&self, record: &Record) -> bool {
        match self {
            Self::All => true,
            Self::AtLeast(min_value) => i128::from(record.value) >= *min_value,
            Self::Nothing => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use spikard::{Code, MetadataValue};

    use super::*;

    fn request(
        values: &[i64],
        metadata: &[(&'static str, &'static str)],
    ) -> GrpcBidiStreamRequest<Record> {
        let records = (1..).zip(values).map(|(id, &value)| Record { id, value });
        let mut request = GrpcBidiStreamRequest {
            messages: records.collect(),
            ..Default::default()
        };
        for (key, value) in metadata {
            let value = MetadataValue::from_static(value);
            request.metadata.insert(*key, value);
        }
        request
    }

    #[tokio::test]
    async fn high_values_are_kept() {
        let metadata = [("x-filter-type", "high-value"), ("x-min-value", "100")];
        let response = Records::default()
            .filter_stream(request(&[50, 150, 250], &metadata))
            .await
            .unwrap();
        let values = response.messages.iter();
        let values: Vec<_> = values.map(|record| record.original_value).collect();
        assert_eq!(values, [150, 250]);
        assert_eq!(response.metadata.get("x-input-count").unwrap(), "3");
        assert_eq!(response.metadata.get("x-output-count").unwrap(), "2");
        assert_eq!(response.metadata.get("x-filtered-count").unwrap(), "1");
    }

    #[tokio::test]
    async fn all_are_kept_by_default_and_multiplied() {
        let response = Records::new(2.0)
            .filter_stream(request(&[50, 75], &[]))
            .await
            .unwrap();
        let values = response.messages.iter();
        let values: Vec<_> = values.map(|record| record.processed_value).collect();
        assert_eq!(values, [100.0, 150.0]);
    }

    #[tokio::test]
    async fn an_unknown_filter_keeps_nothing() {
        let request = request(&[50, 75], &[("x-filter-type", "odd")]);
        let response = Records::default().filter_stream(request).await.unwrap();
        assert!(response.messages.is_empty());
        assert_eq!(response.metadata.get("x-filtered-count").unwrap(), "2");
    }

    #[tokio::test]
    async fn a_minimum_that_is_no_number_is_refused() {
        let request = request(&[50], &[("x-min-value", "many")]);
        let status = Records::default().filter_stream(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(
            status.message(),
            "x-min-value must be a whole number, not: many"
        );
    }
}
