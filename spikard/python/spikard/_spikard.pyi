"""The native module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

from spikard.grpc import GrpcDuplexResponse, Metadata

__version__: str

@final
class InboundCall:
    """A call that waits for its handler's answer. The first answer counts; later ones do nothing."""

    def finish(self, response: Any, /) -> None:
        """Answers with a response; a ``TypeError`` or ``ValueError`` says why it is none."""

    def fail(
        self, code: int, message: str, details: bytes, metadata: list[tuple[str, Any]] | None, /
    ) -> list[Exception]:
        """Answers with a status; returns what is wrong with the metadata that it is sent without."""

    def is_cancelled(self) -> bool:
        """Whether the call has been given up: nobody waits for the rest of the response."""

    @property
    def streams(self) -> bool:
        """Whether the response is a stream: begun, sent in batches and ended, rather than finished."""

    def begin(self, metadata: Any, response: GrpcDuplexResponse | None, /) -> None:
        """Begins to answer with a stream; a ``TypeError`` or ``ValueError`` says what of it cannot be sent."""

    def send(self, batch: list[bytes], /) -> bool:
        """Sends a batch of messages, which may be empty; returns whether there is room for more. If not, the call is
        among the wakes of a later drain, once there is."""

    def end(self, trailers: Any, /) -> None:
        """Ends the stream; a ``TypeError`` or ``ValueError`` says why the trailers cannot be sent."""

    def close(self) -> None:
        """The handler has ended: what is read after that is a ``GrpcError``."""

    def receive(self) -> list[bytes] | None:
        """All messages of the client that are there; an empty list after the last. ``None`` where there are none yet:
        the call is then among the wakes of a later drain. Raises a ``GrpcError`` for a stream that broke."""

    @property
    def streams_compressed(self) -> bool:
        """Whether the messages of the request come as a stream, and may be compressed."""

    def was_compressed(self, index: int, /) -> bool:
        """Whether a message of a stream was compressed, of those that were received last."""

    @staticmethod
    def to_bytes(index: int, message: Any, /) -> bytes:
        """The message as bytes; a ``TypeError`` says what it is instead."""

    @staticmethod
    def no_stream(found: Any, /) -> Exception:
        """The exception for a response that is not a stream."""

@final
class Lookup:
    """A request for a handler, by name."""

    @property
    def name(self) -> str: ...
    def resolve(self, index: int, on_loop: bool, joined: bool, /) -> None: ...
    def refuse(self, fault: str, text: str, /) -> None: ...

@final
class Bridge:
    """The queue of calls from Rust to Python."""

    def fileno(self) -> int:
        """Readable when there is something to drain."""

    def drain(
        self,
    ) -> tuple[list[tuple[InboundCall, int, int, Any]], list[int], list[int], list[Lookup], bool]:
        """What came in for the loop: calls (with id, handler and request), ids to cancel, ids whose streams have
        changed, lookups, and whether the bridge is closed."""

    def take(self) -> tuple[InboundCall, int, int, Any, bool] | None:
        """Waits for a call of a ``def`` handler; ``None`` when the bridge is closed. The last item says
        that one more thread is wanted."""

    def notices(self) -> tuple[list[int], list[tuple[int, str, str]]]:
        """The numbers of what is done, and lines for the log: level, logger, text."""

    def add_first_worker(self) -> bool:
        """Whether the pool's first thread is to be started now."""

    def worker_lost(self) -> None:
        """A thread that was wanted could not be started."""

MAX_STREAM_MESSAGES: int

def one_arena() -> bool:
    """Makes all new threads allocate from one arena; returns whether the allocator has that setting."""

@final
class Server:
    """A server whose handlers are Python's."""

    def __init__(self, methods: Sequence[Any], settings: Any, /) -> None:
        """The handlers of the methods are those at the same places of Python's list."""

    @property
    def bridge(self) -> Bridge: ...
    @property
    def table(self) -> str:
        """What is served, a line a method."""

    def start(self, fd: int, unix: bool, draining: int, ended: int, level: int, /) -> None:
        """Serves on a socket, which it takes over; notifies two tokens, when the drain begins and when it ends."""

    def report(self, line: int, /) -> None:
        """Tells the supervisor, through a descriptor that it takes over, whether Python answers."""

    def start_in_process(self, level: int, /) -> None:
        """Takes calls from inside the process only."""

    def call(
        self,
        path: str,
        metadata: list[tuple[str, Any]],
        messages: list[bytes],
        timeout: float | None,
        token: int,
        /,
    ) -> None:
        """Begins a call in the process; notifies its token when the response can be taken."""

    def take(self, token: int, /) -> Answered | None:
        """Takes the response of a call; ``None`` where there is none."""

    def cancel(self, token: int, /) -> None:
        """Cancels a call."""

    def stop(self, grace: float, /) -> None:
        """Begins the drain; one that has begun ends sooner where the grace is shorter."""

    def close(self) -> None:
        """Answers the calls in flight, and ends the threads."""

    def watchdog(self, limit: float, /) -> Watchdog:
        """Watches the event loop."""

@final
class Answered:
    """The answer of a call from inside the process."""

    @property
    def code(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def details(self) -> bytes:
        """The serialized ``google.rpc.Status``."""

    @property
    def metadata(self) -> Metadata: ...
    @property
    def trailers(self) -> Metadata: ...
    @property
    def messages(self) -> list[bytes]: ...

@final
class Watchdog:
    """Notices that the event loop is blocked."""

    def wait(self) -> float | None:
        """Waits until the loop is blocked, and returns for how many seconds; ``None`` at the end."""

    def close(self) -> None:
        """Ends the wait."""

@final
class Ending:
    """Ends a server on a signal, and the process within a bound; before there is a server, at once."""

    def __init__(self, grace: float, drain_delay: float, life: int | None = None) -> None: ...
    @property
    def begun(self) -> bool:
        """Whether a signal has arrived."""

    def take_again(self) -> None:
        """Takes the signals from handlers that were installed since."""

    def watch(self, server: Server, /) -> None:
        """The server to drain."""

    def finished(self, code: int, /) -> None:
        """Serving has ended well: the exit code, should the end of the process be held up."""

    def close(self) -> None:
        """Restores the signal handlers, and no longer ends the process."""
