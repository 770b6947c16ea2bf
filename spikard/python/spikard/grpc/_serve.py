"""Serves handlers until the process is told to end."""

from __future__ import annotations

from spikard._serving.blocking import print_ready, run
from spikard._serving.server import Server
from spikard._serving.settings import Loop, StrPath
from spikard.grpc._amounts import Duration, Size
from spikard.grpc._compression import Compression
from spikard.grpc._limits import MAX_STREAM_MESSAGES


def serve(
    *targets: object,
    bind: str | None = None,
    uds: StrPath | None = None,
    max_messages: int = MAX_STREAM_MESSAGES,
    max_message_bytes: Size = 4 << 20,
    max_stream_bytes: Size = 64 << 20,
    max_buffered_bytes: Size = 1 << 30,
    timeout: Duration | None = None,
    idle_timeout: Duration = 60,
    compression: Compression = "identity",
    tls_cert: StrPath | None = None,
    tls_key: StrPath | None = None,
    tls_client_ca: StrPath | None = None,
    grace: Duration = 30,
    threads: int | None = None,
    runtime_threads: int | None = None,
    health: bool = True,
    reflection: bool = False,
    loop: Loop = "auto",
    quiet: bool = False,
) -> None:
    """Serves until SIGTERM or Ctrl-C, then drains: no new calls, those in flight finish within `grace`.

    ::

        serve("batch_handler", "transform_handler", bind="127.0.0.1:50051")

    A second signal ends the process at once. Several processes and reloading are the command's:
    ``spikard serve --workers 4``, ``--reload``.

    Targets and settings are those of :class:`Server`, but for two: `loop` is ``"uvloop"``, ``"asyncio"``, or ``"auto"``
    for uvloop where it is installed; `quiet` prints nothing at the start, where else the table of what is served is
    printed, and its address.
    """
    server = Server(
        *targets,
        bind=bind,
        uds=uds,
        max_messages=max_messages,
        max_message_bytes=max_message_bytes,
        max_stream_bytes=max_stream_bytes,
        max_buffered_bytes=max_buffered_bytes,
        timeout=timeout,
        idle_timeout=idle_timeout,
        compression=compression,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        grace=grace,
        threads=threads,
        runtime_threads=runtime_threads,
        health=health,
        reflection=reflection,
    )
    run(server, loop=loop, on_ready=None if quiet else lambda: print_ready(server))
