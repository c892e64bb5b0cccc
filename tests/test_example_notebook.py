"""The notebook of the examples runs, and what is kept in it is what it prints."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="needs nbclient: pip install 'graphmem[dev]'")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient: pip install 'graphmem[dev]'")
pytest.importorskip("ipykernel", reason="needs a kernel: pip install 'graphmem[dev]'")
pytest.importorskip("sentence_transformers", reason="it uses the encoder: pip install 'graphmem[embeddings]'")
pytest.importorskip("spacy", reason="it uses the language pipeline: pip install 'graphmem[nlp]'")

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
LARGEST = 20_000  # bytes; outputs that are kept are few and small


def printed(cell: Any) -> list[str]:
    """What a cell prints and gives, as text; a kernel sends what is printed in as many pieces as it likes."""
    outputs = groupby(cell.get("outputs", ()), key=lambda one: one.get("name") or one["output_type"])
    texts = ((one.get("text") or one["data"]["text/plain"] for one in of) for _, of in outputs)
    return ["".join(of) for of in texts]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.name)
def test_a_notebook_prints_what_it_shows(file: Path) -> None:
    kept = nbformat.read(file, as_version=4)
    nbformat.validate(kept)
    made = nbformat.read(file, as_version=4)
    nbclient.NotebookClient(made, timeout=300, resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    assert [printed(cell) for cell in made.cells] == [printed(cell) for cell in kept.cells]
    assert any(printed(cell) for cell in kept.cells) and file.stat().st_size < LARGEST


def test_there_is_one_that_shows_the_verbs() -> None:
    text = "".join(file.read_text("utf-8") for file in NOTEBOOKS)
    for verb in ("ingest(", ".recall(", ".path", ".correct(", ".undo(", ".to_networkx("):
        assert verb in text, verb
