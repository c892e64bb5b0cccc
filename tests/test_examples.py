"""The examples and the README run as they stand and print what they promise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("[0-9]*.py"))
README = ROOT / "README.md"
PROMISED = {
    "01_ingest_and_recall.py": (
        "9 documents are in the memory",
        "tern-buoy.md",
        "ingrid-solvang.md",
        "because: Where was the designer",
        "forgotten: {",
        "and back: Ingrid Solvang",
    ),
    "02_langchain_retriever.py": ("Her captain is Joanna Lind", "[aurelia.txt]", "so far: 4 messages"),
    "03_langchain_agent.py": (
        "She was born in Vardø",
        "speak in Tromsø in December. [",
        "agent wrote: ingest said:agent/",
        "taken back: True",
    ),
    "04_langgraph_store.py": (
        "ann: Which ship does Eva sail? -> My sister Eva sails the Aurelia.",
        "bob: What am I allergic to? -> I am allergic to nuts.",
        "bob: Which ship does Eva sail? -> You never told me.",
        "namespaces: [('people', 'ann'), ('people', 'bob')]",
        "'Eva sails Aurelia'",
        "history: ['ingest item:0', 'ingest item:1']",
    ),
    "05_three_agents.py": (
        "now: write to the captain",
        "said by scout",
        "reads none of the scout's documents: True",
        "update: Joanna Lind lives in Bergen.",
        "noop: Joanna Lind lives in Bergen.",
    ),
}


def run(cwd: Path, *arguments: str) -> str:
    """What a script prints; it must end well."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.name)
def test_an_example_prints_what_it_promises(script: Path, tmp_path: Path) -> None:
    printed = run(tmp_path, str(script))
    assert script.name in PROMISED, "say in PROMISED what a new example prints"
    for part in PROMISED[script.name]:
        assert part in printed
    assert not list(tmp_path.iterdir()), "it leaves nothing behind"


def test_there_are_examples() -> None:
    assert {path.name for path in EXAMPLES} == PROMISED.keys()


def test_the_readme_names_commands_and_files_that_exist() -> None:
    if not README.exists():
        pytest.skip("there is no README")
    text = README.read_text("utf-8")
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    commands = set(re.findall(r"^graphmem (\w+)", shell, re.MULTILINE))
    known = run(ROOT, "-c", "from graphmem.cli.manual import manual; print(manual())")
    assert commands and all(f"## graphmem {command}\n" in known for command in commands)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists() or target == "docs/benchmarks.md", target
