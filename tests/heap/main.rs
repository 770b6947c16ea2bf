//! What decoded messages take in memory, counted in the allocator, against what spikard knew before it decoded them.

mod attacks;
mod counting;
mod random;
mod shapes;
mod zoo;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static COUNTING: counting::Counting = counting::Counting;

/// The tests share one allocator, and take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
