"""How tests run side by side: `pytest -n auto --dist worksteal`, as `make test` does."""

import fcntl
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest

# A shell without job control has its background jobs ignore Ctrl-C, and programs that tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Users have it seldom, and it hides what stays in a buffer.
os.environ.pop("PYTHONUNBUFFERED", None)


def pytest_xdist_auto_num_workers() -> int:
    """Most tests wait for servers, so there are more workers than processors."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that run alone come last, when few others are left to wait."""
    items.sort(key=is_alone)


def is_alone(item: pytest.Item) -> bool:
    """Whether a test asserts what other tests would change by keeping the machine busy."""
    return item.get_closest_marker("alone") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let tests share the machine, but for those that must have it alone."""
    with Path(__file__).open() as lock:  # any file that all workers have
        fcntl.flock(lock, fcntl.LOCK_EX if is_alone(item) else fcntl.LOCK_SH)
        try:
            return (yield)
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
