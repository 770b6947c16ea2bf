//! `instructions`: what a call costs in instructions, counted by callgrind.
//!
//! Fixed input, one thread, no socket: the numbers do not depend on the machine's mood. `record`
//! writes them into `instructions.tsv`, `check` compares them with it.

mod baseline;
mod callgrind;
mod scenario;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::scenario::Scenario;

#[derive(Parser)]
#[command(
    about = "Counts the instructions of a call, from the chunks of its body to those of its answer"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare with the baseline, and fail where a count has grown by more than 3 %.
    Check,
    /// Make what is counted now the baseline.
    Record,
    /// Only make calls: what callgrind watches.
    Run { scenario: Scenario, calls: usize },
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Run { scenario, calls } => scenario.run(calls)?,
        Command::Record => baseline::record(&callgrind::count()?)?,
        Command::Check => {
            if !baseline::check(&callgrind::count()?)? {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
