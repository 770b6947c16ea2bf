//! Copies Rust's bytes into a Python `bytes`.

use std::mem::MaybeUninit;

use bytes::BufMut;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Copies of this many bytes and more are made without the interpreter, which other threads use meanwhile: 64 MiB with
/// their page faults take 15 to 50 ms, and letting go of the interpreter a microsecond.
pub(super) const LARGE: usize = 256 << 10;

/// Bytes that become a Python `bytes` and are freed then. Without memory this is a `MemoryError`, where `PyBytes::new`
/// panics.
pub(crate) struct Copied<B>(pub(crate) B);

impl<'py, B: AsRef<[u8]>> IntoPyObject<'py> for Copied<B> {
    type Target = PyBytes;
    type Output = Bound<'py, PyBytes>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.as_ref();
        if bytes.len() >= LARGE {
            return filled(py, bytes.len(), |left| left.put_slice(bytes));
        }
        // SAFETY: pointer and length are those of one slice, whose length always fits. The result is a new reference to
        // a `bytes`, or null with an exception set.
        unsafe {
            let copied =
                ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len().cast_signed());
            Ok(Bound::from_owned_ptr_or_err(py, copied)?.cast_into_unchecked())
        }
    }
}

/// A `bytes` of a length, which `fill` writes to the end, without the interpreter if it is large. A panic for one that is
/// not written to the end.
pub(super) fn filled<'py>(
    py: Python<'py>,
    len: usize,
    fill: impl FnOnce(&mut &mut [MaybeUninit<u8>]) + Send,
) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: without a source this is a new reference to a `bytes` of that length, whose content is not set, or null with
    // an exception set.
    let made: Bound<'py, PyBytes> = unsafe {
        let made = ffi::PyBytes_FromStringAndSize(std::ptr::null(), len.cast_signed());
        Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked()
    };
    // SAFETY: `made` is a `bytes` of exactly this length, which starts there. Nothing else has a reference to it, and the
    // garbage collector does not know of it, so nobody else reads it. A `u8` may be written as a `MaybeUninit<u8>`.
    let mut left: &mut [MaybeUninit<u8>] = unsafe {
        let start = ffi::PyBytes_AsString(made.as_ptr());
        std::slice::from_raw_parts_mut(start.cast(), len)
    };
    if len >= LARGE {
        py.detach(|| fill(&mut left));
    } else {
        fill(&mut left);
    }
    assert!(left.is_empty(), "all of a bytes object is written");
    Ok(made)
}
