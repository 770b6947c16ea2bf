//! Which process this is: a forked child has all of its parent's memory, and one of its threads.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The forks between the first process of this memory and this one. Unlike a pid, it costs no system call.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// The process that something was made in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process(usize);

impl Process {
    pub(super) fn current() -> Self {
        static ONCE: Once = Once::new();
        // SAFETY: the function is `extern "C"`, does not unwind, and lives as long as the process. A failure to
        // register leaves forked children unnoticed, which is no worse than not to try.
        ONCE.call_once(|| unsafe {
            libc::pthread_atfork(None, None, Some(in_forked_child));
        });
        Self(FORKS.load(Ordering::Relaxed))
    }

    /// Whether this is a forked child of it.
    pub(super) fn is_parent(self) -> bool {
        self.0 != FORKS.load(Ordering::Relaxed)
    }
}

extern "C" fn in_forked_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
