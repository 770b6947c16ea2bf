//! The Cargo features that decide what is accepted.

#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) python: bool,
}

impl Features {
    pub(crate) const BUILT: Self = Self {
        python: cfg!(feature = "python"),
    };
}
