"""Every option: of a method, of a server, of the command. A new one is an entry here, and its use.

The entry is its name and its type, as a type checker sees them; its default, how it is written, and its group; below
it the text that an editor shows. From it come the keyword, the flag, the environment variable, the help and
``docs/reference/settings.md``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict, Union

from spikard.grpc._amounts import Duration, Size
from spikard.grpc._around import Exceptions, Lifespan, Middleware
from spikard.grpc._compression import Compression
from spikard.grpc._forms import (
    ADDRESS,
    CONFIG,
    EXCEPTIONS,
    FILE,
    HEADERS,
    LIFESPAN,
    METRICS,
    MIDDLEWARE,
    MODE,
    PATH,
    RATE,
    SIZE,
    SWITCH,
    TIME,
    TIME_OR_ZERO,
    WINDOW,
    number_of,
    one_of,
)
from spikard.grpc._limits import MAX_STREAM_MESSAGES
from spikard.grpc._option_table import Group, Option

StrPath = Union[str, "os.PathLike[str]"]
Loop = Literal["auto", "asyncio", "uvloop"]
LogFormat = Literal["text", "json"]
LogLevel = Literal["critical", "error", "warning", "info", "debug", "trace"]

DEFAULT_BIND = "127.0.0.1:50051"
"""Where a server listens by default."""


class CallLimits(TypedDict, total=False):
    """The limits of a call, wherever it comes from."""

    max_messages: Annotated[int, Option(MAX_STREAM_MESSAGES, number_of("messages"), Group.LIMITS)]
    """Messages in one request stream. A call that exceeds it is RESOURCE_EXHAUSTED."""

    max_message_bytes: Annotated[Size, Option("4MiB", SIZE, Group.LIMITS)]
    """Bytes in one message, after decompression. A call that exceeds it is RESOURCE_EXHAUSTED."""

    max_stream_bytes: Annotated[Size, Option("64MiB", SIZE, Group.LIMITS)]
    """Bytes in all messages of one request together, after decompression. A call that exceeds it is
    RESOURCE_EXHAUSTED."""

    max_decoded_bytes: Annotated[Size, Option("128MiB", SIZE, Group.LIMITS)]
    """Bytes that the decoded messages of one request take in memory, where the handler is typed: known before they are
    decoded, so that nothing is decoded which would take more. A call that exceeds it is RESOURCE_EXHAUSTED."""

    timeout: Annotated[Duration | None, Option(None, TIME, Group.LIMITS, unset="the client's deadline alone")]
    """Deadline of a call: the time from its headers to its trailers. The earlier of this and the client's deadline
    (``grpc-timeout``) holds. A call that exceeds it is DEADLINE_EXCEEDED."""


class MethodLimits(CallLimits, total=False):
    """The limits that a method may set for itself; without it the server's hold."""

    idle_timeout: Annotated[Duration, Option("60s", TIME, Group.LIMITS)]
    """Time without a byte from a client that has not half-closed. A call that exceeds it is DEADLINE_EXCEEDED."""

    accept_compression: Annotated[bool, Option(True, SWITCH, Group.OTHER)]
    """Compressed requests (``grpc-encoding``). Where they are not accepted, one is UNIMPLEMENTED, with
    ``grpc-accept-encoding: identity``."""

    refuse_retried_uploads: Annotated[bool, Option(False, SWITCH, Group.OTHER)]
    """Refusal, as ABORTED, of request streams that their client sends again by itself (``grpc-previous-rpc-attempts``).
    Some clients leave out messages then."""

    undecodable_as_invalid_argument: Annotated[bool, Option(True, SWITCH, Group.OTHER)]
    """INVALID_ARGUMENT for a message that cannot be decoded, where the handler is typed. Without it such a call is
    INTERNAL, the code of gRPC's specification, which load balancers take for a fault of the server."""


