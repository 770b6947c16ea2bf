//! A status whose headers a client takes.

use std::cmp::Reverse;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use prost::Message as _;
use tonic::metadata::MetadataMap;
use tonic_types::pb;

use crate::{Code, Status, wire};

use super::failure::PUSHBACK;
use super::losses::Losses;

/// As much of a text is sent at the cost of details and metadata: what went wrong, for a person.
const TEXT_FIRST: usize = 512;

/// A status with at most `room` bytes of headers, and what it lost for that.
///
/// The text is cut first, since the rest of it is still of use, but not below [`TEXT_FIRST`]. Details and metadata are
/// nothing in part: the largest of them is left out, then the next, so that few are lost.
pub(super) fn fitted(status: Status, room: usize) -> (Status, Option<Losses>) {
    let text = status.message();
    // A longer text is not encoded to see that it does not fit: peers may cause long ones.
    let may_fit = text.len() <= room;
    if may_fit && size(&status) <= room {
        return (status, None);
    }
    let mut parts = Parts::of(&status, text);
    let short = cut(text, TEXT_FIRST);
    let rest = text.len().saturating_sub(short.len());
    let (size, left_out) = parts.make_room(&short, room);
    let fitting = parts.longest(text, room);
    let losses = Losses {
        size: size + rest,
        left_out,
        cut_text: (fitting != text).then_some(text.len()),
    };
    (parts.status(&fitting), Some(losses))
}

/// A status without its text.
struct Parts {
    code: Code,
    details: Details,
    metadata: HeaderMap,
}

enum Details {
    /// None, or bytes that are not changed.
    AsTheyAre(Bytes),
    /// A `google.rpc.Status` with the same text: some clients refuse one whose text is another than that of the status.
    WithText(pb::Status),
}

impl Parts {
    fn of(status: &Status, text: &str) -> Self {
        let details = Bytes::copy_from_slice(status.details());
        let details = match pb::Status::decode(details.clone()) {
            Ok(rich) if !details.is_empty() && rich.message == text => Details::WithText(rich),
            _ => Details::AsTheyAre(details),
        };
        Self {
            code: status.code(),
            details,
            metadata: status.metadata().clone().into_headers(),
        }
    }

    /// The status with this text.
    fn status(&self, text: &str) -> Status {
        let details = match &self.details {
            Details::AsTheyAre(details) => details.clone(),
            Details::WithText(rich) => Bytes::from(
                pb::Status {
                    message: text.to_owned(),
                    ..rich.clone()
                }
                .encode_to_vec(),
            ),
        };
        let metadata = MetadataMap::from_headers(self.metadata.clone());
        Status::with_details_and_metadata(self.code, text, details, metadata)
    }

    fn size(&self, text: &str) -> usize {
        size(&self.status(text))
    }

    /// Takes out details and metadata, the largest first, until the status fits with this text. Returns its size before,
    /// and what was taken.
    fn make_room(&mut self, text: &str, room: usize) -> (usize, Vec<(HeaderName, usize)>) {
        let whole = headers(&self.status(text));
        let mut sizes: Vec<(&HeaderName, usize)> = Vec::new();
        // The values of a name come one after the other.
        for (name, value) in &whole {
            let size = wire::field_size(name, value);
            match sizes.last_mut() {
                Some((last, sum)) if *last == name => *sum += size,
                _ => sizes.push((name, size)),
            }
        }
        let before: usize = sizes.iter().map(|(_, size)| size).sum();
        sizes.retain(|(name, _)| {
            let is_own = **name == Status::GRPC_STATUS_DETAILS || self.metadata.contains_key(*name);
            is_own && *name != PUSHBACK
        });
        sizes.sort_by_key(|(_, size)| Reverse(*size));
        let (mut left, mut taken) = (before, Vec::new());
        for (name, size) in sizes {
            if left <= room {
                break;
            }
            if name == Status::GRPC_STATUS_DETAILS {
                self.details = Details::AsTheyAre(Bytes::new());
            }
            self.metadata.remove(name);
            left -= size;
            taken.push((name.clone(), size));
        }
        (before, taken)
    }

    /// The text, or the longest beginning of it with which the status fits.
    fn longest(&self, text: &str, room: usize) -> String {
        if text.len() <= room && self.size(text) <= room {
            return text.to_owned();
        }
        let ends = text.char_indices().map(|(start, _)| start);
        let ends: Vec<usize> = ends.take_while(|end| *end <= room).collect();
        let fitting = ends.partition_point(|end| self.size(&cut(text, *end)) <= room);
        cut(text, fitting.checked_sub(1).map_or(0, |last| ends[last]))
    }
}

