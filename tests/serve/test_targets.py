"""What can be served, and what is said of the rest."""

import re

import counting
import hidden
import nothing
import probes
import pytest
import reexport
import second_echo
from processes import serving, spikard

from spikard._serving.targets import find_routes
from spikard.grpc import GrpcRequest, GrpcResponse, Server, grpc_stream
from spikard.grpc.testing import Client


def names(*targets: object) -> list[str]:
    """The paths that targets have."""
    return [route.path for route in find_routes(targets)]


def test_a_module() -> None:
    """By name or as an object: every handler, once."""
    assert "/probes.Probes/Echo" in names("probes")
    assert names("probes") == names(probes) == names("probes", probes)
    assert len(names("probes")) == len(set(names("probes"))) > 10


def test_a_function() -> None:
    """By name or as an object."""
    assert names("probes:echo") == names(probes.echo) == ["/probes.Probes/Echo"]
    assert names("probes:echo", probes.join, probes.echo) == ["/probes.Probes/Echo", "/probes.Probes/Join"]


def test_an_instance() -> None:
    """All its methods, or one of them."""
    both = ["/counting.Counter/Count", "/counting.Counter/Name"]
    for target in ("counting", "counting:counter", counting.counter, counting.Counter("two")):
        assert names(target) == both
    assert names(counting.counter.count) == names("counting:counter.count") == both[:1]


def test_names_that_are_imported() -> None:
    """They are served from there too, and nothing twice."""
    assert names("reexport") == ["/counting.Counter/Count", "/counting.Counter/Name", "/probes.Probes/Echo"]
    assert names(reexport, "counting", probes.echo) == names("reexport")


def test_an_instance_is_a_service_with_state() -> None:
    """Each has its own."""
    first, second = counting.Counter("first"), counting.Counter("second")
    with Client(first) as one, Client(second) as two:
        assert one.call(first.count).payload == b"first 1"
        assert one.call("Count").payload == b"first 2"
        assert two.call(second.count).payload == b"second 1"
        assert two.call(second.get_name).payload == b"second"


