"""The standard services, with the clients that come with grpcio."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_reflection.v1alpha.reflection_pb2 import (
    ExtensionRequest,
    ServerReflectionRequest,
    ServerReflectionResponse,
)
from processes import WAIT, Served, serving
from wire import grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
RECORDS = "messageservice.MessageService"
OTHERS = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A service whose `_pb2` module is imported, and one that has none."""
    with serving("batch_handler", "probes", "--reflection") as served:
        yield served


@pytest.fixture
def channel(served: Served) -> Iterator[Any]:
    """A connection to it."""
    with grpc.insecure_channel(served.address) as channel:
        yield channel


def asked(service: str) -> health_pb2.HealthCheckRequest:
    """The question for a service."""
    return health_pb2.HealthCheckRequest(service=service)


def test_check_and_list(channel: Any) -> None:
    """Each service and the server as a whole; not those that are not there."""
    health = health_pb2_grpc.HealthStub(channel)
    for service in ("", RECORDS, "probes.Probes"):
        assert health.Check(asked(service), timeout=WAIT).status == SERVING
    with pytest.raises(grpc.RpcError) as raised:
        health.Check(asked("no.Such"), timeout=WAIT)
    assert raised.value.code() is grpc.StatusCode.NOT_FOUND
    assert "no.Such" in raised.value.details()
    listed = health.List(health_pb2.HealthListRequest(), timeout=WAIT).statuses
    assert {name: one.status for name, one in listed.items()} == {
        "": SERVING,
        RECORDS: SERVING,
        "probes.Probes": SERVING,
    }


@pytest.mark.parametrize(
    ("service", "statuses"), [("probes.Probes", [SERVING, NOT_SERVING]), ("no.Such", [SERVICE_UNKNOWN])]
)
def test_a_watch_goes_on_until_the_drain(service: str, statuses: list[int]) -> None:
    """Also of a service that is not there: a client that watches it waits, and does not give the address up."""
    with serving("probes") as served, grpc.insecure_channel(served.address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(asked(service), timeout=WAIT)
        seen = [next(watch).status]
        assert watch.is_active()
        served.process.send_signal(signal.SIGTERM)
        seen += [response.status for response in watch]
        assert seen == statuses
        assert watch.code() is grpc.StatusCode.OK
        assert served.process.wait(WAIT) == 0


def test_grpcios_own_health_checking_of_clients(served: Served) -> None:
    """A channel that watches the health of its service uses the address, and one of an unknown service does not."""
    for service, code in ((RECORDS, None), ("no.Such", grpc.StatusCode.UNAVAILABLE)):
        config = (
            f'{{"loadBalancingConfig": [{{"round_robin": {{}}}}], "healthCheckConfig": {{"serviceName": "{service}"}}}}'
        )
        with grpc.insecure_channel(served.address, [("grpc.service_config", config)]) as channel:
            echo = channel.unary_unary("/probes.Probes/Echo")
            if code is None:
                assert echo(b"one", timeout=WAIT, wait_for_ready=True) == b"one"
                continue
            with pytest.raises(grpc.RpcError) as raised:
                echo(b"one", timeout=WAIT)
            assert raised.value.code() is code


def test_reflection_with_grpcios_client(channel: Any) -> None:
    """Descriptors of what is known; what is not is an answer, and the stream goes on."""
    database = ProtoReflectionDescriptorDatabase(channel)
    assert set(database.get_services()) == {RECORDS, "probes.Probes", *OTHERS}
    pool = DescriptorPool(database)
    service = pool.FindServiceByName(RECORDS)
    assert service.methods_by_name["BatchCreate"].client_streaming
    for unknown in ("no.Such", "probes.Probes"):
        with pytest.raises(KeyError):
            pool.FindServiceByName(unknown)
    health = pool.FindServiceByName("grpc.health.v1.Health")
    assert [method.name for method in health.methods] == ["Check", "Watch", "List"]
    statuses = pool.FindMessageTypeByName("grpc.health.v1.HealthListResponse").fields_by_name["statuses"]
    assert statuses.message_type is not None
    assert statuses.message_type.GetOptions().map_entry
    with pytest.raises(KeyError):
        database.FindAllExtensionNumbers("no.Such")
    assert list(database.FindAllExtensionNumbers(f"{service.methods[0].input_type.full_name}")) == []


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_an_answer_to_each_request_of_one_stream(channel: Any, version: str) -> None:
    """In order, with the request, and errors among them."""
    requests = [
        ServerReflectionRequest(file_containing_symbol="no.Such"),
        ServerReflectionRequest(file_by_filename="no/such.proto"),
        ServerReflectionRequest(
            file_containing_extension=ExtensionRequest(containing_type="no.Such", extension_number=7)
        ),
        ServerReflectionRequest(),
        ServerReflectionRequest(list_services="*"),
    ]
    ask = channel.stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString,
    )
    answers = list(ask(iter(requests), timeout=WAIT))
    assert [answer.original_request for answer in answers] == requests
    errors = [(answer.error_response.error_code, answer.error_response.error_message) for answer in answers[:4]]
    assert [code for code, _ in errors] == [5, 5, 5, 3]
    for (_, text), part in zip(
        errors, ["symbol no.Such", "file no/such.proto", "extension 7 of no.Such", "nothing"], strict=True
    ):
        assert part in text
    assert {one.name for one in answers[4].list_services_response.service} == {RECORDS, "probes.Probes", *OTHERS}


def test_a_service_that_reflection_cannot_show_is_named_at_the_start(served: Served) -> None:
    """It is served, and listed, all the same."""
    served.err.wait_for(r"WARNING.*reflection lists probes\.Probes, which probes:.* handles, and cannot show")
    with grpc.insecure_channel(served.address) as channel:
        assert channel.unary_unary("/probes.Probes/Echo")(b"one", timeout=WAIT) == b"one"
