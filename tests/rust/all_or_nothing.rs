//! An upload that breaks off before its half-close never reaches the handler.

use std::io;

use spikard_tests::languages::{LANGUAGES, Language, path};
use spikard_tests::mounts;
use spikard_tests::raw::Raw;
use spikard_tests::wire::{CANCEL, INTERNAL_ERROR, NO_ERROR, Wire};
use tokio::task::JoinSet;

use crate::support::{good_call, runs, text};

const UPLOADS: usize = 400;

/// How an upload breaks off.
#[derive(Clone, Copy, Debug)]
enum Break {
    Reset(u32),
    Drop,
}

/// Sends up to 3 whole messages and, of every other upload, a part of one more; then breaks off.
async fn upload(
    address: String,
    path: String,
    label: String,
    index: usize,
    how: Break,
) -> io::Result<()> {
    let mut wire = Wire::connect(&address).await?;
    wire.begin(&path, &label).await?;
    for _ in 0..index % 4 {
        wire.data(&text("whole")).await?;
    }
    if index % 2 == 1 {
        wire.data(&text("a part")[..8]).await?;
    }
    // From here on the server has the call and its data.
    wire.until_read().await?;
    match how {
        Break::Reset(code) => {
            wire.reset(code).await?;
            wire.until_read().await
        }
        Break::Drop => Ok(()),
    }
}

async fn break_off(how: Break, language: Language) {
    let label = format!("{how:?} in {language}");
    let server = mounts::ours().await;
    let mut uploads = JoinSet::new();
    for index in 0..UPLOADS {
        let address = server.address.clone();
        let path = path("Join", language);
        uploads.spawn(upload(address, path, label.clone(), index, how));
        if uploads.len() == 16 {
            let done = uploads.join_next().await;
            done.expect("an upload")
                .expect("no panic")
                .expect("an upload that breaks off");
        }
    }
    while let Some(done) = uploads.join_next().await {
        done.expect("no panic").expect("an upload that breaks off");
    }
    let raw = Raw::connect(&server.address).await.unwrap();
    good_call(&raw, language, &format!("{label}, a good call")).await;
    drop(raw);
    // The server ends when every call has: whatever would still run has run then.
    server.stop().await;

    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await.unwrap();
    let good = runs(&raw, language, &format!("{label}, a good call"))
        .await
        .unwrap();
    assert_eq!(good, 1, "{label}: the count does not count");
    let broken = runs(&raw, language, &label).await.unwrap();
    assert_eq!(
        broken, 0,
        "{label}: the handler ran on uploads that broke off"
    );
    drop(raw);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_with_cancel() {
    for language in LANGUAGES {
        break_off(Break::Reset(CANCEL), language).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_with_no_error() {
    for language in LANGUAGES {
        break_off(Break::Reset(NO_ERROR), language).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_with_internal_error() {
    for language in LANGUAGES {
        break_off(Break::Reset(INTERNAL_ERROR), language).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_dropped() {
    for language in LANGUAGES {
        break_off(Break::Drop, language).await;
    }
}
