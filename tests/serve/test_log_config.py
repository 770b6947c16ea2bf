"""`--log-config` and `--log-format`."""

import json
import sys
from pathlib import Path

import pytest
import tomli
from clients import with_grpcio
from pages import ROOT, blocks
from processes import serving, spikard

GUIDE = ROOT / "docs" / "guide" / "observability.md"

TABLE = {
    "version": 1,
    "formatters": {"short": {"format": "<%(levelname)s %(name)s> %(message)s"}},
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "LOG", "formatter": "short"}},
    "root": {"handlers": ["file"], "level": "WARNING"},
}
TOML = """
version = 1
[formatters.short]
format = "<%(levelname)s %(name)s> %(message)s"
[handlers.file]
class = "logging.FileHandler"
filename = "LOG"
formatter = "short"
[root]
handlers = ["file"]
level = "WARNING"
"""
INI = """
[loggers]
keys = root
[handlers]
keys = file
[formatters]
keys = short
[logger_root]
handlers = file
level = WARNING
[handler_file]
class = FileHandler
args = ("LOG",)
formatter = short
[formatter_short]
format = <%(levelname)s %(name)s> %(message)s
"""
FORMS = [("json", json.dumps(TABLE)), ("ini", INI)]
TOML_FAULT = "TOML needs Python 3.11 or later: write the same as .json"
if sys.version_info >= (3, 11):
    FORMS.append(("toml", TOML))
    TOML_FAULT = "Expected '=' after a key"


@pytest.mark.parametrize(("kind", "text"), FORMS)
def test_a_file_says_where_the_log_goes(tmp_path: Path, kind: str, text: str) -> None:
    config, log = tmp_path / f"log.{kind}", tmp_path / "written"
    config.write_text(text.replace("LOG", str(log)))
    with serving("probes", "--access-log", "--log-config", str(config), workers=2) as served:
        assert with_grpcio(served.address, "/probes.Probes/Echo", "unary_unary", [b""]).code == "OK"
        assert served.stop() == 0
        assert served.err.whole() == ""
    written = log.read_text()
    assert "<INFO spikard> draining: the workers have 30 s" in written
    assert "probes.Probes/Echo OK" in written


def test_the_file_of_the_guide(tmp_path: Path) -> None:
    """As TOML, or the same as JSON where Python has no reader of TOML."""
    (block,) = (block for block in blocks(GUIDE, language="toml") if block.file == "log.toml")
    config = tmp_path / "log.json"
    config.write_text(json.dumps(tomli.loads(block.text)))
    with serving("probes", "--access-log", "--log-config", str(config), cwd=tmp_path) as served:
        assert with_grpcio(served.address, "/probes.Probes/Echo", "unary_unary", [b""]).code == "OK"
        assert served.stop() == 0
        assert "INFO spikard.server.drain: draining" in served.err.whole()
        assert "spikard.access" not in served.err.text()
    assert "INFO spikard.access: 127.0.0.1:" in (tmp_path / "access.log").read_text()


def test_a_level_on_the_command_line_is_that_of_spikards_log(tmp_path: Path) -> None:
    config, log = tmp_path / "log.json", tmp_path / "written"
    config.write_text(json.dumps(TABLE).replace("LOG", str(log)))
    with serving("probes", "--access-log", "--log-config", str(config), "--log-level", "error") as served:
        assert with_grpcio(served.address, "/probes.Probes/Fail", "unary_unary", [b"KeyError"]).code == "INTERNAL"
        assert served.stop() == 0
    written = log.read_text()
    assert "<ERROR spikard> probes:fail raised KeyError" in written
    assert "INFO" not in written


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("log.yaml", "version: 1", "its name has to end in .json, .toml or .ini"),
        ("log.json", "{", "Expecting property name enclosed in double quotes: line 1 column 2"),
        ("log.json", "[]", "it is a list, and dictConfig takes an object with a version"),
        ("log.json", "{}", "dictionary doesn't specify a version"),
        (
            "log.json",
            '{"version": 1, "handlers": {"a": {"class": "no.Such"}}}',
            "Unable to configure handler 'a': Cannot resolve 'no.Such': No module named 'no'",
        ),
        ("log.ini", "nothing", "log.ini is invalid: File contains no section headers."),
        ("log.ini", "[loggers]\nkeys = root\n", "formatters is missing"),
        ("log.toml", "version", TOML_FAULT),
    ],
)
def test_a_file_that_is_no_configuration_is_one_message(tmp_path: Path, name: str, text: str, said: str) -> None:
    config = tmp_path / name
    config.write_text(text)
    ended = spikard("serve", "probes", "--log-config", str(config), "--workers", "2")
    assert ended.returncode == 2
    assert said in ended.stderr.replace("\n", " ")
    assert ended.stderr.startswith(f"spikard: error: --log-config: {config} ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--log-format", "xml"], '--log-format must be one of text, json, not "xml"'),
        (["--log-config", "/no/such.json"], "--log-config cannot be read: No such file or directory: /no/such.json"),
        (
            ["--log-config", "/dev/null", "--log-format", "json"],
            "--log-format and --log-config are both given: the formatters of the file decide",
        ),
        (["--metrics-bind", "9464"], '--metrics-bind: "9464" is not an address'),
        (["--metrics-bind", "unix:/run/metrics"], "--metrics-bind: unix:/run/metrics: Prometheus reads over TCP"),
    ],
)
def test_mistakes_are_one_message(arguments: list[str], said: str) -> None:
    ended = spikard("serve", "probes", *arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"spikard: error: {said}")
    assert "Traceback" not in ended.stderr
