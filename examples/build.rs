//! Compiles the `.proto` files: to Rust types, and to descriptors for the demo's generic client.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const FILES: [&str; 4] = [
    "messageservice",
    "transformservice",
    "recordservice",
    "interop",
];

fn main() -> Result<(), Box<dyn Error>> {
    // A program that embeds Python finds libpython at run time by the path that this links into it.
    if let Ok(arg) = env::var("DEP_SPIKARD_LINK_ARG") {
        println!("cargo::rustc-link-arg={arg}");
    }

    println!("cargo::rerun-if-changed=proto");
    let files = FILES.map(|name| format!("{name}.proto"));
    // protox is a compiler of its own: no protoc need be installed.
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_source_info(true).open_files(files)?;
    let descriptors = Path::new(&env::var("OUT_DIR")?).join("descriptors.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;
    prost_build::compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
