"""An option is one entry: what is derived from the definitions has every one of them."""

import argparse
import inspect
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import certificates
import pytest
from processes import WAIT, serving, spikard

import spikard as package
from spikard._cli.options import chosen, flag, variable
from spikard._serving.settings import settings
from spikard.grpc import Server, grpc_stream, serve
from spikard.grpc._option_table import defaults, options_of, texts
from spikard.grpc._options import ClientOptions, CommandOptions, MethodLimits, ServeOptions, ServerOptions
from spikard.grpc.testing import AsyncClient, Client

DOCS = Path(__file__).resolve().parents[2] / "docs"

ENTRY = '''\
    max_frobs: Annotated[int, Option(7, number_of("frobs"), Group.LIMITS)]
    """Frobs of one connection. A connection that exceeds it is closed."""

'''

DERIVED = """
import inspect, json, os, runpy, sys
from spikard._cli.command import _parser
from spikard._cli.options import chosen
from spikard._serving.settings import settings
from spikard.grpc import Server, serve
from spikard.grpc._options import CommandOptions

def of_the_command(*flags):
    values, spelled = chosen(CommandOptions, _parser().parse_args(["serve", "probes", *flags]), os.environ)
    return settings(CommandOptions, values, spelled.__getitem__).max_frobs

print(json.dumps({
    "keywords": [str(inspect.signature(function).parameters["max_frobs"]) for function in (Server, serve)],
    "flag": of_the_command("--max-frobs", "8"),
    "variable": of_the_command(),
    "page": runpy.run_path(sys.argv[1])["page"](),
}))
"""


def keywords(function: Callable[..., Any], *own: str) -> dict[str, object]:
    """The options in the signature of a function, with their defaults."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in own}


@pytest.mark.parametrize(
    ("function", "kind", "own"),
    [
        (Server, ServerOptions, ()),
        (serve, ServeOptions, ("quiet",)),
        (AsyncClient, ClientOptions, ()),
        (Client, ClientOptions, ()),
    ],
)
def test_every_option_is_a_keyword(function: Callable[..., Any], kind: type, own: tuple[str, ...]) -> None:
    """As `help` and notebooks see it, with its default."""
    assert keywords(function, *own) == defaults(kind)


def test_every_limit_of_a_method_is_a_keyword_of_the_decorator() -> None:
    """Without it, the server's holds."""
    found = keywords(grpc_stream, "service", "method", "kind", "complete", "max_bytes", "middleware")
    assert found == dict.fromkeys(options_of(MethodLimits))


def test_every_option_is_a_setting() -> None:
    """With its default, in its unit."""
    values = vars(settings(CommandOptions, {}))
    assert values.keys() - {"address", "metrics"} == options_of(CommandOptions).keys()
    assert (values["max_message_bytes"], values["idle_timeout"], values["threads"]) == (4 << 20, 60.0, None)
    assert vars(settings(ClientOptions, {})).keys() - {"address", "metrics"} == options_of(ServerOptions).keys()


def test_every_option_is_a_flag_a_variable_and_a_line_of_help() -> None:
    """Under its own name."""
    help_text = spikard("serve", "--help").stdout
    for name, option in options_of(CommandOptions).items():
        assert re.search(rf"^  {flag(name, option)}[ ,\n]", help_text, re.MULTILINE), name
        assert len(texts(CommandOptions)[name]) > 20
    given = {name: default for name, default in defaults(CommandOptions).items() if default is not None}
    environment = {variable(name): str(default) for name, default in given.items()}
    values, spelled = chosen(CommandOptions, argparse.Namespace(), environment)
    assert values.keys() == given.keys()
    assert settings(CommandOptions, values) == settings(CommandOptions, {})
    assert spelled["uds"] == "--uds"
    assert spelled["grace"] == "the environment variable SPIKARD_GRACE"


def test_every_option_is_in_the_documentation() -> None:
    """``python docs/settings.py`` has been run."""
    written = (DOCS / "reference" / "settings.md").read_text()
    assert written == runpy.run_path(str(DOCS / "settings.py"))["page"]()
    for name in options_of(CommandOptions):
        assert f"\n| `{name}` | " in written


