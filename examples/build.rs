//! Compiles the `.proto` files: to Rust types, and to descriptors for the demo's generic client.

use std::env;

use spikard_build::Error;

const FILES: [&str; 3] = ["messageservice", "transformservice", "recordservice"];

fn main() -> Result<(), Error> {
    // A program that embeds Python finds libpython at run time by the path that this links into it.
    if let Ok(arg) = env::var("DEP_SPIKARD_LINK_ARG") {
        println!("cargo::rustc-link-arg={arg}");
    }

    let files = FILES.map(|service| format!("proto/{service}.proto"));
    spikard_build::configure()
        .file_descriptor_set_path("descriptors.bin")
        .compile(&files, &["proto"])
}
