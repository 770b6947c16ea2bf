//! Finds callables before the first call.

use crate::python::PythonError;

use super::instance;

/// Looks up the Python callable `module:callable`, and starts the interpreter if necessary.
///
/// [`Server`](crate::Server) and [`Routes`](crate::Routes) look up each of their Python handlers when they are built,
/// so that a missing one is reported at start-up. The interpreter's main thread imports the module, and the calling
/// thread waits. A callable that was found is cached; one that was not is looked up again.
///
/// # Errors
///
/// The interpreter cannot be started; the name is not `module:callable`; the module does not exist (the text has
/// `sys.path`), or raises while it is imported (the text has the traceback), or has no such attribute; the attribute
/// cannot be called with one argument.
pub fn resolve(callable: &str) -> Result<(), PythonError> {
    let running = instance::lazily()?;
    running.wait_until_ready()?;
    running.bridge().handler_blocking(callable).map(drop)
}