class ApplicationOptions(TypedDict, total=False):
    """What an application has around its handlers."""

    lifespan: Annotated[Lifespan | str | None, Option(None, LIFESPAN, Group.APPLICATION, unset="none")]
    """Async context manager around all calls: entered on the event loop before the server is ready, once in each
    worker, and left after the last call. A function without arguments makes it, such as one with
    ``@asynccontextmanager``. What it yields is ``request.state``."""

    middleware: Annotated[Sequence[Middleware | str] | None, Option(None, MIDDLEWARE, Group.APPLICATION, unset="none")]
    """Functions around all handlers, outermost first. The flag may be repeated; the variable has them with commas
    between."""

    exceptions: Annotated[Exceptions | str | None, Option(None, EXCEPTIONS, Group.APPLICATION, unset="none")]
    """Exception types and the status codes that they become, before those of ``register_exception``."""


class ClientOptions(ApplicationOptions, CallLimits, total=False):
    """The options of the clients of ``spikard.grpc.testing``, which call handlers in the process."""

    max_buffered_bytes: Annotated[Size, Option("1GiB", SIZE, Group.LIMITS)]
    """Bytes that all calls of a process together have buffered. A call that would exceed it is RESOURCE_EXHAUSTED."""

    max_waiting_calls: Annotated[int, Option(10_000, number_of("calls"), Group.LIMITS)]
    """Calls that wait for the event loop, or for a thread. A call that would exceed it is RESOURCE_EXHAUSTED."""

    threads: Annotated[int | None, Option(None, number_of("threads"), Group.PROCESSES, unset="CPUs + 4, at most 32")]
    """Threads for ``def`` handlers, at most. ``async def`` handlers run on the event loop."""


