"""Watches files for changes."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Watcher:
    """A thread that reports changed Python files."""

    def __init__(self, folder: str, on_change: Callable[[list[str]], None]) -> None:
        try:
            self._watchfiles: Any = importlib.import_module("watchfiles")
        except ImportError:
            raise ImportError("--reload needs watchfiles, which is not installed: pip install watchfiles") from None
        if not Path(folder).is_dir():
            what = "is a file" if Path(folder).exists() else "does not exist"
            raise ValueError(f'the folder to watch, "{folder}", {what}')
        self._folder = Path(folder).resolve()
        self._on_change = on_change
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="spikard-reload", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._stopped.set()

    def _watch(self) -> None:
        changes = self._watchfiles.watch(
            self._folder,
            watch_filter=self._watchfiles.PythonFilter(),
            stop_event=self._stopped,
            debounce=200,
            rust_timeout=500,
            yield_on_timeout=False,
            raise_interrupt=False,
        )
        for change in changes:
            self._on_change(sorted({os.path.relpath(path, self._folder) for _, path in change}))
