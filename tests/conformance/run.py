"""Runs the suites against servers in both languages, and compares what they count with the page that tells of it.

`python tests/conformance/run.py BIN`, where BIN has the suites' programs; `make conformance` calls it. With
UPDATE_PAGES=1 the table of the page is written anew.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PAGE = ROOT / "docs" / "reference" / "conformance.md"
BUILT = ROOT / "target" / "debug"
TABLE = re.compile(r"(?<=<!-- counted -->\n\n).*?(?=\n<!-- /counted -->)", re.DOTALL)
ANSI = re.compile(r"\x1b\[[0-9;]*m")

SERVERS = {
    "Rust": [str(BUILT / "conformance_server")],
    "Python": [sys.executable, str(HERE / "python" / "conformance_server.py")],
}
INTEROP = (
    *("empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "empty_stream"),
    *("timeout_on_sleeping_server", "cancel_after_begin", "cancel_after_first_response", "status_code_and_message"),
    *("special_status_message", "custom_metadata", "unimplemented_method", "unimplemented_service"),
    *("rpc_soak", "channel_soak"),
)
H2SPEC_TRIES = 20
"""How often a case of h2spec is tried: see the page."""
WAIT = 300

Failures = set[str]


def main(programs: Path) -> int:
    """Run everything; the exit code says whether no case fails and the page has the same table."""
    rows, failed = [], {}
    for language in SERVERS:
        count, failures = connect(programs, language)
        rows.append(row("Connect's conformance suite", language, count, failures))
        failed[f"conformance, {language}"] = failures
    for language in SERVERS:
        with interop_server(language) as port:
            count, failures = interop(programs, port)
            rows.append(row("gRPC interop, grpc-go's client", language, count, failures))
            failed[f"interop, {language}"] = failures
            if language == "Rust":
                http2 = h2spec(programs, port)
    rows.append(row("h2spec", "both: one server", *http2))
    failed["h2spec"] = http2[1]
    for suite, failures in failed.items():
        for failure in sorted(failures):
            print(f"FAILED: {suite}: {failure}")
    table = "\n".join(["| suite | handlers in | cases | passed |", "|---|---|---|---|", *rows])
    print(table)
    return compare(table) or int(any(failed.values()))


def row(suite: str, language: str, count: int, failures: Failures) -> str:
    """A row of the table."""
    return f"| {suite} | {language} | {count} | {count - len(failures)} |"


def compare(table: str) -> int:
    """Compare the table with the page, or write it there."""
    page = PAGE.read_text()
    updated = TABLE.sub(lambda _: table + "\n", page)
    if updated == page:
        return 0
    if os.environ.get("UPDATE_PAGES"):
        PAGE.write_text(updated)
        return 0
    print(f"{PAGE.relative_to(ROOT)} has another table: what has changed? UPDATE_PAGES=1 writes this one")
    return 1


def connect(programs: Path, language: str) -> tuple[int, Failures]:
    """Connect's suite, which starts its servers itself."""
    command = [str(programs / "connectconformance"), "--conf", str(HERE / "grpc.yaml"), "--mode", "server", "--"]
    said = run([*command, *SERVERS[language]])
    total = re.search(r"^Total cases: (\d+)$", said, re.MULTILINE)
    passed = re.search(r"^(\d+) passed, (\d+) failed$", said, re.MULTILINE)
    assert total, said
    assert passed, said
    failures = set(re.findall(r"^FAILED: (.*?):?$", said, re.MULTILINE))
    if passed[2] != "0" or passed[1] != total[1]:
        print(said)
        failures = failures or {passed[0]}
    return int(total[1]), failures


def interop(programs: Path, port: int) -> tuple[int, Failures]:
    """The cases of gRPC's suite, one client for each."""
    failures = set()
    for case in INTEROP:
        command = [str(programs / "client"), "--server_host=127.0.0.1", f"--server_port={port}", f"--test_case={case}"]
        # A soak asserts how long a call takes, which a busy machine decides.
        done = subprocess.run(
            [*command, "--soak_per_iteration_max_acceptable_latency_ms=10000", "--soak_overall_timeout_seconds=60"],
            capture_output=True,
            text=True,
            timeout=WAIT,
            check=False,
        )
        if done.returncode != 0:
            failures.add(case)
            print(done.stdout, done.stderr)
    return len(INTEROP), failures


def h2spec(programs: Path, port: int) -> tuple[int, Failures]:
    """The cases of HTTP/2 and HPACK. One that fails is tried again, alone."""
    command = [str(programs / "h2spec"), "-p", str(port)]
    said = run(command)
    total = re.search(r"^(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed$", said, re.MULTILINE)
    assert total, said
    failing = failed_cases(said)
    assert len(failing) == int(total[4]), said
    still = {case for case in failing if all(failed_cases(run([*command, case])) for _ in range(H2SPEC_TRIES))}
    if still:
        print(said[said.index("Failures:") :])
    return int(total[1]), still


def failed_cases(said: str) -> Failures:
    """The cases that the end of a report names, as h2spec's arguments do: `http2/3.5/2`."""
    spec, section = "", ""
    failures = set()
    for line in said.partition("Failures:")[2].splitlines():
        if line.startswith("HPACK"):
            spec = "hpack"
        elif line.startswith("Hypertext"):
            spec = "http2"
        elif line.startswith("Generic"):
            spec = "generic"
        elif found := re.match(r"\s+([\d.]+)\. ", line):
            section = found[1]
        elif found := re.match(r"\s+× (\d+): ", line):
            failures.add(f"{spec}/{section}/{found[1]}")
    return failures


@contextmanager
def interop_server(language: str) -> Iterator[int]:
    """The server of gRPC's suite, with handlers in one language, on a free port."""
    command = [str(BUILT / "interop_server"), "--port", "0", "--language", language.lower()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield int(line.rpartition(":")[2])
        finally:
            process.terminate()


def run(command: list[str]) -> str:
    """What a program says, whatever its exit code."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)
    return ANSI.sub("", done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
