"""The program of the Rust quick start, compiled from the files of the page, and what the guide changes in it."""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import PAGES, README, ROOT, Block, blocks

GUIDE = ROOT / "docs" / "guide" / "rust.md"
EMBEDDING = ROOT / "docs" / "guide" / "embedding.md"
OBSERVABILITY = ROOT / "docs" / "guide" / "observability.md"
PACKAGE = '[workspace]\n\n[package]\nname = "orders"\nversion = "0.0.0"\nedition = "2024"\n\n'
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BUILD_WITHIN = 900


def files(page: Path) -> list[Block]:
    """The files of Rust programs that a page shows."""
    return [block for language in ("toml", "rs", "proto") for block in blocks(page, language=language)]


def text(page: Path, name: str) -> str:
    """The text of a file, which may stand in a page piece by piece."""
    return "\n".join(block.text for block in files(page) if block.file == name)


@pytest.fixture
def program() -> Iterator[Path]:
    """The files, beside the sources; always in the same place, since cargo goes by it in what it builds again."""
    folder = TARGET / "readme-program"
    # One test has it at a time.
    with TARGET.joinpath("readme-program.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield write_program(folder)


def write_program(folder: Path) -> Path:
    """Write the files of the README."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "spikard").symlink_to(ROOT, target_is_directory=True)
    for name in {block.file for block in files(README)}:
        path = folder / "orders" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(README, name))
    # A workspace of its own, though there is one above it.
    (folder / "orders" / "Cargo.toml").write_text(PACKAGE + text(README, "Cargo.toml"))
    # The versions that are built already.
    shutil.copy(ROOT / "Cargo.lock", folder / "orders")
    return folder / "orders"


def cargo(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run cargo on it."""
    return subprocess.run(
        ["cargo", *arguments, "--color", "never"],
        cwd=program,
        # Without debug information, as the dependencies of the workspace, which then need not be built again.
        env={**os.environ, "CARGO_TARGET_DIR": str(TARGET), "CARGO_PROFILE_DEV_DEBUG": "false"},
        capture_output=True,
        text=True,
        timeout=BUILD_WITHIN,
        check=False,
    )


def check(program: Path) -> subprocess.CompletedProcess[str]:
    """Compile it, with its test."""
    return cargo(program, "check", "--all-targets")


def test_every_file_is_used() -> None:
    """No other page shows one."""
    assert {page for page in PAGES if files(page)} == {README, GUIDE, EMBEDDING, OBSERVABILITY}
    assert {block.file for block in files(EMBEDDING)} == {"Cargo.toml"}
    # Of the command, not of the program.
    assert {block.file for block in files(OBSERVABILITY)} == {"log.toml"}


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
    """The build script of the guide, and the line that goes with it."""
    including, _ = (block.text for block in files(GUIDE) if block.file == "build.rs")
    (program / "build.rs").write_text(including)
    main = program / "src" / "main.rs"
    module = re.compile(r"^mod shop \{.*?^\}$", re.DOTALL | re.MULTILINE)
    changed, replaced = module.subn(lambda _: text(GUIDE, "src/packages.rs"), main.read_text())
    assert replaced == 1
    main.write_text(changed)
    done = check(program)
    assert done.returncode == 0, done.stderr


def test_clients_come_from_another_generator(program: Path) -> None:
    """tonic's, as the guide has it. What it generates is not compiled: that would build much of tonic once more."""
    _, generating = (block.text for block in files(GUIDE) if block.file == "build.rs")
    (program / "build.rs").write_text(generating)
    manifest = program / "Cargo.toml"
    manifest.write_text(manifest.read_text() + 'tonic-prost-build = "0.14"\n')
    (program / "src" / "main.rs").write_text("fn main() {}\n")
    done = cargo(program, "check", "--message-format", "json")
    assert done.returncode == 0, done.stderr
    said = (json.loads(line) for line in done.stdout.splitlines())
    (folder,) = (Path(one["out_dir"]) for one in said if "/orders#" in one.get("package_id", "") and "out_dir" in one)
    assert "pub struct OrdersClient" in (folder / "shop.rs").read_text()


def test_dependencies_of_a_program_with_python(program: Path) -> None:
    """They are found, with their features; the program itself is a doctest."""
    (program / "Cargo.toml").write_text(PACKAGE + text(EMBEDDING, "Cargo.toml"))
    done = cargo(program, "tree")
    assert done.returncode == 0, done.stderr
    assert "pyo3" in done.stdout
