"""Load of all kinds of calls, and what became of each."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc as _grpc

if TYPE_CHECKING:
    from typing_extensions import Self

grpc: Any = _grpc
Channel = Any

OPTIONS = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
PAUSE = 0.05
MESSAGES = 30
"""Of a stream, with a pause before each: it lasts for 1.5 s at least."""


@dataclass(frozen=True)
class Call:
    """A call that has ended."""

    kind: str
    began: float
    error: str = ""
    instance: str = ""


def numbers() -> Iterator[bytes]:
    """The messages of an upload, one after the other."""
    for number in range(MESSAGES):
        time.sleep(PAUSE)
        yield b"%d" % number


def split(answer: bytes) -> tuple[str, bytes]:
    """The instance that answered, and what."""
    instance, _, rest = answer.partition(b" ")
    return instance.decode(), rest


def get(channel: Channel) -> str:
    """A unary call."""
    time.sleep(PAUSE / 2)
    instance, rest = split(channel.unary_unary("/shop.Orders/Get")(b"tea"))
    assert rest == b"tea", rest
    return instance


def add_up(channel: Channel) -> str:
    """An upload, whose sum shows that it arrived whole."""
    instance, total = split(channel.stream_unary("/shop.Orders/AddUp")(numbers()))
    assert int(total) == sum(range(MESSAGES)), total
    return instance


def export(channel: Channel) -> str:
    """A download."""
    answers = [split(answer) for answer in channel.unary_stream("/shop.Orders/Export")(b"%d" % MESSAGES)]
    assert [int(rest) for _, rest in answers] == list(range(MESSAGES)), answers
    return answers[0][0]


def chat(channel: Channel) -> str:
    """A duplex stream."""
    answers = [split(answer) for answer in channel.stream_stream("/shop.Orders/Chat")(numbers())]
    assert [int(rest) for _, rest in answers] == list(range(MESSAGES)), answers
    return answers[0][0]


KINDS: dict[str, Callable[[Channel], str]] = {"Get": get, "AddUp": add_up, "Export": export, "Chat": chat}
THREADS = {"Get": 3, "AddUp": 6, "Export": 4, "Chat": 6}


class Load:
    """Threads that call until they are told to stop, each on a connection of its own."""

    def __init__(self, address: str, threads: dict[str, int] = THREADS) -> None:
        self.calls: list[Call] = []
        self._address = address
        self._changed = threading.Condition()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._call, args=(kind,)) for kind, count in threads.items() for _ in range(count)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _call(self, kind: str) -> None:
        with grpc.insecure_channel(self._address, OPTIONS) as channel:
            while not self._stopped.is_set():
                began = time.monotonic()
                try:
                    call = Call(kind, began, instance=KINDS[kind](channel))
                except grpc.RpcError as error:
                    call = Call(kind, began, f"{error.code().name}: {error.details()}")
                except AssertionError as error:
                    call = Call(kind, began, f"a wrong answer: {error}")
                with self._changed:
                    self.calls.append(call)
                    self._changed.notify_all()

    def wait_for(self, enough: Callable[[list[Call]], bool], within: float = 60) -> None:
        """Wait until what has ended is enough."""
        with self._changed:
            if not self._changed.wait_for(lambda: enough(self.calls), within):
                raise TimeoutError(f"not within {within} s; of {len(self.calls)} calls: {self.failed()}")

    def wait_for_calls(self, number: int) -> None:
        """Wait until so many more have ended, of each kind one at least."""
        before = len(self.calls)

        def enough(calls: list[Call]) -> bool:
            later = calls[before:]
            return len(later) >= number and {call.kind for call in later} >= set(KINDS)

        self.wait_for(enough)

    def failed(self) -> Counter[str]:
        """The calls that failed, by kind and error."""
        return Counter(f"{call.kind}: {call.error}" for call in self.calls if call.error)