/// The first `most` bytes of a text, or fewer, so that no character is cut in two; with a mark where any is missing.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end));
    let end = end.unwrap_or_default();
    format!("{}… ({} bytes)", &text[..end], text.len())
}

fn size(status: &Status) -> usize {
    wire::header_list_size(&headers(status))
}

/// The headers that say the status.
pub(super) fn headers(status: &Status) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Err(error) = status.add_header(&mut headers) {
        tracing::error!(%status, %error, "a status could not be written as headers");
    }
    headers
}

#[cfg(test)]
mod tests {
    use tonic::metadata::{Ascii, MetadataKey};
    use tonic_types::{ErrorDetails, StatusExt as _};

    use super::*;

    const ROOM: usize = 4096;

    fn fit(status: Status) -> (Status, Losses) {
        let (status, losses) = fitted(status, ROOM);
        assert!(size(&status) <= ROOM, "{} bytes: {status:?}", size(&status));
        assert_eq!(status.code(), Code::NotFound);
        (status, losses.unwrap())
    }

    fn with(metadata: &[(&'static str, usize)]) -> Status {
        let mut status = Status::not_found("no such record");
        for (name, len) in metadata {
            let value = "v".repeat(*len).parse().unwrap();
            status.metadata_mut().append(*name, value);
        }
        status
    }

    #[test]
    fn a_status_that_fits_is_sent_as_it_is() {
        let status = with(&[("x-a", ROOM / 2)]);
        let (same, losses) = fitted(status.clone(), ROOM);
        assert!(losses.is_none());
        assert_eq!(format!("{same:?}"), format!("{status:?}"));
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        for text in ["a".repeat(20_000), "東京 ".repeat(5_000)] {
            let (status, losses) = fit(Status::not_found(&text));
            let (kept, mark) = status.message().split_once('…').unwrap();
            assert!(text.starts_with(kept));
            assert_eq!(mark, format!(" ({} bytes)", text.len()));
            // Another character would have been too many: it takes nine bytes at most, three for each of its own.
            assert!(size(&status) > ROOM - 10, "{}", size(&status));
            assert!(losses.to_string().contains("text"), "{losses}");
        }
    }

    #[test]
    fn the_largest_is_left_out_and_the_rest_kept() {
        let (status, losses) = fit(with(&[
            ("x-a", 1000),
            ("x-b", 5000),
            ("x-b", 1),
            ("x-c", 9),
        ]));
        assert_eq!(status.message(), "no such record");
        let names: Vec<_> = status
            .metadata()
            .keys()
            .map(|key| format!("{key:?}"))
            .collect();
        assert_eq!(names.len(), 2, "{names:?}");
        let text = losses.to_string();
        assert!(text.contains("x-b (5071 bytes) is left out"), "{text}");
        assert!(!text.contains("cut"), "{text}");
    }

    #[test]
    fn what_is_left_out_of_many_is_little_and_named_in_part() {
        let mut status = Status::not_found("no such record");
        for number in 0..20_000 {
            let name = format!("x-{number}");
            let key = name.parse::<MetadataKey<Ascii>>().unwrap();
            status.metadata_mut().insert(key, "v".parse().unwrap());
        }
        let (status, losses) = fit(status);
        assert!(size(&status) > ROOM - 50, "{}", size(&status));
        let text = losses.to_string();
        assert!(text.contains(" more are left out"), "{text}");
        assert!(text.len() < 500, "{text}");
    }

    #[test]
    fn details_are_left_out_whole() {
        let mut status = with(&[("x-a", 100)]);
        let metadata = std::mem::take(status.metadata_mut());
        let details = Bytes::from(vec![7; ROOM]);
        let status =
            Status::with_details_and_metadata(Code::NotFound, "no such record", details, metadata);
        let (status, losses) = fit(status);
        assert!(status.details().is_empty());
        assert!(status.metadata().contains_key("x-a"));
        assert!(
            losses.to_string().contains("grpc-status-details-bin"),
            "{losses}"
        );
    }

    #[test]
    fn details_say_the_text_that_is_sent() {
        let info = ErrorDetails::with_error_info("GONE", "records", []);
        let text = "no such record: ".repeat(1000);
        let (status, losses) = fit(Status::with_error_details(Code::NotFound, text, info));
        let rich = pb::Status::decode(status.details()).unwrap();
        assert_eq!(rich.message, status.message());
        assert_eq!(status.get_details_error_info().unwrap().reason, "GONE");
        assert!(losses.left_out.is_empty());
    }

    #[test]
    fn what_forbids_a_retry_stays() {
        let (status, _) = fit(super::super::not_retried(with(&[("x-a", 9000)])));
        assert_eq!(status.metadata().get(PUSHBACK).unwrap(), "-1");
        assert!(!status.metadata().contains_key("x-a"));
    }
}
