"""Middleware around classes that were written for grpcio: it takes the request, they take their context as well."""

from types import ModuleType
from typing import Any

import grpcio_aio_examples
import grpcio_examples
import pytest
from processes import WAIT
from wire import grpc

import route_guide_pb2
import route_guide_pb2_grpc
from spikard.grpc import AnyRequest, AnyResponse, GrpcError, Next, servicer
from spikard.grpc.testing import serving


async def authenticate(request: AnyRequest, call_next: Next) -> AnyResponse:
    """Refuses, and passes on."""
    if "x-user" not in request.metadata:
        raise GrpcError("UNAUTHENTICATED", "who are you?")
    return await call_next(request)


@pytest.mark.parametrize("written", [grpcio_examples, grpcio_aio_examples], ids=["threads", "asyncio"])
def test_every_kind(written: ModuleType) -> None:
    """Unary and streams, in threads and on the loop."""
    guide = servicer(written.RouteGuideServicer())
    point = route_guide_pb2.Point(latitude=407838351, longitude=-746143763)
    user = [("x-user", "ann")]
    with serving(guide, middleware=[authenticate]) as served, grpc.insecure_channel(served.address) as channel:
        stub: Any = route_guide_pb2_grpc.RouteGuideStub(channel)  # type: ignore[no-untyped-call]
        feature = stub.GetFeature(point, timeout=WAIT, metadata=user)
        assert feature.location == point
        summary = stub.RecordRoute(iter([point, point]), timeout=WAIT, metadata=user)
        assert summary.point_count == 2
        area = route_guide_pb2.Rectangle(lo=point, hi=point)
        assert len(list(stub.ListFeatures(area, timeout=WAIT, metadata=user))) <= 1
        notes = [route_guide_pb2.RouteNote(location=point, message="a")] * 2
        assert len(list(stub.RouteChat(iter(notes), timeout=WAIT, metadata=user))) == 1
        for call in (lambda: stub.GetFeature(point, timeout=WAIT), lambda: list(stub.ListFeatures(area, timeout=WAIT))):
            with pytest.raises(grpc.RpcError) as raised:
                call()
            assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
