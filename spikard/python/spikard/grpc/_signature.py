"""Signatures whose annotations need not exist at run time."""

from __future__ import annotations

import inspect
import sys
from typing import Any


def signature_of(function: Any, *, as_text: bool = False) -> inspect.Signature:
    """The signature of a function; an annotation that names what is not there is a string or a ``ForwardRef``.

    With `as_text`, no annotation is evaluated where Python has deferred it.
    """
    if sys.version_info >= (3, 14):
        # Annotations are evaluated when they are asked for, and may name what is imported for type checkers alone.
        import annotationlib

        form = annotationlib.Format.STRING if as_text else annotationlib.Format.FORWARDREF
        return inspect.signature(function, annotation_format=form)
    return inspect.signature(function)
