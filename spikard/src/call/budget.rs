//! The budget: the bytes that all calls of a server may have buffered at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Status;

/// 1 GiB.
const DEFAULT_BUFFERED_BYTES: usize = 1 << 30;

/// The budget of a server, shared by its calls.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
        }
    }

    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(DEFAULT_BUFFERED_BYTES)
    }
}

/// One call's share of a [`Budget`], returned when it is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Arc<Budget>,
    held: usize,
}

impl Charge {
    pub(crate) fn new(budget: Arc<Budget>) -> Self {
        Self { budget, held: 0 }
    }

    /// Makes the share `bytes` in all, or refuses and leaves it as it was.
    ///
    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED where the budget has no room.
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), Status> {
        // The counter guards nothing but itself, so no ordering with other memory is needed.
        let used = &self.budget.used;
        if let Some(more) = bytes.checked_sub(self.held).filter(|more| *more > 0) {
            let limit = self.budget.limit;
            // Checked before it is added: what is refused must not be in the way of others for a moment.
            let room = |used: usize| used.checked_add(more).filter(|used| *used <= limit);
            used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room)
                .map_err(|_| exhausted(limit, more))?;
        } else if bytes < self.held {
            used.fetch_sub(self.held - bytes, Ordering::Relaxed);
        }
        self.held = bytes;
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.held, Ordering::Relaxed);
    }
}

fn exhausted(limit: usize, asked: usize) -> Status {
    Status::resource_exhausted(format!(
        "the calls in flight fill the server's buffer, max_buffered_bytes = {limit}, \
         and this one needs {asked} bytes more: try again later, or raise max_buffered_bytes for the server"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    #[test]
    fn a_charge_is_returned() {
        let budget = Arc::new(Budget::new(100));
        let mut charge = Charge::new(budget.clone());
        charge.set(60).unwrap();
        charge.set(60).unwrap();
        assert_eq!(budget.used(), 60);
        charge.set(20).unwrap();
        assert_eq!(budget.used(), 20);
        drop(charge);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_refused_charge_changes_nothing() {
        let budget = Arc::new(Budget::new(100));
        let mut first = Charge::new(budget.clone());
        first.set(60).unwrap();
        let mut second = Charge::new(budget.clone());
        let status = second.set(41).unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(
            status.message().contains("max_buffered_bytes = 100"),
            "{status}"
        );
        assert_eq!(budget.used(), 60);
        second.set(40).unwrap();
        assert_eq!(budget.used(), 100);
    }
}
