"""How messages are compressed."""

from __future__ import annotations

from typing import Literal

Compression = Literal["identity", "gzip", "deflate", "zstd"]
"""How messages are compressed, each on its own; ``"identity"`` is not at all."""
