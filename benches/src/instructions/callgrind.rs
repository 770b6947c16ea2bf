//! Runs the scenarios under callgrind.

use std::error::Error;
use std::process::Command;

use clap::ValueEnum;

use crate::scenario::Scenario;

/// A scenario, and the instructions of one call of it.
pub(crate) struct Count {
    pub(crate) scenario: String,
    pub(crate) per_call: u64,
    pub(crate) per_message: f64,
}

pub(crate) fn count() -> Result<Vec<Count>, Box<dyn Error>> {
    let mut counts = Vec::new();
    for scenario in Scenario::value_variants() {
        // Everything but the calls is in both runs, and cancels out.
        let calls = scenario.calls();
        let twice = instructions(*scenario, 2 * calls)?;
        let once = instructions(*scenario, calls)?;
        let per_call = twice.saturating_sub(once) / calls as u64;
        let count = Count {
            scenario: name(*scenario),
            per_call,
            per_message: per_call as f64 / scenario.messages() as f64,
        };
        eprintln!(
            "{}: {:.1} instructions a message",
            count.scenario, count.per_message
        );
        counts.push(count);
    }
    Ok(counts)
}

fn instructions(scenario: Scenario, calls: usize) -> Result<u64, Box<dyn Error>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["run", &name(scenario), &calls.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run, which counts instructions: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{scenario:?} failed under callgrind:\n{log}").into());
    }
    let collected = log.lines().find_map(|line| line.split_once("Collected :"));
    let collected = collected.and_then(|(_, count)| count.trim().parse().ok());
    collected.ok_or_else(|| format!("callgrind did not say what it collected:\n{log}").into())
}

fn name(scenario: Scenario) -> String {
    let value = scenario.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}
