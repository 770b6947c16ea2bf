"""What the system refuses a worker's socket."""

import errno
import logging
import os
import socket
from collections.abc import Callable, Generator

import pytest

from spikard._serving.slot import Slot


class Refusing(socket.socket):
    """A socket that does not listen where it should, as when its port was taken meanwhile."""

    refused: int | None = None

    def listen(self, backlog: int = 1, /) -> None:
        """Listen, or do not."""
        if self.refused is not None:
            raise OSError(self.refused, os.strerror(self.refused))
        super().listen(backlog)


@pytest.fixture
def listening() -> Generator[Refusing]:
    """A socket that listens."""
    with Refusing() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The lines of the log."""
    caplog.set_level(logging.DEBUG, "spikard")
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_port_that_was_taken_is_said_once(listening: Refusing, said: Callable[[], list[str]]) -> None:
    """And not twice a second, as it is tried."""
    slot = Slot(1, listening, shared=False)
    assert slot.leave()
    listening.refused = errno.EADDRINUSE
    slot.join()
    slot.join()
    taken = f"worker 1 cannot be given new connections: {os.strerror(errno.EADDRINUSE)}; trying again"
    assert said() == [taken]
    listening.refused = None
    slot.join()
    assert slot.leave(), "it listens again"
    listening.refused = errno.EADDRINUSE
    slot.join()
    assert said() == [taken, taken], "it has happened anew"


def test_what_is_expected_is_not_said(listening: Refusing, said: Callable[[], list[str]]) -> None:
    """A socket that is taken out twice, and put back twice."""
    slot = Slot(1, listening, shared=False)
    assert slot.leave()
    assert not slot.leave()
    slot.join()
    slot.join()
    assert said() == []
