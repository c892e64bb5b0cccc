"""Putting the trained parts together as one pipeline directory, without what only training needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import srsly  # type: ignore[import-untyped]
from spacy.language import Language
from spacy.strings import StringStore

from graphmem.ingest.naming import FACTORY, register
from graphmem.ingest.network import Network

META: Final[dict[str, Any]] = {
    "name": "graphmem",
    "version": "1.2.0",
    "spacy_version": ">=3.7.0,<4.0.0",
    "description": "English syntax and names.",
    "author": "the graphmem project",
    "email": "",
    "url": "",
    "license": "CC BY-SA 4.0",
    "sources": [
        {"name": "UD English EWT", "license": "CC BY-SA 4.0"},
        {"name": "UD English GUM (documents that are open)", "license": "CC BY-SA 4.0"},
        {"name": "all-MiniLM-L6-v2", "license": "Apache-2.0"},
        {"name": "passages of HotpotQA", "license": "CC BY-SA 4.0"},
        {"name": "passages of MuSiQue", "license": "CC BY 4.0"},
        {"name": "passages of 2WikiMultihopQA", "license": "Apache-2.0"},
    ],
}


_SIDES: Final = ("prefix_tree", "suffix_tree")


def assemble(syntax: Language, network: Network) -> Language:
    """One pipeline: syntax first, for names are read from it, by a network of their own."""
    register()
    part: Any = syntax.add_pipe(FACTORY, name="ner")
    part.network = network
    syntax.meta.update(META)
    return syntax


def _strings(value: Any) -> Iterator[str]:
    """All texts inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from (*_strings(key), *_strings(inside))
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _strings(inside)


def _tree_strings(nlp: Language, trees: bytes) -> Iterator[str]:
    """What the edit trees of the lemmatizer put in and take out."""
    for tree in srsly.msgpack_loads(trees)["trees"]:
        for side in ("orig", "subst"):
            if tree.get(side):
                yield nlp.vocab.strings[tree[side]]


def prune(lemmatizer: Any) -> None:
    """Leave only the edit trees that are labels, and their parts: training has tried many more."""
    trees = srsly.msgpack_loads(lemmatizer.trees.to_bytes())["trees"]
    used: dict[int, int] = {}
    ahead = list(lemmatizer.cfg["labels"])
    while ahead:
        number = ahead.pop()
        if number < len(trees) and number not in used:
            used[number] = len(used)
            ahead.extend(trees[number][side] for side in _SIDES if side in trees[number])
    kept = [dict(trees[number]) for number in used]
    for tree in kept:
        tree.update({side: used.get(tree[side], tree[side]) for side in _SIDES if side in tree})
    lemmatizer.trees = type(lemmatizer.trees)(lemmatizer.vocab.strings)
    lemmatizer.trees.from_bytes(srsly.msgpack_dumps({"trees": kept}))
    lemmatizer.cfg["labels"] = [used[number] for number in lemmatizer.cfg["labels"]]
    lemmatizer.tree2label = {number: label for label, number in enumerate(lemmatizer.cfg["labels"])}


def needed(nlp: Language) -> list[str]:
    """The strings that the parts look up; words of the training texts are not among them."""
    found: set[str] = set()
    for name, pipe in nlp.pipeline:
        part: Any = pipe
        for label in getattr(pipe, "labels", ()):
            found.update((str(label), *str(label).replace("-", "|").replace("=", "|").split("|")))
        found.update(_strings(getattr(pipe, "cfg", {})))
        if name == "trainable_lemmatizer":
            found.update(_tree_strings(nlp, part.trees.to_bytes()))
    return sorted(found - {""})


def write(nlp: Language, folder: Path, keep: Iterable[str] = ("README.md",)) -> None:
    """Write the pipeline, leaving the named files of the folder as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if nlp.has_pipe("trainable_lemmatizer"):
        prune(nlp.get_pipe("trainable_lemmatizer"))
    strings = needed(nlp)
    nlp.to_disk(folder)
    StringStore(strings).to_disk(folder / "vocab" / "strings.json")
    # Rows of vectors and tables of look-ups: there are none.
    for name in ("vectors", "vectors.cfg", "key2row", "lookups.bin"):
        (folder / "vocab" / name).unlink(missing_ok=True)


def megabytes(folder: Path) -> float:
    """How much a folder takes on disk."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 2)
