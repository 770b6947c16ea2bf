//! The counts that are kept beside the code.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::callgrind::Count;

/// By how much a count may grow. Code that was only moved has changed a count by 4 %.
const MOST_GROWTH: f64 = 1.05;

const HEAD: &str = "# Instructions of one call, by `make bench-instructions-baseline`; `make bench-instructions` compares.\n\
                    # scenario\tper call\tper message\n";

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("instructions.tsv")
}

pub(crate) fn record(counts: &[Count]) -> Result<(), Box<dyn Error>> {
    let mut text = String::from(HEAD);
    for count in counts {
        writeln!(
            text,
            "{}\t{}\t{:.1}",
            count.scenario, count.per_call, count.per_message
        )?;
    }
    Ok(fs::write(file(), text)?)
}

/// Prints how the counts have changed; answers whether none has grown by too much.
pub(crate) fn check(counts: &[Count]) -> Result<bool, Box<dyn Error>> {
    let text = fs::read_to_string(file())?;
    let mut fine = true;
    for count in counts {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{}\t", count.scenario)));
        let known = line.and_then(|line| line.split('\t').next()?.parse::<f64>().ok());
        let Some(known) = known else {
            println!("{}: not in the baseline", count.scenario);
            fine = false;
            continue;
        };
        let growth = count.per_call as f64 / known;
        let verdict = if growth > MOST_GROWTH {
            fine = false;
            "  GREW: find out why, or record the new count with its reason"
        } else if growth < 1.0 / MOST_GROWTH {
            "  fell: record it, so that it stays"
        } else {
            ""
        };
        println!(
            "{}: {} instructions a call, {:+.1} %{verdict}",
            count.scenario,
            count.per_call,
            (growth - 1.0) * 100.0
        );
    }
    Ok(fine)
}
