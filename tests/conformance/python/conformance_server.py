"""Serves as Connect's conformance suite asks on standard input, and says where on standard output."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import conformance_handlers
import trustme
from connectrpc.conformance.v1.server_compat_pb2 import ServerCompatRequest, ServerCompatResponse

from spikard.grpc import Server

HOST = "127.0.0.1"


async def serve(asked: ServerCompatRequest, folder: Path) -> None:
    """Serve until SIGTERM."""
    options: dict[str, Any] = {"compression": "gzip"}
    response = ServerCompatResponse(host=HOST)
    if asked.message_receive_limit:
        options["max_message_bytes"] = asked.message_receive_limit
    if asked.use_tls:
        authority = trustme.CA()
        issued = authority.issue_cert(HOST, "localhost")
        certificate, key = folder / "cert.pem", folder / "key.pem"
        issued.private_key_pem.write_to_path(key)
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        options |= {"tls_cert": certificate, "tls_key": key}
        response.pem_cert = authority.cert_pem.bytes()
    if asked.client_tls_cert:
        clients = folder / "clients.pem"
        clients.write_bytes(asked.client_tls_cert)
        options["tls_client_ca"] = clients
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with Server(conformance_handlers, bind=f"{HOST}:0", **options) as server:
        response.port = server.port
        write(response.SerializeToString())
        await stopped.wait()


def read() -> bytes:
    """A message, after its length in four bytes."""
    length = int.from_bytes(sys.stdin.buffer.read(4), "big")
    return sys.stdin.buffer.read(length)


def write(message: bytes) -> None:
    """The same the other way."""
    sys.stdout.buffer.write(len(message).to_bytes(4, "big") + message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(serve(ServerCompatRequest.FromString(read()), Path(made)))
