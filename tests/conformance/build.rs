//! Compiles the suite's `.proto` files, where `make conformance` says where they are.

use std::error::Error;
use std::{env, path::Path};

const FOLDER: &str = "CONFORMANCE_PROTO";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rustc-check-cfg=cfg(conformance)");
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let Ok(folder) = env::var(FOLDER) else {
        return Ok(());
    };
    println!("cargo::rustc-cfg=conformance");
    let package = Path::new(&folder).join("connectrpc/conformance/v1");
    let files = ["service.proto", "server_compat.proto"].map(|name| package.join(name));
    spikard_build::compile(&files, &[folder])?;
    Ok(())
}
