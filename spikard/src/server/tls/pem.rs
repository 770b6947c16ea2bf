//! Where PEM is.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Where PEM is.
#[derive(Clone)]
pub(super) enum Pem {
    File(PathBuf),
    Text(Arc<[u8]>),
}

impl Pem {
    pub(super) fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::File(file) => Some(file),
            Self::Text(_) => None,
        }
    }

    pub(super) fn read(&self) -> io::Result<Arc<[u8]>> {
        match self {
            Self::File(file) => fs::read(file).map(Arc::from),
            Self::Text(text) => Ok(text.clone()),
        }
    }
}

/// Without the text, which may be a private key.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Text(_) => f.write_str("PEM in memory"),
        }
    }
}
