//! The budget: the bytes that all calls of a server may have buffered at once, and the share of each connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Status;

use super::connection::Connection;
use super::refusal;

/// The budget of a server, shared by its calls.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    /// The most of it that the calls of one connection may hold.
    share: usize,
    charged: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize, share: usize) -> Self {
        Self {
            limit,
            share,
            charged: AtomicUsize::new(0),
        }
    }

    /// The part of it that is in use; over 1 where responses are larger than what is left.
    #[cfg(feature = "orca")]
    pub(crate) fn utilization(&self) -> f64 {
        self.charged.load(Ordering::Relaxed) as f64 / self.limit.max(1) as f64
    }

    /// The bytes of it that are in use.
    pub(crate) fn charged(&self) -> usize {
        self.charged.load(Ordering::Relaxed)
    }
}

/// What one call holds of a [`Budget`], returned when it is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    budget: Arc<Budget>,
    /// `None` where the connection is another server's.
    connection: Option<Arc<Connection>>,
    held: usize,
}

impl Charge {
    pub(crate) fn new(budget: Arc<Budget>, connection: Option<Arc<Connection>>) -> Self {
        Self {
            budget,
            connection,
            held: 0,
        }
    }

    /// One of the same call, which holds nothing.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.budget.clone(), self.connection.clone())
    }

    /// Takes over what another one of the same call holds.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        self.held += std::mem::take(&mut other.held);
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Holds `bytes` in all, or refuses and leaves the charge as it was.
    ///
    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED where the connection's share or the budget has no room.
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), Status> {
        let Some(more) = bytes.checked_sub(self.held).filter(|more| *more > 0) else {
            self.give_back(self.held - bytes);
            return Ok(());
        };
        let Budget {
            limit,
            share,
            charged,
        } = &*self.budget;
        let of_connection = self.connection.as_ref().map(|own| &own.charged);
        if let Some(own) = of_connection {
            add(own, more, *share).ok_or_else(|| refusal::share_of_connection(*share, more))?;
        }
        if add(charged, more, *limit).is_none() {
            if let Some(own) = of_connection {
                own.fetch_sub(more, Ordering::Relaxed);
            }
            return Err(refusal::budget(*limit, more));
        }
        self.held = bytes;
        Ok(())
    }

    /// Holds `bytes` in all, over the limits if need be: what is in memory already counts, and others wait for it.
    pub(crate) fn set_regardless(&mut self, bytes: usize) {
        let Some(more) = bytes.checked_sub(self.held) else {
            return self.give_back(self.held - bytes);
        };
        self.budget.charged.fetch_add(more, Ordering::Relaxed);
        if let Some(connection) = &self.connection {
            connection.charged.fetch_add(more, Ordering::Relaxed);
        }
        self.held = bytes;
    }

    fn give_back(&mut self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        self.budget.charged.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(connection) = &self.connection {
            connection.charged.fetch_sub(bytes, Ordering::Relaxed);
        }
        self.held -= bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.give_back(self.held);
    }
}

/// Adds where the sum stays within `limit`. It is checked before it is added: what is refused must not be in the way of
/// others for a moment. The counter guards nothing but itself, so no ordering with other memory is needed.
fn add(counter: &AtomicUsize, more: usize, limit: usize) -> Option<()> {
    let room = |sum: usize| sum.checked_add(more).filter(|sum| *sum <= limit);
    let added = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room);
    added.ok().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn charge(budget: &Arc<Budget>, connection: &Arc<Connection>) -> Charge {
        Charge::new(budget.clone(), Some(connection.clone()))
    }

    fn refused(charge: &mut Charge, bytes: usize) -> String {
        let status = charge.set(bytes).unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        status.message().to_owned()
    }

    #[test]
    fn a_charge_is_returned() {
        let budget = Arc::new(Budget::new(100, 100));
        let connection = Arc::<Connection>::default();
        let mut first = charge(&budget, &connection);
        for bytes in [60, 60, 20] {
            first.set(bytes).unwrap();
            assert_eq!(budget.charged(), bytes);
        }
        first.set_regardless(150);
        assert_eq!(budget.charged(), 150);
        first.set_regardless(10);
        assert_eq!(budget.charged(), 10);
        drop(first);
        assert_eq!(budget.charged(), 0);
        assert_eq!(connection.charged.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_refused_charge_changes_nothing() {
        let budget = Arc::new(Budget::new(100, 100));
        let [one, other] = [Arc::<Connection>::default(), Arc::default()];
        charge(&budget, &one).set(60).unwrap();
        let mut first = charge(&budget, &one);
        first.set(60).unwrap();
        let mut second = charge(&budget, &other);
        let text = refused(&mut second, 41);
        assert!(text.contains("max_buffered_bytes = 100"), "{text}");
        assert_eq!(budget.charged(), 60);
        assert_eq!(other.charged.load(Ordering::Relaxed), 0);
        second.set(40).unwrap();
        assert_eq!(budget.charged(), 100);
    }

    #[test]
    fn no_connection_has_more_than_its_share() {
        let budget = Arc::new(Budget::new(100, 50));
        let [one, other] = [Arc::<Connection>::default(), Arc::default()];
        let mut first = charge(&budget, &one);
        first.set(30).unwrap();
        let mut second = charge(&budget, &one);
        let text = refused(&mut second, 21);
        assert!(
            text.contains("max_buffered_bytes_per_connection = 50"),
            "{text}"
        );
        charge(&budget, &other).set(50).unwrap();
        drop(first);
        second.set(50).unwrap();
    }
}
