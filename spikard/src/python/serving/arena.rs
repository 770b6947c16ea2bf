//! The allocator of `spikard serve`.

use pyo3::prelude::*;

/// Makes all threads that start from now on share one malloc arena. Returns whether the allocator has this setting.
///
/// By default, glibc has an arena per thread. Memory that tokio's threads received is copied into Python's objects and
/// freed, but only those threads can reuse it, so a buffered stream takes twice its size. With Python handlers, little
/// else is allocated without the GIL.
#[pyfunction]
pub(crate) fn one_arena() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes two numbers, and glibc allows it at any time on any thread.
    let set = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) } == 1;
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let set = false;
    set
}
