//! Detects forked children, which have the memory of their parent but only one of its threads.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of forks between the first process and this one. Unlike a pid, it costs no system call.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// The process in which a value was created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Process(usize);

impl Process {
    pub(super) fn current() -> Self {
        static ONCE: Once = Once::new();
        // SAFETY: the function is `extern "C"`, does not unwind, and lives as long as the process. If it cannot be
        // registered, forked children go undetected, as they would without it.
        ONCE.call_once(|| unsafe {
            libc::pthread_atfork(None, None, Some(in_forked_child));
        });
        Self(FORKS.load(Ordering::Relaxed))
    }

    /// Whether the current process was forked from this one.
    pub(super) fn is_parent(self) -> bool {
        self.0 != FORKS.load(Ordering::Relaxed)
    }
}

extern "C" fn in_forked_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}
