//! Compiles the `.proto` files: to Rust types, and to descriptors for the demo's generic client.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const SERVICES: [&str; 3] = ["messageservice", "transformservice", "recordservice"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = SERVICES.map(|service| format!("{service}.proto"));
    // protox is a compiler of its own: no protoc need be installed.
    let descriptors = protox::Compiler::new(["proto"])?
        .include_source_info(true)
        .open_files(files)?
        .file_descriptor_set();
    let out = env::var("OUT_DIR")?;
    fs::write(
        Path::new(&out).join("descriptors.bin"),
        protox::Compiler::new(["proto"])?
            .open_files(SERVICES.map(|service| format!("{service}.proto")))?
            .encode_file_descriptor_set(),
    )?;
    prost_build::compile_fds(descriptors)?;
    Ok(())
}
