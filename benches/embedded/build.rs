//! Lets the program find libpython.

fn main() {
    println!(
        "cargo::rustc-link-arg={}",
        std::env::var("DEP_SPIKARD_LINK_ARG").unwrap_or_default()
    );
}
