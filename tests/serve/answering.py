"""New connections: whether each is answered, and by which process."""

from collections import Counter
from typing import Any

from processes import WAIT
from wire import grpc

OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
MANY = 40


def answers(address: str, path: str, times: int = MANY) -> Counter[bytes]:
    """Makes connections, all at once, and a call on each: how often each answer came. None may fail."""
    channels: list[Any] = [grpc.insecure_channel(address, OWN_CONNECTION) for _ in range(times)]
    try:
        calls = [channel.unary_unary(path).future(b"", timeout=WAIT) for channel in channels]
        return Counter(call.result() for call in calls)
    finally:
        for channel in channels:
            channel.close()


def answered_by(address: str, path: str, expected: set[bytes]) -> None:
    """Makes connections until each of these has answered one."""
    missing = set(expected)
    for _ in range(50):
        missing -= set(answers(address, path, 8))
        if not missing:
            return
    raise AssertionError(f"never answered: {missing}")


def called(address: str, method: str, message: bytes = b"", **options: Any) -> bytes:
    """The answer of a unary method of the application ``around``."""
    with grpc.insecure_channel(address) as channel:
        answer: bytes = channel.unary_unary(f"/around.Around/{method}")(message, timeout=WAIT, **options)
        return answer
