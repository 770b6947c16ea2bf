//! The client in Python, as a process of its own.

use std::error::Error;
use std::path::Path;
use std::process::Stdio;

use spikard_examples::calls::Answer;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// `python/client.py`, which makes the same calls in the same order as the demo.
pub(crate) struct PythonClient {
    process: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl PythonClient {
    pub(crate) fn start(
        interpreter: &Path,
        script: &Path,
        address: &str,
        tables: &Path,
    ) -> Result<Self, Box<dyn Error>> {
        let mut process = Command::new(interpreter)
            .arg(script)
            .arg(address)
            .arg(tables)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", interpreter.display()))?;
        let stdout = process.stdout.take().ok_or("the client has no output")?;
        Ok(Self {
            process,
            answers: BufReader::new(stdout).lines(),
        })
    }

    /// What came back of its next call.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Box<dyn Error>> {
        let line = self.answers.next_line().await?;
        let line = line.ok_or("the Python client ended before its last call")?;
        Ok(serde_json::from_str(&line)?)
    }

    pub(crate) async fn finish(mut self) -> Result<(), Box<dyn Error>> {
        let status = self.process.wait().await?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the Python client failed: {status}").into())
        }
    }
}
