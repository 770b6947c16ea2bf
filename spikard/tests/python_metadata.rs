//! Metadata, both ways, and what else a handler sees of its call.
#![allow(missing_docs)]

mod python_support;

use http::{HeaderMap, HeaderValue};
use python_support::{One, interpreter};
use spikard::python::call_python;
use spikard::{GrpcRequest, MetadataMap};

fn metadata(pairs: &[(&'static str, &'static [u8])]) -> MetadataMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_bytes(value).unwrap());
    }
    MetadataMap::from_headers(headers)
}

async fn call(callable: &'static str, metadata: MetadataMap) -> One {
    interpreter();
    let request = GrpcRequest {
        metadata,
        service_name: "shop.Shop".into(),
        method_name: "Buy".into(),
        ..Default::default()
    };
    call_python(callable, request).await
}

#[tokio::test]
async fn received_metadata_loses_nothing() {
    let sent = metadata(&[
        ("x-tag", b"a"),
        ("x-latin", b"gr\xfc\xdfe"),
        ("x-tag", b"b"),
        ("x-empty", b""),
        // With padding and without.
        ("x-raw-bin", b"AP8="),
        ("x-raw-bin", b"AP8"),
        ("x-raw-bin", b"AQ=="),
        ("x-raw-bin", b"Ag"),
    ]);
    let said = call("metadata:described", sent).await.unwrap().payload;
    assert_eq!(
        std::str::from_utf8(&said).unwrap(),
        "[('x-empty', ''), ('x-latin', 'grüße'), ('x-raw-bin', b'\\x00\\xff'), ('x-raw-bin', b'\\x00\\xff'), \
         ('x-raw-bin', b'\\x01'), ('x-raw-bin', b'\\x02'), ('x-tag', 'a'), ('x-tag', 'b')]"
    );
}

#[tokio::test]
async fn sent_metadata_loses_nothing() {
    let sent = metadata(&[
        ("x-tag", b"a"),
        ("x-tag", b"b"),
        ("x-raw-bin", b"AP8"),
        ("x-one", b"1"),
    ]);
    let response = call("metadata:echoed", sent.clone()).await.unwrap();
    for received in [response.metadata, response.trailers] {
        let (received, sent) = (received.into_headers(), sent.clone().into_headers());
        assert_eq!(received.len(), sent.len());
        for name in sent.keys() {
            let all = |headers: &HeaderMap| -> Vec<HeaderValue> {
                headers.get_all(name).iter().cloned().collect()
            };
            assert_eq!(all(&received), all(&sent), "{name}");
        }
    }
}

/// What a proxy added must not fail the call of a handler that does not ask for it.
#[tokio::test]
async fn a_binary_value_that_is_not_base64_is_left_out() {
    let sent = metadata(&[
        ("x-raw-bin", b"AP8="),
        ("x-raw-bin", b"no base64!"),
        ("x-spoilt-bin", b"?"),
        ("x-tag", b"a"),
    ]);
    let said = call("metadata:described", sent).await.unwrap().payload;
    assert_eq!(
        std::str::from_utf8(&said).unwrap(),
        "[('x-raw-bin', b'\\x00\\xff'), ('x-tag', 'a')]"
    );
}

#[tokio::test]
async fn plain_dicts_and_pairs_are_taken() {
    let response = call("metadata:plain_dict", MetadataMap::new())
        .await
        .unwrap();
    assert_eq!(response.metadata.get("x-tag").unwrap(), "a");
    let trailers: Vec<_> = response.trailers.get_all("x-tag").iter().collect();
    assert_eq!(trailers, ["b", "c"]);
}

#[tokio::test]
async fn a_request_has_its_names_and_a_call() {
    let said = call("metadata:names", MetadataMap::new())
        .await
        .unwrap()
        .payload;
    assert_eq!(said, "shop.Shop/Buy Call(peer=None, deadline=None)");
}
