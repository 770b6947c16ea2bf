//! A message of a response, as a handler gives it: bytes, any other buffer, or several that are sent as one.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyMemoryView, PyTuple};

/// The bytes of a message. Nobody can write to them while they are read: those of other buffers are copied.
pub(super) enum Payload<'py> {
    One(Bound<'py, PyBytes>),
    /// One after the other; there is one at least.
    Parts(Vec<Bound<'py, PyBytes>>),
}

/// Why something is no message.
pub(super) enum NoPayload<'py> {
    /// It is no buffer, or the part with this index is none.
    NotBytes(Option<usize>, Bound<'py, PyAny>),
    /// It is a buffer with gaps.
    NotContiguous(Option<usize>, Bound<'py, PyAny>),
    /// It raised an exception.
    Raised(PyErr),
}

impl<'py> Payload<'py> {
    /// The message that a handler returned or yielded.
    pub(super) fn of(item: &Bound<'py, PyAny>) -> Result<Self, NoPayload<'py>> {
        if let Ok(bytes) = item.cast::<PyBytes>() {
            return Ok(Self::One(bytes.clone()));
        }
        let parts: Vec<_> = if let Ok(list) = item.cast::<PyList>() {
            list.iter().collect()
        } else if let Ok(tuple) = item.cast::<PyTuple>() {
            tuple.iter().collect()
        } else {
            return Ok(Self::One(buffer(None, item)?));
        };
        if parts.is_empty() {
            return Ok(Self::One(PyBytes::new(item.py(), b"")));
        }
        let parts = parts.iter().enumerate();
        let parts = parts.map(|(index, part)| buffer(Some(index), part));
        Ok(Self::Parts(parts.collect::<Result<_, _>>()?))
    }

    /// What [`into_python`](Self::into_python) has made of one.
    pub(super) fn from_python(item: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = item.cast::<PyBytes>() {
            return Ok(Self::One(bytes.clone()));
        }
        let parts = item.cast::<PyTuple>()?.iter();
        let parts = parts.map(|part| Ok(part.cast_into::<PyBytes>()?));
        Ok(Self::Parts(parts.collect::<PyResult<_>>()?))
    }

    /// A `bytes`, or a tuple of them.
    pub(super) fn into_python(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::One(bytes) => bytes.into_any(),
            Self::Parts(parts) => PyTuple::new(py, parts)?.into_any(),
        })
    }

    pub(super) fn py(&self) -> Python<'py> {
        match self {
            Self::One(bytes) => bytes.py(),
            Self::Parts(parts) => parts[0].py(),
        }
    }

    /// A list can hold one object many times, so the sum has no bound.
    pub(super) fn len(&self) -> u128 {
        let parts = self.parts().iter();
        parts.map(|part| part.as_bytes().len() as u128).sum()
    }

    /// The parts, the first with the length of all.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Option<u128>, &[u8])> {
        let len = self.len();
        let parts = self.parts().iter().enumerate();
        parts.map(move |(index, part)| ((index == 0).then_some(len), part.as_bytes()))
    }

    fn parts(&self) -> &[Bound<'py, PyBytes>] {
        match self {
            Self::One(bytes) => std::slice::from_ref(bytes),
            Self::Parts(parts) => parts,
        }
    }
}

/// The bytes of a buffer, which are copied: its owner may write to them afterwards.
fn buffer<'py>(
    part: Option<usize>,
    item: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyBytes>, NoPayload<'py>> {
    if let Ok(bytes) = item.cast::<PyBytes>() {
        return Ok(bytes.clone());
    }
    let py = item.py();
    let view = PyMemoryView::from(item).map_err(|error| {
        if error.is_instance_of::<PyTypeError>(py) {
            NoPayload::NotBytes(part, item.clone())
        } else {
            NoPayload::Raised(error)
        }
    })?;
    let copied = || {
        let is_contiguous = view.getattr(intern!(py, "c_contiguous"))?.is_truthy()?;
        let copied = is_contiguous.then(|| view.call_method0(intern!(py, "tobytes")));
        let copied = copied
            .transpose()?
            .map(|bytes| bytes.cast_into::<PyBytes>());
        Ok(copied.transpose()?)
    };
    match copied() {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(NoPayload::NotContiguous(part, item.clone())),
        Err(error) => Err(NoPayload::Raised(error)),
    }
}
