//! SIGTERM and Ctrl-C as bytes in a pipe, whatever the Python thread is doing.
//!
//! Python's own handlers run between two bytecodes of the main thread, so a coroutine that blocks it
//! would hold back the very signal that is to end it.

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

const SIGNALS: [libc::c_int; 2] = [libc::SIGTERM, libc::SIGINT];

/// Where the handler writes; -1 while nobody listens.
static WRITER: AtomicI32 = AtomicI32::new(-1);

/// The signals, taken over until this is dropped.
pub(super) struct Signals {
    before: Vec<(libc::c_int, libc::sigaction)>,
    writer: OwnedFd,
}

impl Signals {
    /// The signals, and the end of the pipe where their numbers come out.
    ///
    /// # Errors
    ///
    /// When somebody in this process has them already, or the system has no pipe left.
    pub(super) fn take() -> io::Result<(Self, File)> {
        let (reader, writer) = pipe()?;
        let free =
            WRITER.compare_exchange(-1, writer.as_raw_fd(), Ordering::SeqCst, Ordering::SeqCst);
        if free.is_err() {
            return Err(io::Error::other(
                "another server of this process already ends on SIGTERM and Ctrl-C",
            ));
        }
        let mut signals = Self {
            before: Vec::new(),
            writer,
        };
        for number in SIGNALS {
            let before = handle(number)?;
            signals.before.push((number, before));
        }
        Ok((signals, File::from(reader)))
    }

    /// Something else than a signal for whoever reads: a byte that is no signal's number.
    pub(super) fn wake(&self) {
        write(self.writer.as_raw_fd(), 0);
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for (number, before) in &self.before {
            // SAFETY: `before` is what sigaction gave for this signal.
            unsafe { libc::sigaction(*number, before, std::ptr::null_mut()) };
        }
        WRITER.store(-1, Ordering::SeqCst);
    }
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    let (reader, writer) = (OwnedFd::from(reader), OwnedFd::from(writer));
    // A handler must not wait, not even for a pipe that is full.
    // SAFETY: fcntl on a descriptor of ours, with flags and no pointers.
    let done = unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((reader, writer))
}

/// Sets our handler; answers what was set before.
fn handle(number: libc::c_int) -> io::Result<libc::sigaction> {
    let mut before = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a zeroed sigaction is a valid one, and the pointers are to locals. The handler only does
    // what a handler may: an atomic load and a write.
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        action.sa_sigaction = on_signal as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_RESTART;
        libc::sigemptyset(&mut action.sa_mask);
        if libc::sigaction(number, &action, before.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(before.assume_init())
    }
}

extern "C" fn on_signal(number: libc::c_int) {
    let fd = WRITER.load(Ordering::SeqCst);
    if fd >= 0 {
        let errno = errno::get();
        write(fd, u8::try_from(number).unwrap_or_default());
        errno::set(errno);
    }
}

fn write(fd: libc::c_int, byte: u8) {
    // SAFETY: one byte, from a local. A full pipe has enough in it to be read.
    unsafe { libc::write(fd, std::ptr::from_ref(&byte).cast(), 1) };
}

/// What a handler must leave as it was.
mod errno {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn location() -> *mut libc::c_int {
        #[cfg(target_os = "android")]
        use libc::__errno as location;
        #[cfg(target_os = "linux")]
        use libc::__errno_location as location;
        // SAFETY: it takes nothing, and its answer is this thread's own.
        unsafe { location() }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn location() -> *mut libc::c_int {
        // SAFETY: as above.
        unsafe { libc::__error() }
    }

    pub(super) fn get() -> libc::c_int {
        // SAFETY: the location is valid for this thread.
        unsafe { *location() }
    }

    pub(super) fn set(value: libc::c_int) {
        // SAFETY: as above.
        unsafe { *location() = value }
    }
}

/// Reads what is there: the numbers of signals, and 0 for a wake-up.
pub(super) fn read(reader: &File) -> Vec<u8> {
    let mut bytes = [0; 64];
    let count = io::Read::read(&mut &*reader, &mut bytes).unwrap_or_default();
    bytes[..count].to_vec()
}

/// A descriptor that Python has given away.
pub(super) fn owned(fd: i32) -> OwnedFd {
    // SAFETY: Python has detached it from its object, so it is open and ours.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
