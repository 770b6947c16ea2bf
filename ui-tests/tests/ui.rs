//! `fail`: one mistake a file, and what the compiler says of it. `pass`: one accepted form a file,
//! built and run. `TRYBUILD=overwrite cargo test -p spikard-ui-tests` writes the expectations anew.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}

#[test]
fn accepted_forms_work() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}
