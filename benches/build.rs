//! Compiles the `.proto` file: the messages for all servers, the service for tonic's.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    // protox is a compiler of its own: no protoc need be installed.
    let descriptors = protox::compile(["bench.proto"], ["proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds(descriptors)?;
    Ok(())
}
