//! Deadlines and cancellation reach a handler that runs.

use std::error::Error;

use spikard::Code;
use spikard_tests::languages::{LANGUAGES, path};
use spikard_tests::mounts;
use spikard_tests::raw::{Raw, request};
use spikard_tests::wire::{CANCEL, Wire};

use crate::support::{good_call, text, until_runs};

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_the_handler() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for language in LANGUAGES {
        let label = format!("deadline in {language}");
        let request = request(&path("Hang", language))
            .header("grpc-timeout", "200m")
            .header("x-label", &label);
        let answer = raw.call(request.body(())?, [text("a")]).await?;
        let status = answer.status().ok_or("no status")?;
        assert_eq!(
            status.code(),
            Code::DeadlineExceeded,
            "{language}: {status}"
        );
        until_runs(&raw, language, &format!("{label}-cancelled"), 1).await;
        good_call(&raw, language, &label).await;
    }
    drop(raw);
    server.stop().await;
    Ok(())
}

/// The client never half-closes: there is nothing for a handler to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_ends_an_upload() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for language in LANGUAGES {
        let request = request(&path("Join", language)).header("grpc-timeout", "50m");
        let answer = raw.begin(request.body(())?).await?.answer().await?;
        let status = answer.status().ok_or("no status")?;
        assert_eq!(
            status.code(),
            Code::DeadlineExceeded,
            "{language}: {status}"
        );
        good_call(&raw, language, "after an upload without an end").await;
    }
    drop(raw);
    server.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_the_handler() -> Result<(), Box<dyn Error>> {
    let server = mounts::ours().await;
    let raw = Raw::connect(&server.address).await?;
    for language in LANGUAGES {
        for drop_connection in [false, true] {
            let label = format!("reset in {language}, connection dropped: {drop_connection}");
            let mut wire = Wire::connect(&server.address).await?;
            wire.begin(&path("Hang", language), &label).await?;
            wire.data(&text("a")).await?;
            wire.half_close().await?;
            until_runs(&raw, language, &label, 1).await;
            if drop_connection {
                drop(wire);
            } else {
                wire.reset(CANCEL).await?;
            }
            until_runs(&raw, language, &format!("{label}-cancelled"), 1).await;
        }
        good_call(&raw, language, "after calls that were reset").await;
    }
    drop(raw);
    server.stop().await;
    Ok(())
}
