"""Tracebacks with the user's frames only."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

_PACKAGE = f"{Path(__file__).parent.parent}/"


def user_frames(shown: TracebackType | None) -> TracebackType | None:
    """The traceback from the user's first frame on; all of it without one."""
    frame = shown
    while frame is not None and not _is_users(frame.tb_frame.f_code.co_filename):
        frame = frame.tb_next
    return frame or shown


def user_traceback(error: BaseException) -> str:
    """The traceback of an error and its causes, with the user's frames only."""
    shown = traceback.TracebackException.from_exception(error)
    one: traceback.TracebackException | None = shown
    while one is not None:
        one.stack = traceback.StackSummary.from_list([frame for frame in one.stack if _is_users(frame.filename)])
        one = one.__cause__ or one.__context__
    return "".join(shown.format()).rstrip()


def _is_users(filename: str) -> bool:
    return not filename.startswith(("<frozen importlib", _PACKAGE)) and "/importlib/" not in filename
