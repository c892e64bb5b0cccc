"""The stages of making the pipeline, each with a folder of its own for its checkpoints and its result."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import spacy
from spacy.language import Language

from benchmarks.treebank import Sentence, read
from training import pipeline
from training.loop import Material, Plan, train
from training.names import NamesMaterial, annotate, with_gold
from training.syntax import SyntaxMaterial

TREEBANKS: Final = ("ewt", "gum")


class Stopped(Exception):
    """The run was told to stop; its state is saved."""


class Stages:
    """Everything up to the two trained networks.

    Names are learned from gold syntax, and from syntax as a parser finds it that has not seen the sentence:
    each of two small parsers, trained on a half of the documents, reads the other half. Gold syntax alone
    would be trusted too much, that of the small parsers alone too little.

    Args:
        data: Folder of the datasets.
        work: Folder of checkpoints and results.
        steps: Steps of the network for syntax; the others take their share of it.
        seconds: How long that one may take; the others take their share of it too.
        log: Told a line now and then.
        stop: Whether to save and end.
    """

    def __init__(
        self,
        data: Path,
        work: Path,
        steps: int,
        seconds: float,
        log: Callable[[str], None],
        stop: Callable[[], bool],
    ) -> None:
        self.data, self.work, self.log, self.stop = data, work, log, stop
        self.steps, self.seconds = steps, seconds
        self.names = work / "names"

    def syntax(self) -> Language:
        """Tagger, morphologizer, parser and lemmatizer, trained on both treebanks."""
        material = SyntaxMaterial(
            [*self._part("ewt-train"), *self._part("gum-train")],
            [*self._part("ewt-dev"), *self._part("gum-dev")],
        )
        return self._trained("syntax", pipeline.syntax, material, self._plan(1.0, dropout=0.35))

    def named(self) -> Language:
        """The recogniser of names."""
        if not (self.work / "named" / "best").exists():
            self._parsed()
        train = [self.names / f"{name}.spacy" for name in ("gold", "parsed-0", "parsed-1")]
        material = NamesMaterial(train, self.names / "dev.spacy")
        return self._trained("named", pipeline.named, material, self._plan(0.4, dropout=0.35))

    def _parsed(self) -> None:
        """The training part of GUM, with gold syntax and each half as the parser of the other reads it."""
        self.names.mkdir(parents=True, exist_ok=True)
        with_gold(spacy.blank("en").vocab, self._part("gum-train"), self.names / "gold.spacy")
        annotate(self.syntax(), self._part("gum-dev"), self.names / "dev.spacy")
        for number in (0, 1):
            path = self.names / f"parsed-{number}.spacy"
            if not path.exists():
                own = [s for name in TREEBANKS for s in self._half(name, number)]
                dev = [s for name in TREEBANKS for s in self._half(name, 1 - number)[:700]]
                build = partial(pipeline.syntax, 96, 4, small=True)
                nlp = self._trained(f"half-{number}", build, SyntaxMaterial(own, dev), self._plan(1 / 8))
                annotate(nlp, self._half("gum", 1 - number), path)

    def _plan(self, share: float, dropout: float = 0.2) -> Plan:
        seconds = self.seconds * share if math.isfinite(self.seconds) else math.inf
        return Plan(max(1, round(self.steps * share)), seconds=seconds, dropout=dropout)

    def _part(self, name: str) -> list[Sentence]:
        return read(self.data / "treebank" / f"{name}.conllu")

    def _half(self, name: str, number: int) -> list[Sentence]:
        """Every other document of a training part."""
        sentences = self._part(f"{name}-train")
        documents = set(sorted({sentence.document for sentence in sentences})[number::2])
        return [sentence for sentence in sentences if sentence.document in documents]

    def _trained(self, name: str, build: Callable[[], Language], material: Material, plan: Plan) -> Language:
        """The result of a training that is done, or done now."""
        folder = self.work / name
        if (folder / "best").exists():
            return spacy.load(folder / "best")
        if self.stop():
            raise Stopped
        self.log(f"{name}: {plan.steps} steps")
        nlp = train(folder, build, material, plan, self.log, self.stop)
        if nlp is None:
            raise Stopped
        return nlp
