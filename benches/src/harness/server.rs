//! The servers of the comparison: how each is started.

use std::io::{self, BufRead, BufReader};
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
    program: Program,
}

#[derive(Clone, Debug)]
enum Program {
    /// `rust-server ID`
    Rust(&'static str),
    /// `python-server ID`
    Embedded(&'static str),
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

/// All servers, in the order of the tables. A further way to serve is one more line here.
pub(crate) fn catalogue() -> Vec<Spec> {
    use Adds::{Body, Lengths, Values};
    use Program::{Embedded, Rust, Script};

    let ours = |id, label, adds, program| Spec {
        id,
        label,
        ours: true,
        adds,
        program,
    };
    let peer = |id, label, adds, program| Spec {
        ours: false,
        ..ours(id, label, adds, program)
    };
    let aio = "aio_peer.py";
    vec![
        peer("hyper", "bare hyper (the floor)", Body, Rust("hyper")),
        ours(
            "rust-typed",
            "spikard, Rust, typed",
            Values,
            Rust("spikard-typed"),
        ),
        ours(
            "rust-raw",
            "spikard, Rust, raw",
            Lengths,
            Rust("spikard-raw"),
        ),
        peer("tonic", "tonic, by hand", Values, Rust("tonic")),
        peer(
            "tonic-collecting",
            "tonic, collecting",
            Values,
            Rust("tonic-collecting"),
        ),
        ours(
            "python-raw",
            "spikard, Python, raw",
            Lengths,
            Embedded("raw"),
        ),
        ours(
            "python-decoding",
            "spikard, Python, decoding",
            Values,
            Embedded("decoding"),
        ),
        peer(
            "grpclib",
            "grpclib, uvloop",
            Values,
            Script("grpclib_peer.py", &[]),
        ),
        peer(
            "grpc-aio-uvloop",
            "grpc.aio, uvloop",
            Values,
            Script(aio, &["--uvloop"]),
        ),
        peer(
            "grpc-aio-uvloop-raw",
            "grpc.aio, uvloop, raw",
            Lengths,
            Script(aio, &["--uvloop", "--raw"]),
        ),
        peer("grpc-aio", "grpc.aio", Values, Script(aio, &[])),
        peer(
            "pygrpc-native",
            "pygrpc-native, uvloop",
            Values,
            Script(aio, &["--uvloop", "--native"]),
        ),
        peer(
            "grpcio",
            "grpcio, threads",
            Values,
            Script("threads_peer.py", &[]),
        ),
    ]
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
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let port = line
            .trim()
            .strip_prefix("PORT ")
            .and_then(|port| port.parse().ok());
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
        !matches!(self.program, Program::Script(..))
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
            Program::Embedded(id) => {
                let mut command = Command::new(places.programs.join("python-server"));
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
            Program::Script(script, arguments) => {
                let mut command = Command::new(interpreter(&places.virtual_env));
                command.arg(python.join(script)).args(arguments);
                command.env("PYTHONPATH", generated);
                command
            }
        }
    }
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
