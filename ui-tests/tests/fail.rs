//! Mistakes, one a file, and what the compiler says of each.
//! `TRYBUILD=overwrite cargo test -p spikard-ui-tests --test fail` writes the expectations anew.

#[test]
fn fails_as_expected() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}
