"""The form in which Rust hands over the messages of a buffered stream."""

from __future__ import annotations

from typing import Literal

Layout = Literal["list", "joined", "column"]
"""A list of ``bytes``; one ``bytes``, a message whose field 1 repeats them; pieces of a binary column of Arrow."""

Piece = tuple[bytes, bytes]
"""A piece of a binary column: the bytes of its messages in a row, and their offsets, which are ``int32``."""
