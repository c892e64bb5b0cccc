"""What is released: a wheel and an sdist with all that belongs in them, that run in an empty environment."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import pytest
import yaml
from core_install import Install
from packaging.version import Version

import graphmem
from graphmem.ui import bundle

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"].keys()
GATHERED = {"all", "dev", "docs"}  # they name other extras, or what the repository is worked on with
SHIPPED = {"graphmem": "graphmem", "ingest": "graphmem/ingest", "ui": "graphmem/ui"}
LEFT_OUT = ("__pycache__", "node_modules", ".git", ".venv", "build", "dist", "*.egg-info", ".*cache")
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"
# What asks for an extra, and so names it where it is missing: with these extras there, the command.
ASKED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "embeddings": ((), ("graphmem", "ingest", "note.txt")),
    "offline": (("embeddings",), ("graphmem", "ingest", "note.txt")),
    "nlp": ((), ("graphmem", "extract", "note.txt", "--pipeline", "english")),
    "readers": ((), ("graphmem", "extract", "page.html", "--pipeline", "none")),
    "langchain": ((), ("python", "-c", "import graphmem.langchain")),
    "langgraph": (("langchain",), ("python", "-c", "import graphmem.langgraph")),
    "llm": ((), ("graphmem", "extract", "note.txt", "--llm", "openai:gpt-4o-mini")),
    "neo4j": ((), ("graphmem", "stats", "--store", "neo4j://neo4j@localhost:7687")),
    "rdf": ((), ("python", "-c", "import graphmem.exchange.triples")),
    "ui": ((), ("graphmem", "ui")),
    "login": (("ui",), ("graphmem", "ui", "--login")),
    "mcp": ((), ("graphmem", "mcp")),
}


def built(kind: str, tree: Path, into: Path) -> Path:
    """A wheel or an sdist of a source tree, made as an installer makes it, by what is installed here."""
    into.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, f"build_{kind}", str(into)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = into.iterdir()
    return file


def contents(wheel: Path) -> dict[str, str]:
    """The hash of each file of a wheel by its name."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/RECORD")]
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}


@pytest.fixture(scope="module")
def built_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of a copy of this tree."""
    if Version(version("setuptools")) < Version("77"):
        pytest.skip("the build needs setuptools 77 or later: pip install -U setuptools")
    if bundle.missing():
        pytest.skip(f"{', '.join(bundle.missing())} not made: run 'make assets'")
    folder = tmp_path_factory.mktemp("release")
    tree = shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(*LEFT_OUT))
    return built("wheel", tree, folder / "wheel"), built("sdist", tree, folder / "sdist")


@pytest.fixture(scope="module")
def wheel(built_files: tuple[Path, Path]) -> Path:
    return built_files[0]


@pytest.fixture(scope="module")
def sdist(built_files: tuple[Path, Path]) -> Path:
    return built_files[1]


@pytest.fixture(scope="module")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Install:
    """The wheel with the core's dependencies alone."""
    return Install(tmp_path_factory.mktemp("core") / "venv", wheel)


def test_no_file_is_missing_in_the_wheel_and_none_is_too_many(wheel: Path) -> None:
    there = {
        str(PurePosixPath(to, *file.relative_to(ROOT / top).parts))
        for top, to in SHIPPED.items()
        for file in (ROOT / top).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.is_relative_to(bundle.SOURCES)
    }
    about = f"graphmem-{graphmem.__version__}.dist-info"
    names = {"METADATA", "WHEEL", "entry_points.txt", "top_level.txt", "licenses/LICENSE"}
    assert contents(wheel).keys() == there | {f"{about}/{name}" for name in names}


