//! Whose signals they are.

use super::*;

/// Ends a child with a signal. Returns the signal that ended it.
fn killed_by(child: libc::pid_t, number: libc::c_int) -> Option<libc::c_int> {
    // SAFETY: the child is ours and not waited for yet.
    unsafe { libc::kill(child, number) };
    let status = end_of(child);
    libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status))
}

fn end_of(child: libc::pid_t) -> libc::c_int {
    let mut status = 0;
    // SAFETY: the child is ours and not waited for yet, and `status` is a local.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    status
}

fn are_default() -> bool {
    let actions = SIGNALS.map(|number| action(number).unwrap().sa_sigaction);
    actions == [libc::SIG_DFL; SIGNALS.len()]
}

/// Waits for a signal, in a child without other threads.
fn wait() -> ! {
    // SAFETY: they take no pointers. The alarm ends the child if nothing else does.
    unsafe {
        libc::alarm(20);
        loop {
            libc::pause();
        }
    }
}

/// A fork that runs no hooks.
///
/// # Safety
///
/// Locks stay as they were in the parent, and no thread of the child releases them.
unsafe fn clone() -> libc::pid_t {
    const NONE: libc::c_long = 0;
    let signal = libc::c_long::from(libc::SIGCHLD);
    // SAFETY: without flags and without a stack, it is a fork.
    let child = unsafe { libc::syscall(libc::SYS_clone, signal, NONE, NONE, NONE, NONE) };
    libc::pid_t::try_from(child).unwrap()
}

// One test, because the signals belong to the process.
#[test]
fn a_signal_of_a_forked_child_is_its_own() {
    // A shell that runs the tests in the background has them ignore SIGINT.
    for number in SIGNALS {
        // SAFETY: the default action needs no handler.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
    let (signals, reader) = Signals::take().unwrap();
    for number in SIGNALS {
        // SAFETY: the child only waits.
        let child = unsafe { libc::fork() };
        if child == 0 {
            wait();
        }
        assert_eq!(killed_by(child, number), Some(number));
        // SAFETY: as above.
        let child = unsafe { clone() };
        if child == 0 {
            wait();
        }
        assert_eq!(killed_by(child, number), Some(number));
    }
    // SAFETY: the child takes the signals, and exits without running hooks.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let free = are_default() && Signals::take().is_ok();
        // SAFETY: it takes no pointers.
        unsafe { libc::_exit(i32::from(!free)) };
    }
    assert_eq!(end_of(child), 0, "a child of fork can have a server too");
    // SAFETY: a signal to this process, which has a handler for it.
    unsafe { libc::kill(process(), libc::SIGTERM) };
    assert_eq!(read(&reader).unwrap(), [libc::SIGTERM as u8]);
    assert!(Signals::take().is_err(), "they are taken");
    drop(signals);
    assert_eq!(read(&reader), None);
    assert!(are_default());
    drop(Signals::take().unwrap());
}
