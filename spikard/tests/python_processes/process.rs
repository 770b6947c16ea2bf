//! Starts this program in a role, and does not wait for ever.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// What a process that hangs is given; none that works needs a tenth of it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// This program in a role, in the folder of the modules, with nothing of our own environment that
/// Python or the loader would heed.
pub(crate) fn role(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .arg("role")
        .args(arguments)
        .current_dir(modules())
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONUNBUFFERED")
        .env_remove("VIRTUAL_ENV")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn modules() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/python_modules")
}

pub(crate) fn run(command: &mut Command) -> Ended {
    wait(command.spawn().unwrap(), 0)
}

/// Waits for as many lines `started` as are asked for, and then tells the process to go on.
pub(crate) fn run_until_started(command: &mut Command, times: usize) -> Ended {
    wait(command.spawn().unwrap(), times)
}

fn wait(mut child: Child, started: usize) -> Ended {
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    let (ended, watched) = channel::<()>();
    let watchdog = thread::spawn(move || {
        if watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            // SAFETY: the process is a child that nobody has waited for yet.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    });
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut errors = child.stderr.take().unwrap();
    let errors = thread::spawn(move || {
        let mut stderr = String::new();
        errors.read_to_string(&mut stderr).unwrap();
        stderr
    });
    let mut stdout = String::new();
    for _ in 0..started {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        stdout += &line;
    }
    // A process that has ended already does not read any more.
    let _ = child.stdin.take().unwrap().write_all(b"go on\n");
    output.read_to_string(&mut stdout).unwrap();
    let status = child.wait().unwrap();
    drop(ended);
    watchdog.join().unwrap();
    Ended {
        status,
        stdout,
        stderr: errors.join().unwrap(),
    }
}
