"""Basic forms of words: ``python -m benchmarks.lemmas [--data DIR] [--json] [--verbs]``.

The share of words of the test parts of EWT and GUM whose lemma, in small letters, is gold, by the part of
speech that gold gives: of the pipeline's lemmatizer alone, and with verbs by ``graphmem.ingest.lemmas``,
as facts take them. With ``--verbs`` the list of verbs which that module ships is printed instead, from the
training parts of both.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, Token

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.measures import table
from benchmarks.treebank import Sentence, read
from graphmem.ingest.language import ENGLISH, load
from graphmem.ingest.lemmas import basic

TREEBANKS: Final = ("ewt", "gum")
SHOWN: Final = ("VERB", "AUX", "NOUN", "PROPN", "ADJ", "ADV")


def _gold(data: Path, part: str) -> list[Sentence]:
    return [s for bank in TREEBANKS for s in read(data / "treebank" / f"{bank}-{part}.conllu")]


def vocabulary(sentences: Iterable[Sentence]) -> list[str]:
    """The verbs of sentences, in order of the alphabet, without slips of the pen and short forms."""
    words: set[str] = set()
    verbs = Counter[str]()
    for s in sentences:
        for lemma, upos, feats in zip(s.lemmas, s.upos, s.feats, strict=True):
            words.add(low := lemma.lower())
            plain = low.isascii() and low.isalpha()
            if (
                plain
                and upos == "VERB"
                and not {"Typo=Yes", "Abbr=Yes", "Style=Slng"} & set(feats.split("|"))
            ):
                verbs[low] += 1
    # What stands once and is a word with an e after it was itself cut too short ("fre").
    return sorted(verb for verb in verbs if verbs[verb] > 1 or f"{verb}e" not in words)


def _corrected(token: Token) -> str:
    return basic(token.text, token.tag_) if token.pos_ == "VERB" else token.lemma_.lower()


def measure(data: Path, nlp: Language) -> dict[str, dict[str, float]]:
    """Accuracy by part of speech, of the pipeline and of the rules after it, and the cost of the rules."""
    sentences = _gold(data, "test")
    docs = nlp.pipe((Doc(nlp.vocab, words=[*s.words], spaces=[*s.spaces]) for s in sentences), batch_size=64)
    tokens = [list(doc) for doc in docs]
    started = perf_counter()
    mended = [[_corrected(token) for token in row] for row in tokens]
    seconds = perf_counter() - started
    plain = [[token.lemma_.lower() for token in row] for row in tokens]
    rows = {"pipeline": _accuracy(sentences, plain), "rules after it": _accuracy(sentences, mended)}
    rows["rules after it"]["us_per_word"] = round(1e6 * seconds / sum(map(len, tokens)), 2)
    return rows


def _accuracy(sentences: Sequence[Sentence], found: Sequence[Sequence[str]]) -> dict[str, float]:
    total, right = Counter[str](), Counter[str]()
    for s, row in zip(sentences, found, strict=True):
        for gold, upos, lemma in zip(s.lemmas, s.upos, row, strict=True):
            for part in (upos, "all"):
                total[part] += 1
                right[part] += lemma == gold.lower()
    return {part: round(right[part] / total[part], 4) for part in ("all", *SHOWN)}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.lemmas", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--pipeline", default="", help="a spaCy pipeline; the bundled one if absent")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options.add_argument("--verbs", action="store_true", help="print the list of verbs, measure nothing")
    return options.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = parse(arguments)
    if options.verbs:
        print("\n".join(vocabulary(_gold(options.data, "train"))))
        return
    rows = measure(options.data, load(options.pipeline or ENGLISH))
    print(json.dumps({"benchmark": "lemmas", "lemmas": rows}) if options.json else table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
