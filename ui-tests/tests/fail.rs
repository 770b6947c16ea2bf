//! Mistakes, one a file, and what the compiler says of each.
//! `TRYBUILD=overwrite cargo test -p spikard-ui-tests --test fail` writes the expectations anew.

#[test]
fn fails_as_expected() {
    // It compiles for a minute, beside tests that hold servers to bounds in time.
    #[cfg(unix)]
    rustix::process::nice(10).unwrap();
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}
