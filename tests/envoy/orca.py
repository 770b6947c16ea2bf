"""Load reports (ORCA): what grpc-go's client of the interop suite says of them, and what Envoy makes of them."""

import json
import os
import re
import subprocess
from pathlib import Path

from instances import ROOT, WAIT
from load import Load
from scenarios import CONFIGURATION, LAST, Result, fleet, result, share

POLICY = ROOT / "examples" / "envoy" / "load-reports.yaml"
CLIENT_POLICY = json.dumps({"loadBalancingConfig": [{"test_backend_metrics_load_balancer": {}}]})
CASES = ["orca_per_rpc", "orca_oob"]


def interop(language: str, folder: Path) -> Result:
    """grpc-go's client dictates reports, and gets them."""
    folder.mkdir(parents=True, exist_ok=True)
    mistakes = []
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [ROOT / "target" / "debug" / "interop_server", "--port", "0", "--language", language],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert server.stdout is not None
        listening = re.fullmatch(r"listening on .*:(\d+)\n", server.stdout.readline())
        assert listening, f"{folder / 'server.log'} says why"
        for case in CASES:
            ended = subprocess.run(
                [
                    os.environ["INTEROP_CLIENT"],
                    "--server_host=127.0.0.1",
                    f"--server_port={listening[1]}",
                    f"--test_case={case}",
                    f"--service_config_json={CLIENT_POLICY}",
                ],
                capture_output=True,
                text=True,
                timeout=WAIT,
                check=False,
            )
            if ended.returncode:
                mistakes.append(f"{case}: {ended.stderr.strip()}")
    finally:
        server.terminate()
        server.wait(WAIT)
    return Result("grpc-go's orca cases", len(CASES), len(mistakes), ", ".join(CASES), tuple(mistakes))


def weighted(language: str, folder: Path) -> Result:
    """One instance says that it is busier, in trailers."""
    return less_for_the_busy(language, folder, "load in trailers", POLICY.read_text())


def weighted_out_of_band(language: str, folder: Path) -> Result:
    """One instance says that it is busier, out of band."""
    policy = POLICY.read_text()
    for committed, changed in {
        "enable_oob_load_report: false": "enable_oob_load_report: true",
        "oob_reporting_period: 10s": "oob_reporting_period: 1s",
    }.items():
        assert committed in policy
        policy = policy.replace(committed, changed)
    return less_for_the_busy(language, folder, "load out of band", policy)


def less_for_the_busy(language: str, folder: Path, what: str, policy: str) -> Result:
    """Wait until the instance that says it is busier gets less than half of its share."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "weighted.yaml"
    text, replaced = re.subn(r"    lb_policy: .*\n", lambda _: policy, CONFIGURATION.read_text())
    assert replaced == 1
    configuration.write_text(text)
    options = ["--orca", "--orca-min-report-interval", "1s"]
    with fleet(language, folder, *options, configuration=configuration, loads=("0.9", "0.3", "0.3")) as running:
        busy = running.instances[0]
        mistakes = []
        with Load(running.address, {"Get": 8}) as load:
            load.wait_for(lambda calls: len(calls) >= LAST)
            before = share(load.calls, busy)
            try:
                load.wait_for(lambda calls: share(calls, busy) < 1 / 6)
            except TimeoutError:
                mistakes.append("the busy instance does not get less")
        mistakes += [f"{count} × {error}" for error, count in load.failed().items()]
        return result(what, load, mistakes, f"share of the busy one {before:.0%}, then {share(load.calls, busy):.0%}")
