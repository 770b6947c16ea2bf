"""What a handler returned or raised, for the client and for the log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spikard._runtime.event_loop import interrupt_program
from spikard._runtime.frames import user_frames
from spikard._runtime.loggers import logger_of
from spikard._runtime.seldom import Seldom
from spikard._runtime.settled import settled, text_of
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import Status, status_of
from spikard.grpc._undecodable import UndecodableError

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall

logger = logger_of("spikard")

# By the name of the handler: one that is called wrongly hides no other.
_SELDOM: defaultdict[str, Seldom] = defaultdict(Seldom)


def answered(call: InboundCall, handler: Handler, response: Any) -> None:
    """Sends a response; what is not one is logged."""
    try:
        call.finish(settled(response if handler.typed is None else handler.typed.encode(response)))
    except (TypeError, ValueError) as error:
        _log(logging.ERROR, "%s: %s", handler.name, text_of(error))
        _cannot_be_sent(call)
    except BaseException as error:  # raised by the response, such as by a property
        _log(logging.ERROR, "%s: the answer raised %s", handler.name, type(error).__name__, error=error)
        _cannot_be_sent(call)


def failed(
    call: InboundCall, handler: Handler, error: BaseException, *, trailers: Sequence[tuple[str, object]] = ()
) -> None:
    """Sends the status of an exception, which is logged."""
    try:
        status, level = status_of(error, handler.exceptions)
    except BaseException as fault:  # a GrpcError whose `__init__` was not called
        _log(logging.ERROR, "%s: the status of its %s cannot be read: %s", handler.name, type(error).__name__, fault)
        status, level = Status(StatusCode.INTERNAL, type(error).__name__), logging.ERROR
    # The log first: a client that sees the status finds the reason there.
    _log_failure(call, handler, error, status, level)
    try:
        faults = call.fail(status.code, status.message, status.details, [*trailers, *(status.metadata or ())])
    except BaseException as fault:  # such as no memory
        _log(logging.ERROR, "%s: its %s cannot be sent as a status: %s", handler.name, type(error).__name__, fault)
        call.fail(StatusCode.INTERNAL, type(error).__name__, b"", None)
    else:
        left_out = [*getattr(error, "unsent", ()), *map(str, faults)]
        if left_out:
            name, texts = type(error).__name__, "; ".join(left_out)
            _log(logging.WARNING, "%s: its %s is sent without metadata: %s", handler.name, name, texts)
    if isinstance(error, KeyboardInterrupt):
        interrupt_program(error)


def _log_failure(call: InboundCall, handler: Handler, error: BaseException, status: Status, level: int) -> None:
    if isinstance(error, UndecodableError):
        # Not what the handler has raised: it did not run, or has only read.
        _tell(handler, "%s: %s; the client gets %s", handler.name, error.message, error.code.name)
        return
    name = type(error).__name__
    if call.is_cancelled() and (level < logging.ERROR or isinstance(error, (asyncio.CancelledError, GeneratorExit))):
        # Nobody waits for the status: the client has gone, or has another one already, of its deadline or a limit.
        level = logging.DEBUG
    if level == logging.INFO and not logger.isEnabledFor(logging.DEBUG):
        code, place = status.code.name, _place(error)
        text = "%s raised %s at %s; the client gets %s: %r"
        _tell(handler, text, handler.name, name, place, code, status.message[:2048])
    else:
        _log(level, "%s raised %s", handler.name, name, error=error)


def _place(error: BaseException) -> str:
    """The line that raised an exception."""
    shown = error.__traceback__
    while shown is not None and shown.tb_next is not None:
        shown = shown.tb_next
    return "?" if shown is None else f"{shown.tb_frame.f_code.co_filename}:{shown.tb_lineno}"


def refused(call: InboundCall, handler: Handler, error: BaseException) -> None:
    """Ends a stream with a message or metadata that cannot be sent, which is logged."""
    _log(logging.ERROR, "%s: %s", handler.name, error)
    _cannot_be_sent(call)


def _cannot_be_sent(call: InboundCall) -> None:
    call.fail(StatusCode.INTERNAL, "the handler's answer cannot be sent; the server's log says why", b"", None)


def _tell(handler: Handler, text: str, *args: Any) -> None:
    """A line at INFO, which a client can cause, and as many of as it sends calls."""
    if logger.isEnabledFor(logging.INFO) and (left_out := _SELDOM[handler.name].tell()) is not None:
        more = f" ({left_out} more were not logged)" if left_out else ""
        _log(logging.INFO, text + more, *args)


def _log(level: int, text: str, *args: Any, error: BaseException | None = None) -> None:
    # A log handler that raises must not end the loop or a thread.
    with contextlib.suppress(BaseException):
        if logger.isEnabledFor(level):
            exc_info = None if error is None else (type(error), error, user_frames(error.__traceback__))
            logger.log(level, text, *args, exc_info=exc_info)
