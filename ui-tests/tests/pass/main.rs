//! Accepted forms, one a file: each must compile, and what it serves must answer.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_braces,
    clippy::double_must_use,
    reason = "a file denies the lints that it is about"
)]

pub mod aliases;
pub mod attributes_kept;
pub mod cfg;
pub mod complete;
pub mod constant_limits;
pub mod custom_error;
pub mod declared_block;
pub mod declared_in_a_macro;
pub mod declared_kinds;
pub mod declared_peculiar_names;
pub mod deprecated;
pub mod footprint;
pub mod forbidden_lints;
pub mod free_function;
pub mod full_paths;
pub mod impl_block;
pub mod inside_a_function;
pub mod inside_a_macro;
pub mod kinds;
pub mod names_of_generated_locals;
pub mod no_implicit_prelude;
pub mod options;
pub mod patterns;
pub mod python_function;
pub mod raw_identifiers;
pub mod re_exports;
pub mod renamed_method;
pub mod rpcs_in_lower_case;
pub mod rpcs_of_one_name;
pub mod shared_state;
pub mod state_is_not_clone;
pub mod state_types;
pub mod visibility;

/// A file that is not listed above would not be compiled.
#[test]
fn every_file_is_listed() {
    let listed = include_str!("main.rs");
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pass"));
    for file in files.expect("the folder is there") {
        let path = file.expect("its files can be listed").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a file has the name of a module");
        assert!(
            name == "main" || listed.contains(&format!("pub mod {name};")),
            "tests/pass/{name}.rs is not listed in main.rs"
        );
    }
}
