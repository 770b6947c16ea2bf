//! Calls that several tests make.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use prost::Message as _;
use spikard_tests::languages::{Language, path};
use spikard_tests::proto::Text;
use spikard_tests::raw::{Raw, request};
use spikard_tests::wire::framed;

/// A `Text` as it goes over the wire.
pub(crate) fn text(text: &str) -> Bytes {
    let text = Text { text: text.into() };
    framed(&text.encode_to_vec()).into()
}

/// What the probe counted under `label`.
pub(crate) async fn runs(
    raw: &Raw,
    language: Language,
    label: &str,
) -> Result<usize, Box<dyn Error>> {
    let request = request(&path("Runs", language)).header("x-label", label);
    let answer = raw.call(request.body(())?, [text("")]).await?;
    let message = answer.body.get(5..).ok_or("no message")?;
    Ok(Text::decode(message)?.text.parse()?)
}

/// Returns when the probe has counted `count` under `label`.
pub(crate) async fn until_runs(raw: &Raw, language: Language, label: &str, count: usize) {
    let counted = async { while runs(raw, language, label).await.expect("a count") < count {} };
    let waited = tokio::time::timeout(Duration::from_secs(60), counted).await;
    waited.unwrap_or_else(|_| panic!("{language}: {label} was not counted {count} times"));
}

/// Makes a call that must succeed.
pub(crate) async fn good_call(raw: &Raw, language: Language, label: &str) {
    let request = request(&path("Join", language)).header("x-label", label);
    let request = request.body(()).expect("a request");
    let answer = raw
        .call(request, [text("a"), text("b")])
        .await
        .expect("an answer");
    let status = answer.status().expect("a status of gRPC");
    assert_eq!(status.code(), spikard::Code::Ok, "{language}: {status}");
    assert_eq!(
        answer.body,
        [&[0, 0, 0, 0, 6], &text("a")[5..], &text("b")[5..]].concat()
    );
}
