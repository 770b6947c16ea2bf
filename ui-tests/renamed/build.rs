//! Compiles a service for a program that has spikard under another name.

fn main() -> Result<(), spikard_build::Error> {
    spikard_build::configure()
        .crate_path("::streams")
        .compile(&["proto/echo.proto"], &["proto"])
}
