"""A method of a servicer, as the code that was generated for grpcio registers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spikard.grpc._codec import Codec, codec_of

Coding = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method, its function and its messages."""

    service: str
    name: str
    takes_stream: bool
    gives_stream: bool
    function: Callable[..., Any]
    """Takes a message, or an iterator over messages, and the context."""
    decode: Coding | None
    """Makes a message of its bytes; ``None`` leaves them as they are."""
    encode: Coding | None

    @property
    def path(self) -> str:
        """The path of a request."""
        return f"/{self.service}/{self.name}"

    @property
    def takes(self) -> Codec | None:
        """How its requests are decoded."""
        if self.decode is None:
            return None
        owner = getattr(self.decode, "__self__", None)
        known = codec_of(owner) if getattr(self.decode, "__name__", "") == "FromString" else None
        # A function of the user's own: what it makes need not be a message.
        return Codec(object, f"message of {self.path}", self.decode, bytes) if known is None else known

    def gives(self, decode: Coding | None) -> Codec | None:
        """How its responses are encoded; `decode` is for clients in the process."""
        encode = self.encode
        if encode is None:
            return None

        def encoded(message: Any) -> bytes:
            try:
                made: bytes = encode(message)
            except Exception as error:
                kind = type(message)
                raise TypeError(
                    f"the response of {self.path} is {kind.__module__}.{kind.__qualname__}, which cannot be "
                    f"serialized: {error}"
                ) from error
            return made

        return Codec(object, f"message of {self.path}", bytes if decode is None else decode, encoded)
