"""The settings of a server: its options, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from spikard._serving.address import Address, address_of
from spikard.grpc._option_table import checked, defaults
from spikard.grpc._options import DEFAULT_BIND, ServerOptions


class Settings(SimpleNamespace):
    """The value of each option, by its name and in its unit. Rust reads what it needs."""

    address: Address
    """Where the server listens, from `bind` and `uds`."""
    drain_delay: float
    grace: float
    tls_cert: str | None
    tls_client_ca: str | None


def settings(kind: type, given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> Settings:
    """Checks the given options, which are of `kind`; the others of a server have their defaults.

    Raises a ``ValueError`` or ``TypeError`` that names the option as it is `spelled`, or an ``OSError`` with the file.
    """
    _check_together({name for name, value in given.items() if value is not None}, spelled)
    values = checked(ServerOptions, defaults(ServerOptions))
    values |= checked(kind, {**defaults(kind), **given}, spelled)
    bind, uds = values["bind"], values["uds"]
    address = (
        Address(path=uds) if uds is not None else address_of(spelled("bind"), DEFAULT_BIND if bind is None else bind)
    )
    if values["uds_mode"] is not None:
        if address.path is None:
            raise ValueError(f"{spelled('uds_mode')} is given without {spelled('uds')}: {address} is no Unix socket")
        address = replace(address, mode=values["uds_mode"])
    return Settings(address=address, **values)


def _check_together(given: set[str], spelled: Callable[[str], str]) -> None:
    if {"bind", "uds"} <= given:
        both = f"{spelled('bind')} and {spelled('uds')}"
        raise ValueError(f"{both} are both given: a server listens on an address or on a Unix socket")
    for one, other in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
        if one in given and other not in given:
            alone = f"{spelled(one)} is given without {spelled(other)}"
            raise ValueError(f"{alone}: TLS needs both, the certificate and its private key")
    if "tls_client_ca" in given and "tls_cert" not in given:
        alone = f"{spelled('tls_client_ca')} is given without {spelled('tls_cert')} and {spelled('tls_key')}"
        raise ValueError(f"{alone}: client certificates need TLS")
