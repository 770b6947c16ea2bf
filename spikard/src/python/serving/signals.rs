//! SIGTERM, SIGINT and SIGHUP as bytes in a pipe, whatever the Python thread does.
//!
//! Python runs its own signal handlers between two bytecodes of the main thread, so a coroutine that blocks it would
//! hold up the very signal that is to end it.
//!
//! A forked child inherits the handler and the pipe. It gets back the actions from before, through `pthread_atfork`, or
//! through the handler if the fork ran no hooks.

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::Once;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

use super::errno;

const SIGNALS: [libc::c_int; 3] = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP];

/// The actions of the signals.
type Actions = [libc::sigaction; SIGNALS.len()];

/// Where the handler writes; -1 while the signals are not taken.
static WRITER: AtomicI32 = AtomicI32::new(-1);

/// The pid of the process that took the signals, which a forked child is not; 0 while they are not taken.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// The actions from before; null while the signals are not taken. Signal handlers and forked children cannot lock.
static BEFORE: AtomicPtr<Actions> = AtomicPtr::new(ptr::null_mut());

/// Takes over the signals until it is dropped.
pub(super) struct Signals {
    owner: libc::pid_t,
    writer: OwnedFd,
}

impl Signals {
    /// Takes over the signals. Returns the end of the pipe that yields their numbers.
    ///
    /// # Errors
    ///
    /// The signals are taken already, or the system cannot create a pipe.
    pub(super) fn take() -> io::Result<(Self, File)> {
        static ONCE: Once = Once::new();
        // SAFETY: the function is `extern "C"`, does not unwind, and lives as long as the process. If it cannot be
        // registered, the handler does the same when a signal comes.
        ONCE.call_once(|| unsafe {
            libc::pthread_atfork(None, None, Some(in_forked_child));
        });
        let (reader, writer) = pipe()?;
        let free =
            WRITER.compare_exchange(-1, writer.as_raw_fd(), Ordering::SeqCst, Ordering::SeqCst);
        if free.is_err() {
            return Err(io::Error::other(
                "another server of this process already ends on SIGTERM and Ctrl-C; does a module call serve() when it \
                 is imported? write it below \"if __name__ == '__main__':\"",
            ));
        }
        let owner = process();
        OWNER.store(owner, Ordering::SeqCst);
        // From here on, dropping it restores everything.
        let signals = Self { owner, writer };
        signals.take_again()?;
        Ok((signals, File::from(reader)))
    }

    /// Takes the signals from handlers that were installed since, as by a module that was imported.
    ///
    /// # Errors
    ///
    /// The system refuses.
    pub(super) fn take_again(&self) -> io::Result<()> {
        if self.is_forked() {
            return Ok(());
        }
        let known = BEFORE.load(Ordering::SeqCst);
        let mut before: Actions = if known.is_null() {
            SIGNALS.map(|_| none())
        } else {
            // SAFETY: it was stored complete, and only `drop` of this value frees it.
            unsafe { *known }
        };
        let mut taken = Vec::new();
        for (number, before) in SIGNALS.into_iter().zip(&mut before) {
            let now = action(number)?;
            if now.sa_sigaction != ours() {
                *before = now;
                // One that is ignored, as under nohup, or handled by the user, stays as it is.
                if number != libc::SIGHUP || now.sa_sigaction == libc::SIG_DFL {
                    taken.push(number);
                }
            }
        }
        // What it replaces is leaked: a handler may be reading it.
        BEFORE.store(Box::into_raw(Box::new(before)), Ordering::SeqCst);
        taken.into_iter().try_for_each(handle)
    }

    /// Wakes the reader with a byte that is no signal's number.
    pub(super) fn wake(&self) {
        write(self.writer.as_raw_fd(), 0);
    }

    /// Whether this process was forked from the one that took the signals.
    pub(super) fn is_forked(&self) -> bool {
        self.owner != process()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        if self.is_forked() {
            return;
        }
        give_back();
        OWNER.store(0, Ordering::SeqCst);
        let before = BEFORE.swap(ptr::null_mut(), Ordering::SeqCst);
        if !before.is_null() {
            // SAFETY: it is from `Box::into_raw`, and only freed here: `take` fails until `WRITER` is reset, and a
            // forked child reads its own copy.
            drop(unsafe { Box::from_raw(before) });
        }
        WRITER.store(-1, Ordering::SeqCst);
    }
}

