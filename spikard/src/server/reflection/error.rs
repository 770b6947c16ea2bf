//! Why a server cannot show its descriptors.

use std::fmt;

/// A file descriptor set that cannot be shown.
#[derive(Debug)]
pub struct ReflectionError(String);

impl ReflectionError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for ReflectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a file descriptor set given to reflection() cannot be used: {}; give the bytes that \
             prost-build's file_descriptor_set_path or protoc's --descriptor_set_out wrote, with imports",
            self.0
        )
    }
}

impl std::error::Error for ReflectionError {}
