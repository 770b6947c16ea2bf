"""The options of the command: each a flag, an environment variable and a default."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spikard._serving.address import address_of
from spikard._serving.settings import BIND, COMPRESSIONS, LOOPS
from spikard.grpc import _amounts

LOG_LEVELS = ("critical", "error", "warning", "info", "debug", "trace")
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Option:
    """An option, and how its text is read."""

    name: str
    """As the settings have it."""
    flags: tuple[str, ...]
    read: Callable[[str], Any]
    default: Any
    metavar: str
    help: str
    group: str

    @property
    def variable(self) -> str:
        """The environment variable that stands for it."""
        return "SPIKARD_" + self.flags[0].lstrip("-").replace("-", "_").upper()

    @property
    def is_switch(self) -> bool:
        """Whether the flag alone says it all."""
        return self.read is _switch


def _text(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def _switch(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(f'"{text}" is neither yes nor no: write 1 or 0')


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ValueError(f'"{text}" is not a whole number of 1 or more')
    return int(text)


def _size(text: str) -> int:
    return _amounts.size("size", int(text) if text.isascii() and text.isdigit() else text)


def _seconds(text: str) -> float:
    return _amounts.duration("duration", _maybe_number(text))


def _grace(text: str) -> float:
    return _amounts.duration("duration", _maybe_number(text), zero=True)


def _maybe_number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _address(text: str) -> str:
    address_of(text)
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f'"{text}" is none of {", ".join(choices)}')
        return text

    return read


_WHERE = "where to listen"
_PROCESSES = "processes and threads"
_LIMITS = "limits of the methods that do not set their own"
_TLS = "TLS"
_REST = "the rest"

OPTIONS = (
    Option("bind", ("--bind", "-b"), _address, BIND, "HOST:PORT", "address; port 0 takes a free one", _WHERE),
    Option("uds", ("--uds",), _text, None, "PATH", "a Unix socket, instead of an address", _WHERE),
    Option("workers", ("--workers", "-w"), _number, 1, "N", "processes that share the port", _PROCESSES),
    Option(
        "reload", ("--reload",), _switch, False, "", "start anew when a file changes (needs watchfiles)", _PROCESSES
    ),
    Option(
        "reload_dir",
        ("--reload-dir",),
        _text,
        None,
        "PATH",
        "the folder that is watched (default: the working directory)",
        _PROCESSES,
    ),
    Option("threads", ("--threads",), _number, None, "N", "most threads for def handlers in a process", _PROCESSES),
    Option(
        "runtime_threads", ("--runtime-threads",), _number, None, "N", "threads for HTTP/2 in a process", _PROCESSES
    ),
    Option(
        "loop", ("--loop",), _one_of(*LOOPS), "auto", "|".join(LOOPS), "event loop; auto: uvloop if there", _PROCESSES
    ),
    Option("max_messages", ("--limit-messages",), _number, 10_000, "N", "messages in one stream", _LIMITS),
    Option("max_message_bytes", ("--limit-message-bytes",), _size, "4MiB", "SIZE", "bytes in one message", _LIMITS),
    Option("max_stream_bytes", ("--limit-stream-bytes",), _size, "64MiB", "SIZE", "bytes in one stream", _LIMITS),
    Option(
        "max_buffered_bytes",
        ("--limit-buffered-bytes",),
        _size,
        "1GiB",
        "SIZE",
        "bytes that a process buffers for all calls",
        _LIMITS,
    ),
    Option("timeout", ("--timeout",), _seconds, None, "TIME", "time for a whole call", _LIMITS),
    Option("idle_timeout", ("--idle-timeout",), _seconds, "60s", "TIME", "time without a byte from a client", _LIMITS),
    Option("tls_cert", ("--tls-cert", "--ssl-certfile"), _text, None, "FILE", "certificate of the server, PEM", _TLS),
    Option("tls_key", ("--tls-key", "--ssl-keyfile"), _text, None, "FILE", "its private key, PEM", _TLS),
    Option(
        "tls_client_ca",
        ("--tls-client-ca", "--ssl-ca-certs"),
        _text,
        None,
        "FILE",
        "authorities that client certificates must come from, PEM",
        _TLS,
    ),
    Option(
        "compression",
        ("--compression",),
        _one_of(*COMPRESSIONS),
        "identity",
        "NAME",
        f"of responses: {', '.join(COMPRESSIONS)}",
        _REST,
    ),
    Option("reflection", ("--reflection",), _switch, False, "", "serve grpc.reflection, for tools like grpcurl", _REST),
    Option("no_health", ("--no-health",), _switch, False, "", "do not serve grpc.health.v1", _REST),
    Option("grace", ("--grace",), _grace, "30s", "TIME", "time for calls in flight when it stops", _REST),
    Option(
        "log_level", ("--log-level",), _one_of(*LOG_LEVELS), "info", "LEVEL", f"one of {', '.join(LOG_LEVELS)}", _REST
    ),
    Option("app_dir", ("--app-dir",), _text, ".", "PATH", "the folder that modules are looked for in first", _REST),
)


def add_options(parser: argparse.ArgumentParser, *, only: tuple[str, ...] = ()) -> None:
    """Adds the options, in their groups."""
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in OPTIONS:
        if only and option.name not in only:
            continue
        group = groups.get(option.group) or groups.setdefault(option.group, parser.add_argument_group(option.group))
        default = "" if option.default in (None, False) else f" (default: {option.default})"
        kind: dict[str, Any] = (
            {"action": "store_const", "const": True}
            if option.is_switch
            else {"type": _reader(option), "metavar": option.metavar}
        )
        group.add_argument(
            *option.flags, dest=option.name, default=None, help=(option.help + default).replace("%", "%%"), **kind
        )


def _reader(option: Option) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return option.read(text)
        except (ValueError, TypeError) as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def chosen(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The value of every option: its flag's, else its variable's, else its default.

    Raises a ``ValueError`` that names the variable.
    """
    values: dict[str, Any] = {}
    for option in OPTIONS:
        value = getattr(given, option.name, None)
        if value is None and option.variable in environment:
            try:
                value = option.read(environment[option.variable])
            except (ValueError, TypeError) as error:
                raise ValueError(f"the environment variable {option.variable}: {error}") from None
        if value is None and option.default is not None:
            default = option.default
            value = option.read(default) if isinstance(default, str) else default
        values[option.name] = value
    _settle_address(given, values)
    return values


def _settle_address(given: argparse.Namespace, values: dict[str, Any]) -> None:
    """A flag takes the place of what the environment says of the other, and a Unix socket that of the default."""
    flags = {name for name in ("bind", "uds") if getattr(given, name, None) is not None}
    if flags == {"bind"}:
        values["uds"] = None
    elif values["uds"] is not None and "bind" not in flags:
        values["bind"] = None
