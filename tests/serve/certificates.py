"""Certificates for tests of TLS, made with openssl."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificates:
    """An authority, and a server and a client that it has signed."""

    folder: Path

    def file(self, name: str) -> Path:
        """One of ca.pem, ca.key, server.pem, server.key, client.pem, client.key."""
        return self.folder / name


def make(folder: Path) -> Certificates:
    """Make them in a folder."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority", "-days", "2")
    for name in ("server", "client"):
        (folder / f"{name}.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-out", f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext"),
        )
    return Certificates(folder)
