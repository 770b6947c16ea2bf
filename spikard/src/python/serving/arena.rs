//! The allocator of a process that belongs to spikard.

use pyo3::prelude::*;

/// Lets all threads that begin from now on allocate from one arena; answers whether the allocator has such a setting.
///
/// glibc gives threads arenas of their own. What tokio's threads received lies in theirs, and once it is
/// copied into Python's objects only they can use the room again: a stream that is buffered takes twice its
/// size. In a process whose handlers are Python's, little else is allocated outside of the interpreter's lock.
#[pyfunction]
pub(crate) fn one_arena() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes two numbers, and glibc allows it at any time in any thread.
    let set = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) } == 1;
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let set = false;
    set
}
