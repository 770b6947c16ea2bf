//! Descriptors that Python hands over.

use std::os::fd::{FromRawFd, OwnedFd, RawFd};

/// A descriptor that Python has detached from its object.
pub(super) fn owned(fd: RawFd) -> OwnedFd {
    // SAFETY: nothing else has it any more, so it is open and ours.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
