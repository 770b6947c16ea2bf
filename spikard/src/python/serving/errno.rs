//! `errno` of the current thread, which a signal handler must preserve.

#[cfg(any(target_os = "linux", target_os = "android"))]
fn location() -> *mut libc::c_int {
    #[cfg(target_os = "android")]
    use libc::__errno as location;
    #[cfg(target_os = "linux")]
    use libc::__errno_location as location;
    // SAFETY: it takes nothing, and returns a location of this thread.
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