def test_the_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    assert contents(built("wheel", tree, tmp_path / "again")) == contents(wheel)
    for name in ("LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "package-lock.json"):
        assert (tree / name).is_file(), f"{name} is not in the sdist: add it to MANIFEST.in"


def test_help_works_with_the_core_alone(core: Install, tmp_path: Path) -> None:
    """Every command tells of itself, those of the extras too."""
    told = core.run(tmp_path, "graphmem", "--help")
    assert told.returncode == 0, told.stderr
    commands = re.findall(r"^│ (\w[\w-]*) ", told.stdout, re.MULTILINE)
    assert {"ingest", "query", "ui", "undo"} <= set(commands)
    every = "import sys; from graphmem.cli.manual import manual; sys.stdout.write(manual())"
    manual = core.run(tmp_path, "python", "-c", every)
    assert manual.returncode == 0, manual.stderr
    assert all(f"## graphmem {command}\n" in manual.stdout for command in commands)
    assert not list(tmp_path.iterdir())


def test_the_core_brings_nothing_of_the_extras(core: Install) -> None:
    assert {"numpy", "networkx", "pydantic", "typer"} <= core.names
    assert not core.names & {"torch", "spacy", "streamlit", "neo4j", "langchain-core", "beautifulsoup4"}


def test_the_core_remembers_and_recalls(core: Install, tmp_path: Path) -> None:
    """With an embedder of the caller's own nothing else is needed to read text and to ask."""
    (tmp_path / "note.txt").write_text("Ada Byron planted the ash in Bergen.", "utf-8")
    script = (
        "from graphmem import Memory; from graphmem.ingest import ingest;"
        "from graphmem.testing import HashEmbedder;"
        "memory = Memory.open('sqlite:///m.db', embedder=HashEmbedder());"
        "ingest(memory, ['note.txt']);"
        "print(memory.recall('Who planted the ash?')[0].evidence.text); memory.close()"
    )
    told = core.run(tmp_path, "python", "-c", script)
    assert told.stdout == "Ada Byron planted the ash in Bergen.\n", told.stderr


def test_each_extra_has_a_case_here() -> None:
    assert EXTRAS - GATHERED == ASKED.keys(), "say in ASKED what asks for a new extra"


@pytest.mark.parametrize("extra", sorted(ASKED))
def test_what_is_missing_names_its_extra(extra: str, wheel: Path, core: Install, tmp_path: Path) -> None:
    with_extras, command = ASKED[extra]
    here = Install(tmp_path / "venv", wheel, *with_extras) if with_extras else core
    folder = tmp_path / "work"
    (folder / ".streamlit").mkdir(parents=True)
    (folder / ".streamlit" / "secrets.toml").write_text("[auth]\n", "utf-8")
    (folder / "note.txt").write_text("Ada Byron planted the ash in Bergen.", "utf-8")
    (folder / "page.html").write_text("<p>Ada Byron planted the ash.</p>", "utf-8")
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub")}
    told = here.run(folder, *command, NEO4J_PASSWORD="none", OPENAI_API_KEY="none", **offline)
    assert told.returncode == 1, told
    assert f"needs an extra: pip install 'graphmem[{extra}]'" in told.stderr
    assert command[0] != "graphmem" or "Traceback" not in told.stderr


def test_the_version_stands_in_one_place() -> None:
    stated = PROJECT["project"]["version"]
    assert graphmem.__version__ == version("graphmem") == stated
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## (Unreleased|{re.escape(stated)}\b)", changes, re.M)
    assert re.search(rf"^version: {re.escape(stated)}$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)
    for file in (path for top in SHIPPED for path in (ROOT / top).rglob("*.py")):
        assert f'"{stated}"' not in file.read_text("utf-8"), f"{file} states the version: take __version__"


def test_the_citation_is_whole() -> None:
    """The keys that the Citation File Format 1.2.0 requires, and those that go with a program's release."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["type"] == "software" and cited["message"]
    assert cited["title"] == PROJECT["project"]["name"]
    assert cited["license"] == PROJECT["project"]["license"]
    assert cited["authors"] == [{"name": "graphmem contributors"}]


def test_the_licence_is_that_which_is_stated() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text and "Version 2.0, January 2004" in text
