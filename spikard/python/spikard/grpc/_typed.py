"""The messages of a handler, decoded and encoded as its annotations say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from spikard.grpc._batch import ParseAll, split
from spikard.grpc._codec import Codec
from spikard.grpc._columns import Columns
from spikard.grpc._layout import Layout
from spikard.grpc._request import GrpcBidiStreamRequest, GrpcClientStreamRequest, GrpcDuplexRequest, GrpcRequest
from spikard.grpc._response import GrpcBidiStreamResponse, GrpcResponse, GrpcServerStreamResponse
from spikard.grpc._status import StatusCode
from spikard.grpc._undecodable import UndecodableError, undecodable, undecodable_at


@dataclass(frozen=True, slots=True)
class Typed:
    """What a handler takes and gives; ``None`` is ``bytes``."""

    takes: Codec | Columns | None
    gives: Codec | Columns | None

    @property
    def layout(self) -> Layout:
        """The form in which it takes the messages of a buffered stream."""
        if isinstance(self.takes, Columns):
            return "column"
        return "list" if self.takes is None or self.takes.parse_all is None else "joined"

    def decode(self, request: Any, code: int = StatusCode.INVALID_ARGUMENT) -> None:
        """Decodes the messages of a request, in their place: each is kept once, as bytes or decoded.

        What cannot be decoded is an :class:`UndecodableError` with this code.

        Those of a full-duplex request come later, through :meth:`decoder`.
        """
        codec = self.takes
        if isinstance(codec, Columns):
            _decode_columns(codec, code, request)
        elif codec is None or isinstance(request, GrpcDuplexRequest):
            return
        elif isinstance(request, GrpcRequest):
            try:
                request.payload = codec.decode(request.payload)
            except MemoryError:
                raise
            except Exception as error:
                raise undecodable(codec.shown, error, code) from error
        elif codec.parse_all is None or type(request.messages) is list:
            _decode_in_place(codec, code, request.messages)
        else:
            request.messages = _parsed(codec, code, codec.parse_all, request.messages)

    def decoder(self, code: int = StatusCode.INVALID_ARGUMENT) -> Decoder | None:
        """What decodes a stream, message by message; what cannot be decoded is an error with this code."""
        return Decoder(self.takes, code) if isinstance(self.takes, Codec) else None

    def encode(self, response: Any) -> Any:
        """A response of bytes; the handler may return the same one again, so it stays as it is.

        What is no response, or has no list of messages, stays for the check of all responses. A ``TypeError`` names a
        message of another type.
        """
        codec = self.gives
        if codec is None:
            return response
        if isinstance(codec, Columns):
            return _of_columns(codec, response)
        if isinstance(response, GrpcResponse):
            return GrpcResponse(
                _encoded(codec, response.payload, "returned a GrpcResponse whose payload is {found}"),
                metadata=response.metadata,
                trailers=response.trailers,
                compression=response.compression,
            )
        for kind in (GrpcServerStreamResponse, GrpcBidiStreamResponse):
            if isinstance(response, kind) and isinstance(response.messages, (list, tuple)):
                wrong = f"returned a {kind.__name__} whose messages[{{index}}] is {{found}}"
                return kind(
                    [_encoded(codec, message, wrong, index) for index, message in enumerate(response.messages)],
                    metadata=response.metadata,
                    trailers=response.trailers,
                    compression=response.compression,
                    uncompressed=response.uncompressed,
                )
        if isinstance(response, codec.type):
            raise TypeError(
                f"returned {codec.shown}, expected a response with it: return the response, not the message"
            )
        return response

    def encode_yielded(self, index: int, message: Any) -> Any:
        """The bytes of a message of a stream; a ``TypeError`` says that it is none of the type."""
        codec = self.gives
        if isinstance(codec, Codec):
            return _encoded(codec, message, "yielded {found} as message {index}", index)
        return message


class Decoder:
    """Decodes the messages of a stream, and counts them."""

    __slots__ = ("_code", "_codec", "_count")

    def __init__(self, codec: Codec, code: int) -> None:
        self._codec = codec
        self._code = code
        self._count = 0

    def __call__(self, message: bytes) -> Any:
        """The next message, decoded."""
        index = self._count
        self._count += 1
        try:
            return self._codec.decode(message)
        except MemoryError:
            raise
        except Exception as error:
            raise undecodable_at(index, self._codec.shown, error, self._code) from error


def _decode_columns(codec: Columns, code: int, request: Any) -> None:
    if not isinstance(request, (GrpcClientStreamRequest, GrpcBidiStreamRequest)):
        # A program in Rust names the handler for a method of another kind.
        raise TypeError(
            f"the handler takes {codec.shown}, which a buffered stream is made into, and got a {type(request).__name__}"
        )
    try:
        request.messages = codec.decode(request.messages)
    except UndecodableError as error:
        raise error.with_code(code) from error


def _decode_in_place(codec: Codec, code: int, messages: list[Any]) -> None:
    decode = codec.decode
    index = 0
    try:
        for index, message in enumerate(messages):
            messages[index] = decode(message)
    except MemoryError:
        raise
    except Exception as error:
        raise undecodable_at(index, codec.shown, error, code) from error


def _parsed(codec: Codec, code: int, parse_all: ParseAll, joined: bytes) -> Sequence[Any]:
    """The messages of a stream that comes joined, in one parse; which one is wrong is found one by one."""
    try:
        return parse_all(joined)
    except MemoryError:
        raise
    except Exception:
        _find_undecodable(codec, code, joined)
        messages: list[Any] = list(split(joined))
        _decode_in_place(codec, code, messages)
        return messages


def _find_undecodable(codec: Codec, code: int, joined: bytes) -> None:
    # None is kept: each on its own has an arena, and takes more than it does among the others.
    for index, message in enumerate(split(joined)):
        try:
            codec.decode(message)
        except MemoryError:
            raise
        except Exception as error:
            raise undecodable_at(index, codec.shown, error, code) from error


def _encoded(codec: Codec, message: Any, wrong: str, index: int = 0) -> bytes:
    if isinstance(message, codec.type):
        return codec.encode(message)
    raise _wrong(codec, message, wrong, index)


def rows(codec: Columns, index: int, columns: Any) -> Iterator[list[bytes]]:
    """The messages of the rows of columns that were yielded after `index` messages, in parts.

    A ``TypeError`` says that they are no columns, or which one does not fit.
    """
    if not isinstance(columns, codec.type):
        raise _wrong(codec, columns, "yielded {found} after {index} messages", index)
    yield from codec.encode_in_parts(columns)


def _of_columns(codec: Columns, response: Any) -> Any:
    """A response whose messages are columns, with the messages of their rows."""
    for kind in (GrpcServerStreamResponse, GrpcBidiStreamResponse):
        if isinstance(response, kind):
            columns: Any = response.messages
            if not isinstance(columns, codec.type):
                raise _wrong(codec, columns, f"returned a {kind.__name__} whose messages are {{found}}")
            return kind(
                codec.encode(columns),
                metadata=response.metadata,
                trailers=response.trailers,
                compression=response.compression,
                uncompressed=response.uncompressed,
            )
    if isinstance(response, codec.type):
        raise TypeError(f"returned {codec.shown}, expected a response with it: return the response, not the columns")
    return response


def _wrong(codec: Codec | Columns, message: Any, wrong: str, index: int = 0) -> TypeError:
    kind = type(message)
    found = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    hint = "; await it: an async function was called, and did not run" if hasattr(kind, "__await__") else ""
    text = f"{wrong.format(found=found, index=index)}, expected {codec.shown}, as the response is annotated"
    return TypeError(text + hint)
