//! The server, as a process of its own: the binary `server` beside this one.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct ServerProcess {
    process: Child,
    address: String,
}

impl ServerProcess {
    /// Starts the server and waits until it says where it listens.
    pub(crate) async fn start(log: &Path) -> Result<Self, Box<dyn Error>> {
        let program = std::env::current_exe()?.with_file_name("server");
        let mut process = Command::new(&program)
            .args(["--bind", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let stdout = process.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(address) = line.strip_prefix("listening on ") {
                let address = address.to_owned();
                return Ok(Self { process, address });
            }
        }
        let log = std::fs::read_to_string(log)?;
        Err(format!("the server did not start:\n{log}").into())
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Asks the server to stop, and says whether it drained and ended well.
    pub(crate) async fn stop(&mut self) -> Result<bool, Box<dyn Error>> {
        let id = self.process.id().and_then(|id| Pid::from_raw(id as i32));
        kill_process(id.ok_or("the server is gone")?, Signal::TERM)?;
        Ok(self.process.wait().await?.success())
    }
}
