//! The public handle of the embedded interpreter.

use std::path::PathBuf;

use crate::python::{PythonError, PythonErrorKind};

use super::instance;
use super::settings::Settings;

/// The Python interpreter embedded in this program.
///
/// A process has one. It starts with the default settings when a Python callable is first used or a server with Python
/// handlers is built. To use other settings, start it before that:
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
/// It runs on a thread of its own, with an event loop (uvloop if installed), until the process exits. Python installs
/// no signal handlers. At exit, `async def` handlers are cancelled and `def` handlers may finish; after one second the
/// process exits in any case.
///
/// # Memory
///
/// Set `MALLOC_ARENA_MAX=1` in the environment of a program whose handlers are mostly Python's; `spikard serve` sets it
/// for itself. By default, glibc has an arena per thread, and memory that tokio's threads received is not reused by
/// Python's: a buffered stream then takes twice its size. The cost: Rust handlers that keep many small values become
/// slower.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    _started: (),
}

impl Interpreter {
    /// A builder with the default settings.
    pub fn builder() -> InterpreterBuilder {
        InterpreterBuilder::default()
    }

    /// Stops the interpreter. Calls in flight and new ones fail with UNAVAILABLE at once. Returns whether
    /// everything in it ended; what is stuck is abandoned after two seconds.
    ///
    /// It cannot be started again. At exit, the process stops it by itself.
    pub fn stop(&self) -> bool {
        instance::stop()
    }
}

/// Settings of the interpreter.
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

    /// Adds a folder to the front of `sys.path`, before the working directory, `PYTHONPATH` and the packages. Folders
    /// are searched in the order in which they are added.
    #[must_use]
    pub fn path(mut self, folder: impl Into<PathBuf>) -> Self {
        self.settings.paths.push(folder.into());
        self
    }

    /// The threads for `def` handlers, at most. Default: the number of CPUs and 4, at most 32.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.limits.threads = Some(threads);
        self
    }

    /// The calls that may wait for the event loop, and as many for a thread; those beyond are RESOURCE_EXHAUSTED.
    /// Default: 10,000.
    #[must_use]
    pub fn max_waiting_calls(mut self, calls: usize) -> Self {
        self.settings.limits.max_waiting_calls = calls;
        self
    }

    /// Adds middleware around all Python handlers, `module:name`; what is added first is outermost.
    ///
    /// ```
    /// use spikard::python::Interpreter;
    ///
    /// let interpreter = Interpreter::builder()
    ///     .lifespan("shop:resources")
    ///     .middleware("auth:authenticate");
    /// ```
    #[must_use]
    pub fn middleware(mut self, name: impl Into<String>) -> Self {
        self.settings.middleware.push(name.into());
        self
    }

    /// What Python handlers have as `request.state`: the `module:name` of a function that makes an async context manager.
    ///
    /// It is entered on the event loop when the interpreter starts, and left when it stops, within a second. What it yields
    /// is the state.
    #[must_use]
    pub fn lifespan(mut self, name: impl Into<String>) -> Self {
        self.settings.lifespan = Some(name.into());
        self
    }

    /// The statuses of exceptions, before those of `register_exception`: the `module:name` of a mapping from exception
    /// types to status codes.
    #[must_use]
    pub fn exceptions(mut self, name: impl Into<String>) -> Self {
        self.settings.exceptions = Some(name.into());
        self
    }

    /// Starts the interpreter and waits until it runs, its lifespan entered.
    ///
    /// # Errors
    ///
    /// A number of threads or calls that is 0; the interpreter was started before with other settings; the virtual
    /// environment does not exist or is of another minor version; the loaded libpython is not the one that the program is
    /// built against; Python cannot start; the lifespan, middleware or exceptions cannot be used, or the lifespan fails when
    /// it is entered (the text has the traceback).
    pub fn start(self) -> Result<Interpreter, PythonError> {
        let limits = self.settings.limits;
        for (name, number) in [
            ("threads", limits.threads.unwrap_or(1)),
            ("max_waiting_calls", limits.max_waiting_calls),
        ] {
            if number == 0 {
                let text = format!("{name} of the Python interpreter must be 1 or more, not 0");
                return Err(PythonError::new(PythonErrorKind::Start, text));
            }
        }
        instance::start(self.settings)?.wait_until_ready()?;
        Ok(Interpreter { _started: () })
    }
}
