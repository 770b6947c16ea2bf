//! Virtual environments.

use std::fs;
use std::path::{Path, PathBuf};

use crate::python::{PythonError, PythonErrorKind};

use super::libpython::{EXECUTABLE, MINOR, PREFIX};

/// A virtual environment that this program can use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VirtualEnv {
    pub(super) root: PathBuf,
    /// Whether it belongs to another build of the same minor version: then only its packages are used, with the
    /// standard library of the libpython in use.
    pub(super) foreign: bool,
}

impl VirtualEnv {
    /// The named environment, or else the active one, or none.
    pub(super) fn find(named: Option<&Path>) -> Result<Option<Self>, PythonError> {
        let active = std::env::var_os("VIRTUAL_ENV").filter(|folder| !folder.is_empty());
        match (named, active) {
            (Some(root), _) => Self::open(root, "the virtual environment").map(Some),
            (None, Some(root)) => Self::open(
                Path::new(&root),
                "the active virtual environment (VIRTUAL_ENV)",
            )
            .map(Some),
            (None, None) => Ok(None),
        }
    }

    fn open(root: &Path, what: &str) -> Result<Self, PythonError> {
        let refused = |text: String| {
            let text = format!("{what} {} cannot be used: {text}", root.display());
            PythonError::new(PythonErrorKind::VirtualEnv, text)
        };
        let config = fs::read_to_string(root.join("pyvenv.cfg"))
            .map_err(|error| refused(format!("its pyvenv.cfg cannot be read: {error}")))?;
        let root = std::path::absolute(root).map_err(|error| refused(error.to_string()))?;
        let minor = minor(&config).or_else(|| minor_of_folders(&root));
        match minor.as_deref() {
            Some(MINOR) => {}
            Some(other) => {
                return Err(refused(format!(
                    "it is of Python {other}, and the program is built against Python {MINOR}; make one with \
                     python{MINOR} -m venv, or build the program with PYO3_PYTHON set to its Python"
                )));
            }
            None => {
                return Err(refused(String::from(
                    "neither its pyvenv.cfg nor its lib folder says of which version of Python it is",
                )));
            }
        }
        let foreign =
            !value(&config, "home").is_some_and(|home| is_home_of_the_build(Path::new(home)));
        if foreign && !Path::new(PREFIX).is_dir() {
            return Err(refused(format!(
                "it is of another build of Python {MINOR}, and the one that the program is built against \
                 ({PREFIX}) is not on this machine"
            )));
        }
        Ok(Self { root, foreign })
    }

    /// Its interpreter.
    pub(super) fn python(&self) -> PathBuf {
        self.root.join("bin").join("python")
    }

    /// Its `site-packages`.
    pub(super) fn packages(&self) -> PathBuf {
        self.root
            .join("lib")
            .join(format!("python{MINOR}"))
            .join("site-packages")
    }
}

/// Whether a `home`, the folder of the interpreter that created an environment, is that of the build.
fn is_home_of_the_build(home: &Path) -> bool {
    let folder = |path: &Path| path.canonicalize().ok();
    let built = Path::new(EXECUTABLE).parent().and_then(folder);
    built.is_some() && folder(home) == built
}

/// The minor version, `3.11`, as venv, virtualenv and uv write it.
fn minor(config: &str) -> Option<String> {
    let version = value(config, "version").or_else(|| value(config, "version_info"))?;
    let mut parts = version.split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    Some(format!("{major}.{minor}"))
}

fn minor_of_folders(root: &Path) -> Option<String> {
    let mut found = fs::read_dir(root.join("lib")).ok()?.filter_map(|entry| {
        let name = entry.ok()?.file_name();
        name.to_str()?.strip_prefix("python").map(String::from)
    });
    let first = found.next();
    found.next().is_none().then_some(first).flatten()
}

fn value<'a>(config: &'a str, key: &str) -> Option<&'a str> {
    config.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.trim();
        (name.trim().eq_ignore_ascii_case(key) && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_in_every_spelling() {
        assert_eq!(
            minor("home = /usr/bin\nversion = 3.11.2\n").unwrap(),
            "3.11"
        );
        assert_eq!(minor("version_info = 3.12.1.final.0\n").unwrap(), "3.12");
        assert_eq!(minor("VERSION=3.9\n").unwrap(), "3.9");
        assert_eq!(minor("home = /usr/bin\n"), None);
    }

    #[test]
    fn another_home_is_another_build() {
        let built = Path::new(EXECUTABLE).parent().unwrap();
        assert!(is_home_of_the_build(built));
        assert!(!is_home_of_the_build(Path::new("/")));
        assert!(!is_home_of_the_build(Path::new("/no/such/folder")));
    }
}
