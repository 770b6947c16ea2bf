//! Rust's bytes as Python's.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// What is to be copied into a Python `bytes`, and freed with that. `PyBytes::new` panics where Python has no
/// memory left; this is a `MemoryError` there, and costs no more.
pub(crate) struct Copied<B>(pub(crate) B);

impl<'py, B: AsRef<[u8]>> IntoPyObject<'py> for Copied<B> {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.as_ref();
        // SAFETY: pointer and length are those of one slice, whose length always fits. What comes back is a new
        // reference to a `bytes`, or null with an exception set.
        unsafe {
            let copied =
                ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len().cast_signed());
            Ok(Bound::from_owned_ptr_or_err(py, copied)?.cast_into_unchecked())
        }
    }
}
