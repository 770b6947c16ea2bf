//! `spikard-bench`: spikard beside its peers, measured.

mod buffering;
mod catalogue;
mod cell;
mod compare;
mod goals;
mod load;
mod machine;
mod markdown;
mod measure;
mod plots;
mod process;
mod progress;
mod server;
mod statistics;
mod svg;
mod work;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use tokio::task::LocalSet;

use crate::catalogue::{MESSAGES_IN_PYTHON, catalogue};
use crate::cell::Cell;
use crate::compare::Effort;
use crate::markdown::Report;
use crate::server::Places;

#[derive(Parser)]
#[command(
    about = "Measures spikard beside its peers; the report goes to standard output and into results/"
)]
struct Arguments {
    /// What to measure: under three minutes, everything, or how handlers in Python see their messages.
    #[arg(default_value = "quick")]
    mode: Mode,
    /// Only these servers (`--list` names them).
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only the cells whose name has one of these texts in it.
    #[arg(long)]
    cell: Vec<String>,
    /// Rounds, in which the servers take turns.
    #[arg(long)]
    rounds: Option<usize>,
    /// Milliseconds of one server in one round.
    #[arg(long)]
    milliseconds: Option<u64>,
    /// Leave memory out.
    #[arg(long)]
    no_memory: bool,
    /// Print only, without writing into results/.
    #[arg(long)]
    dry: bool,
    /// Name the servers and end.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    Quick,
    Full,
    Messages,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    LocalSet::new().run_until(run(Arguments::parse())).await
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut servers = catalogue();
    if arguments.list {
        for server in servers {
            println!("{:20} {}", server.id, server.label);
        }
        return Ok(());
    }
    if let Some(unknown) = arguments
        .only
        .iter()
        .find(|id| servers.iter().all(|server| server.id != *id))
    {
        return Err(format!("there is no server {unknown}: --list names them").into());
    }
    servers.retain(|server| {
        if arguments.only.is_empty() {
            arguments.mode != Mode::Messages || MESSAGES_IN_PYTHON.contains(&server.id)
        } else {
            arguments.only.iter().any(|id| id == server.id)
        }
    });
    let places = places()?;
    let machine = machine::describe(&places.virtual_env);
    let (name, mut cells, effort, most_memory) = match arguments.mode {
        Mode::Quick => ("quick", Cell::quick(), QUICK, 64 << 20),
        Mode::Full => ("full", Cell::full(), FULL, 256 << 20),
        Mode::Messages => ("messages", Cell::messages(), FULL, 64 << 20),
    };
    let effort = Effort {
        rounds: arguments.rounds.unwrap_or(effort.rounds),
        duration: arguments
            .milliseconds
            .map_or(effort.duration, Duration::from_millis),
        ..effort
    };
    cells.retain(|cell| {
        let name = cell.to_string();
        arguments.cell.is_empty() || arguments.cell.iter().any(|part| name.contains(part))
    });

    let comparison = compare::compare(servers, &cells, &places, effort).await?;
    let buffered = if arguments.no_memory {
        Vec::new()
    } else {
        buffering::buffering(&comparison.servers, &places, most_memory).await?
    };
    let mut goals = goals::goals(&comparison, &buffered);
    if arguments.mode == Mode::Messages {
        // The others are of other servers.
        goals.retain(|goal| goal.measured.is_some());
    }
    let drawn = match arguments.mode {
        // They show a server at many cells, and here are few.
        Mode::Messages => Vec::new(),
        Mode::Quick | Mode::Full => plots::plots(&comparison, &buffered),
    };
    let plots: Vec<_> = drawn
        .iter()
        .map(|(plot, text, _)| (format!("{name}-{plot}.svg"), *text))
        .collect();
    let report = Report {
        mode: name,
        machine: &machine,
        comparison: &comparison,
        buffered: &buffered,
        goals: &goals,
        plots: &plots,
    };
    let page = report.to_markdown();
    println!("{page}");
    if !arguments.dry {
        let results = places.root.join("results");
        fs::create_dir_all(&results)?;
        fs::write(results.join(format!("{name}.md")), page)?;
        for ((file, _), (_, _, svg)) in plots.iter().zip(drawn) {
            fs::write(results.join(file), svg)?;
        }
    }
    Ok(())
}

const QUICK: Effort = Effort {
    rounds: 7,
    duration: Duration::from_millis(70),
    most: Duration::from_secs(2),
    everything: false,
};

const FULL: Effort = Effort {
    rounds: 7,
    duration: Duration::from_millis(250),
    most: Duration::from_secs(8),
    everything: true,
};

fn places() -> Result<Places, Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let programs = std::env::current_exe()?;
    let programs = programs
        .parent()
        .ok_or("a program lies in a folder")?
        .to_owned();
    Ok(Places {
        virtual_env: root.join(".venv"),
        root,
        programs,
    })
}
