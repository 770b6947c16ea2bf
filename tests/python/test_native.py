"""The package with its native module, and without."""

from __future__ import annotations

import sys
import types

import pytest

import spikard


def test_without_the_native_module_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spikard._spikard", None)
    with pytest.raises(ImportError, match=r"the native module spikard\._spikard is missing: .*pip install"):
        str(spikard.__version__)


def test_a_native_module_that_cannot_be_loaded_is_not_called_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> types.ModuleType:
        raise ImportError("undefined symbol", name=name)

    monkeypatch.setattr("importlib.import_module", refuse)
    with pytest.raises(ImportError, match="undefined symbol"):
        str(spikard.__version__)


def test_the_version_is_the_native_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    native = types.ModuleType("spikard._spikard")
    native.__version__ = "1.2.3"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spikard._spikard", native)
    assert spikard.__version__ == "1.2.3"


def test_the_package_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError, match="module 'spikard' has no attribute 'no_such'"):
        spikard.no_such  # noqa: B018  # pyright: ignore


def test_the_package_alone_has_the_types() -> None:
    import subprocess
    import sys

    program = "import spikard; print(spikard.grpc.GrpcRequest.__name__); spikard.grpc_stream"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "GrpcRequest\n"
    assert "no attribute 'grpc_stream': what handlers are written with is in spikard.grpc" in done.stderr
