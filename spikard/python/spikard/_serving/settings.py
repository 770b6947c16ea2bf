"""The settings of a server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Union, get_args

from spikard._serving.address import Address, address_of
from spikard.grpc import _amounts
from spikard.grpc._amounts import Duration, Size
from spikard.grpc._compression import Compression
from spikard.grpc._limits import MAX_STREAM_MESSAGES

StrPath = Union[str, "os.PathLike[str]"]
Loop = Literal["auto", "asyncio", "uvloop"]

COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)
LOOPS: tuple[Loop, ...] = get_args(Loop)
BIND = "127.0.0.1:50051"


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings; Rust reads those that concern it by these names."""

    address: Address
    max_messages: int
    max_message_bytes: int
    max_stream_bytes: int
    max_buffered_bytes: int
    timeout: float | None
    idle_timeout: float
    compression: Compression
    tls_cert: str | None
    tls_key: str | None
    tls_client_ca: str | None
    grace: float
    threads: int | None
    runtime_threads: int
    health: bool
    reflection: bool
    descriptor_sets: tuple[bytes, ...] = ()
    """What reflection shows; filled in once the services are known."""


def settings(
    *,
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
) -> Settings:
    """Checks each value; a ``ValueError`` or ``TypeError`` names the one that is wrong, an ``OSError`` the file."""
    if bind is not None and uds is not None:
        raise ValueError("bind and uds are both given: a server listens on an address or on a Unix socket")
    if (tls_cert is None) != (tls_key is None):
        missing, given = ("tls_key", "tls_cert") if tls_key is None else ("tls_cert", "tls_key")
        raise ValueError(f"{given} is given without {missing}: TLS needs both, the certificate and its private key")
    if tls_client_ca is not None and tls_cert is None:
        raise ValueError("tls_client_ca is given without tls_cert and tls_key: client certificates need TLS")
    if compression not in COMPRESSIONS:
        raise ValueError(f'compression must be one of {", ".join(COMPRESSIONS)}, not "{compression}"')
    return Settings(
        address=address_of(BIND if bind is None else bind) if uds is None else Address(path=os.fspath(uds)),
        max_messages=_amounts.count("max_messages", max_messages),
        max_message_bytes=_amounts.size("max_message_bytes", max_message_bytes),
        max_stream_bytes=_amounts.size("max_stream_bytes", max_stream_bytes),
        max_buffered_bytes=_amounts.size("max_buffered_bytes", max_buffered_bytes),
        timeout=None if timeout is None else _amounts.duration("timeout", timeout),
        idle_timeout=_amounts.duration("idle_timeout", idle_timeout),
        compression=compression,
        tls_cert=_readable("tls_cert", tls_cert),
        tls_key=_readable("tls_key", tls_key),
        tls_client_ca=_readable("tls_client_ca", tls_client_ca),
        grace=_amounts.duration("grace", grace, zero=True),
        threads=None if threads is None else _amounts.count("threads", threads),
        runtime_threads=_default_threads()
        if runtime_threads is None
        else _amounts.count("runtime_threads", runtime_threads),
        health=bool(health),
        reflection=bool(reflection),
    )


def _default_threads() -> int:
    # Python is one thread's work; HTTP/2 beside it seldom needs more than two.
    return max(1, min(2, os.cpu_count() or 1))


def _readable(name: str, path: StrPath | None) -> str | None:
    if path is None:
        return None
    try:
        with Path(path).open("rb"):
            return os.fspath(path)
    except OSError as error:
        raise OSError(error.errno, f"{name} cannot be read: {error.strerror}", os.fspath(path)) from None
