//! Compiles `probe.proto`, `interop.proto` and `zoo.proto`, and links the path of libpython.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(arg) = env::var("DEP_SPIKARD_LINK_ARG") {
        println!("cargo::rustc-link-arg={arg}");
    }

    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-changed=heap/zoo.proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler
        .include_source_info(true)
        .open_file("probe.proto")?;
    let descriptors = Path::new(&env::var("OUT_DIR")?).join("descriptors.bin");
    fs::write(descriptors, compiler.encode_file_descriptor_set())?;
    prost_build::compile_fds(compiler.file_descriptor_set())?;
    spikard_build::compile(&["proto/interop.proto"], &["proto"])?;
    spikard_build::configure()
        // Both kinds of maps, and both kinds of bytes.
        .prost(|config| {
            config
                .btree_map([".zoo.Animal.texts"])
                .bytes([".zoo.Animal.data", ".zoo.Animal.parts"])
                .boxed(".zoo.Animal.one");
        })
        .compile(&["heap/zoo.proto"], &["heap"])?;
    Ok(())
}
