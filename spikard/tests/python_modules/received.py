"""Metadata that a client has sent, for handlers that send it back."""

from spikard.grpc import Metadata


def received(**values: str) -> Metadata:
    """Metadata as of a client, which may have what cannot be sent."""
    metadata = Metadata()
    for key, value in values.items():
        dict.__setitem__(metadata, key.replace("_", "-"), value)
    return metadata
