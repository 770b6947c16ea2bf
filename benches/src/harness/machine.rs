//! What everything was measured on.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::server::interpreter;

/// Names and values, for the report. Nothing in it tells one machine from another of its kind.
pub(crate) fn describe(virtual_env: &Path) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        ("CPU", format!("{}, {cores} cores", cpu_model())),
        ("Memory", memory()),
        (
            "Kernel",
            format!("Linux {}", read("/proc/sys/kernel/osrelease")),
        ),
        (
            "Load when it began",
            read("/proc/loadavg")
                .split(' ')
                .take(3)
                .collect::<Vec<_>>()
                .join(" "),
        ),
        ("Rust", output(Command::new("rustc").arg("--version"))),
        ("Crates", crates()),
        (
            "Python",
            output(Command::new(interpreter(virtual_env)).arg("--version")),
        ),
        ("Packages", packages(virtual_env)),
    ]
}

fn cpu_model() -> String {
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    model.map_or_else(
        || String::from("unknown"),
        |model| model.trim_start_matches([' ', '\t', ':']).to_owned(),
    )
}

fn memory() -> String {
    let info = read("/proc/meminfo");
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|total| total.split_whitespace().next()?.parse::<f64>().ok());
    format!(
        "{:.0} GiB",
        kibibytes.unwrap_or_default() / f64::from(1 << 20)
    )
}

/// The versions that Cargo.lock had when this program was built.
fn crates() -> String {
    let lock = include_str!("../../../Cargo.lock");
    let version = |name: &str| {
        let entry = lock.split("[[package]]").find(|entry| {
            entry
                .lines()
                .any(|line| line == format!("name = \"{name}\""))
        });
        let version = entry.and_then(|entry| {
            entry
                .lines()
                .find_map(|line| line.strip_prefix("version = "))
        });
        format!("{name} {}", version.unwrap_or("?").trim_matches('"'))
    };
    ["spikard", "tonic", "prost", "hyper", "h2", "tokio", "pyo3"]
        .map(version)
        .join(", ")
}

fn packages(virtual_env: &Path) -> String {
    let script = "from importlib.metadata import version\n\
        names = ['grpcio', 'grpclib', 'pygrpc-native', 'protobuf', 'uvloop']\n\
        print(', '.join(f'{name} {version(name)}' for name in names))";
    output(Command::new(interpreter(virtual_env)).args(["-c", script]))
}

fn read(path: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn output(command: &mut Command) -> String {
    let output = command
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}
