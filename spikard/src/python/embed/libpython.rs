//! Checks that the loaded libpython is the one that the program is built against.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use pyo3::ffi;

use crate::python::{PythonError, PythonErrorKind};

/// `3.11`.
pub(super) const MINOR: &str = env!("SPIKARD_PYTHON_MINOR");
/// `3.11.7`; empty if the build could not ask an interpreter.
const VERSION: &str = env!("SPIKARD_PYTHON_VERSION");
const LIB_DIR: &str = env!("SPIKARD_PYTHON_LIB_DIR");
/// The interpreter of the build.
pub(super) const EXECUTABLE: &str = env!("SPIKARD_PYTHON_EXECUTABLE");
/// Its installation prefix, with the standard library.
pub(super) const PREFIX: &str = env!("SPIKARD_PYTHON_PREFIX");

/// Fails for a libpython of another minor version, and for one that would use the standard library of another build.
pub(super) fn check() -> Result<(), PythonError> {
    // SAFETY: it may be called before the interpreter is initialised, and returns a static string.
    let loaded = unsafe { CStr::from_ptr(ffi::Py_GetVersion()) };
    let loaded = loaded.to_string_lossy();
    let loaded = loaded.split_whitespace().next().unwrap_or_default();
    compare(loaded, file())
}

/// Compares the loaded version, and the file it is from, with those of the build.
fn compare(loaded: &str, file: Option<PathBuf>) -> Result<(), PythonError> {
    let same_minor = loaded
        .strip_prefix(MINOR)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()));
    // An upgrade in place upgrades the standard library too. On a machine without the Python of the build, the loaded
    // libpython has its own.
    let consistent = loaded == VERSION
        || VERSION.is_empty()
        || !Path::new(PREFIX).is_dir()
        || file.as_deref().is_none_or(is_of_the_build);
    if same_minor && consistent {
        return Ok(());
    }
    let file = file.map_or_else(String::new, |file| format!(" from {}", file.display()));
    let built = if VERSION.is_empty() { MINOR } else { VERSION };
    Err(PythonError::new(
        PythonErrorKind::Start,
        format!(
            "the program is built against Python {built} in {LIB_DIR}, and libpython {loaded} was loaded{file}: \
             give the program a build.rs that adds the rpath (see the documentation of spikard::python), or \
             put {LIB_DIR} first in LD_LIBRARY_PATH"
        ),
    ))
}

fn is_of_the_build(file: &Path) -> bool {
    let folder = |path: &Path| path.canonicalize().ok();
    file.parent().and_then(folder) == folder(Path::new(LIB_DIR))
}

/// The file from which libpython was loaded.
fn file() -> Option<PathBuf> {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    let address: unsafe extern "C" fn() -> *const std::ffi::c_char = ffi::Py_GetVersion;
    // SAFETY: `dladdr` accepts any address, and `info` has the right size.
    let found = unsafe { libc::dladdr(address as *const libc::c_void, info.as_mut_ptr()) };
    if found == 0 {
        return None;
    }
    // SAFETY: `dladdr` filled it; zeroed, it is valid as well.
    let info = unsafe { info.assume_init() };
    if info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the loader keeps this string as long as the library is loaded.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    name.to_str().ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(version: &str, folder: &str) -> Result<(), PythonError> {
        compare(version, Some(Path::new(folder).join("libpython.so.1.0")))
    }

    #[test]
    fn the_libpython_of_the_build_is_taken() {
        check().unwrap();
        loaded(VERSION, LIB_DIR).unwrap();
    }

    #[test]
    fn one_that_was_upgraded_in_place_is_taken() {
        loaded(&format!("{MINOR}.999"), LIB_DIR).unwrap();
    }

    #[test]
    fn another_build_of_the_same_minor_version_is_refused() {
        let error = loaded(&format!("{MINOR}.999"), "/elsewhere").unwrap_err();
        assert_eq!(error.kind(), PythonErrorKind::Start);
        let expected = format!(
            "the program is built against Python {VERSION} in {LIB_DIR}, and libpython {MINOR}.999 was loaded from \
             /elsewhere/libpython.so.1.0: "
        );
        assert!(error.to_string().starts_with(&expected), "{error}");
    }

    #[test]
    fn another_minor_version_is_refused_wherever_it_is_from() {
        for other in ["2.7.18", &format!("{MINOR}0.1")] {
            loaded(other, LIB_DIR).unwrap_err();
            compare(other, None).unwrap_err();
        }
    }
}