def test_a_new_option_is_one_entry(tmp_path: Path) -> None:
    """Added to the definitions of a copy of the package, it is found in each place."""
    shutil.copytree(
        Path(package.__file__).parent, tmp_path / "spikard", ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
    )
    definitions = tmp_path / "spikard" / "grpc" / "_options.py"
    before, place, after = definitions.read_text().partition("    compression: Annotated[")
    definitions.write_text(before + ENTRY + place + after)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "SPIKARD_MAX_FROBS": "9", "COLUMNS": "100"}

    def run(*command: str) -> str:
        run = subprocess.run(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True, timeout=WAIT, check=True
        )
        return run.stdout

    found = json.loads(run("-c", DERIVED, str(DOCS / "settings.py")))
    assert found["keywords"] == ["max_frobs: int = 7"] * 2
    assert (found["flag"], found["variable"]) == (8, 9)
    assert (
        "| `max_frobs` | `--max-frobs` | `SPIKARD_MAX_FROBS` | number of frobs | `7` "
        "| Frobs of one connection. A connection that exceeds it is closed. |\n"
    ) in found["page"]
    assert "  --max-frobs N                 frobs of one connection (default: 7)\n" in run(
        "-m", "spikard", "serve", "--help"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_mesages": 5}, 'there is no option "max_mesages"; did you mean "max_messages"?'),
        ({"loop": "auto"}, 'there is no option "loop"'),
        (
            {"idle_timeout": None},
            'idle_timeout must be a number of seconds, a text like "5s" or a timedelta, not NoneType',
        ),
        ({"health": "no"}, 'health must be True or False, as a text 1 or 0, not "no"'),
        ({"uds": 7}, "uds must be a path"),
        ({"accept_compression": None}, "accept_compression must be True or False, as a text 1 or 0, not NoneType"),
        (
            {"undecodable_as_invalid_argument": "no"},
            'undecodable_as_invalid_argument must be True or False, as a text 1 or 0, not "no"',
        ),
        ({"refuse_retried_uploads": "no"}, 'refuse_retried_uploads must be True or False, as a text 1 or 0, not "no"'),
    ],
)
def test_what_a_type_checker_would_refuse(options: dict[str, Any], text: str) -> None:
    """It is refused at run time as well."""
    with pytest.raises(TypeError, match=re.escape(text)):
        Server("probes", **options)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1000B", "--max-sent-metadata-bytes must be 1024 or more, not 1000"),
        ("4GiB", "--max-sent-metadata-bytes must be 2147483647 or less, not 4294967296"),
        ("much", '--max-sent-metadata-bytes: "much" is not a size'),
    ],
)
def test_a_status_has_to_fit_in_what_is_sent(value: str, text: str) -> None:
    """In any limit of it."""
    done = spikard("serve", "probes", "--max-sent-metadata-bytes", value)
    assert done.returncode == 2
    assert text in done.stderr


def test_a_path_is_quoted_as_it_is(tmp_path: Path) -> None:
    """Though a folder has the name of an option."""
    folder = tmp_path / "tls_cert"
    folder.mkdir()
    missing, other = folder / "max_messages.pem", folder / "tls_key.pem"
    done = spikard("serve", "probes", "--tls-cert", str(missing), "--tls-key", str(other))
    assert done.stderr == f"spikard: error: --tls-cert cannot be read: No such file or directory: {missing}\n"
    made = certificates.make(folder)
    files = {"SPIKARD_TLS_CERT": str(made.file("server.pem")), "SPIKARD_TLS_KEY": str(other)}
    done = spikard("serve", "probes", env=files)
    assert done.stderr == (
        f"spikard: error: the environment variable SPIKARD_TLS_KEY cannot be read: No such file or directory: {other}\n"
    )


def test_a_switch_as_a_variable() -> None:
    """On, or off where it is on by default."""
    done = spikard("serve", "probes", env={"SPIKARD_HEALTH": "maybe"})
    assert done.stderr == (
        'spikard: error: the environment variable SPIKARD_HEALTH must be True or False, as a text 1 or 0, not "maybe"\n'
    )
    with serving("probes", env={"SPIKARD_HEALTH": "off"}) as served:
        assert "serving on" in served.out.text()
