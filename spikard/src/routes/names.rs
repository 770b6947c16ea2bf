//! Names that are made at run time and live as long as the process.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

static NAMES: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

/// The name, kept for good. Each distinct name is kept once, however many servers use it.
pub(crate) fn interned(name: &str) -> &'static str {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    let names = names.get_or_insert_default();
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.into());
    names.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::interned;

    #[test]
    fn a_name_is_kept_once() {
        let first = interned("shop.Shop");
        let second = interned(&String::from("shop.Shop"));
        assert!(std::ptr::eq(first, second));
    }
}
