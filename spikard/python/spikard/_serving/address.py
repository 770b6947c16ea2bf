"""Where a server listens."""

from __future__ import annotations

from dataclasses import dataclass

_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port, the path of a Unix socket, or a descriptor."""

    host: str = ""
    port: int = 0
    path: str | None = None
    mode: int | None = None
    """The permissions of the Unix socket; ``None`` for what the umask leaves."""
    fd: int | None = None
    """Of a socket that listens already."""

    def __str__(self) -> str:
        if self.fd is not None:
            return f"fd {self.fd}"
        if self.path is not None:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def address_of(name: str, bind: str) -> Address:
    """Reads ``host:port``, ``[::1]:port`` or ``unix:path``; an error begins with `name`."""
    if bind.startswith("unix:"):
        path = bind.removeprefix("unix:")
        if not path:
            raise ValueError(f'{name}: "unix:" names no file: write "unix:/run/spikard.sock"')
        if path.startswith("@"):
            raise ValueError(f'{name}: "{bind}": there are no abstract sockets here: write "unix:/run/spikard.sock"')
        return Address(path=path)
    host, colon, port = bind.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not bare or not port.isascii() or not port.isdigit() or (":" in host and bare == host):
        raise ValueError(
            f'{name}: "{bind}" is not an address: write host:port, as in 127.0.0.1:50051, [::]:50051 or, for a free '
            f"port, 127.0.0.1:0; or unix:path"
        )
    if int(port) > _LAST_PORT:
        raise ValueError(f'{name}: the port of "{bind}" is more than {_LAST_PORT}')
    return Address(bare, int(port))
