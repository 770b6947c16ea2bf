"""Compression of messages."""

from __future__ import annotations

from typing import Literal

Compression = Literal["identity", "gzip", "deflate", "zstd"]
"""A compression of messages, as ``grpc-encoding`` names it; ``"identity"`` is none."""
