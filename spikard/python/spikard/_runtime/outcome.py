"""What a handler returned or raised, for the client and for the log."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spikard._runtime.frames import user_frames
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import Status, status_of

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall

logger = logging.getLogger("spikard")


def answered(call: InboundCall, handler: Handler, response: Any) -> None:
    """Sends a response; what is not one is logged."""
    try:
        call.finish(response)
    except (TypeError, ValueError) as error:
        _log(logging.ERROR, "%s: %s", handler.name, error)
        _cannot_be_sent(call)
    except BaseException as error:  # raised by the response, such as by a property
        _log(logging.ERROR, "%s: the answer raised %s", handler.name, type(error).__name__, error=error)
        _cannot_be_sent(call)


def failed(
    call: InboundCall, handler: Handler, error: BaseException, *, trailers: Sequence[tuple[str, object]] = ()
) -> None:
    """Sends the status of an exception; one that is not expected is logged with its traceback."""
    try:
        status, expected = status_of(error)
    except BaseException as fault:  # a GrpcError whose `__init__` was not called
        _log(logging.ERROR, "%s: the status of its %s cannot be read: %s", handler.name, type(error).__name__, fault)
        status, expected = Status(StatusCode.INTERNAL, type(error).__name__), False
    # The log first: a client that sees the status finds the reason there.
    level = logging.DEBUG if expected else logging.ERROR
    _log(level, "%s raised %s", handler.name, type(error).__name__, error=error)
    try:
        faults = call.fail(status.code, status.message, status.details, [*trailers, *(status.metadata or ())])
    except BaseException as fault:  # such as no memory
        _log(logging.ERROR, "%s: its %s cannot be sent as a status: %s", handler.name, type(error).__name__, fault)
        call.fail(StatusCode.INTERNAL, type(error).__name__, b"", None)
        return
    if faults:
        texts = "; ".join(map(str, faults))
        _log(logging.WARNING, "%s: its %s is sent without metadata: %s", handler.name, type(error).__name__, texts)


def refused(call: InboundCall, handler: Handler, error: BaseException) -> None:
    """Ends a stream with a message or metadata that cannot be sent, which is logged."""
    _log(logging.ERROR, "%s: %s", handler.name, error)
    _cannot_be_sent(call)


def _cannot_be_sent(call: InboundCall) -> None:
    call.fail(StatusCode.INTERNAL, "the handler's answer cannot be sent; the server's log says why", b"", None)


def _log(level: int, text: str, *args: Any, error: BaseException | None = None) -> None:
    # A log handler that raises must not end the loop or a thread.
    with contextlib.suppress(BaseException):
        if logger.isEnabledFor(level):
            exc_info = None if error is None else (type(error), error, user_frames(error.__traceback__))
            logger.log(level, text, *args, exc_info=exc_info)
