//! Compiles the services that handlers are checked against, and links the path of libpython.

use std::path::Path;
use std::{env, fs};

use spikard_build::{Error, configure};

fn main() -> Result<(), Error> {
    if let Ok(arg) = env::var("DEP_SPIKARD_LINK_ARG") {
        println!("cargo::rustc-link-arg={arg}");
    }

    let files = ["proto/messageservice.proto", "proto/peculiar.proto"];
    configure()
        .prost(|config| {
            config.include_file("packages.rs");
        })
        .compile(&files, &["proto"])?;
    // One service before and after a method was renamed; both have the same package.
    for version in ["before", "after"] {
        let out_dir = env::var_os("OUT_DIR").unwrap_or_default();
        let out_dir = Path::new(&out_dir).join(version);
        fs::create_dir_all(&out_dir).expect("the folder can be made");
        configure().out_dir(out_dir).compile(
            &[format!("proto/renamed/{version}.proto")],
            &["proto/renamed"],
        )?;
    }
    Ok(())
}
