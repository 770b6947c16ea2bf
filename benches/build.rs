//! Compiles the `.proto` file twice, as tonic's users and as spikard's do, each with tonic's service.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("not run by Cargo")?);
    let (owned, shared) = (out.join("owned"), out.join("shared"));
    fs::create_dir_all(&owned)?;
    fs::create_dir_all(&shared)?;

    let tonic = || tonic_prost_build::configure().build_client(false);
    let files = protox::compile(["bench.proto"], ["proto"])?;
    tonic().out_dir(owned).compile_fds(files)?;
    spikard_build::configure()
        .out_dir(shared)
        .service_generator(tonic().service_generator())
        .compile(&["proto/bench.proto"], &["proto"])?;
    Ok(())
}
