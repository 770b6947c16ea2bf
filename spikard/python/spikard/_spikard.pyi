"""The native module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, final

from spikard.grpc import GrpcDuplexResponse, Metadata
from spikard.grpc._layout import Layout
from spikard.grpc._memory import Memory

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
        """Whether nobody waits for the rest of the response: the call has been given up, or is answered."""

    def make_call(self) -> tuple[Any, ...]:
        """What its ``Call`` is made of: the arguments, but for the last, which is this object."""

    @property
    def id(self) -> int:
        """Its number, of the calls of one bridge."""

    @property
    def cancelled_by(self) -> Literal["client", "deadline", "shutdown"] | None:
        """Why it was given up before its handler had finished, if it was."""

    def has_ended(self) -> bool:
        """Whether its handler has finished, or nobody waits for it."""

    @property
    def streams(self) -> bool:
        """Whether the response is a stream: begun, sent in batches and ended, rather than finished."""

    @property
    def undecodable_code(self) -> int:
        """The code for a message of the request that cannot be decoded."""

    def begin(self, metadata: Any, response: GrpcDuplexResponse | None, /) -> None:
        """Begins to answer with a stream; a ``TypeError`` or ``ValueError`` says what of it cannot be sent."""

    def send(self, batch: list[bytes | tuple[bytes, ...]], /) -> bool:
        """Sends a batch of messages, which may be empty; returns whether there is room for more. If not, the call is
        among the wakes of a later drain, once there is."""

    def end(self, trailers: Any, /) -> None:
        """Ends the stream; a ``TypeError`` or ``ValueError`` says why the trailers cannot be sent."""

    def close(self) -> None:
        """The handler has ended: what is read after that is a ``GrpcError``."""

    def receive(self) -> list[bytes] | None:
        """All messages of the client that are there; an empty list after the last. ``None`` where there are none yet:
        the call is then among the wakes of a later drain. Raises a ``GrpcError`` for a stream that broke."""

    def send_here(self, batch: Sequence[bytes | tuple[bytes, ...]], /) -> bool:
        """Sends a batch of messages, and waits for room in this thread; returns whether the call takes more."""

    def receive_here(self) -> list[bytes] | None:
        """Waits in this thread for messages of the client; ``None`` for a call that was given up. For the rest see
        :meth:`receive`."""

    @property
    def streams_compressed(self) -> bool:
        """Whether the messages of the request come as a stream, and may be compressed."""

    def was_compressed(self, index: int, /) -> bool:
        """Whether a message of a stream was compressed, of those that were received last."""

    @staticmethod
    def to_bytes(index: int, message: Any, /) -> bytes | tuple[bytes, ...]:
        """The message as bytes, or as its parts; a ``TypeError`` says what it is instead."""

    @staticmethod
    def no_stream(found: Any, /) -> Exception:
        """The exception for a response that is not a stream."""

@final
class Lookup:
    """A request for a handler, by name."""

    @property
    def name(self) -> str: ...
    def resolve(self, index: int, on_loop: bool, layout: Layout, takes: Memory | None, /) -> None: ...
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
        changed or whose connections drain, lookups, and whether the bridge is closed."""

    def take(self) -> tuple[InboundCall, int, int, Any, bool] | None:
        """Waits for a call of a ``def`` handler; ``None`` when the bridge is closed. The last item says
        that one more thread is wanted."""

    def notices(self) -> tuple[list[int], list[tuple[int, str, str]]]:
        """The numbers of what is done, and lines for the log: level, logger, text."""

    def notify_of_drain(self, drain: Any, /) -> bool:
        """Has a call among the wakes of a later drain when its connection drains; returns whether it does already."""

    def add_first_worker(self) -> bool:
        """Whether the pool's first thread is to be started now."""

    def worker_lost(self) -> None:
        """A thread that was wanted could not be started."""

MAX_STREAM_MESSAGES: int

def one_arena() -> bool:
    """Makes all new threads allocate from one arena; returns whether the allocator has that setting."""

