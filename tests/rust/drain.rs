//! What a server does when it is told to stop: as a process of its own, with SIGTERM.

use std::error::Error;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use spikard::Code;
use spikard_tests::languages::{LANGUAGES, Language, path};
use spikard_tests::raw::{Begun, Raw, request};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::{good_call, text, until_runs};

/// Longer than any of these tests takes on a slow machine, shorter than any limit that would end a
/// stuck call by itself.
const PATIENCE: Duration = Duration::from_secs(45);

struct Process {
    child: Child,
    address: String,
}

impl Process {
    async fn start(grace: &str) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_probe_server"))
            .args(["--grace", grace])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let line = BufReader::new(stdout).lines().next_line().await?;
        let line = line.ok_or("the server did not start")?;
        let address = line.strip_prefix("listening on ").ok_or("no address")?;
        Ok(Self {
            address: address.to_owned(),
            child,
        })
    }

    fn terminate(&self) -> Result<(), Box<dyn Error>> {
        let id = self.child.id().and_then(|id| Pid::from_raw(id as i32));
        Ok(kill_process(id.ok_or("no process")?, Signal::TERM)?)
    }

    /// Returns when the server takes no more connections.
    async fn until_closed(&self) -> Result<(), Box<dyn Error>> {
        let closed = async { while TcpStream::connect(&self.address).await.is_ok() {} };
        Ok(timeout(PATIENCE, closed).await?)
    }

    async fn ended(&mut self) -> Result<ExitStatus, Box<dyn Error>> {
        Ok(timeout(PATIENCE, self.child.wait()).await??)
    }
}

/// Begins a call, sends one message, and returns when the server has it.
async fn begin(
    raw: &Raw,
    language: Language,
    method: &str,
    label: &str,
) -> Result<Begun, Box<dyn Error>> {
    let request = request(&path(method, language)).header("x-label", label);
    let mut begun = raw.begin(request.body(())?).await?;
    begun.send([text("a")]);
    // Streams of one connection are begun in order: after a whole call, the server has the first.
    good_call(raw, language, "after a call was begun").await;
    Ok(begun)
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_in_flight_finish() -> Result<(), Box<dyn Error>> {
    let mut server = Process::start("60s").await?;
    let mut uploads = Vec::new();
    let mut waits = Vec::new();
    for language in LANGUAGES {
        let label = format!("drain in {language}");
        let raw = Raw::connect(&server.address).await?;
        uploads.push(begin(&raw, language, "Join", &label).await?);
        let mut wait = begin(&raw, language, "Wait", &label).await?;
        wait.half_close();
        until_runs(&raw, language, &format!("{label}-waiting"), 1).await;
        waits.push(wait);
    }

    server.terminate()?;
    server.until_closed().await?;

    for (mut upload, wait) in uploads.into_iter().zip(waits) {
        upload.send([text("b")]);
        upload.half_close();
        for call in [upload, wait] {
            let answer = call.answer().await?;
            let status = answer.status().ok_or("no status")?;
            assert_eq!(status.code(), Code::Ok, "{status}");
        }
    }
    assert!(server.ended().await?.success());
    Ok(())
}

/// A peer that never half-closes, one that never says a word, and handlers that never answer.
#[tokio::test(flavor = "multi_thread")]
async fn the_grace_period_ends_whatever_is_stuck() -> Result<(), Box<dyn Error>> {
    let mut server = Process::start("200ms").await?;
    let raw = Raw::connect(&server.address).await?;
    let mut stuck = Vec::new();
    for language in LANGUAGES {
        stuck.push(begin(&raw, language, "Join", "never half-closed").await?);
        let mut hang = begin(&raw, language, "Hang", "stuck").await?;
        hang.half_close();
        until_runs(&raw, language, "stuck", 1).await;
        stuck.push(hang);
    }
    let mut block = begin(&raw, Language::Python, "Block", "blocked").await?;
    block.half_close();
    until_runs(&raw, Language::Python, "blocked", 1).await;
    stuck.push(block);
    let silent = TcpStream::connect(&server.address).await?;

    server.terminate()?;
    assert_eq!(server.ended().await?.code(), Some(1), "calls were cut off");
    for call in stuck {
        let answer = call.answer().await?;
        let status = answer.status().ok_or("no status")?;
        assert_eq!(status.code(), Code::Unavailable, "{status}");
    }
    drop(silent);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_server_ends_at_once() -> Result<(), Box<dyn Error>> {
    let mut server = Process::start("1h").await?;
    let raw = Raw::connect(&server.address).await?;
    for language in LANGUAGES {
        good_call(&raw, language, "before the end").await;
    }
    server.terminate()?;
    assert!(server.ended().await?.success());
    Ok(())
}
