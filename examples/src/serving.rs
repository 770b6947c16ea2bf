//! All services on one server.

use std::path::Path;

use spikard::python::{Interpreter, PythonError};
use spikard::{GrpcService, Server, ServerBuilder};

use crate::average::{Average, AverageInPython};
use crate::batch::{BatchCreate, BatchCreateInPython, BatchCreateInTypedPython};
use crate::records::Records;
use crate::transform::{TransformStream, TransformStreamInPython, TransformStreamInTypedPython};

/// Starts Python with the folder of the handlers on its search path, to be done before the server is built.
///
/// # Errors
///
/// When Python cannot be started; the text says why.
pub fn start_python() -> Result<Interpreter, PythonError> {
    Interpreter::builder().path(python_folder()).start()
}

/// A server with the three services, each in both languages; bind it and serve.
pub fn server() -> ServerBuilder {
    Server::builder()
        .add(BatchCreate)
        .add(BatchCreateInPython)
        .add(BatchCreateInTypedPython)
        .add(TransformStream)
        .add(TransformStreamInPython)
        .add(TransformStreamInTypedPython)
        .add(Records::default())
        .add(Average)
        .add(AverageInPython)
}

/// The handler of the method at `path`, `/service/method`, with its language.
pub fn handler(path: &str) -> String {
    fn methods<S: GrpcService>() -> impl Iterator<Item = (String, String)> {
        let methods = S::METHODS.iter();
        methods.map(|method| {
            let path = format!("/{}/{}", S::NAME, method.name);
            (path, method.handler.to_string())
        })
    }
    let mut methods = methods::<BatchCreate>()
        .chain(methods::<BatchCreateInPython>())
        .chain(methods::<BatchCreateInTypedPython>())
        .chain(methods::<TransformStream>())
        .chain(methods::<TransformStreamInPython>())
        .chain(methods::<TransformStreamInTypedPython>())
        .chain(methods::<Records>())
        .chain(methods::<Average>())
        .chain(methods::<AverageInPython>());
    let found = methods.find(|(candidate, _)| candidate == path);
    found.map_or_else(|| "no handler".into(), |(_, handler)| handler)
}

/// The folder of the Python handlers.
pub fn python_folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/python"))
}