/// Ends this process as the signal does by default; PID 1 of a container by an exit code.
pub(super) fn end_by(number: libc::c_int) -> ! {
    // SAFETY: numbers, no pointers; the default action needs no handler.
    unsafe {
        libc::signal(number, libc::SIG_DFL);
        libc::raise(number);
        libc::_exit(128 + number)
    }
}

fn process() -> libc::pid_t {
    // SAFETY: it takes nothing and cannot fail.
    unsafe { libc::getpid() }
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    let (reader, writer) = (OwnedFd::from(reader), OwnedFd::from(writer));
    // A signal handler must not block, even if the pipe is full.
    // SAFETY: fcntl on our own descriptor, with flags and no pointers.
    let done = unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    if done < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((reader, writer))
}

fn none() -> libc::sigaction {
    // SAFETY: a zeroed sigaction is a valid one: the default action, no flags, an empty mask.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// The current action of this signal.
fn action(number: libc::c_int) -> io::Result<libc::sigaction> {
    let mut action = none();
    // SAFETY: the pointer is to a local, and null changes nothing.
    if unsafe { libc::sigaction(number, ptr::null(), &raw mut action) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(action)
}

/// Installs the handler.
fn handle(number: libc::c_int) -> io::Result<()> {
    let mut action = none();
    action.sa_sigaction = ours();
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the pointers are to a local. The handler does only what is async-signal-safe: atomic loads and stores,
    // getpid, write, sigaction and raise.
    if unsafe { libc::sigaction(number, &raw const action, ptr::null_mut()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn ours() -> libc::sighandler_t {
    on_signal as *const () as libc::sighandler_t
}

/// Restores the actions from before, unless the user has installed others since. Also for the handler and forked
/// children: it neither allocates nor locks.
fn give_back() {
    let before = BEFORE.load(Ordering::SeqCst);
    if before.is_null() {
        return;
    }
    for (index, number) in SIGNALS.into_iter().enumerate() {
        if action(number).is_ok_and(|now| now.sa_sigaction == ours()) {
            // SAFETY: it was stored complete before any handler was installed, is what sigaction returned for this
            // signal, and is freed only by the process that took the signals, after it has restored them all.
            unsafe { libc::sigaction(number, &raw const (*before)[index], ptr::null_mut()) };
        }
    }
}

/// Resets the state of the parent, so that the child can take the signals for a server of its own. The allocation is
/// leaked.
extern "C" fn in_forked_child() {
    let errno = errno::get();
    give_back();
    BEFORE.store(ptr::null_mut(), Ordering::SeqCst);
    OWNER.store(0, Ordering::SeqCst);
    WRITER.store(-1, Ordering::SeqCst);
    errno::set(errno);
}

extern "C" fn on_signal(number: libc::c_int) {
    let errno = errno::get();
    if OWNER.load(Ordering::SeqCst) == process() {
        let fd = WRITER.load(Ordering::SeqCst);
        if fd >= 0 {
            write(fd, u8::try_from(number).unwrap_or_default());
        }
    } else {
        // A child whose fork ran no hook, or not yet. The signal is blocked while this runs: on return, it goes to the
        // action from before.
        give_back();
        // SAFETY: a number, no pointers.
        unsafe { libc::raise(number) };
    }
    errno::set(errno);
}

fn write(fd: libc::c_int, byte: u8) {
    // SAFETY: one byte, from a local. If the pipe is full, the reader wakes up anyway.
    unsafe { libc::write(fd, ptr::from_ref(&byte).cast(), 1) };
}

/// Reads the numbers of signals, and 0 for a wake-up. `None` after the last.
pub(super) fn read(reader: &File) -> Option<Vec<u8>> {
    let mut bytes = [0; 64];
    match io::Read::read(&mut &*reader, &mut bytes) {
        Ok(0) => None,
        Ok(count) => Some(bytes[..count].to_vec()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Some(Vec::new()),
        Err(_) => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
#[path = "signals_tests.rs"]
mod tests;
