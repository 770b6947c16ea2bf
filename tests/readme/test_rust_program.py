"""The program of the Rust quick start, compiled from the files of the page, and what the guide changes in it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pages import README, ROOT, Block, blocks

GUIDE = ROOT / "docs" / "guide" / "rust.md"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BUILD_WITHIN = 900


def files(page: Path) -> list[Block]:
    """The files of Rust programs that a page shows."""
    return [block for language in ("toml", "rs", "proto") for block in blocks(page, language=language)]


def text(page: Path, name: str) -> str:
    """The text of a file, which may stand in a page piece by piece."""
    return "\n".join(block.text for block in files(page) if block.file == name)


@pytest.fixture
def program() -> Path:
    """The files, beside the sources; always in the same place, since cargo goes by it in what it builds again."""
    folder = TARGET / "readme-program"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "spikard").symlink_to(ROOT, target_is_directory=True)
    for name in {block.file for block in files(README)}:
        path = folder / "orders" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(README, name))
    manifest = folder / "orders" / "Cargo.toml"
    # A workspace of its own, though there is one above it.
    package = '[workspace]\n\n[package]\nname = "orders"\nversion = "0.0.0"\nedition = "2024"\n\n'
    manifest.write_text(package + manifest.read_text())
    # The versions that are built already.
    shutil.copy(ROOT / "Cargo.lock", folder / "orders")
    return folder / "orders"


def check(program: Path) -> subprocess.CompletedProcess[str]:
    """Compile it."""
    return subprocess.run(
        ["cargo", "check", "--all-targets", "--color", "never"],
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
    done = check(program)
    assert done.returncode == 0, done.stderr
    generated = max(TARGET.glob("debug/build/orders-*/out/shop.rs"), key=lambda path: path.stat().st_mtime)
    assert "pub struct OrdersClient" in generated.read_text()
