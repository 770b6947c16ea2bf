//! Holds the sources of the Rust crates to the map of ARCHITECTURE.md: each room imports only what its row lists, the
//! rows import only what stands above them, and no files use each other in a circle.
//!
//! Names are followed through re-exports to the file that defines them. What types of values do is not known here, so
//! a call of a method is no use of the file that has it; the name of its type is one.

mod circles;
mod imports;
mod made_up;
mod names;
mod rules;
mod sources;
mod table;
mod uses;
mod without_tests;

use std::fs;
use std::path::Path;

use names::Names;
use sources::{Read, Source};

/// The crates by the names that paths begin with, and their roots.
const CRATES: [(&str, &str); 4] = [
    ("spikard", "spikard/src/lib.rs"),
    ("spikard_macros", "spikard-macros/src/lib.rs"),
    ("spikard_build", "spikard-build/src/lib.rs"),
    ("_spikard", "spikard/extension/src/lib.rs"),
];

/// What breaks the map, and the circles.
fn breaches(map: &str, crates: &[(&str, &str)], read: Read<'_>) -> Vec<String> {
    let sources = crates
        .iter()
        .flat_map(|(name, root)| sources::of_crate(name, root, read));
    let sources: Vec<Source> = sources.collect();
    let names = Names::of(&sources);
    let uses = uses::all(&sources, &names);
    let mut breaches = rules::breaches(&table::rooms(map), &sources, &uses);
    breaches.extend(circles::circles(&uses));
    breaches
}

#[test]
fn the_sources_are_as_the_map_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |file: &str| fs::read_to_string(root.join(file)).ok();
    let map = read("ARCHITECTURE.md").expect("ARCHITECTURE.md can be read");
    let breaches = breaches(&map, &CRATES, &read);
    assert!(breaches.is_empty(), "\n\n{}\n", breaches.join("\n\n"));
}
