"""From what a handler did to what its client gets and what the log says."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spikard._runtime.frames import user_frames
from spikard.grpc._status import StatusCode
from spikard.grpc._status_of import status_of

if TYPE_CHECKING:
    from spikard._runtime.handler import Handler
    from spikard._spikard import InboundCall

logger = logging.getLogger("spikard")


def answered(call: InboundCall, handler: Handler, response: Any) -> None:
    """Sends a response, or says in the log why what was returned is none."""
    try:
        call.finish(response)
    except (TypeError, ValueError) as error:
        _cannot_be_sent(call)
        _log(logging.ERROR, "%s: %s", handler.name, error)
    except BaseException as error:  # of the answer's own making, such as a property that raises
        _cannot_be_sent(call)
        traceback = (type(error), error, user_frames(error.__traceback__))
        _log(logging.ERROR, "%s: the answer raised %s", handler.name, type(error).__name__, exc_info=traceback)


def failed(
    call: InboundCall, handler: Handler, error: BaseException, *, trailers: Sequence[tuple[str, object]] = ()
) -> None:
    """Sends the status of an exception; those that are nobody's answer go to the log with their traceback."""
    try:
        status, expected = status_of(error)
        if trailers:
            status = status._replace(metadata=[*trailers, *(status.metadata or ())])
        call.fail(*status)
    except BaseException as fault:
        # A status that cannot be built, such as one whose metadata was spoilt after the check.
        call.fail(StatusCode.INTERNAL, type(error).__name__, b"", None)
        _log(logging.ERROR, "%s: its error cannot be sent as a status: %s", handler.name, fault)
        expected = False
    level = logging.DEBUG if expected else logging.ERROR
    if logger.isEnabledFor(level):
        traceback = (type(error), error, user_frames(error.__traceback__))
        _log(level, "%s raised %s", handler.name, type(error).__name__, exc_info=traceback)


def refused(call: InboundCall, handler: Handler, error: BaseException) -> None:
    """Ends a stream in which there is something that cannot be sent; the log says what."""
    _cannot_be_sent(call)
    _log(logging.ERROR, "%s: %s", handler.name, error)


def _cannot_be_sent(call: InboundCall) -> None:
    call.fail(StatusCode.INTERNAL, "the handler's answer cannot be sent; the server's log says why", b"", None)


def _log(level: int, text: str, *args: Any, exc_info: Any = None) -> None:
    # A log handler of the user's that raises must not end the loop or a thread.
    with contextlib.suppress(BaseException):
        logger.log(level, text, *args, exc_info=exc_info)
