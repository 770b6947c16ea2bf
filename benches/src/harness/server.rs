//! The servers of the comparison: how each is started.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::work::Adds;

/// A server that can be started.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// Short, for the command line.
    pub(crate) id: &'static str,
    /// For tables and plots.
    pub(crate) label: &'static str,
    pub(crate) ours: bool,
    pub(crate) adds: Adds,
    /// Measured in every cell, also in the quick mode; the others there only where ratios are taken.
    pub(crate) everywhere: bool,
    pub(crate) program: Program,
}

#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// `rust-server ID`
    Rust(&'static str),
    /// `python-server ID`
    Embedded(&'static str),
    /// The same, with all its threads in one arena of glibc's.
    EmbeddedOneArena(&'static str),
    /// `spikard serve MODULE`, from the wheel.
    Wheel(&'static str),
    /// A script in `python/`, with its arguments.
    Script(&'static str, &'static [&'static str]),
}

/// Where things are.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// `benches/`
    pub(crate) root: PathBuf,
    /// Where cargo puts programs.
    pub(crate) programs: PathBuf,
    /// The virtual environment of the peers.
    pub(crate) virtual_env: PathBuf,
}

impl Spec {
    /// Starts the server and waits until it says where it listens.
    pub(crate) fn start(&self, places: &Places) -> io::Result<Running> {
        let mut command = self.command(places);
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| {
            let program = command.get_program().display();
            io::Error::new(
                error.kind(),
                format!("{program} cannot be started: {error}"),
            )
        })?;
        let port = match child.stdout.take() {
            Some(output) => announced(output)?,
            None => None,
        };
        let running = Running {
            child,
            port: port.unwrap_or_default(),
        };
        match port {
            Some(_) => Ok(running),
            None => Err(io::Error::other(format!(
                "{} ended before it served",
                self.label
            ))),
        }
    }

    /// Whether the allocator of the server gives back what it keeps when it is asked to.
    pub(crate) fn trims(&self) -> bool {
        !matches!(self.program, Program::Wheel(_) | Program::Script(..))
    }

    fn command(&self, places: &Places) -> Command {
        let python = places.root.join("python");
        let generated = python.join("generated");
        match self.program {
            Program::Rust(id) => {
                let mut command = Command::new(places.programs.join("rust-server"));
                command.arg(id);
                command
            }
            Program::Embedded(id) | Program::EmbeddedOneArena(id) => {
                let mut command = Command::new(places.programs.join("python-server"));
                if matches!(self.program, Program::EmbeddedOneArena(_)) {
                    command.env("MALLOC_ARENA_MAX", "1");
                }
                command
                    .arg(id)
                    .arg("--virtual-env")
                    .arg(&places.virtual_env);
                command
                    .arg("--path")
                    .arg(python)
                    .arg("--path")
                    .arg(generated);
                command
            }
            Program::Wheel(module) => {
                let mut command = Command::new(places.virtual_env.join("bin/spikard"));
                command.args(["serve", module, "--bind", "127.0.0.1:0", "--app-dir"]);
                // The limits are raised as far as the largest measurement needs.
                command.arg(python).args([
                    "--max-stream-bytes=1GiB",
                    "--max-buffered-bytes=4GiB",
                    "--log-level=warning",
                ]);
                command.env("PYTHONPATH", generated);
                command
            }
            Program::Script(script, arguments) => {
                let mut command = Command::new(interpreter(&places.virtual_env));
                command.arg(python.join(script)).args(arguments);
                command.env("PYTHONPATH", generated);
                command
            }
        }
    }
}

/// The port in what a server says when it listens: `PORT 4711`, or `serving on 127.0.0.1:4711 (pid 17)`.
fn announced(output: impl Read) -> io::Result<Option<u16>> {
    for line in BufReader::new(output).lines() {
        let line = line?;
        let spikard = || line.strip_prefix("serving on 127.0.0.1:");
        if let Some(rest) = line.strip_prefix("PORT ").or_else(spikard) {
            let digits = rest.split(' ').next().unwrap_or_default();
            return Ok(digits.parse().ok());
        }
    }
    Ok(None)
}

pub(crate) fn interpreter(virtual_env: &Path) -> PathBuf {
    virtual_env.join("bin/python")
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server for what its allocator keeps.
    pub(crate) fn trim(&self) {
        // SAFETY: it takes no pointers; the process is a child that has not been waited for.
        unsafe { libc::kill(self.pid().cast_signed(), libc::SIGUSR1) };
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
