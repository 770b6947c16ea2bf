"""The command ``spikard``, from its arguments to its exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from spikard import _native
from spikard._cli import help as texts
from spikard._cli import logs
from spikard._cli.options import add_options, chosen
from spikard._cli.parser import Parser, parsed
from spikard._cli.report import mistake, routes_as_json
from spikard._runtime.event_loop import new_event_loop
from spikard._runtime.lifespan import LifespanFailedError, LifespanLostError
from spikard._serving.blocking import run, signals_taken
from spikard._serving.console import say
from spikard._serving.memory import one_arena
from spikard._serving.server import Server
from spikard._serving.settings import Settings, settings
from spikard._serving.supervisor import supervise
from spikard._serving.targets import Route, find_routes
from spikard._serving.worker import Worker, worker_of
from spikard.grpc._option_table import options_of
from spikard.grpc._options import CommandOptions, MethodLimits

# How a worker begins. Not by `-m spikard`, which would look in the working directory first, for what Python itself
# imports and for spikard.
_WORKER = "import sys; sys.path[:] = {!r}; from spikard._cli import main; main()"
_ROUTES_OPTIONS = (*options_of(MethodLimits), "complete_services", "app_dir")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command and exits with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the locale's encoding has not is escaped, in the help as well.
            stream.reconfigure(errors="backslashreplace")
    given = parsed(_parser(), arguments)
    values, spelled = chosen(CommandOptions, given, os.environ)
    try:
        checked = settings(CommandOptions, values, spelled.__getitem__)
    except (ValueError, TypeError, OSError) as error:
        mistake(error)
    search_path = list(sys.path)
    if checked.reload_dir is not None and not checked.reload:
        mistake(ValueError(f"{spelled['reload_dir']} is given without {spelled['reload']}: nothing would be watched"))
    _look_in(checked.app_dir)
    if given.command == "routes":
        with signals_taken(checked):
            _routes(given.targets, checked, as_json=given.json)
        sys.exit(0)
    try:
        logs.set_up(values.get("log_level") and checked.log_level, checked.log_format, checked.log_config)
    except ValueError as error:
        mistake(ValueError(f"{spelled['log_config']}: {error}"))
    worker = worker_of(os.environ)
    if worker is None and (checked.workers > 1 or checked.reload):
        argv = ["-c", _WORKER.format(search_path), *(sys.argv[1:] if arguments is None else arguments)]
        folder = (checked.reload_dir or checked.app_dir) if checked.reload else None
        try:
            sys.exit(supervise(argv, checked, workers=checked.workers, watched=folder))
        except (OSError, ValueError, ImportError) as error:
            mistake(error)
    _serve(given.targets, checked, worker)
    sys.exit(0)


def _look_in(folder: str) -> None:
    """Puts a folder first on the module search path."""
    path = str(Path(folder).resolve())
    sys.path[:] = [path, *(entry for entry in sys.path if entry != path)]


def _serve(targets: Sequence[str], checked: Settings, worker: Worker | None) -> None:
    one_arena(os.environ)
    # From the first moment: PID 1 of a container has no other end, and modules may take long to import.
    with signals_taken(checked, life=None if worker is None else worker.life(), to_the_end=True) as ending:
        _import_and_serve(targets, checked, worker, ending)


def _import_and_serve(targets: Sequence[str], checked: Settings, worker: Worker | None, ending: Any) -> None:
    try:
        # A missing uvloop is reported before the user's modules are imported.
        new_event_loop(checked.loop).close()
        server = _server(targets, checked)
        # What has been imported stays: the garbage collector need not scan it again.
        gc.collect()
        gc.freeze()
        run(
            server,
            ending,
            loop=checked.loop,
            listening=None if worker is None else worker.listening,
            on_ready=lambda: _ready(server, worker),
        )
    except (ValueError, OSError, LifespanFailedError) as error:
        mistake(error)
    except LifespanLostError:  # the log has said so
        sys.exit(1)


def _server(targets: Sequence[str], checked: Settings) -> Server:
    routes = _find(targets)
    try:
        return Server._prepared(routes, checked)
    except (ImportError, AttributeError, TypeError) as error:  # of what is around the handlers
        mistake(error)


def _ready(server: Server, worker: Worker | None) -> None:
    if worker is not None:
        worker.ready(server)
        return
    say(f"{server.table}\n\nserving on {server._shown} (pid {os.getpid()})")


def _routes(targets: Sequence[str], checked: Settings, *, as_json: bool) -> None:
    routes = _find(targets)
    try:
        table = Server._prepared(routes, checked).table
        text = routes_as_json(routes, checked) if as_json else table
    except (ValueError, ImportError, AttributeError, TypeError) as error:  # of what is around the handlers as well
        mistake(error)
    try:
        print(text, flush=True)
    except OSError as error:
        # What Python has buffered goes to /dev/null: its flush at exit would fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # whose reader has ended, as in `spikard routes … | head`
            mistake(OSError(error.errno, f"cannot write to standard output: {error.strerror}"))


def _find(targets: Sequence[str]) -> list[Route]:
    try:
        return find_routes(targets)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        mistake(error)


def _parser() -> Parser:
    parser = Parser(prog="spikard", description=texts.DESCRIPTION, epilog=texts.EPILOG, usage="spikard COMMAND …")
    parser.add_argument("--version", "-V", action="version", version=f"spikard {_native.version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    serve = commands.add_parser(
        "serve",
        prog="spikard serve",
        help="serve handlers until a signal",
        description=texts.SERVE_DESCRIPTION,
        epilog=texts.SERVE_EPILOG,
        usage="spikard serve TARGET… [options]",
    )
    routes = commands.add_parser(
        "routes",
        prog="spikard routes",
        help="print what would be served",
        description=texts.ROUTES_DESCRIPTION,
        epilog=texts.ROUTES_EPILOG,
        usage="spikard routes TARGET… [options]",
    )
    for command in (serve, routes):
        command.add_argument("targets", nargs="+", metavar="TARGET", help="module or module:name")
    add_options(serve, CommandOptions)
    routes.add_argument("--json", action="store_true", help="print JSON")
    add_options(routes, CommandOptions, only=_ROUTES_OPTIONS)
    return parser