@final
class EndedCall:
    """A call that has ended."""

    @property
    def method(self) -> str:
        """``package.Service/Method``, or ``other``."""

    @property
    def path(self) -> str | None:
        """What the client asked for, where there is no such method."""

    @property
    def peer(self) -> str | None: ...
    @property
    def code(self) -> str: ...
    @property
    def limit(self) -> str | None:
        """The option that the call was refused by."""

    @property
    def received_messages(self) -> int: ...
    @property
    def received_bytes(self) -> int: ...
    @property
    def sent_messages(self) -> int: ...
    @property
    def sent_bytes(self) -> int: ...
    @property
    def duration(self) -> float: ...
    @property
    def buffered(self) -> float: ...
    @property
    def queued(self) -> float: ...
    @property
    def handled(self) -> float: ...
    @property
    def standard(self) -> bool:
        """Whether it is of a service that servers have by themselves, such as health."""

@final
class EndedCalls:
    """The calls that have ended, and that nobody has fetched yet."""

    @property
    def bounds(self) -> tuple[list[float], list[float]]:
        """The bounds of histograms of times, in seconds, and of sizes, in bytes."""

    def take(self) -> tuple[list[EndedCall], int] | None:
        """Waits for some, and says how many more were lost; ``None`` when the server is closed and no more come."""

    def close(self) -> None:
        """No more come."""

@final
class MetricsPage:
    """Serves a page of metrics: the sum of those of several processes."""

    def __init__(self, listener: int, /) -> None:
        """The descriptor of a socket that listens, which it takes over."""

    def follow(self, line: int, /) -> None:
        """Adds what a process sends through a descriptor, which it takes over."""

    def close(self) -> None:
        """Ends the page."""

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

    @property
    def stats(self) -> tuple[int, int, int, int, list[tuple[Any, ...]]]:
        """What it has done, in the order of the fields of ``ServerStats``."""

    @property
    def ended_calls(self) -> EndedCalls | None:
        """The calls that have ended, where an option needs them."""

    def start(self, fd: int, unix: bool, ended: int, level: int, /, metrics: int | None = None) -> None:
        """Serves on a socket, which it takes over, and so one for the page of metrics; notifies a token when it has
        ended."""

    def report_metrics(self, line: int, /) -> None:
        """Sends pages of metrics to the supervisor, through a descriptor that it takes over."""

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

    def open(self, path: str, metadata: list[tuple[str, Any]], timeout: float | None, /) -> Dialogue:
        """Opens a call in the process whose messages go one by one."""

    def take(self, token: int, /) -> Answered | None:
        """Takes the response of a call; ``None`` where there is none."""

    def cancel(self, token: int, /) -> None:
        """Cancels a call."""

    def stop(self, grace: float, /) -> None:
        """Begins the drain; one that has begun ends sooner where the grace is shorter."""

    @property
    def drain_left(self) -> float | None:
        """Seconds until the end of the grace period, once the drain has begun; below 0 when it is over.

        It counts from the begin of the drain: the drain delay comes on top.
        """

    def set_health(self, service: str, serves: bool, /) -> None:
        """Has health say NOT_SERVING for a service, or SERVING again, while the server serves."""

    def close(self) -> None:
        """Answers the calls in flight, and ends the threads."""

    def watchdog(self, limit: float, /) -> Watchdog:
        """Watches the event loop."""

@final
class Dialogue:
    """A call inside the process whose messages go one by one."""

    def send(self, message: bytes, token: int, /) -> None:
        """Sends a message; notifies the token when the server has room for it, or the call has ended."""

    @property
    def refused(self) -> bool:
        """Whether the message came after the end of the call."""

    def half_close(self) -> None:
        """Ends the messages of the client."""

    def receive(self, token: int, /) -> None:
        """Waits for the next event, and notifies the token."""

    def event(self) -> Metadata | bytes | Answered | None:
        """Takes the event: the initial metadata, then messages, then the end, whose ``messages`` are empty."""

    def cancel(self) -> None:
        """Resets the call."""

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

    def wait(self) -> tuple[float, bool] | None:
        """Waits until the loop is blocked, or answers again after long; returns for how many seconds it was blocked,
        and whether it answers again. ``None`` at the end."""

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
