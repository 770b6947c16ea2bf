//! What the supervisor of a worker says to it.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

/// What the supervisor says.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Order {
    /// It has ended.
    Orphaned,
    /// Drain within this time.
    Drain(Duration),
    /// Nothing that is known.
    Nothing,
}

impl Order {
    /// How long the drain may take that it begins, if it does; it takes `most`.
    pub(super) fn grace(self, most: Duration) -> Option<Duration> {
        match self {
            Self::Orphaned => Some(most),
            Self::Drain(grace) => Some(grace.min(most)),
            Self::Nothing => None,
        }
    }

    /// Reads from a line that is readable.
    pub(super) fn read(line: &File) -> Self {
        let mut said = [0; 64];
        match (&*line).read(&mut said) {
            Ok(0) => Self::Orphaned,
            Ok(count) => {
                let words = String::from_utf8_lossy(&said[..count]);
                let seconds = words.lines().last().and_then(|last| last.parse().ok());
                let grace = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                grace.map_or(Self::Nothing, Self::Drain)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Self::Nothing,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Self::Nothing,
            Err(_) => Self::Orphaned,
        }
    }
}