class ServerOptions(MethodLimits, ClientOptions, total=False):
    """The options of a server."""

    bind: Annotated[str | None, Option(None, ADDRESS, Group.LISTENER, ("-b",), unset=DEFAULT_BIND)]
    """Address to listen on; port 0 takes a free port."""

    uds: Annotated[StrPath | None, Option(None, PATH, Group.LISTENER)]
    """Unix domain socket to listen on, instead of an address; grpcio's clients need ``grpc.default_authority``. That is
    the channel option ``("grpc.default_authority", "localhost")``: the ``:authority`` that they send by default is not
    valid HTTP."""

    uds_mode: Annotated[int | str | None, Option(None, MODE, Group.LISTENER, unset="as the umask leaves it")]
    """Permissions of the Unix socket: who may write to it may connect."""

    fd: Annotated[int | None, Option(None, number_of("a file descriptor"), Group.LISTENER)]
    """Socket that listens already, as socket activation hands it on: 3 for the first of systemd's."""

    reuse_port: Annotated[bool, Option(False, SWITCH, Group.LISTENER)]
    """Share the port with other servers of this user that say so as well (SO_REUSEPORT): a successor serves before this
    one drains. On Linux the kernel spreads new connections over all of them."""

    runtime_threads: Annotated[int | None, Option(None, number_of("threads"), Group.PROCESSES, unset="CPUs, at most 2")]
    """Threads for HTTP/2 (the worker threads of tokio)."""

    receive_timeout: Annotated[Duration, Option("5m", TIME, Group.LIMITS)]
    """Time for a buffered request to arrive, up to its half-close. A call that exceeds it is DEADLINE_EXCEEDED."""

    min_receive_rate: Annotated[Size, Option(240, RATE, Group.LIMITS)]
    """Rate at which a buffered request must arrive that holds more than 64 KiB, over 5 s at a time; 0 is no minimum. A
    call that is slower is DEADLINE_EXCEEDED."""

    max_sent_metadata_bytes: Annotated[Size, Option("8KiB", HEADERS, Group.LIMITS)]
    """Bytes of the headers before the messages of a response, and of the trailers after them, in HTTP/2's count. Most
    clients take no more than 8 KiB. A status that exceeds it keeps its code, and loses some of its text, details or
    metadata; a response whose metadata exceeds it is INTERNAL."""

    max_buffered_bytes_per_connection: Annotated[
        Size | None,
        Option(None, SIZE, Group.LIMITS, unset="a quarter of all, a whole stream at least"),
    ]
    """Bytes that the calls of one connection together have buffered. A call that would exceed it is RESOURCE_EXHAUSTED.
    Raise it where one connection carries the calls of many clients, as that of a proxy does."""

    max_connections: Annotated[int, Option(10_000, number_of("connections"), Group.CONNECTIONS)]
    """Connections that may be open. Further ones wait in the backlog of the socket."""

    max_connection_age: Annotated[Duration | None, Option(None, TIME, Group.CONNECTIONS, unset="none")]
    """Age at which a connection gets GOAWAY, with up to a tenth more or less: its client connects anew, perhaps to
    another server."""

    max_connection_age_grace: Annotated[Duration | None, Option(None, TIME, Group.CONNECTIONS, unset="none")]
    """Time after ``max_connection_age`` at which a connection is closed with what is left on it."""

    max_connection_idle: Annotated[Duration | None, Option(None, TIME, Group.CONNECTIONS, unset="none")]
    """Time without a call after which a connection gets GOAWAY: its client connects anew when it has one."""

    max_concurrent_streams: Annotated[int, Option(256, number_of("streams", most=2**32 - 1), Group.CONNECTIONS)]
    """SETTINGS_MAX_CONCURRENT_STREAMS: calls in flight on one connection. The client holds back those beyond it."""

    initial_stream_window_size: Annotated[Size, Option("16MiB", WINDOW, Group.CONNECTIONS)]
    """SETTINGS_INITIAL_WINDOW_SIZE: flow-control window of a stream. An upload gets one window a round trip."""

    initial_connection_window_size: Annotated[Size, Option("256MiB", WINDOW, Group.CONNECTIONS)]
    """Flow-control window of a connection. It may have as many small DATA frames unread as go into half of it at 256
    bytes each."""

    max_header_list_size: Annotated[Size, Option("64KiB", WINDOW, Group.CONNECTIONS)]
    """SETTINGS_MAX_HEADER_LIST_SIZE: bytes of the headers of a request, its metadata included."""

    keepalive_interval: Annotated[Duration, Option("60s", TIME, Group.CONNECTIONS)]
    """Time between two keepalive PINGs on a connection."""

    keepalive_timeout: Annotated[Duration, Option("20s", TIME, Group.CONNECTIONS)]
    """Time within which a keepalive PING must be acknowledged, or its connection is closed."""

    tcp_keepalive: Annotated[Duration | None, Option(None, TIME, Group.CONNECTIONS, unset="the system's")]
    """Time without traffic after which the system probes a connection (SO_KEEPALIVE). Keepalive PINGs do as much."""

    handshake_timeout: Annotated[Duration, Option("10s", TIME, Group.CONNECTIONS)]
    """Time for the TLS handshake and the HTTP/2 preface of a new connection, or it is closed."""

    tls_cert: Annotated[StrPath | None, Option(None, FILE, Group.TLS, ("--ssl-certfile",))]
    """Certificate chain of the server. Needs ``tls_key``."""

    tls_key: Annotated[StrPath | None, Option(None, FILE, Group.TLS, ("--ssl-keyfile",))]
    """Private key of the certificate."""

    tls_client_ca: Annotated[StrPath | None, Option(None, FILE, Group.TLS, ("--ssl-ca-certs",))]
    """Certificate authorities for client certificates (mutual TLS). A client without a certificate that one of them
    has signed is refused in the TLS handshake."""

    tls_reload_interval: Annotated[Duration | None, Option(None, TIME, Group.TLS, unset="never")]
    """Time after which the server looks, over and over, whether the files for TLS have changed, and reads them again if
    so. New connections have the new certificates; files that cannot be used are an error in the log."""

    compression: Annotated[Compression, Option("identity", one_of(Compression), Group.OTHER)]
    """Compression of responses (``grpc-encoding``), for clients that accept it (``grpc-accept-encoding``)."""

    health: Annotated[bool, Option(True, SWITCH, Group.OTHER)]
    """Health checking service, ``grpc.health.v1``. It says SERVING for each service, and NOT_SERVING once the server
    drains."""

    unhealthy_after: Annotated[Duration, Option("10s", TIME_OR_ZERO, Group.OTHER)]
    """Time for which the event loop may not answer, or calls may wait for a thread, before health says NOT_SERVING
    until they are served again. A worker that is stuck then gets no new connections. 0 is for ever."""

    access_log: Annotated[bool, Option(False, SWITCH, Group.SEEING)]
    """Access log: one line for each call that has ended. It is at INFO on the logger ``spikard.access``, and at DEBUG
    for health checks, reflection and load reports."""

    metrics_bind: Annotated[str | None, Option(None, METRICS, Group.SEEING)]
    """Address of a page of metrics for Prometheus, ``http://HOST:PORT/metrics``. With workers it is the sum of all.
    Everyone who can connect reads it."""

    otel: Annotated[bool, Option(False, SWITCH, Group.SEEING)]
    """Spans and metrics by OpenTelemetry. Each call that comes to its handler has a span, which continues
    ``traceparent``, and the metrics are those of gRFC A66, by the global providers of the program. Needs
    ``opentelemetry-api``."""

    orca: Annotated[bool, Option(False, SWITCH, Group.OTHER)]
    """Load reports, for clients and proxies that balance calls by them: in the trailer ``endpoint-load-metrics-bin`` of
    each call, and out of band by ``xds.service.orca.v3.OpenRcaService`` (ORCA, gRPC's proposal A51)."""

    orca_min_report_interval: Annotated[Duration, Option("30s", TIME, Group.OTHER)]
    """Shortest interval of the load reports out of band, whatever a client asks for."""

    complete_services: Annotated[bool, Option(False, SWITCH, Group.OTHER)]
    """Refusal to start unless every method of every service has a handler. The services must be known by their
    descriptors. Without it, a method without a handler is named in the log."""

    reflection: Annotated[bool, Option(False, SWITCH, Group.OTHER)]
    """Reflection service, ``grpc.reflection.v1`` and ``v1alpha``, for tools such as grpcurl. It shows what the ``_pb2``
    modules of the services have registered."""

    drain_delay: Annotated[Duration, Option("0s", TIME_OR_ZERO, Group.OTHER)]
    """Time between NOT_SERVING and the end of accepting connections, for load balancers to look elsewhere."""

    grace: Annotated[Duration, Option("30s", TIME_OR_ZERO, Group.OTHER)]
    """Grace period of a graceful shutdown. After GOAWAY, calls in flight have this long to finish; then they are cut
    off."""


