"""Tracebacks without the frames that are not the user's."""

from __future__ import annotations

from types import TracebackType


def user_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is the user's; the whole of it where none is."""
    frame = traceback
    while frame is not None and _is_ours(frame):
        frame = frame.tb_next
    return frame or traceback


def _is_ours(traceback: TracebackType) -> bool:
    module = str(traceback.tb_frame.f_globals.get("__name__", ""))
    return module.startswith(("spikard._runtime", "importlib"))
