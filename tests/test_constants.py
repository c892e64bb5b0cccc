"""The constants of recall stand in one place, each with its reason, and are read when they are needed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from graphmem.retrieval import constants

FOLDER = Path(constants.__file__).parent
PAGE = FOLDER.parent.parent / "docs" / "recall.md"
LINES = Path(constants.__file__).read_text("utf-8").splitlines()
NAMES = [name for name in vars(constants) if re.fullmatch(r"[A-Z][A-Z_]*", name)]
OTHERS = sorted(path for path in FOLDER.glob("*.py") if path.name != "constants.py")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_given_once_with_its_reason_and_is_used(name: str) -> None:
    given = [line for line in LINES if line.startswith(f"{name}: Final = ")]
    assert len(given) == 1 and re.search(r"  # \S+ \S+", given[0]), given
    used = [path.name for path in OTHERS if f"constants.{name}" in path.read_text("utf-8")]
    assert used, f"{name} steers nothing"


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_no_module_keeps_one_for_itself(path: Path) -> None:
    """What an assignment to ``constants`` does not change would be measured as if it did nothing."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            assert node.module != "graphmem.retrieval.constants", f"{path.name}: write constants.NAME"
    # A value at the top of a module or in a default would be read once, at the import.
    for node in ast.parse(text).body:
        inside = isinstance(node, ast.FunctionDef | ast.ClassDef)
        defaults = [d for f in ast.walk(node) if isinstance(f, ast.FunctionDef) for d in f.args.defaults]
        for early in defaults if inside else [node]:
            assert "constants." not in ast.unparse(early), f"{path.name}: {ast.unparse(early)}"


def test_the_page_of_recall_tells_each_with_its_value() -> None:
    told = PAGE.read_text("utf-8").partition("## What each is worth")[0]
    values = {name: float(value) for name, value in re.findall(r"`([A-Z_]+)` = (-?[\d.]*\d)", told)}
    assert values == {name: getattr(constants, name) for name in NAMES}


def test_the_page_of_recall_names_modules_that_exist() -> None:
    named = re.findall(r"`(\w+\.py)`", PAGE.read_text("utf-8"))
    assert named and [name for name in named if not (FOLDER / name).exists()] == []
