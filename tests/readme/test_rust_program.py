"""The program that is checked against a `.proto`, compiled from the files that the README shows."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
# Files of Rust projects: their first line is their name.
BLOCKS = re.findall(r"^```(?:toml|rs|proto)\n(?:#|//) (\S+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
INCLUDE = 'include!(concat!(env!("OUT_DIR"), "/packages.rs"));'
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BUILD_WITHIN = 900


def blocks(name: str) -> list[str]:
    """The texts of a file, in order."""
    return [text for file, text in BLOCKS if file == name]


@pytest.fixture
def program() -> Path:
    """The files, beside the sources; always in the same place, since cargo goes by it in what it builds again."""
    folder = TARGET / "readme-program"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "spikard").symlink_to(ROOT, target_is_directory=True)
    # A workspace of its own, though there is one above it.
    package = '[workspace]\n\n[package]\nname = "orders"\nversion = "0.0.0"\nedition = "2024"\n\n'
    build, _ = blocks("build.rs")
    files = {
        "Cargo.toml": package + "\n".join(blocks("Cargo.toml")),
        "build.rs": build,
        "proto/shop.proto": "".join(blocks("proto/shop.proto")),
        "src/main.rs": "".join(blocks("src/main.rs")),
    }
    for name, text in files.items():
        path = folder / "orders" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    # The versions that are built already.
    shutil.copy(ROOT / "Cargo.lock", folder / "orders")
    return folder / "orders"


def check(program: Path) -> subprocess.CompletedProcess[str]:
    """Compile it."""
    return subprocess.run(
        ["cargo", "check", "--color", "never"],
        cwd=program,
        env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)},
        capture_output=True,
        text=True,
        timeout=BUILD_WITHIN,
        check=False,
    )


def test_it_compiles_until_the_proto_changes(program: Path) -> None:
    """Without a warning; then a method is renamed."""
    done = check(program)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr

    proto = program / "proto" / "shop.proto"
    proto.write_text(proto.read_text().replace("rpc AddUp(", "rpc SumUp("))
    done = check(program)
    assert done.returncode != 0
    assert "SumUp" in done.stderr, done.stderr


def test_all_packages_may_be_in_one_file(program: Path) -> None:
    """The second build script, and the line that goes with it."""
    assert INCLUDE in README
    (program / "build.rs").write_text(blocks("build.rs")[1])
    main = program / "src" / "main.rs"
    text, replaced = re.subn(
        r"^mod shop \{.*?^\}$", lambda _: INCLUDE, main.read_text(), flags=re.DOTALL | re.MULTILINE
    )
    assert replaced == 1
    main.write_text(text)
    done = check(program)
    assert done.returncode == 0, done.stderr
