"""Whom pronouns mean: ``python -m benchmarks.coreference [--data DIR] [--json] [--misses]``.

The gold is GAP's development part (Webster et al. 2018, "Mind the GAP: A Balanced Corpus of Gendered
Ambiguous Pronouns"; GitHub google-research-datasets/gap-coreference, Apache-2.0): passages of Wikipedia,
each with a pronoun and two names, as many masculine as feminine. Scored as GAP does where the two names
are given: for each name the system says whether the pronoun means it, and F1 is of the names affirmed,
over all passages and for each gender; bias is the feminine F1 over the masculine one.

The rules were developed on the first half of the passages and their weights fitted to it; both halves are
printed, so that the second shows what is general. What is called "rules" does not see the title of the
page. Beside it, in the same run: the rules with the title, the rules that must find the names themselves
(a link counts for the name with whose words its own agree), and two baselines that always answer:
"parallelism" (the nearer name in the pronoun's own role where it is subject or object, else the nearer
one) and "nearest". That of
the paper measures distance in syntax where roles do not decide, so this one is only near to it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.datasets import DEFAULT_DATA, missing
from benchmarks.measures import table
from graphmem.ingest.coreference import Reading, between, gender_of, resolve_pronouns
from graphmem.ingest.language import ENGLISH, load

Answer: TypeAlias = tuple[bool, bool]
"""Whether the pronoun means the first name, and the second."""
NEITHER: Final = (False, False)
EXACT: Final = 0.15
"""From this confidence the likelier of two given names is affirmed; set on the first half."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with a pronoun and two names, by their offsets."""

    id: str
    text: str
    pronoun: str
    offset: int
    names: tuple[tuple[int, int], tuple[int, int]]
    gold: Answer
    title: str


System: TypeAlias = Callable[[Passage, Doc], Answer]


def read(path: Path) -> list[Passage]:
    """The passages of a file in GAP's columns."""
    if not path.exists():
        missing(path)
    found = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            starts = int(row["A-offset"]), int(row["B-offset"])
            names = (starts[0], starts[0] + len(row["A"])), (starts[1], starts[1] + len(row["B"]))
            gold = row["A-coref"].upper() == "TRUE", row["B-coref"].upper() == "TRUE"
            title = unquote(row["URL"].rsplit("/", 1)[-1]).replace("_", " ")
            offset = int(row["Pronoun-offset"])
            found.append(Passage(row["ID"], row["Text"], row["Pronoun"], offset, names, gold, title))
    return found


def _either(first: bool) -> Answer:
    return first, not first


def _likelier(shares: Sequence[float]) -> Answer:
    return _either(shares[0] >= shares[1]) if max(shares) >= EXACT else NEITHER


def rules(passage: Passage, doc: Doc) -> Answer:
    """What the rules say of the two names."""
    return _likelier(between(doc, passage.offset, passage.names))


def with_title(passage: Passage, doc: Doc) -> Answer:
    """What they say when they know the title of the page."""
    return _likelier(between(doc, passage.offset, passage.names, passage.title))


def without_names(passage: Passage, doc: Doc) -> Answer:
    """What they say when they are not told the names."""
    for link in resolve_pronouns(Reading(doc)):
        if doc[link.pronoun].idx == passage.offset:
            found = set(doc[link.start : link.end].text.split())
            words = [set(passage.text[start:end].split()) for start, end in passage.names]
            fits = [found <= name or name <= found for name in words]
            return _either(fits[0]) if any(fits) else NEITHER
    return NEITHER


def nearest(passage: Passage, doc: Doc) -> Answer:
    """The name that begins nearer to the pronoun."""
    gaps = [abs(passage.offset - start) for start, _ in passage.names]
    return _either(gaps[0] <= gaps[1])


def parallelism(passage: Passage, doc: Doc) -> Answer:
    """The nearest name in the role of the pronoun, where that is subject or object; else the nearest."""
    reading, roles = Reading(doc), []
    for start, end in ((passage.offset, passage.offset + 1), *passage.names):
        span = doc.char_span(start, end, alignment_mode="expand")
        roles.append(reading.role[span.root.i] if span is not None else "")
    same = [role == roles[0] for role in roles[1:]]
    if roles[0] in {"subject", "object"} and same[0] != same[1]:
        return _either(same[0])
    return nearest(passage, doc)


