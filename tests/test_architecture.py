"""Imports point one way, files and functions stay small, packages are all listed, names are pinned."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {"graphmem": ROOT / "graphmem", "graphmem.ingest": ROOT / "ingest", "graphmem.ui": ROOT / "ui"}

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# Each layer may import itself and those below it (further down the list).
LAYERS: tuple[tuple[str, ...], ...] = (
    # Where people work: what these write is read like any source.
    ("graphmem.ui", "graphmem.langchain", "graphmem.langgraph", "graphmem.mcp"),
    ("graphmem.agent",),
    ("graphmem.ingest",),
    ("graphmem", "graphmem.aio", "graphmem.cli", "graphmem.plugins", "graphmem.testing"),
    ("graphmem.memory", "graphmem.copying", "graphmem.export", "graphmem.exchange"),
    ("graphmem.verbs", "graphmem.answering"),
    ("graphmem.marking", "graphmem.disputes", "graphmem.correcting", "graphmem.merging"),
    (
        "graphmem.forgetting",
        "graphmem.fading",
        "graphmem.receipts",
        "graphmem.dossier",
        "graphmem.graph",
        "graphmem.blaming",
        "graphmem.comparing",
        "graphmem.deciding",
        "graphmem.history",
        "graphmem.past",
        "graphmem.restoring",
        "graphmem.undoing",
        "graphmem.sharing",
        "graphmem.purging",
        "graphmem.reflection",
        "graphmem.verifying",
    ),
    ("graphmem.standing", "graphmem.amending"),
    ("graphmem.identities",),
    (
        "graphmem.edits",
        "graphmem.cutting",
        "graphmem.foreseen",
        "graphmem.lessons",
        "graphmem.resting",
        "graphmem.retrieval",
        "graphmem.trust",
        "graphmem.remains",
    ),
    ("graphmem.projection",),
    ("graphmem.registering", "graphmem.slotting"),
    ("graphmem.shown",),
    ("graphmem.schema", "graphmem.changes", "graphmem.embedding"),
    ("graphmem.bodies",),
    ("graphmem.casting", "graphmem.saying", "graphmem.folding", "graphmem.learning"),
    (
        "graphmem.casts",
        "graphmem.corrections",
        "graphmem.grants",
        "graphmem.slots",
        "graphmem.notes",
        "graphmem.uses",
    ),
    ("graphmem.resolution",),
    ("graphmem.stores",),
    (
        "graphmem.ranking",
        "graphmem.types",
        "graphmem.chaining",
        "graphmem.dates",
        "graphmem.explanation",
        "graphmem.statements",
        "graphmem.tasks",
        "graphmem.identity",
        "graphmem.tokens",
        "graphmem.cards",
        "graphmem.page",
        "graphmem.relations",
        "graphmem.retrying",
        "graphmem.llm",
    ),
    ("graphmem.errors",),
)
# Stores know records and edges alone: what an entity is reaches them as a value, never as an import.


def modules() -> Iterator[tuple[str, Path]]:
    for package, folder in SOURCES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if parts[0] in {"assets", "node_modules"}:
                continue
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


def layer(module: str) -> int:
    """The rank of a module: by the longest name that it is or stands under."""
    fits = [
        (len(name), rank)
        for rank, names in enumerate(LAYERS)
        for name in names
        if module == name or (name != "graphmem" and module.startswith(name + "."))
    ]
    assert fits, f"{module} belongs to no layer: add it to LAYERS"
    return max(fits)[1]


def imports(path: Path) -> Iterator[str]:
    """Modules of graphmem that a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in MODULES else node.module


MODULES = dict(modules())


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    for imported in imports(MODULES[module]):
        if imported.split(".")[0] in {"ingest", "ui"}:
            pytest.fail(f"{module} imports {imported}: write graphmem.{imported}")
        if imported.split(".")[0] == "graphmem":
            assert layer(imported) >= layer(module), f"{module} imports {imported}, which stands above it"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_outside_retrieval_and_memory_reads_around_the_layers(module: str) -> None:
    """SQL and drivers stay inside the stores."""
    if not module.startswith("graphmem.stores") and module != "graphmem.cli.doctor":
        assert not {"sqlite3", "neo4j"} & set(imports(MODULES[module])), module


@pytest.mark.parametrize(
    "path", sorted([*MODULES.values(), *ROOT.glob("tests/*.py"), *ROOT.glob("benchmarks/*.py")])
)
def test_files_and_functions_are_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400, f"{path} has more than 400 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 60, f"{path}: {node.name} has {lines} lines"


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    found = {module for module, path in MODULES.items() if path.name == "__init__.py"}
    assert set(listed) == found


def test_heavy_packages_are_imported_only_when_used() -> None:
    """``import graphmem`` and the CLI's help must work, and be quick, with the core alone."""
    models = {"torch", "sentence_transformers", "spacy", "simsimd"}
    servers = {"streamlit", "neo4j", "mcp", "mcp_types", "starlette", "uvicorn"}
    heavy = models | servers | {"langchain_core", "langgraph"}
    serving = tuple(f"graphmem.mcp.{name}" for name in ("http", "resources", "server"))
    optional = ("graphmem.langchain", "graphmem.langgraph", *serving)
    for module, path in MODULES.items():
        page = module.startswith("graphmem.ui.") and module != "graphmem.ui.commands"
        if module.startswith(optional) or page:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not heavy & {name.split(".")[0] for name in names}, module
