"""Calls with grpcio and grpclib, with one type of result."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grpclib.client import Channel, StreamStreamMethod
from grpclib.exceptions import GRPCError
from multidict import MultiDict
from wire import grpc

Kind = Literal["unary_unary", "unary_stream", "stream_unary", "stream_stream"]
Pairs = list[tuple[str, Any]]


@dataclass
class Answer:
    """The result of a call."""

    code: str = "OK"
    text: str = ""
    messages: list[bytes] = field(default_factory=list)
    metadata: Pairs = field(default_factory=list)
    trailers: Pairs = field(default_factory=list)


Call = Callable[..., Answer]
"""Calls a method with one of the clients."""


def with_grpcio(
    address: str,
    path: str,
    kind: Kind,
    messages: Sequence[bytes],
    metadata: Pairs | None = None,
    timeout: float = 30,
) -> Answer:
    """Call with grpcio."""
    with grpc.insecure_channel(address) as channel:
        takes, gives = kind.split("_")
        call = getattr(channel, kind)(path)
        sent: bytes | Iterable[bytes] = messages[0] if takes == "unary" else iter(messages)
        answer = Answer()
        try:
            if gives == "unary":
                response, done = call.with_call(sent, timeout=timeout, metadata=metadata)
                answer.messages = [response]
            else:
                done = call(sent, timeout=timeout, metadata=metadata)
                for message in done:
                    answer.messages.append(message)
        except grpc.RpcError as error:
            done = error
            answer.code = done.code().name
            answer.text = done.details() or ""
        answer.metadata = _own(done.initial_metadata())
        answer.trailers = _own(done.trailing_metadata())
        return answer


def with_grpclib(
    address: str,
    path: str,
    kind: Kind,
    messages: Sequence[bytes],
    metadata: Pairs | None = None,
    timeout: float = 30,
) -> Answer:
    """Call with grpclib."""
    return asyncio.run(_with_grpclib(address, path, messages, metadata, timeout))


class _Raw:
    """grpclib's codec for messages that are bytes already."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


async def _with_grpclib(
    address: str, path: str, messages: Sequence[bytes], metadata: Pairs | None, timeout: float
) -> Answer:
    host, port = address.rsplit(":", 1)
    channel = Channel(host, int(port), codec=_Raw())  # type: ignore[arg-type]
    answer = Answer()
    try:
        method = StreamStreamMethod[bytes, bytes](channel, path, bytes, bytes)
        async with method.open(timeout=timeout, metadata=MultiDict(metadata or [])) as stream:
            try:
                await stream.send_request()
                for message in messages:
                    await stream.send_message(message)
                await stream.end()
                async for message in stream:
                    answer.messages.append(message)
                await stream.recv_trailing_metadata()
            except GRPCError as error:
                answer.code = error.status.name
                answer.text = error.message or ""
            except (TimeoutError, asyncio.TimeoutError):  # one and the same from 3.11 on
                answer.code = "DEADLINE_EXCEEDED"
            finally:
                answer.metadata = _own(stream.initial_metadata)
                answer.trailers = _own(stream.trailing_metadata)
    except GRPCError:
        # The same that was caught inside, raised again by the end of the block.
        assert answer.code != "OK"
    except (TimeoutError, asyncio.TimeoutError):  # one and the same from 3.11 on
        answer.code = "DEADLINE_EXCEEDED"
    finally:
        channel.close()
    return answer


def _own(metadata: Any) -> Pairs:
    if metadata is None:
        return []
    pairs = metadata.items() if isinstance(metadata, Mapping) else metadata
    return [(key, value) for key, value in pairs if key.startswith(("x-", "endpoint-load-"))]
