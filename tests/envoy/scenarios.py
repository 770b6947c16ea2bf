"""What happens to a fleet, and what it may cost."""

import signal
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from instances import ROOT, Envoy, Instance, free_ports, until
from load import Call, Load

CONFIGURATION = ROOT / "examples" / "envoy" / "envoy.yaml"
LAYER_FOUR = ROOT / "tests" / "envoy" / "layer-four.yaml"
COMMITTED = [50050, 9901, 50051, 50052, 50053]
"""The ports of the configuration: Envoy's, its administration's, the instances'."""


@dataclass
class Result:
    """A row of the table."""

    what: str
    calls: int
    failed: int
    note: str = ""
    mistakes: tuple[str, ...] = ()
    """What must not be."""


@dataclass
class Fleet:
    """Instances that serve, and Envoy in front of them."""

    envoy: Envoy
    address: str
    instances: list[Instance]

    def ports(self, *without: Instance) -> set[int]:
        """The ports of the instances."""
        return {one.port for one in self.instances if one not in without}


@contextmanager
def fleet(
    language: str,
    folder: Path,
    *options: str,
    configuration: Path = CONFIGURATION,
    loads: tuple[str, ...] = (),
    later: int = 0,
) -> Generator[Fleet]:
    """Start three instances and Envoy, and end them; so many of the instances are started later."""
    ports = dict(zip(COMMITTED, free_ports(len(COMMITTED)), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    options = ("--drain-delay", "5s", "--max-buffered-bytes-per-connection", "1GiB", *options)
    with ExitStack() as stack:
        instances = []
        for index, committed in enumerate(COMMITTED[2:]):
            env = {"FLEET_LOAD": loads[index]} if loads else {}
            port = ports[committed]
            instance = Instance(language, port, folder / f"{port}.log", *options, **env)
            stack.callback(instance.end)
            instances.append(instance)
        for instance in instances[: len(instances) - later]:
            instance.start()
        envoy = Envoy(configuration, ports, folder)
        stack.callback(envoy.end)
        found = Fleet(envoy, f"127.0.0.1:{ports[50050]}", instances)
        envoy.wait_for_healthy(found.ports(*instances[len(instances) - later :]))
        yield found


def rolling_restart(language: str, folder: Path, *options: str, what: str = "all restarted, twice") -> Result:
    """All instances, one after the other, twice."""
    mistakes = []
    with fleet(language, folder, *options) as running:
        with Load(running.address) as load:
            load.wait_for_calls(100)
            for instance in running.instances * 2:
                code = instance.stop()
                if code:
                    mistakes.append(f"instance {instance.name} ended with {code}")
                instance.start()
                running.envoy.wait_for_healthy(running.ports())
                load.wait_for(answers_of(instance, time.monotonic()))
        mistakes += [f"{count} × {error}" for error, count in load.failed().items()]
        if len(load.calls) < 1000:
            mistakes.append(f"only {len(load.calls)} calls")
        return result(what, load, mistakes)


def rolling_restart_of_workers(language: str, folder: Path) -> Result:
    """The same, each instance of two processes."""
    return rolling_restart(language, folder, "--workers", "2", what="the same, two workers")


def killed(language: str, folder: Path) -> Result:
    """One instance gets SIGKILL: only calls that were in flight may fail."""
    with fleet(language, folder) as running:
        victim = running.instances[0]
        with Load(running.address) as load:
            load.wait_for_calls(100)
            closed = running.envoy.counter("cluster.orders.upstream_cx_destroy_remote")
            victim.stop(signal.SIGKILL)
            until(
                lambda: running.envoy.counter("cluster.orders.upstream_cx_destroy_remote") > closed,
                "Envoy sees that connections have ended",
            )
            moment = time.monotonic()
            running.envoy.wait_for_healthy(running.ports(victim))
            load.wait_for_calls(100)
            victim.start()
            running.envoy.wait_for_healthy(running.ports())
            load.wait_for(answers_of(victim, time.monotonic()))
        failed = [call for call in load.calls if call.error]
        later = [call for call in failed if call.began > moment]
        mistakes = [f"begun after that: {call.kind}: {call.error}" for call in later]
        return result("one killed", load, mistakes, "were in flight on it")


def connections_end(language: str, folder: Path) -> Result:
    """The connections of Envoy get old, and are replaced."""
    with fleet(language, folder, "--max-connection-age", "2s") as running:
        with Load(running.address) as load:
            load.wait_for_calls(100)
            before = running.envoy.counter("cluster.orders.upstream_cx_total")
            load.wait_for_calls(600)
            made = running.envoy.counter("cluster.orders.upstream_cx_total") - before
        mistakes = [f"{count} × {error}" for error, count in load.failed().items()]
        if made < len(running.instances):
            mistakes.append(f"only {made} new connections")
        return result("connections of 2 s", load, mistakes, f"{made} new connections")


def new_instance(language: str, folder: Path) -> Result:
    """Behind a balancer of connections, clients come to an instance that was started later."""
    options = ("--max-connection-age", "3s")
    with fleet(language, folder, *options, configuration=LAYER_FOUR, later=1) as running:
        late = running.instances[-1]
        with Load(running.address) as load:
            load.wait_for_calls(100)
            late.start()
            running.envoy.wait_for_healthy(running.ports())
            load.wait_for(answers_of(late, time.monotonic()))
            load.wait_for(lambda calls: share(calls, late) > 1 / 6)
            load.wait_for_calls(100)
        mistakes = [f"{count} × {error}" for error, count in load.failed().items()]
        return result("one added, layer 4", load, mistakes, f"then it has {share(load.calls, late):.0%} of the calls")


LAST = 200
"""The calls whose shares are compared."""


def share(calls: list[Call], instance: Instance) -> float:
    """The part of the last calls that an instance has answered."""
    return sum(call.instance == instance.name for call in calls[-LAST:]) / LAST


def answers_of(instance: Instance, since: float) -> Callable[[list[Call]], bool]:
    """Whether an instance has answered a call that began since then."""
    return lambda calls: any(call.instance == instance.name and call.began > since for call in calls)


def result(what: str, load: Load, mistakes: list[str], note: str = "") -> Result:
    """The row of a scenario."""
    failed = sum(load.failed().values())
    return Result(what, len(load.calls), failed, note, tuple(mistakes))
