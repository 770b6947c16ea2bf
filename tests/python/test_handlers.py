"""Where a handler runs, and the errors for one that cannot be found."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spikard._runtime.lookup import NotFoundError, find
from spikard._runtime.names import ImportFailedError
from spikard._serving.targets import find_routes
from spikard.grpc import Kind
from spikard.grpc._layers import runs_on_loop


async def coroutine_function(request: object) -> object:
    return request


def plain_function(request: object) -> object:
    return request


def with_wraps(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


class AsyncCallable:
    async def __call__(self, request: object) -> object:
        return request

    async def method(self, request: object) -> object:
        return request

    @classmethod
    async def class_method(cls, request: object) -> object:
        return request

    @staticmethod
    async def static_method(request: object) -> object:
        return request


class PlainCallable:
    def __call__(self, request: object) -> object:
        return request

    @with_wraps
    def method(self, request: object) -> object:
        return request


@pytest.mark.parametrize(
    ("function", "on_loop"),
    [
        (coroutine_function, True),
        (functools.partial(coroutine_function), True),
        (functools.partial(functools.partial(coroutine_function)), True),
        (with_wraps(coroutine_function), True),
        (with_wraps(with_wraps(coroutine_function)), True),
        (functools.partial(with_wraps(coroutine_function)), True),
        (AsyncCallable(), True),
        (functools.partial(AsyncCallable()), True),
        (AsyncCallable().method, True),
        (AsyncCallable().class_method, True),
        (AsyncCallable().static_method, True),
        (plain_function, False),
        (functools.partial(plain_function), False),
        (with_wraps(plain_function), False),
        (PlainCallable(), False),
        (PlainCallable().method, False),
        (len, False),
        (str.upper, False),
    ],
)
def test_where_a_handler_runs(function: Any, on_loop: bool) -> None:
    assert runs_on_loop(function) is on_loop


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], str]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))

    def write(name: str, source: str) -> str:
        (tmp_path / f"{name}.py").write_text(source)
        return name

    return write


def refused(name: str) -> NotFoundError:
    with pytest.raises(NotFoundError) as raised:
        find(name)
    return raised.value


def test_a_handler_is_found(module: Callable[[str, str], str]) -> None:
    module("shop", "class Shop:\n    async def buy(self, request): ...\nshop = Shop()\ndef sell(request): ...\n")
    assert find("shop:shop.buy").on_loop
    handler = find("shop:sell")
    assert (handler.name, handler.on_loop) == ("shop:sell", False)


@pytest.mark.parametrize("name", ["shop", "shop:", ":sell", ".shop:sell", ""])
def test_a_malformed_name(name: str) -> None:
    error = refused(name)
    assert (error.fault, "module:callable" in error.text) == ("name", True)


def test_a_missing_module_names_the_search_path(module: Callable[[str, str], str], tmp_path: Path) -> None:
    error = refused("no_such_module:handle")
    assert error.fault == "module"
    assert error.text.startswith('no_such_module:handle: there is no module "no_such_module"; the module search path')
    assert f"\n  {tmp_path}\n" in error.text
    assert "PYTHONPATH" in error.text


def test_a_module_that_misses_another_is_broken_not_missing(module: Callable[[str, str], str], tmp_path: Path) -> None:
    module("needy", "def helper():\n    import no_such_module\nhelper()\n")
    error = refused("needy:handle")
    assert error.fault == "import"
    assert f'File "{tmp_path / "needy.py"}", line 2, in helper' in error.text
    assert "ModuleNotFoundError: No module named 'no_such_module'" in error.text
    assert "importlib" not in error.text
    assert "lookup.py" not in error.text


@pytest.mark.parametrize("raised", ["ValueError('text')", "SystemExit(3)", "KeyboardInterrupt()"])
def test_a_module_that_raises(module: Callable[[str, str], str], raised: str) -> None:
    module("broken", f"raise {raised}\n")
    error = refused("broken:handle")
    assert error.fault == "import"
    assert "the module of broken:handle failed when it was imported:\nTraceback" in error.text
    assert raised.partition("(")[0] in error.text


def test_a_missing_attribute_with_the_nearest(module: Callable[[str, str], str]) -> None:
    module("shop", "def handle_sale(request): ...\n")
    error = refused("shop:handle_sal")
    assert error.fault == "attribute"
    assert error.text == (
        'the module "shop" has no "handle_sal", which "shop:handle_sal" names; did you mean "handle_sale"?'
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("handle = 7", "is not callable: it is of type int"),
        ("class handle: ...", "is a class: name a function, or an instance"),
        ("def handle(): ...", "must take one argument, the request; its parameters are ()"),
        ("def handle(request, other): ...", "its parameters are (request, other)"),
        ("def handle(*, request): ...", "its parameters are (*, request)"),
    ],
)
def test_what_cannot_be_called(module: Callable[[str, str], str], source: str, text: str) -> None:
    module("shop", source)
    error = refused("shop:handle")
    assert (error.fault, text in error.text) == ("callable", True), error.text


DEFERRED = """
from typing import TYPE_CHECKING
from spikard.grpc import grpc_stream
if TYPE_CHECKING:
    from spikard.grpc import GrpcRequest, GrpcResponse

@grpc_stream(service="shop.Shop", kind="unary")
async def get(request: {request}) -> {response}:
    return b""

async def plain(request: {request}) -> {response}:
    return b""
"""


def deferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str = DEFERRED) -> str:
    """A module whose types are there for type checkers alone; from 3.14 on, without a word that defers them."""
    quote = str if sys.version_info >= (3, 14) else repr
    name = f"deferred_{len(source)}_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(source.format(request=quote("GrpcRequest"), response=quote("GrpcResponse")))
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_types_that_are_not_there_at_run_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = deferred(tmp_path, monkeypatch)
    assert find(f"{name}:plain").on_loop
    assert find_routes([f"{name}:get"])[0].declaration.kind is Kind.UNARY
    name = deferred(tmp_path, monkeypatch, DEFERRED.replace("plain(", "plain(first, "))
    with pytest.raises(NotFoundError, match=r"must take one argument, the request; its parameters are"):
        find(f"{name}:plain")


def test_types_that_are_not_there_where_the_kind_comes_from_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = deferred(tmp_path, monkeypatch, DEFERRED.replace(', kind="unary"', ""))
    with pytest.raises(ImportFailedError) as raised:
        find_routes([name])
    assert f'@grpc_stream on {name}.get: the annotation of its request, "GrpcRequest", cannot be' in str(raised.value)
    assert 'or give the decorator kind="…"' in str(raised.value)
