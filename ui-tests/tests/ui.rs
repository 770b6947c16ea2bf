//! `fail`: one mistake a file, and what the compiler says of it. `pass`: one accepted form a file,
//! built and run. `TRYBUILD=overwrite cargo test -p spikard-ui-tests` writes the expectations anew.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Tells the second run of this program from the first.
const CHILD: &str = "SPIKARD_UI_TESTS_CHILD";

/// The programs that trybuild runs link libpython, which they find by a variable of the environment:
/// an rpath would have to come from a build script, and they have none. A process cannot safely
/// change its own environment, so this one runs itself again.
fn main() -> ExitCode {
    if env::var_os(CHILD).is_some() {
        run();
        return ExitCode::SUCCESS;
    }
    let mut child = Command::new(env::current_exe().expect("this program has a path"));
    child.args(env::args_os().skip(1)).env(CHILD, "1");
    if let Some(folder) = libpython() {
        let name = if cfg!(target_os = "macos") {
            "DYLD_LIBRARY_PATH"
        } else {
            "LD_LIBRARY_PATH"
        };
        let before = env::var_os(name).unwrap_or_default();
        let folders = [folder].into_iter().chain(env::split_paths(&before));
        child.env(
            name,
            env::join_paths(folders).expect("a path without a colon"),
        );
    }
    let status = child.status().expect("this program runs again");
    ExitCode::from(u8::from(!status.success()))
}

/// Everything, or what is named by an argument: `cargo test -p spikard-ui-tests -- fail`.
fn run() {
    let names: Vec<String> = env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|arg| arg == name);
    let cases = trybuild::TestCases::new();
    if is_wanted("fail") {
        cases.compile_fail("tests/fail/*.rs");
    }
    if is_wanted("pass") {
        cases.pass("tests/pass/*.rs");
    }
}

/// The folder of the libpython that the programs are linked with. Where there is no Python, they
/// would not have been linked.
fn libpython() -> Option<PathBuf> {
    let python = env::var_os("PYO3_PYTHON").unwrap_or_else(|| "python3".into());
    let code = "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))";
    let output = Command::new(python).args(["-c", code]).output().ok()?;
    let folder = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| PathBuf::from(folder.trim()))
}
