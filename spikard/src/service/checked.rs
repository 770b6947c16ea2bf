//! Checks of generated code, evaluated while the program is compiled.

/// The check with this number of the service `Self` is passed, or the program does not compile.
pub trait Checked<const NUMBER: usize> {
    /// The type whose parameter is the check.
    type Passed;
}

/// What a check comes to.
#[derive(Debug)]
pub struct Passed<const YES: bool>;
