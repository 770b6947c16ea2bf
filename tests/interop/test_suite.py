"""The test cases of the gRPC interop suite, against our server in both languages."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme

from cases import CASES
from frame_cases import FRAME_CASES
from frames import FramesClient, connected
from interop_client import Client
from servers import running


@dataclass
class Clients:
    """The two clients of one server."""

    grpcio: Client
    frames: FramesClient


@pytest.fixture(scope="module", params=["plain", "tls"])
def authority(request: pytest.FixtureRequest) -> trustme.CA | None:
    """The authority that signs the server's certificate, `None` without TLS."""
    return trustme.CA() if request.param == "tls" else None


@pytest.fixture(scope="module", params=["rust", "python"])
def clients(
    request: pytest.FixtureRequest, authority: trustme.CA | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clients]:
    """Clients of a server with handlers in one language."""
    folder = tmp_path_factory.mktemp("interop")
    options = ["--port", "0", "--language", request.param, *tls_options(authority, folder)]
    with (
        running("interop_server", folder / "log", *options) as server,
        grpcio_channel(server.address, authority) as channel,
        connected(server.address, tls_context(authority)) as frames,
    ):
        yield Clients(Client(channel), frames)


def tls_options(authority: trustme.CA | None, folder: Path) -> list[str]:
    """Write a certificate and its key, and name them to the server."""
    if authority is None:
        return ["--use_tls=false"]
    issued = authority.issue_cert("127.0.0.1", "localhost")
    certificate, key = folder / "server.pem", folder / "server.key"
    issued.private_key_pem.write_to_path(key)
    for blob in issued.cert_chain_pems:
        blob.write_to_path(certificate, append=True)
    return ["--use_tls=true", "--tls_cert_file", str(certificate), "--tls_key_file", str(key)]


def grpcio_channel(address: str, authority: trustme.CA | None) -> grpc.Channel:
    """Connect with grpcio, which checks the certificate."""
    if authority is None:
        return grpc.insecure_channel(address)
    credentials = grpc.ssl_channel_credentials(root_certificates=authority.cert_pem.bytes())
    return grpc.secure_channel(address, credentials)


def tls_context(authority: trustme.CA | None) -> ssl.SSLContext | None:
    """What the client of frames needs, which checks it as well."""
    if authority is None:
        return None
    context = ssl.create_default_context()
    authority.configure_trust(context)
    context.set_alpn_protocols(["h2"])
    return context


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_case(clients: Clients, case: Callable[[Client], None]) -> None:
    """The case succeeds."""
    case(clients.grpcio)


@pytest.mark.parametrize("case", FRAME_CASES, ids=lambda case: case.__name__)
def test_case_of_frames(clients: Clients, case: Callable[[Client, FramesClient], None]) -> None:
    """The case succeeds."""
    case(clients.grpcio, clients.frames)
