"""Health that handlers set."""

from collections.abc import Iterator
from typing import Any

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from processes import WAIT, Served, serving
from wire import aio, grpc

from spikard.grpc import GrpcRequest, GrpcResponse, Server, grpc_stream, health

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server with two services."""
    with serving("around") as served:
        yield served


def statuses(channel: Any) -> dict[str, int]:
    """The statuses of all services, by `List` and by `Check`."""
    stub = health_pb2_grpc.HealthStub(channel)
    listed = stub.List(health_pb2.HealthListRequest(), timeout=WAIT).statuses
    found = {name: one.status for name, one in listed.items()}
    for name, status in found.items():
        assert stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=WAIT).status == status
    return found


def test_one_service_is_out_of_service(served: Served) -> None:
    """The others and the server are not, and its calls are served; a watch sees it."""
    with grpc.insecure_channel(served.address) as channel:
        put = channel.unary_unary("/around.Around/SetHealth")
        watch = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(service="around.Ordered"), timeout=WAIT
        )
        assert next(watch).status == SERVING
        put(b"around.Ordered=0", timeout=WAIT)
        assert next(watch).status == NOT_SERVING
        assert statuses(channel) == {"": SERVING, "around.Around": SERVING, "around.Ordered": NOT_SERVING}
        put(b"around.Ordered=1", timeout=WAIT)
        assert next(watch).status == SERVING
        watch.cancel()
        put(b"=0", timeout=WAIT)
        assert statuses(channel) == {"": NOT_SERVING, "around.Around": SERVING, "around.Ordered": SERVING}
        put(b"=1", timeout=WAIT)
        assert set(statuses(channel).values()) == {SERVING}


def test_a_name_that_no_server_has(served: Served) -> None:
    """The one that is meant is named."""
    with grpc.insecure_channel(served.address) as channel, pytest.raises(grpc.RpcError) as raised:
        channel.unary_unary("/around.Around/SetHealth")(b"around.Orderd=0", timeout=WAIT)
    assert raised.value.details() == (
        'health.set names "around.Orderd", which no server of this process serves; did you mean "around.Ordered"?'
    )


@grpc_stream(service="health.Early")
async def early(request: GrpcRequest) -> GrpcResponse:
    return GrpcResponse()


@pytest.mark.asyncio
async def test_before_the_server_has_started(caplog: pytest.LogCaptureFixture) -> None:
    """As in a lifespan; it holds for servers that start later, and a wrong name is a warning then."""
    health.set("health.Early", serving=False)
    health.set("health.Erly", serving=False)
    try:
        for _ in range(2):
            async with Server(early, bind="127.0.0.1:0") as server, aio.insecure_channel(server.address) as channel:
                stub = health_pb2_grpc.HealthStub(channel)
                answer = await stub.Check(health_pb2.HealthCheckRequest(service="health.Early"), timeout=WAIT)
                assert answer.status == NOT_SERVING
                with pytest.raises(ValueError, match=r'"health\.Earl", .* did you mean "health\.Early"'):
                    health.set("health.Earl", serving=False)
    finally:
        health.set("health.Early", serving=True)
        health.set("health.Erly", serving=True)
    assert 'health.set names "health.Erly", which no server of this process serves' in caplog.text


@pytest.mark.asyncio
async def test_without_the_health_service() -> None:
    """Nothing is there to say it."""
    async with Server(early, bind="127.0.0.1:0", health=False):
        health.set("health.Early", serving=False)
        health.set("health.Early", serving=True)


def test_what_is_no_name() -> None:
    with pytest.raises(TypeError, match=r'takes the full name of a service, "package.Service", or "" for the server'):
        health.set(early, serving=False)  # type: ignore[arg-type]
