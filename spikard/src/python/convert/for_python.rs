//! What a layer leaves for handlers in Python.

use std::collections::HashMap;
use std::sync::Arc;

/// Texts that a tower layer leaves for handlers in Python, which read them in `request.call.extensions`.
///
/// Of the extensions of a request, Python sees this one alone: the others are Rust's types. A layer that inserts one
/// replaces that of a layer before it; [`get_mut`](http::Extensions::get_mut) finds it, and [`insert`](Self::insert) adds
/// to it.
///
/// ```
/// use spikard::Status;
/// use spikard::python::ForPython;
///
/// fn authenticate(mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
///     let user = request.metadata().get("x-user").and_then(|user| user.to_str().ok());
///     let user = user.ok_or_else(|| Status::unauthenticated("x-user is missing"))?;
///     let user = ForPython::from([("user", user)]);
///     request.extensions_mut().insert(user); // in Python: request.call.extensions["user"]
///     Ok(request)
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForPython(Arc<HashMap<String, String>>);

impl ForPython {
    /// Adds a text, or replaces the one of this name.
    pub fn insert(&mut self, name: impl Into<String>, text: impl Into<String>) {
        Arc::make_mut(&mut self.0).insert(name.into(), text.into());
    }

    /// The texts by name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.0.iter();
        texts.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The text of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ForPython {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        let texts = pairs.map(|(name, text)| (name.into(), text.into()));
        Self(Arc::new(texts.collect()))
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for ForPython {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_added_and_replaced() {
        let mut texts = ForPython::from([("user", "ann"), ("tenant", "a")]);
        let before = texts.clone();
        texts.insert("tenant", "b");
        assert_eq!(texts.get("user"), Some("ann"));
        assert_eq!(texts.get("tenant"), Some("b"));
        assert_eq!(before.get("tenant"), Some("a"));
        assert_eq!(texts.iter().count(), 2);
    }
}
