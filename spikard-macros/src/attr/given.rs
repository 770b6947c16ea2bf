//! An option that may be missing, wrong or right.

/// What was written for an option.
#[derive(Clone, Debug, Default)]
pub(crate) enum Given<T> {
    /// Nothing.
    #[default]
    No,
    /// Something that has been reported; later stages say no more of it.
    Wrong,
    /// A value.
    Yes(T),
}

impl<T> Given<T> {
    pub(crate) fn is_no(&self) -> bool {
        matches!(self, Self::No)
    }

    pub(crate) fn yes(&self) -> Option<&T> {
        match self {
            Self::Yes(value) => Some(value),
            Self::No | Self::Wrong => None,
        }
    }
}

/// `None` is a value that has been reported.
impl<T> From<Option<T>> for Given<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Wrong, Self::Yes)
    }
}
