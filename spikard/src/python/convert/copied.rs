//! Copies Rust's bytes into a Python `bytes`.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Bytes that become a Python `bytes` and are freed then. Without memory this is a `MemoryError`, where `PyBytes::new`
/// panics.
pub(crate) struct Copied<B>(pub(crate) B);

impl<'py, B: AsRef<[u8]>> IntoPyObject<'py> for Copied<B> {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.as_ref();
        // SAFETY: pointer and length are those of one slice, whose length always fits. The result is a new reference to
        // a `bytes`, or null with an exception set.
        unsafe {
            let copied =
                ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len().cast_signed());
            Ok(Bound::from_owned_ptr_or_err(py, copied)?.cast_into_unchecked())
        }
    }
}
