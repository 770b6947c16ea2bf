"""The call that a request belongs to."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Container, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spikard.grpc._beside import BESIDE, CallHandle, CancelledBy, spawn_without_server
from spikard.grpc._drain import DRAINS, CallDrain
from spikard.grpc._load import LoadRecorder, LoadReport, record
from spikard.grpc._metadata import Metadata, MetadataLike
from spikard.grpc._misuse import MisuseError
from spikard.grpc._response_metadata import ResponseMetadata

if TYPE_CHECKING:
    from typing_extensions import Unpack

SET_IN_THE_RESPONSE = ResponseMetadata(
    refuses="this call is answered with one response: give it the metadata, as in "
    "GrpcResponse(payload=…, metadata=…, trailers=…)"
)
"""For buffered calls, whose metadata is in the fields of their response."""

_CANCELLED = {
    "client": "the client has cancelled the call, or has gone",
    "deadline": "the deadline of the call has passed",
    "shutdown": "the server shuts down",
}


@dataclass(frozen=True, slots=True)
class Call:
    """The call that a request belongs to. In a test, ``Call()`` will do.

    A generator sets its metadata and trailers here, since it returns no response::

        async def handle_talk(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
            request.call.set_initial_metadata({"x-session": "7"})
            count = 0
            async for message in request.messages:
                count += 1
                yield message
            request.call.set_trailers({"x-count": str(count)})
    """

    peer: str | None = None
    """The client's address, ``"127.0.0.1:50412"`` or ``"[::1]:50412"``; ``None`` if unknown, as on a Unix socket."""

    deadline: float | None = None
    """The deadline, in seconds of :func:`time.monotonic`; ``None`` without one."""

    peer_certs: tuple[bytes, ...] = field(default=(), repr=False)
    """The client's certificates in DER, its own first; empty without mutual TLS."""

    compressed: Container[int] = field(default=frozenset(), repr=False)
    """The indices of the client's messages that were compressed on the wire. Of a stream that is not buffered, it has
    only those that arrived together with the message that was read last."""

    extensions: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    """What tower layers of a program in Rust have left for Python, as a ``spikard::python::ForPython``; else empty."""

    _drain: CallDrain | None = field(default=None, repr=False, compare=False)
    _response_metadata: ResponseMetadata = field(default_factory=ResponseMetadata, repr=False, compare=False)
    _load: LoadRecorder | None = field(default=None, repr=False, compare=False)
    _handle: CallHandle | None = field(default=None, repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # To another process a request goes without its server.
        known = (
            self.peer,
            self.deadline,
            self.peer_certs,
            self.compressed if isinstance(self.compressed, frozenset) else frozenset(),
            self.extensions,
            None,
            self._response_metadata,
        )
        return Call, known

    def was_compressed(self, index: int = 0) -> bool:
        """Whether the message at ``index`` was compressed on the wire."""
        return index in self.compressed

    def time_remaining(self) -> float | None:
        """The seconds until the deadline; 0.0 once it has passed, ``None`` without one."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - time.monotonic())

    @property
    def cancelled_by(self) -> CancelledBy | None:
        """Who gave the call up before its handler had finished; ``None`` if nobody has.

        ``"client"``: it has cancelled the call, disconnected, or does not read its response. ``"deadline"``: that of
        the client or of the server has passed. ``"shutdown"``: the grace period of the server is over.
        """
        return None if self._handle is None else self._handle.cancelled_by

    def is_cancelled(self) -> bool:
        """Whether nobody waits for the response any more; any thread may ask.

        A coroutine gets ``CancelledError`` by itself. A ``def`` handler goes on to its end unless it asks, between two
        steps of long work.
        """
        return self.cancelled_by is not None

    def raise_if_cancelled(self) -> None:
        """Raises ``asyncio.CancelledError`` if :meth:`is_cancelled`; for handlers in threads.

        ::

            def export(request: GrpcRequest) -> GrpcResponse:
                for page in pages:
                    request.call.raise_if_cancelled()
                    write(page)
                return GrpcResponse()
        """
        cancelled_by = self.cancelled_by
        if cancelled_by is not None:
            raise asyncio.CancelledError(_CANCELLED[cancelled_by])

    def on_end(self, callback: Callable[[], object]) -> None:
        """Has a function called once, without arguments, when the handler has finished or the call is given up.

        It runs on the event loop, also for a ``def`` handler, whose thread it can set free at that moment::

            request.call.on_end(connection.interrupt)

        So it must not block. If the call has ended already, it is called at once. What it raises is logged. In a test
        that calls the handler as a function nothing ends the call.
        """
        if not callable(callback):
            raise MisuseError(f"request.call.on_end takes a function without arguments, not {callback!r}")
        beside = BESIDE.get()
        if self._handle is None:
            return
        if beside is None:
            raise RuntimeError(
                "request.call.on_end is called in a thread without the context of its call: start the thread with "
                "asyncio.to_thread, or call it before"
            )
        beside.on_end(self._handle, callback)

    def spawn(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Runs a coroutine on the event loop, beside this call and beyond its end.

        ::

            request.call.spawn(send_receipt(order))

        The shutdown of the server waits for it, within the grace period, and before the lifespan is left; what is left
        then is cancelled. What it raises is logged. It runs in a copy of this context. A ``def`` handler may call this
        too.
        """
        if not inspect.iscoroutine(coroutine):
            called = ": call it, as in spawn(work())" if inspect.iscoroutinefunction(coroutine) else ""
            raise MisuseError(
                f"request.call.spawn takes a coroutine, what an async def returns when it is called, not "
                f"{coroutine!r}{called}"
            )
        beside = BESIDE.get()
        if beside is None:
            spawn_without_server(coroutine)
        else:
            beside.spawn(coroutine)

    def is_draining(self) -> bool:
        """Whether the connection has had GOAWAY: the server shuts down, or ``max_connection_age`` is reached.

        The call has the grace period left. For handlers in threads, between two steps of long work.
        """
        return self._drain is not None and self._drain.is_begun()

    async def draining(self) -> None:
        """Returns when the connection has had GOAWAY: see :meth:`is_draining`.

        A stream without an end can end by itself then, and its client goes on elsewhere::

            async def watch(request: GrpcDuplexRequest) -> AsyncIterator[bytes]:
                draining = asyncio.ensure_future(request.call.draining())
                while not draining.done():
                    change = asyncio.ensure_future(changes.get())
                    await asyncio.wait({draining, change}, return_when=asyncio.FIRST_COMPLETED)
                    if change.done():
                        yield change.result()
                raise GrpcError(StatusCode.UNAVAILABLE, "the server shuts down")
        """
        drains = DRAINS.get()
        if self._drain is None or drains is None:
            # A test, or a call in the process: there is no connection.
            await asyncio.get_running_loop().create_future()
        else:
            await drains.wait(self._drain)

    def set_initial_metadata(self, metadata: MetadataLike) -> None:
        """Sets the initial metadata; for handlers that yield.

        It is sent when the handler first yields a message, first reads one or fails: a client may wait for it before
        it sends. After that, this raises a ``RuntimeError``. A handler whose initial metadata depends on the client's
        messages returns a :class:`GrpcDuplexResponse <spikard.grpc.GrpcDuplexResponse>` instead.
        """
        self._response_metadata.set_initial(metadata)

    def set_trailers(self, trailers: MetadataLike) -> None:
        """Sets the trailers, which are sent with the status, whichever it is; for handlers that yield."""
        self._response_metadata.set_trailers(trailers)

    def record_load(self, **report: Unpack[LoadReport]) -> None:
        """Adds to the load report of this call, which goes with its trailers.

        It overrides what the server measures::

            request.call.record_load(request_cost={"rows": 3456})

        The keywords are those of :class:`LoadReport <spikard.grpc.LoadReport>`. Without the server's option ``orca``
        this does nothing.
        """
        record(self._load, of_server=False, report=report)

    def record_server_load(self, **report: Unpack[LoadReport]) -> None:
        """Adds to the load report of the server, which is part of those of all calls, and of those out of band.

        ::

            request.call.record_server_load(utilization={"gpu": 0.7})

        What is recorded stays until it is replaced.
        """
        record(self._load, of_server=True, report=report)

    @property
    def initial_metadata(self) -> Metadata:
        """The initial metadata that :meth:`set_initial_metadata` has set, for tests."""
        return self._response_metadata.initial

    @property
    def trailers(self) -> Metadata:
        """The trailers that :meth:`set_trailers` has set, for tests."""
        return self._response_metadata.trailers
