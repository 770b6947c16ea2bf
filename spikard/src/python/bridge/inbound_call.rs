//! The Python object of one call.

use std::sync::Arc;

use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::Status;
use crate::python::convert::{
    self, Answer, Copied, Wanted, grpc_error, sent_metadata, status, wanted,
};

use super::call::CallState;
use super::call_drain::CallDrain;
use super::inflow::{Inflow, Received};

/// A call that waits for the response of its handler.
#[pyclass(frozen, module = "spikard._spikard")]
pub(crate) struct InboundCall(pub(super) Arc<CallState>);

/// Without this, a call that Python dropped without a response would wait forever.
impl Drop for InboundCall {
    fn drop(&mut self) {
        if self.0.is_awaited() && !self.0.is_finished() {
            tracing::error!("a call was lost in Python before its handler answered");
            self.0.finish(Err(Status::internal(
                "the call was lost in Python before its handler answered",
            )));
        }
    }
}

#[pymethods]
impl InboundCall {
    fn finish(&self, response: &Bound<'_, PyAny>) -> PyResult<()> {
        if !self.0.is_awaited() {
            return Ok(());
        }
        match convert::reply(self.0.answer, response) {
            Ok(reply) => self.0.finish(Ok(reply)),
            // The status that a handler gets that raises the same error.
            Err(error) if error.is_instance_of::<PyMemoryError>(response.py()) => {
                let text = error.value(response.py()).to_string();
                tracing::error!("an answer could not be sent: {text}");
                self.0.finish(Err(Status::resource_exhausted(text)));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn fail(
        &self,
        code: i32,
        message: &str,
        details: &Bound<'_, PyBytes>,
        metadata: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<PyErr>> {
        if !self.0.is_awaited() {
            return Ok(Vec::new());
        }
        let (status, faults) = status(code, message, details.as_bytes(), metadata)?;
        self.0.finish(Err(status));
        Ok(faults)
    }

    fn is_cancelled(&self) -> bool {
        !self.0.is_awaited()
    }

    /// What the Python `Call` is made of.
    fn make_call<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let known = self.0.known();
        let drain = known.connection();
        let drain = drain.map(|connection| Bound::new(py, CallDrain::new(connection, self.0.id)));
        let drain = drain.transpose()?.map(Bound::into_any);
        convert::call_fields(py, &known, self.0.answer, drain)
    }

    #[getter]
    fn id(&self) -> u64 {
        self.0.id
    }

    #[getter]
    fn cancelled_by(&self) -> Option<&'static str> {
        self.0.cancelled_by()
    }

    /// Whether the handler has finished, or nobody waits for it.
    fn has_ended(&self) -> bool {
        self.0.is_finished() || !self.0.is_awaited()
    }

    #[getter]
    fn streams(&self) -> bool {
        self.0.answer == Answer::Stream
    }

    #[getter]
    fn undecodable_code(&self) -> i32 {
        self.0.undecodable.into()
    }

    fn begin(
        &self,
        metadata: &Bound<'_, PyAny>,
        response: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let wanted = match response {
            Some(response) => wanted(Answer::Stream, response)?,
            None => Wanted::default(),
        };
        self.0.begin(sent_metadata(metadata)?, wanted);
        Ok(())
    }

    fn send(&self, batch: &Bound<'_, PyList>) -> PyResult<bool> {
        let Some(outflow) = self.0.outflow() else {
            return Ok(true);
        };
        Ok(outflow.send(convert::frame_batch(batch)?, batch.len()))
    }

    fn end(&self, trailers: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.end(sent_metadata(trailers)?);
        Ok(())
    }

    fn close(&self) {
        self.0.set_finished();
    }

    fn receive<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        match self.0.inflow().map(Inflow::receive) {
            Some(received) => self.received(py, received),
            None => Ok(Some(PyList::empty(py))),
        }
    }

    fn send_here(&self, py: Python<'_>, batch: &Bound<'_, PyList>) -> PyResult<bool> {
        let Some(outflow) = self.0.outflow() else {
            return Ok(true);
        };
        let room = outflow.send_here(convert::frame_batch(batch)?, batch.len());
        Ok(room || py.detach(|| outflow.wait()))
    }

    fn receive_here<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        match self.0.inflow() {
            Some(inflow) => self.received(py, py.detach(|| inflow.wait())),
            None => Ok(Some(PyList::empty(py))),
        }
    }

    #[getter]
    fn streams_compressed(&self) -> bool {
        self.0.streams_compressed
    }

    fn was_compressed(&self, index: usize) -> bool {
        let inflow = self.0.inflow();
        inflow.is_some_and(|inflow| inflow.was_compressed(index))
    }

    #[staticmethod]
    fn to_bytes<'py>(index: usize, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        convert::yielded(index, message)
    }

    #[staticmethod]
    fn no_stream(found: &Bound<'_, PyAny>) -> PyErr {
        convert::wrong_response(Answer::Stream, found)
    }
}

impl InboundCall {
    fn received<'py>(
        &self,
        py: Python<'py>,
        received: Received,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        match received {
            Received::NothingYet => Ok(None),
            Received::HalfClosed => Ok(Some(PyList::empty(py))),
            Received::Messages(messages) => {
                Ok(Some(PyList::new(py, messages.into_iter().map(Copied))?))
            }
            Received::Failed(status) => Err(grpc_error(py, &status)),
            // A cancellation is on its way and has the better text.
            Received::Closed if !self.0.is_finished() => Ok(None),
            Received::Closed => {
                let over =
                    Status::cancelled("the call has ended: its messages cannot be read any more");
                Err(grpc_error(py, &over))
            }
        }
    }
}