class ServeOptions(ServerOptions, total=False):
    """The options of a process that does nothing but serve."""

    loop: Annotated[Loop, Option("auto", one_of(Loop), Group.PROCESSES)]
    """Event loop for ``async def`` handlers. ``auto`` is uvloop where it is installed, and asyncio elsewhere."""


class CommandOptions(ServeOptions, total=False):
    """The options of ``spikard serve``."""

    workers: Annotated[int, Option(1, number_of("processes"), Group.PROCESSES, ("-w",))]
    """Worker processes that share the address. One that ends is started again."""

    worker_timeout: Annotated[Duration, Option("60s", TIME_OR_ZERO, Group.PROCESSES)]
    """Time for which the event loop of a worker may not answer, or its process be stopped, before it is killed and
    started again. 0 is for ever. It needs several ``workers``, and does not hold with ``reload``."""

    reload: Annotated[bool, Option(False, SWITCH, Group.PROCESSES)]
    """Restart when a ``.py`` file changes; calls in flight have a second to finish. Needs ``watchfiles``."""

    reload_dir: Annotated[StrPath | None, Option(None, PATH, Group.PROCESSES, unset="that of app_dir")]
    """Folder that ``reload`` watches, with those below it."""

    log_level: Annotated[
        LogLevel, Option("info", one_of(LogLevel, also={"warn": "warning", "fatal": "critical"}), Group.SEEING)
    ]
    """Lowest level that is logged, to standard error."""

    log_format: Annotated[LogFormat, Option("text", one_of(LogFormat), Group.SEEING)]
    """Form of the log: lines for people, or a JSON object a line. Not with ``log_config``, whose formatters decide."""

    log_config: Annotated[StrPath | None, Option(None, CONFIG, Group.SEEING)]
    """Configuration of Python's logging, instead of standard error. It is what ``logging.config.dictConfig`` takes, as
    ``.json`` or ``.toml`` (Python 3.11 or later), or what ``fileConfig`` takes, as ``.ini``. Without ``log_level`` its
    levels hold."""

    app_dir: Annotated[StrPath, Option(".", PATH, Group.OTHER)]
    """Folder in which modules are looked for first."""
