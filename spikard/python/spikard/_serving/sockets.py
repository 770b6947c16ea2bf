"""Listening sockets."""

from __future__ import annotations

import contextlib
import errno
import functools
import logging
import os
import socket
import stat
from collections.abc import Generator

from spikard._serving.address import Address

logger = logging.getLogger("spikard")

_BACKLOG = 2048


def listen(address: Address, *, reuse_port: bool = False) -> socket.socket:
    """A socket that listens. It is alone on its port, unless others may `reuse_port` and do the same."""
    if address.fd is not None:
        return _inherited(address.fd)
    if address.path is not None:
        return _listen_unix(address.path, address.mode)
    listening = _bound(address, shared=reuse_port)
    try:
        begin(listening)
    except OSError:
        listening.close()
        raise
    return listening


def listen_for_metrics(address: Address) -> socket.socket:
    """A socket for the page of metrics."""
    try:
        listening = listen(address)
    except OSError as error:
        raise OSError(error.errno, f"the page of metrics (metrics_bind): {error.strerror or error}") from None
    logger.info("metrics on http://%s/metrics", place(listening))
    return listening


def bind(address: Address, number: int, *, reuse_port: bool = False) -> list[socket.socket]:
    """Sockets for `number` processes, which begin to listen when they are ready.

    Each process has one, and all are on one port (SO_REUSEPORT): the kernel balances new connections between those that
    listen. Where it does not, and for a Unix socket or one that was handed on, there is one that all accept from.
    """
    if address.path is not None or address.fd is not None:
        return [listen(address)]
    if number == 1 or not _balances():
        return [_alone(_bound(address, shared=reuse_port))]
    if not reuse_port or address.port == 0:
        # SO_REUSEPORT would succeed on a port that another server shares; an exclusive socket tells that it is free.
        with _bound(address, shared=False) as probe:
            address = Address(address.host, probe.getsockname()[1])
    return [_alone(_bound(address, shared=True)) for _ in range(number)]


def begin(listening: socket.socket) -> None:
    """Listens on a socket of :func:`bind`."""
    with _explained(place(listening)):
        if listening.family != socket.AF_UNIX:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.listen(_BACKLOG)


def join(listening: socket.socket) -> None:
    """Has the kernel give connections to a socket again; an ``OSError`` if it does not, as when the port was taken."""
    if not _listens(listening):
        listening.listen(_BACKLOG)


def leave(listening: socket.socket) -> bool:
    """Has the kernel give connections to the other sockets of the port only; returns whether this one had any.

    What waits in this one is reset, unless the system migrates it (the sysctl ``net.ipv4.tcp_migrate_req``).
    """
    listened = _listens(listening)
    if listened:
        try:
            listening.shutdown(socket.SHUT_RD)
        except OSError as error:
            if error.errno != errno.ENOTCONN:  # it has just been shut down
                raise
    return listened


def _listens(listening: socket.socket) -> bool:
    return bool(listening.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def place(listening: socket.socket) -> Address:
    """The address of a socket, with the port that it got for port 0."""
    name = listening.getsockname()
    if isinstance(name, (str, bytes)):
        return Address(path=os.fsdecode(name))
    return Address(name[0], name[1])


def remove_unix_socket(path: str, inode: int | None) -> None:
    """Removes the file of a Unix socket, unless another server has replaced it."""
    try:
        if os.stat(path).st_ino == inode:
            os.unlink(path)
    except FileNotFoundError:
        pass  # somebody else has removed it
    except OSError as error:
        logger.warning("the file of the socket %s cannot be removed: %s", path, error.strerror or error)


def _balances() -> bool:
    return hasattr(socket, "SO_REUSEPORT") and os.uname().sysname == "Linux"


def _bound(address: Address, *, shared: bool) -> socket.socket:
    last: OSError | None = None
    with _explained(address):
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # Of a name with several, such as localhost, the one that clients rather write as a number.
        found.sort(key=lambda one: one[0] != socket.AF_INET)
        for family, kind, protocol, _, name in found:
            listening = socket.socket(family, kind, protocol)
            try:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if shared:
                    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                if family == socket.AF_INET6 and address.host == "::":
                    listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                listening.bind(name)
            except OSError as error:
                listening.close()
                last = error
            else:
                _say_what_is_left_out(address.host, str(name[0]), tuple(str(one[4][0]) for one in found))
                return listening
        raise last or OSError(errno.EADDRNOTAVAIL, "the host has no address")


def _alone(listening: socket.socket) -> socket.socket:
    """Keeps a port for this server before it listens: with SO_REUSEADDR, another one could be bound to it."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return listening


def _inherited(fd: int) -> socket.socket:
    """A socket that whoever started this process has opened, as systemd does."""
    try:
        listening = socket.socket(fileno=fd)
    except OSError as error:
        raise OSError(error.errno, f"fd {fd} is no socket of this process: {error.strerror}") from None
    if listening.type != socket.SOCK_STREAM or not _listens(listening):
        listening.detach()
        raise OSError(errno.EINVAL, f"fd {fd} is a socket that does not listen for connections")
    # For this process and its workers, not for those that a handler may start.
    os.set_inheritable(fd, False)
    return listening


@functools.cache
def _say_what_is_left_out(host: str, taken: str, found: tuple[str, ...]) -> None:
    others = sorted({*found} - {taken})
    if others:
        logger.warning(
            "%s has several addresses; the server listens on %s alone, not on %s: bind one of them, or [::] for all",
            host,
            taken,
            ", ".join(others),
        )


def _listen_unix(path: str, mode: int | None) -> socket.socket:
    with _explained(Address(path=path)):
        _remove_stale(path)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(path)
            if mode is not None:
                os.chmod(path, mode)  # before it listens: nobody has connected
            listening.listen(_BACKLOG)
        except OSError:
            listening.close()
            raise
        return listening


def _remove_stale(path: str) -> None:
    """Removes the file of a server that has ended; any other file is an error."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            raise OSError(errno.EEXIST, "the file exists, and is not a socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        try:
            client.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
        else:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


@contextlib.contextmanager
def _explained(address: Address) -> Generator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = ""
        if error.errno == errno.EADDRINUSE:
            hint = "; stop the program that uses it, or take another"
            if address.path is None:
                hint += ", or port 0 for a free one"
        raise OSError(error.errno, f"cannot listen on {address}: {reason}{hint}") from None
