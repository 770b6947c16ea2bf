"""The settings stand in several lists: here they are compared."""

import argparse
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from spikard._cli import command
from spikard._cli.options import OPTIONS, chosen
from spikard._serving.settings import Settings, settings
from spikard.grpc import Server, serve
from spikard.grpc.testing import AsyncClient, Client

# Of the command alone: how its processes are run.
OF_THE_COMMAND = {"workers", "reload", "reload_dir", "loop", "log_level", "app_dir"}


def keywords(function: Callable[..., Any]) -> dict[str, tuple[str, object]]:
    """The settings that a function takes: how each is annotated, and its default."""
    return {
        name: (str(parameter.annotation), parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def test_a_server_has_all_settings() -> None:
    """In one order, with the defaults that are checked."""
    assert list(keywords(Server).items()) == list(keywords(settings).items())


def test_serve_has_those_of_a_server() -> None:
    """And two of its own."""
    own = keywords(serve)
    assert [own.pop(name)[1] for name in ("loop", "quiet")] == ["auto", False]
    assert list(own.items()) == list(keywords(Server).items())


@pytest.mark.parametrize("client", [AsyncClient, Client])
def test_a_client_has_some_of_a_servers(client: type) -> None:
    """With its defaults, and both clients the same."""
    assert list(keywords(client).items()) == list(keywords(AsyncClient).items())
    of_a_server = keywords(Server)
    assert keywords(client) == {name: of_a_server[name] for name in keywords(client)}


def test_the_command_has_those_of_a_server() -> None:
    """Health as the flag that turns it off; and what its processes need."""
    options = {option.name for option in OPTIONS}
    assert options - OF_THE_COMMAND - {"no_health"} == set(keywords(Server)) - {"health"}
    assert OF_THE_COMMAND < options
    assert set(command._SETTINGS) == set(keywords(settings)) - {"health"}
    assert set(command._ROUTES_OPTIONS) < options


def test_the_commands_defaults_are_those_of_a_server() -> None:
    """As they are read from their texts."""
    values = chosen(argparse.Namespace(), {})
    own: dict[str, Any] = {name: values[name] for name in command._SETTINGS}
    assert settings(**own, health=not values["no_health"]) == settings()
    assert values["loop"] == keywords(serve)["loop"][1]


def test_every_setting_is_described() -> None:
    """In the documentation of those who take them."""
    for kind in (Server, AsyncClient):
        described = re.findall(r"^ {4}(\w+): ", str(inspect.getdoc(kind)), re.MULTILINE)
        assert described == list(keywords(kind))


def test_every_setting_reaches_rust() -> None:
    """By a field of its own, or together with another."""
    together = {"address": {"bind", "uds"}}
    found: set[str] = set()
    for field in Settings.__dataclass_fields__:
        found |= together.get(field, {field})
    assert found - {"descriptor_sets"} == set(keywords(settings))
