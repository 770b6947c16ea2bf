//! Initialises and finalises the interpreter.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use pyo3::ffi;

use crate::python::{PythonError, PythonErrorKind};

use super::libpython::{self, EXECUTABLE, PREFIX};
use super::settings::Settings;
use super::venv::VirtualEnv;

/// Initialises the interpreter on this thread, which stays attached to it. Returns the virtual environment in use.
pub(super) fn initialise(settings: &Settings) -> Result<Option<VirtualEnv>, PythonError> {
    libpython::check()?;
    let environment = VirtualEnv::find(settings.virtual_env.as_deref())?;
    let executable = match &environment {
        Some(environment) => Some(environment.python()),
        // On another machine than that of the build, Python searches for itself.
        None => Some(Path::new(EXECUTABLE).to_path_buf()).filter(|executable| executable.is_file()),
    };
    let mut config = Config::new();
    config.set_arguments(std::env::args_os().collect())?;
    if let Some(executable) = executable {
        config.set_executable(executable.as_os_str())?;
    }
    if environment
        .as_ref()
        .is_some_and(|environment| environment.foreign)
    {
        // The home decides where the standard library is; the packages are still those of the executable's environment.
        config.set_home(OsStr::new(PREFIX))?;
    }
    config.initialise()?;
    Ok(environment)
}

/// Finalises the interpreter. Must run on the thread that initialised it.
pub(super) fn finalise() {
    // SAFETY: this thread initialised the interpreter and has been attached to it since. Python itself reports what it
    // cannot flush.
    unsafe { ffi::Py_FinalizeEx() };
}

/// A `PyConfig` that is cleared when it is dropped.
struct Config(ffi::PyConfig);

impl Config {
    fn new() -> Self {
        let mut config = MaybeUninit::<ffi::PyConfig>::zeroed();
        // SAFETY: the function initialises the whole struct.
        let mut config = unsafe {
            ffi::PyConfig_InitPythonConfig(config.as_mut_ptr());
            config.assume_init()
        };
        // Signals and the command line belong to the program.
        config.install_signal_handlers = 0;
        config.parse_argv = 0;
        Self(config)
    }

    fn set_arguments(&mut self, arguments: Vec<OsString>) -> Result<(), PythonError> {
        let arguments = arguments
            .into_iter()
            .filter_map(|argument| CString::new(argument.into_vec()).ok())
            .collect::<Vec<_>>();
        let mut pointers: Vec<_> = arguments
            .iter()
            .map(|argument| argument.as_ptr().cast_mut())
            .collect();
        let count = ffi::Py_ssize_t::try_from(pointers.len()).unwrap_or(0);
        // SAFETY: `count` pointers to strings that outlive the call, which copies them.
        let status =
            unsafe { ffi::PyConfig_SetBytesArgv(&mut self.0, count, pointers.as_mut_ptr().cast()) };
        checked(status)
    }

    fn set_executable(&mut self, value: &OsStr) -> Result<(), PythonError> {
        let field = &raw mut self.0.executable;
        self.set(field, value)
    }

    fn set_home(&mut self, value: &OsStr) -> Result<(), PythonError> {
        let field = &raw mut self.0.home;
        self.set(field, value)
    }

    fn set(&mut self, field: *mut *mut libc::wchar_t, value: &OsStr) -> Result<(), PythonError> {
        let value = CString::new(value.as_bytes()).map_err(|_| {
            PythonError::new(
                PythonErrorKind::Start,
                format!("a path has a zero byte in it: {}", value.display()),
            )
        })?;
        // SAFETY: `field` is a field of this config, and the value is copied.
        let status = unsafe { ffi::PyConfig_SetBytesString(&mut self.0, field, value.as_ptr()) };
        checked(status)
    }

    fn initialise(&mut self) -> Result<(), PythonError> {
        // SAFETY: the config is initialised, and only one thread of the process ever makes an interpreter, once.
        let status = unsafe { ffi::Py_InitializeFromConfig(&raw const self.0) };
        checked(status)
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: it was initialised by `PyConfig_InitPythonConfig`.
        unsafe { ffi::PyConfig_Clear(&mut self.0) };
    }
}

fn checked(status: ffi::PyStatus) -> Result<(), PythonError> {
    // SAFETY: it accepts any status.
    if unsafe { ffi::PyStatus_Exception(status) } == 0 {
        return Ok(());
    }
    let text = |text: *const std::ffi::c_char| {
        // SAFETY: if not null, it is a static string.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy())
    };
    let reason = text(status.err_msg).unwrap_or("no reason given".into());
    let place = text(status.func).map_or_else(String::new, |place| format!(" (in {place})"));
    Err(PythonError::new(
        PythonErrorKind::Start,
        format!("the Python interpreter could not be initialised: {reason}{place}"),
    ))
}
