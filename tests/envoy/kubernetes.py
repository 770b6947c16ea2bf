"""`make kubernetes`: the manifests of examples/kubernetes, against the schemas and against each other."""

import re
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # pyright: ignore[reportMissingImports]
import yaml

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "examples" / "kubernetes" / "orders.yaml"
OPTIONS = set(re.findall(r"`(--[a-z-]+)", (ROOT / "docs" / "reference" / "settings.md").read_text()))
PROBES = ["startupProbe", "readinessProbe", "livenessProbe"]


def mistakes(documents: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the manifests."""
    found = []
    for document in documents:
        try:
            kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{document['kind']}: {'.'.join(map(str, error.path))}: {error.message}")
    kinds = {document["kind"]: document for document in documents}
    missing = {"Deployment", "Service", "PodDisruptionBudget"} - kinds.keys()
    if missing:
        return [*found, f"there is no {', '.join(sorted(missing))}"]
    return found + inconsistencies(kinds["Deployment"], kinds["Service"], kinds["PodDisruptionBudget"])


def inconsistencies(deployment: dict[str, Any], service: dict[str, Any], budget: dict[str, Any]) -> list[str]:
    """What no schema can see."""
    pod = deployment["spec"]["template"]
    container = pod["spec"]["containers"][0]
    flags = dict(argument.split("=", 1) for argument in container["args"])
    found = [f"spikard serve has no option {flag}" for flag in flags.keys() - OPTIONS]
    found += [
        f"there is no {probe} that asks grpc.health.v1" for probe in PROBES if "grpc" not in container.get(probe, {})
    ]
    takes = seconds(flags["--drain-delay"]) + seconds(flags["--grace"])
    if pod["spec"].get("terminationGracePeriodSeconds", 30) <= takes:
        found.append(f"terminationGracePeriodSeconds is not above drain_delay and grace together, {takes} s")
    if service["spec"].get("clusterIP") != "None":
        found.append("the service is not headless")
    labels = pod["metadata"]["labels"].items()
    for selector in (
        deployment["spec"]["selector"]["matchLabels"],
        service["spec"]["selector"],
        budget["spec"]["selector"]["matchLabels"],
    ):
        if not selector.items() <= labels:
            found.append(f"{selector} selects no pod of the deployment")
    return found


def seconds(text: str) -> int:
    """A time in seconds, as the manifest writes it."""
    return int(text.removesuffix("s"))


found = mistakes(list(yaml.safe_load_all(MANIFEST.read_text())))
print("\n".join(found) or f"{MANIFEST.relative_to(ROOT)} is valid in Kubernetes {kubernetes_validate.latest_version()}")
sys.exit(bool(found))