def test_what_a_subclass_overrides_is_served() -> None:
    """The declaration is inherited, and the method that runs is the subclass's."""

    class Loud(counting.Counter):
        async def count(self, request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse(b"LOUD")

    with Client(Loud("x")) as client:
        assert client.call("Count").payload == b"LOUD"


@pytest.mark.parametrize(
    ("target", "error", "text"),
    [
        ("no_such_module", ModuleNotFoundError, 'there is no module "no_such_module"; the module search path is:'),
        ("probes.inner", ModuleNotFoundError, 'there is no module "probes.inner"'),
        (
            "probes:ecko",
            AttributeError,
            'the module "probes" has no "ecko", which "probes:ecko" names; did you mean "echo"?',
        ),
        ("broken_import", ImportError, 'the module "broken_import" failed when it was imported, with LookupError'),
        ("broken_dependency", ImportError, "with ModuleNotFoundError: No module named 'no_such_library'"),
        ("broken_annotation", ImportError, "@grpc_stream on broken_annotation.upload: a GrpcClientStreamRequest is"),
        ("leaves", ImportError, "with SystemExit: 7"),
        (
            "nothing",
            TypeError,
            (
                'the module "nothing" declares no handlers: put @grpc_stream(service="…") on its functions; '
                "its class Waiting does, so make an instance of it: waiting = Waiting(…)"
            ),
        ),
        ("nothing:undeclared", TypeError, '"nothing:undeclared" is not declared as a handler'),
        ("nothing:Waiting", TypeError, '"nothing:Waiting" is a class, and handlers are served from an instance'),
        ("nothing:NUMBER", TypeError, '"nothing:NUMBER" declares no handlers'),
        (nothing.undeclared, TypeError, "is not declared as a handler"),
        (7, TypeError, "7 declares no handlers"),
        ("", ValueError, '"" names no handlers: write "module" or "module:name"'),
        ("probes:", ValueError, '"probes:" names no handlers'),
        (".probes", ValueError, '".probes" names no handlers'),
        ("probes.py", ValueError, '"probes.py" is a file: write the name of its module, "probes"'),
        ("../src/probes.py", ValueError, 'its module, "probes", and its folder, ../src, in --app-dir or PYTHONPATH'),
        ("/srv/probes.py:echo", ValueError, 'its module, "probes:echo", and its folder, /srv, in --app-dir'),
        ("probes.echo", ModuleNotFoundError, '"probes.echo" is no module: write "probes:echo"'),
        ("./handlers/probes.py:echo", ValueError, 'write the name of its module, "handlers.probes:echo"'),
    ],
)
def test_mistakes(target: object, error: type[Exception], text: str) -> None:
    """Each has an exception of the right type, which says what to do."""
    with pytest.raises(error) as raised:
        Server(target)
    assert text in str(raised.value)


def test_two_handlers_for_one_method() -> None:
    """Both are named, with their places."""
    with pytest.raises(ValueError, match=r"/probes.Probes/Echo has two handlers") as raised:
        Server(probes, second_echo)
    assert "probes:echo (" in str(raised.value)
    assert "second_echo:other (" in str(raised.value)
    assert "second_echo.py:6)" in str(raised.value)
    with pytest.raises(ValueError, match=r"/counting.Counter/Count has two handlers, counting:Counter.count"):
        Server(counting.Counter("one"), counting.Counter("two"))


@pytest.mark.asyncio
async def test_nothing_to_serve() -> None:
    """No target at all, and none that was added."""
    with pytest.raises(ValueError, match="there is nothing to serve"):
        await Server(bind="127.0.0.1:0").start()


def test_a_declaration_survives_a_wrapper() -> None:
    """`functools.wraps` takes it along."""
    import functools

    @functools.wraps(probes.echo)
    async def wrapped(request: GrpcRequest) -> GrpcResponse:
        response = await probes.echo(request)
        return GrpcResponse(bytes(response.payload) + b"!")

    with Client(wrapped) as client:
        assert client.call("Echo", b"one").payload == b"one!"


def test_many_declarations_keep_their_order() -> None:
    """As written."""
    made = []
    for number in range(50):

        async def handler(request: GrpcRequest) -> GrpcResponse:
            return GrpcResponse()

        made.append(grpc_stream(service="many.Many", method=f"M{number}")(handler))
    assert names(*made) == [f"/many.Many/M{number}" for number in range(50)]


def test_what_is_declared_and_not_served_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """By its path and place, with the reason."""
    assert names("hidden") == [f"/hidden.Hidden/{method}" for method in ("Put", "Second", "Run")]
    place = rf"\({re.escape(str(hidden.__file__))}:\d+\) declares it, and"
    expected = {
        "Get": rf"hidden.get {place} a decorator above @grpc_stream has put another object in its place: give the .*",
        "First": rf"hidden.twice {place} twice is also the name of the handler of /hidden.Hidden/Second \(.*\): .*",
        "Wait": rf"hidden.Waiting.wait {place} no name of the module is an instance of Waiting: write waiting = Wait.*",
        "Lost": rf"hidden.Served.lost {place} a decorator above @grpc_stream has put another object in its place: .*",
    }
    assert len(caplog.messages) == len(expected)
    for text, (method, pattern) in zip(caplog.messages, expected.items(), strict=True):
        assert re.fullmatch(f"/hidden.Hidden/{method} is not served: {pattern}", text), text
    assert {record.levelname for record in caplog.records} == {"WARNING"}


def test_what_is_chosen_by_name_leaves_the_rest_out_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """And so does a module of which everything is served, with a target that serves the rest."""
    names("hidden:put")
    names(counting, probes, hidden.INSTANCES[0])
    names("reexport")
    assert caplog.messages == []


def test_the_command_says_what_is_not_served() -> None:
    """On standard error, whether it serves or not."""
    assert spikard("routes", "hidden").stderr.count("is not served: ") == 4
    with serving("hidden", "--log-level", "warning") as served:
        served.err.wait_for("WARNING .* spikard: /hidden.Hidden/.* is not served: ", 4)
