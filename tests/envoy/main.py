"""`make envoy`: the configuration of examples/envoy with the real Envoy, in front of servers in both languages."""

import sys
from pathlib import Path

from orca import interop, weighted, weighted_out_of_band
from scenarios import Result, connections_end, killed, new_instance, rolling_restart, rolling_restart_of_workers

FOLDER = Path(sys.argv[1])
SCENARIOS = [
    rolling_restart,
    rolling_restart_of_workers,
    killed,
    connections_end,
    new_instance,
    weighted,
    weighted_out_of_band,
    interop,
]
LANGUAGES = sys.argv[2:] or ["python", "rust"]


def row(*cells: object) -> None:
    """Print a row of the table."""
    print("{:10}{:26}{:>8}{:>8}  {}".format(*map(str, cells)), flush=True)


def run() -> bool:
    """Run every scenario in both languages; return whether nothing went wrong."""
    row("instances", "what happens to them", "calls", "failed", "")
    good = True
    for scenario in SCENARIOS:
        for language in LANGUAGES:
            if (scenario, language) == (rolling_restart_of_workers, "rust"):
                continue  # a server in Rust is one process
            found: Result = scenario(language, FOLDER / language / scenario.__name__)
            row(language, found.what, found.calls, found.failed, found.note)
            for mistake in found.mistakes[:20]:
                print(f"    WRONG: {mistake}", flush=True)
            good = good and not found.mistakes
    return good


sys.exit(not run())
