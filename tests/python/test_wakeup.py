"""Signals of the supervisor."""

import signal
from contextlib import closing
from types import FrameType

import pytest

from spikard._serving.wakeup import Wakeup

NUMBER = signal.SIGUSR1


def test_a_signal_while_it_is_being_taken_is_received(monkeypatch: pytest.MonkeyPatch) -> None:
    install = signal.signal

    def install_and_raise(number: int, handler: signal.Handlers) -> object:
        before = install(number, handler)
        signal.raise_signal(number)
        return before

    monkeypatch.setattr(signal, "signal", install_and_raise)
    wakeup = Wakeup((NUMBER,))
    monkeypatch.undo()
    with closing(wakeup):
        assert wakeup.received() == [NUMBER]


def test_a_signal_while_it_is_being_given_back_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    came = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    before = signal.signal(NUMBER, note)
    try:
        wakeup = Wakeup((NUMBER,))
        give_back = signal.set_wakeup_fd

        def give_back_and_raise(descriptor: int) -> int:
            replaced = give_back(descriptor)
            signal.raise_signal(NUMBER)
            return replaced

        monkeypatch.setattr(signal, "set_wakeup_fd", give_back_and_raise)
        wakeup.close()
    finally:
        signal.signal(NUMBER, before)
    assert came == [NUMBER]
