//! An allocator that counts what it has given out: in all, and to each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};

static HELD: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static HELD_HERE: Cell<isize> = const { Cell::new(0) };
    static PEAK_HERE: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, counted. A block that grows is a new one, and the old one is there beside it.
pub(crate) struct Counting;

// SAFETY: it hands on every call to the system's allocator, and only counts them.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(taken(layout));
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-taken(layout));
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What a block takes in glibc's allocator.
fn taken(layout: Layout) -> isize {
    ((layout.size().cast_signed() + 8 + 15) & !15).max(32)
}

fn count(bytes: isize) {
    PEAK.fetch_max(HELD.fetch_add(bytes, Relaxed) + bytes, Relaxed);
    // Not while the thread ends.
    let _ = HELD_HERE.try_with(|held| {
        held.set(held.get() + bytes);
        PEAK_HERE.with(|peak| peak.set(peak.get().max(held.get())));
    });
}

/// What a computation takes in its thread: afterwards, and at most.
pub(crate) struct Taken<T> {
    pub(crate) value: T,
    pub(crate) held: usize,
    pub(crate) peak: usize,
}

pub(crate) fn taken_by<T>(compute: impl FnOnce() -> T) -> Taken<T> {
    let before = HELD_HERE.get();
    PEAK_HERE.set(before);
    let value = compute();
    let since = |bytes: isize| usize::try_from(bytes - before).unwrap_or_default();
    Taken {
        value,
        held: since(HELD_HERE.get()),
        peak: since(PEAK_HERE.get()),
    }
}

/// What all threads hold.
pub(crate) fn held() -> usize {
    usize::try_from(HELD.load(Relaxed)).unwrap_or_default()
}

/// Begins a measurement of the most that all threads hold.
pub(crate) fn reset_peak() {
    PEAK.store(HELD.load(Relaxed), Relaxed);
}

/// The most that all threads held since.
pub(crate) fn peak() -> usize {
    usize::try_from(PEAK.load(Relaxed)).unwrap_or_default()
}