SYSTEMS: Final[dict[str, System]] = {
    "rules": rules,
    "with the page's title": with_title,
    "without the names": without_names,
    "parallelism": parallelism,
    "nearest": nearest,
}


def _prf(pairs: Sequence[tuple[Answer, Answer]]) -> tuple[float, float, float]:
    decisions = [(g, s) for gold, said in pairs for g, s in zip(gold, said, strict=True)]
    both = sum(g and s for g, s in decisions)
    wanted, found = sum(g for g, _ in decisions), sum(s for _, s in decisions)
    return both / max(1, found), both / max(1, wanted), 2 * both / max(1, wanted + found)


def scores(passages: Sequence[Passage], answers: Sequence[Answer]) -> dict[str, float]:
    """GAP's figures of the answers to passages."""
    pairs = [(passage.gold, answer) for passage, answer in zip(passages, answers, strict=True)]
    precision, recall, f1 = _prf(pairs)
    by_gender = {}
    for gender in ("masculine", "feminine"):
        of_gender = [
            p for p, passage in zip(pairs, passages, strict=True) if gender_of(passage.pronoun) == gender
        ]
        by_gender[gender] = _prf(of_gender)[2]
    masculine, feminine = by_gender["masculine"], by_gender["feminine"]
    bias = feminine / masculine if masculine else 0.0
    named = {"precision": precision, "recall": recall, "f1": f1}
    named |= {"f1_masculine": masculine, "f1_feminine": feminine, "bias": bias}
    return {name: round(value, 4) for name, value in named.items()}


def _parsed(data: Path, nlp: Language) -> tuple[list[Passage], list[Doc]]:
    passages = read(data / "coreference" / "gap-development.tsv")
    return passages, list(nlp.pipe([passage.text for passage in passages], batch_size=64))


def measure(data: Path, nlp: Language) -> dict[str, dict[str, float]]:
    """The figures of the rules, of their variants and of the baselines.

    Args:
        data: The folder of the datasets.
        nlp: A pipeline with a parser and names.
    """
    passages, docs = _parsed(data, nlp)
    half = len(passages) // 2
    rows: dict[str, dict[str, float]] = {}
    for name, system in SYSTEMS.items():
        answers = [system(passage, doc) for passage, doc in zip(passages, docs, strict=True)]
        rows[name] = scores(passages, answers)
        if system is rules:
            rows[f"{name}, first half"] = scores(passages[:half], answers[:half])
            rows[f"{name}, second half"] = scores(passages[half:], answers[half:])
    return rows


def misses(data: Path, nlp: Language) -> Iterator[str]:
    """Each passage of the first half that the rules get wrong, with gold, answer and shares."""
    passages, docs = _parsed(data, nlp)
    for passage, doc in zip(passages[: len(passages) // 2], docs, strict=False):
        shares = between(doc, passage.offset, passage.names)
        said = _likelier(shares)
        if said != passage.gold:
            names = [passage.text[start:end] for start, end in passage.names]
            yield f"\n{passage.id}: {passage.text}\n  {passage.pronoun!r} at {passage.offset}"
            for name, share, gold, answer in zip(names, shares, passage.gold, said, strict=True):
                yield f"  {name}: gold {gold}, said {answer} ({share:.2f})"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.coreference", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--pipeline", default="", help="a spaCy pipeline; the bundled one if absent")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options.add_argument("--misses", action="store_true", help="what the rules get wrong in the first half")
    return options.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = parse(arguments)
    nlp = load(options.pipeline or ENGLISH)
    if options.misses:
        print("\n".join(misses(options.data, nlp)))
        return
    rows = measure(options.data, nlp)
    if options.json:
        found = {"benchmark": "coreference", "pipeline": options.pipeline or "bundled", "coreference": rows}
        print(json.dumps(found))
    else:
        print(table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
