//! Wakes the event loop through a file descriptor that is readable while the queue is not drained.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, RawFd};

#[cfg(not(unix))]
compile_error!(
    "spikard's feature `python` runs on Unix only: the event loops of Windows cannot wait for a file \
     descriptor, and the thread that would wake them instead is not written yet"
);

pub(super) struct Wake {
    reader: File,
    writer: File,
}

impl Wake {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn new() -> io::Result<Self> {
        use std::os::fd::{FromRawFd, OwnedFd};

        // SAFETY: eventfd takes no pointers.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new, open and owned by nobody else.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self {
            writer: File::from(fd.try_clone()?),
            reader: File::from(fd),
        })
    }

    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    pub(super) fn new() -> io::Result<Self> {
        use std::os::fd::OwnedFd;
        use std::os::unix::net::UnixStream;

        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        Ok(Self {
            reader: File::from(OwnedFd::from(reader)),
            writer: File::from(OwnedFd::from(writer)),
        })
    }

    pub(super) fn fd(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    pub(super) fn wake(&self) {
        // An eventfd takes eight bytes. If it is full, it is readable, which is all that is needed.
        let _ = (&self.writer).write(&1u64.to_ne_bytes());
    }

    /// Makes the descriptor unreadable until the next `wake`.
    pub(super) fn clear(&self) {
        let mut buffer = [0; 64];
        // An error means that there was nothing to read, because one read covers several wake-ups.
        let _ = (&self.reader).read(&mut buffer);
    }
}
