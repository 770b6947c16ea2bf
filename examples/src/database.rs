//! A stand-in for a database.

/// A transaction; dropped before [`commit`](Self::commit), it leaves nothing behind.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    items: Vec<(String, i64)>,
}

/// Why a transaction failed; this one never does.
pub(crate) type Error = std::convert::Infallible;

impl Transaction {
    /// Begins a transaction.
    pub(crate) async fn begin() -> Result<Self, Error> {
        Ok(Self::default())
    }

    /// Inserts one item.
    pub(crate) async fn create(&mut self, name: &str, value: i64) -> Result<(), Error> {
        self.items.push((name.to_owned(), value));
        Ok(())
    }

    /// Makes the items last; answers how many there are.
    pub(crate) async fn commit(self) -> Result<usize, Error> {
        Ok(self.items.len())
    }
}
