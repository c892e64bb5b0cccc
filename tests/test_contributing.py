"""CONTRIBUTING.md works: each way that it shows is gone, step by step, in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BLOCK = re.compile(r'^```(python|diff) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
LINES = 80  # a page, or two of a book
# Where a file of the repository is when it is installed: there `graphmem.ingest` is imported from.
INSTALLED = {"ingest/": "graphmem/ingest/", "ui/": "graphmem/ui/"}


def sections() -> dict[str, str]:
    """The text below each heading that says how to add something with files of its own."""
    parts = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if BLOCK.search(text)}


def placed(path: str, tree: Path) -> Path:
    for top, where in INSTALLED.items():
        if path.startswith(top):
            return tree / where / path.removeprefix(top)
    return tree / path


def changed(file: Path, difference: str) -> None:
    """Make a change: its lines without a + stand in the file once, and become those without a -."""
    lines = difference.splitlines(keepends=True)
    before = "".join(line[1:] or "\n" for line in lines if not line.startswith("+"))
    after = "".join(line[1:] or "\n" for line in lines if not line.startswith("-"))
    text = file.read_text("utf-8")
    assert text.count(before) == 1, f"{file.name} has not once what CONTRIBUTING.md shows:\n{before}"
    file.write_text(text.replace(before, after), "utf-8")


def run(tree: Path, *module: str) -> None:
    """A module of Python's in a tree, which must end well."""
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The package as it is installed, and what tests need beside it."""
    leave = shutil.ignore_patterns("__pycache__", "english", "frontend", "test_*.py")
    for top in ("graphmem", "ingest", "ui"):
        target = placed(f"{top}/", tmp_path) if top != "graphmem" else tmp_path / top
        shutil.copytree(ROOT / top, target, ignore=leave)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_there_is_a_way_for_each() -> None:
    assert list(sections()) == ["Add a reader", "Add a retriever", "Add a store", "Add a page"]


@pytest.mark.parametrize("name", sections())
def test_a_way_is_a_page_long(name: str) -> None:
    assert len(sections()[name].splitlines()) <= LINES


@pytest.mark.parametrize("name", sections())
def test_who_goes_the_way_arrives(name: str, tree: Path) -> None:
    if name == "Add a page":
        pytest.importorskip("streamlit")
    tests, written = [], []
    for kind, path, text in BLOCK.findall(sections()[name]):
        file = placed(path, tree)
        if kind == "diff":
            changed(file, text)
        else:
            assert not file.exists(), f"{path} is there already"
            file.write_text(text, "utf-8")
            tests += [str(file)] if file.name.startswith("test_") else []
        written.append(str(file))
    assert tests
    run(tree, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    if find_spec("ruff"):  # the style of what is shown is that which `make test` asks for
        run(tree, "ruff", "check", "--no-cache", *written)
        run(tree, "ruff", "format", "--no-cache", "--check", *written)
