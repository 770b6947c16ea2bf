//! What the operating system knows of a server: its CPU time and its memory, children included.

use std::fs;
use std::mem::MaybeUninit;
use std::time::Duration;

/// The process and its children, and theirs.
fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        next += 1;
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(
                children
                    .split_whitespace()
                    .filter_map(|child| child.parse::<u32>().ok()),
            );
        }
    }
    found
}

/// The CPU time of the whole tree, in nanoseconds where /proc/PID/stat has hundredths of a second.
pub(crate) fn cpu_time(pid: u32) -> Duration {
    tree(pid).into_iter().filter_map(cpu_time_of).sum()
}

fn cpu_time_of(pid: u32) -> Option<Duration> {
    let mut clock = 0;
    // SAFETY: `clock` is a valid place for a clock's id.
    let found = unsafe { libc::clock_getcpuclockid(pid.cast_signed(), &raw mut clock) };
    if found != 0 {
        return None;
    }
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: `time` is a valid place for a time.
    let read = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    if read != 0 {
        return None;
    }
    // SAFETY: the call succeeded, so it wrote the time.
    let time = unsafe { time.assume_init() };
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanoseconds = u32::try_from(time.tv_nsec).ok()?;
    Some(Duration::new(seconds, nanoseconds))
}

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    /// The most since [`forget_peak`].
    pub(crate) peak: u64,
}

pub(crate) fn memory(pid: u32) -> Memory {
    let mut sum = Memory::default();
    for pid in tree(pid) {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kibibytes =
                line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
            kibibytes.unwrap_or_default() * 1024
        };
        sum.now += field("VmRSS:");
        sum.peak += field("VmHWM:");
    }
    sum
}

/// Lets VmHWM begin anew at what is resident now.
pub(crate) fn forget_peak(pid: u32) {
    for pid in tree(pid) {
        // Where the kernel refuses, the peak is that of the process's whole life.
        let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
    }
}
