//! Errors of a compilation.

use std::path::Path;
use std::{fmt, io};

use crate::located::located;

/// Why `.proto` files could not be compiled.
///
/// The text has the place and the mistake. `Debug` has the same text, because Cargo shows it when `main` of a build
/// script returns the error:
///
/// ```text
/// proto/messageservice.proto:8:26: name 'Itm' is not defined
///   |
/// 8 |   rpc BatchCreate(stream Itm) returns (BatchCreateResponse);
///   |                          ^^^ found here
/// ```
pub struct Error {
    message: String,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn proto(error: &protox::Error, includes: &[impl AsRef<Path>]) -> Self {
        let includes: Vec<&Path> = includes.iter().map(AsRef::as_ref).collect();
        let mut message = located(error, &includes);
        if error.is_file_not_found() {
            message.push_str(&looked_for_in(&includes));
        }
        Self {
            message,
            source: None,
        }
    }

    /// A file that is neither there nor in an include folder.
    pub(crate) fn missing(file: &Path, includes: &[impl AsRef<Path>]) -> Self {
        let includes: Vec<&Path> = includes.iter().map(AsRef::as_ref).collect();
        let message = format!("there is no file `{}`", file.display());
        Self {
            message: message + &looked_for_in(&includes),
            source: None,
        }
    }

    pub(crate) fn no_out_dir() -> Self {
        Self {
            message: "`OUT_DIR` is not set: call this in `build.rs`, or give a folder with `configure().out_dir(…)`".to_owned(),
            source: None,
        }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self {
            message: format!("cannot write `{}`: {source}", path.display()),
            source: Some(source),
        }
    }

    pub(crate) fn generate(folder: &Path, source: io::Error) -> Self {
        Self {
            message: format!(
                "cannot generate the Rust files in `{}`: {source}",
                folder.display()
            ),
            source: Some(source),
        }
    }
}

/// A note with the include folders.
fn looked_for_in(includes: &[&Path]) -> String {
    let folders = includes.iter();
    let folders: Vec<String> = folders
        .map(|folder| format!("`{}`", folder.display()))
        .collect();
    let folders = match &folders[..] {
        [] => "there are none".to_owned(),
        folders => folders.join(", "),
    };
    format!("\n  = note: files are looked for in the include folders: {folders}")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_ref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
