"""Who the client is, as grpcio tells it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from spikard.grpc._servicer.certificate import names_of

_ALTERNATIVE, _COMMON = "x509_subject_alternative_name", "x509_common_name"


def peer(address: str | None) -> str:
    """An address as a URI of gRPC; a client of a Unix socket has none."""
    if address is None:
        return "unix:"
    if address.startswith("["):
        host, _, port = address.rpartition(":")
        quoted = quote(host, safe=":")
        return f"ipv6:{quoted}:{port}"
    return f"ipv4:{address}"


def auth_context(certificates: Sequence[bytes]) -> Mapping[str, list[bytes]]:
    """What is known of the client's certificate, under grpcio's names."""
    if not certificates:
        return {}
    common, alternative = names_of(certificates[0])
    found = {
        "transport_security_type": [b"ssl"],
        _COMMON: common,
        _ALTERNATIVE: alternative,
        "x509_pem_cert": [ssl.DER_cert_to_PEM_cert(certificates[0]).encode()],
        "x509_pem_cert_chain": ["".join(map(ssl.DER_cert_to_PEM_cert, certificates)).encode()],
    }
    return {name: values for name, values in found.items() if values}


def identity_key(context: Mapping[str, list[bytes]]) -> str | None:
    """The property whose values name the client."""
    return next((name for name in (_ALTERNATIVE, _COMMON) if name in context), None)


def identities(context: Mapping[str, list[bytes]]) -> list[bytes] | None:
    """The names of the client."""
    key = identity_key(context)
    return None if key is None else context[key]
