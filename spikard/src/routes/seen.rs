//! The methods of services of others, which say their name and not their methods: those that calls have named.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tonic::GrpcMethod;

/// More than services have. Each name is kept for good, since a `GrpcMethod` of layers has to be `'static`.
const MOST: usize = 4096;

/// Longer than a name in a `.proto` is.
const LONGEST: usize = 256;

/// The method that a path names, as layers are told.
pub(crate) enum MethodOfPath {
    Named(GrpcMethod<'static>),
    /// None of this server.
    None,
    /// One that layers cannot be told of, and that nobody may reach past them.
    Refused,
}

/// The names, each once.
#[derive(Debug, Default)]
pub(super) struct SeenMethods(Mutex<HashSet<&'static str>>);

impl SeenMethods {
    /// The name, kept; `None` if there are too many, or it is too long.
    pub(super) fn name(&self, name: &str) -> Option<&'static str> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = seen.get(name) {
            return Some(name);
        }
        if seen.len() == MOST || name.len() > LONGEST {
            return None;
        }
        let kept: &'static str = Box::leak(name.into());
        seen.insert(kept);
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_so_many_names_and_no_more() {
        let seen = SeenMethods::default();
        let first = seen.name("Check").unwrap();
        assert_eq!(seen.name(&"a".repeat(LONGEST + 1)), None);
        for number in 1..MOST {
            assert!(seen.name(&number.to_string()).is_some(), "{number}");
        }
        assert_eq!(seen.name("Other"), None);
        assert!(std::ptr::eq(seen.name("Check").unwrap(), first));
    }
}
