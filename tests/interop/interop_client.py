"""A client of `grpc.testing.TestService` with grpcio."""

import queue
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import grpc

from interop_pb2 import (
    Empty,
    Payload,
    SimpleRequest,
    SimpleResponse,
    StreamingInputCallRequest,
    StreamingInputCallResponse,
    StreamingOutputCallRequest,
    StreamingOutputCallResponse,
)

TEST_SERVICE = "grpc.testing.TestService"

M = TypeVar("M")


class Client:
    """The methods, as grpcio's callables."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.empty_call = channel.unary_unary(f"/{TEST_SERVICE}/EmptyCall", Empty.SerializeToString, Empty.FromString)
        self.unary_call = channel.unary_unary(
            f"/{TEST_SERVICE}/UnaryCall", SimpleRequest.SerializeToString, SimpleResponse.FromString
        )
        # Their calls are `grpc.Call` and iterator in one, which the stubs do not say.
        self.streaming_input_call: Any = channel.stream_unary(
            f"/{TEST_SERVICE}/StreamingInputCall",
            StreamingInputCallRequest.SerializeToString,
            StreamingInputCallResponse.FromString,
        )
        self.streaming_output_call: Any = channel.unary_stream(
            f"/{TEST_SERVICE}/StreamingOutputCall",
            StreamingOutputCallRequest.SerializeToString,
            StreamingOutputCallResponse.FromString,
        )
        self.full_duplex_call: Any = channel.stream_stream(
            f"/{TEST_SERVICE}/FullDuplexCall",
            StreamingOutputCallRequest.SerializeToString,
            StreamingOutputCallResponse.FromString,
        )
        self.half_duplex_call: Any = channel.stream_stream(
            f"/{TEST_SERVICE}/HalfDuplexCall",
            StreamingOutputCallRequest.SerializeToString,
            StreamingOutputCallResponse.FromString,
        )
        self.unimplemented_call = channel.unary_unary(
            f"/{TEST_SERVICE}/UnimplementedCall", Empty.SerializeToString, Empty.FromString
        )
        self.call_of_unimplemented_service = channel.unary_unary(
            "/grpc.testing.UnimplementedService/UnimplementedCall", Empty.SerializeToString, Empty.FromString
        )


class Pipe(Generic[M]):
    """The messages of a request that are sent one at a time, until it is half-closed."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[M | None] = queue.SimpleQueue()

    def send(self, message: M) -> None:
        """Send a message."""
        self._messages.put(message)

    def half_close(self) -> None:
        """Say that this was all."""
        self._messages.put(None)

    def __iter__(self) -> Iterator[M]:
        return self

    def __next__(self) -> M:
        message = self._messages.get()
        if message is None:
            raise StopIteration
        return message


def zeros(size: int) -> Payload:
    """A payload of so many zeros."""
    return Payload(body=bytes(size))
