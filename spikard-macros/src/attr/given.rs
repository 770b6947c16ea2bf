//! An option that may be absent, wrong or right.

/// The value of an option.
#[derive(Clone, Debug, Default)]
pub(crate) enum Given<T> {
    /// The option is absent.
    #[default]
    No,
    /// It was wrong, which has been reported: later stages ignore it.
    Wrong,
    /// It is right.
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

/// `None` stands for a value that has been reported.
impl<T> From<Option<T>> for Given<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Wrong, Self::Yes)
    }
}
