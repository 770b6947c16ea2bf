//! The embedded interpreter, as a program starts and stops it.

use std::path::PathBuf;

use crate::python::PythonError;

use super::instance;
use super::settings::Settings;

/// The Python interpreter inside this program.
///
/// There is one in a process. It starts by itself with the default settings when a Python callable is
/// first needed; start it by hand to give it other settings, before anything needs it.
///
/// ```no_run
/// use spikard::python::Interpreter;
///
/// # fn main() -> Result<(), spikard::python::PythonError> {
/// Interpreter::builder()
///     .virtual_env("/srv/app/.venv")
///     .path("/srv/app/handlers")
///     .start()?;
/// # Ok(())
/// # }
/// ```
///
/// It runs in a thread of its own, with an event loop (uvloop where it is installed), until the process
/// exits. Python installs no signal handlers. When the process exits, `async def` handlers are cancelled
/// and `def` handlers waited for, for one second at most; then it exits whatever they do.
///
/// # Memory
///
/// glibc gives threads arenas of their own, and what was received in one thread and copied into Python's
/// objects in another can only be used again by the first: a buffered stream then takes twice its size. In a
/// program whose handlers are Python's, set `MALLOC_ARENA_MAX=1` in its environment, as `spikard serve` does for
/// itself. Handlers in Rust that keep many small values are slower with it.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    _started: (),
}

impl Interpreter {
    /// Settings for an interpreter that is to be started.
    pub fn builder() -> InterpreterBuilder {
        InterpreterBuilder::default()
    }

    /// Stops the interpreter: new calls and those in progress are answered UNAVAILABLE at once. Answers
    /// whether everything in it has ended; something that is stuck is left behind after two seconds.
    ///
    /// It cannot be started again. At the exit of the process this happens by itself.
    pub fn stop(&self) -> bool {
        instance::stop()
    }
}

/// Settings for the interpreter.
#[derive(Clone, Debug, Default)]
pub struct InterpreterBuilder {
    settings: Settings,
}

impl InterpreterBuilder {
    /// The virtual environment whose packages are used. Default: the active one (`VIRTUAL_ENV`), if any.
    ///
    /// It must be of the same minor version as the Python that the program is built against.
    #[must_use]
    pub fn virtual_env(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.virtual_env = Some(folder.into());
        self
    }

    /// A folder to find modules in, before the working directory, `PYTHONPATH` and the packages. Can be
    /// given more than once; the first is searched first.
    #[must_use]
    pub fn path(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.paths.push(folder.into());
        self
    }

    /// Starts the interpreter and waits until it runs.
    ///
    /// # Errors
    ///
    /// The interpreter was started before; the virtual environment does not exist or is of another minor
    /// version; the libpython that was loaded is not the one that the program is built against; Python
    /// says why it cannot start.
    pub fn start(self) -> Result<Interpreter, PythonError> {
        instance::start(self.settings)?.wait_until_ready()?;
        Ok(Interpreter { _started: () })
    }
}
