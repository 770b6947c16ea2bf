//! Finds callables before the first call.

use crate::python::PythonError;

use super::instance;

/// Finds the Python callable `module:callable`, and starts the interpreter where it was not yet.
///
/// [`Server`](crate::Server) and [`Routes`](crate::Routes) ask this of each of their Python methods when
/// they are built, so that what is missing is said at start-up. The module is imported in the
/// interpreter's main thread, and the calling thread waits for it. A callable that was found is not
/// looked for again; one that was not, is.
///
/// # Errors
///
/// The interpreter cannot be started; the name is not `module:callable`; the module does not exist (the text has the
/// module search path) or raises when it is imported (the text has the traceback); it has no such
/// attribute; what was found cannot be called with one argument.
pub fn resolve(callable: &str) -> Result<(), PythonError> {
    let running = instance::lazily()?;
    running.wait_until_ready()?;
    running.bridge().handler_blocking(callable).map(drop)
}
