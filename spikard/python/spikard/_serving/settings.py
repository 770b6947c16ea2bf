"""The settings of a server: its options, checked."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from spikard._serving.address import Address, address_of
from spikard.grpc._forms import Part
from spikard.grpc._option_table import checked, defaults
from spikard.grpc._options import DEFAULT_BIND, ServerOptions


class Settings(SimpleNamespace):
    """The value of each option, by its name and in its unit. Rust reads what it needs."""

    address: Address
    """Where the server listens, from `bind` and `uds`."""
    reuse_port: bool
    drain_delay: float
    grace: float
    tls_cert: str | None
    tls_client_ca: str | None
    lifespan: Part | None
    middleware: tuple[Part, ...] | None
    exceptions: Part | None
    unhealthy_after: float
    worker_timeout: float
    metrics: Address | None
    """Where the page of metrics is served, from `metrics_bind`."""
    access_log: bool
    otel: bool


def settings(kind: type, given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> Settings:
    """Checks the given options, which are of `kind`; the others of a server have their defaults.

    Raises a ``ValueError`` or ``TypeError`` that names the option as it is `spelled`, or an ``OSError`` with the file.
    """
    _check_together({name for name, value in given.items() if value is not None}, spelled)
    values = checked(ServerOptions, defaults(ServerOptions))
    values |= checked(kind, {**defaults(kind), **given}, spelled)
    if values["otel"] and importlib.util.find_spec("opentelemetry") is None:
        needed = f"{spelled('otel')} needs the package opentelemetry-api, which is not installed"
        raise ValueError(f'{needed}: pip install "spikard[otel]"')
    address, metrics = _address(values, spelled), _metrics(values["metrics_bind"], spelled)
    return Settings(address=address, metrics=metrics, **values)


def _address(values: Mapping[str, Any], spelled: Callable[[str], str]) -> Address:
    bind, uds, fd = values["bind"], values["uds"], values["fd"]
    if fd is not None:
        address = Address(fd=fd)
    elif uds is not None:
        address = Address(path=uds)
    else:
        address = address_of(spelled("bind"), DEFAULT_BIND if bind is None else bind)
    if values["reuse_port"] and (address.path is not None or fd is not None):
        raise ValueError(f"{spelled('reuse_port')} is given for {address}: only servers on a port can share it")
    if values["uds_mode"] is not None:
        if address.path is None:
            raise ValueError(f"{spelled('uds_mode')} is given without {spelled('uds')}: {address} is no Unix socket")
        address = replace(address, mode=values["uds_mode"])
    return address


def _metrics(bind: str | None, spelled: Callable[[str], str]) -> Address | None:
    if bind is None:
        return None
    address = address_of(spelled("metrics_bind"), bind)
    if address.path is not None:
        raise ValueError(f"{spelled('metrics_bind')}: {address}: Prometheus reads over TCP: write host:port")
    return address


def _check_together(given: set[str], spelled: Callable[[str], str]) -> None:
    for one, other in (("bind", "uds"), ("bind", "fd"), ("uds", "fd")):
        if {one, other} <= given:
            both = f"{spelled(one)} and {spelled(other)}"
            raise ValueError(f"{both} are both given: a server listens on an address, a Unix socket or a descriptor")
    if {"log_format", "log_config"} <= given:
        both = f"{spelled('log_format')} and {spelled('log_config')}"
        raise ValueError(f"{both} are both given: the formatters of the file decide")
    for one, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
        if one in given and other not in given:
            alone = f"{spelled(one)} is given without {spelled(other)}"
            raise ValueError(f"{alone}: TLS needs both, the certificate and its private key")
    if "tls_client_ca" in given and "tls_cert" not in given:
        alone = f"{spelled('tls_client_ca')} is given without {spelled('tls_cert')} and {spelled('tls_key')}"
        raise ValueError(f"{alone}: client certificates need TLS")
    if "tls_reload_interval" in given and "tls_cert" not in given:
        alone = f"{spelled('tls_reload_interval')} is given without {spelled('tls_cert')} and {spelled('tls_key')}"
        raise ValueError(f"{alone}: there are no files to read again")
