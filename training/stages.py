"""The stages of making the pipeline, each with a folder of its own for its checkpoints and its result."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import spacy
import torch
from spacy.language import Language
from torch import nn

from benchmarks.treebank import Sentence, read
from graphmem.ingest.network import Network
from training import grammar, pipeline, readings
from training import student as student_task
from training import teacher as teacher_task
from training.biaffine import Biaffine, inventory
from training.descent import Task, descend
from training.loop import Material, Plan, train
from training.student import Student, cut, network
from training.syntax import SyntaxMaterial
from training.teacher import Reader, Scheme, Teacher, label
from training.texts import Text, annotate, bare, golds, passages, silver, stored
from training.trees import Parser

TREEBANKS: Final = ("ewt", "gum")
TEACHER_RATES: Final = (2e-4, 3e-4)
TEACHERS: Final = len(TEACHER_RATES)
UPTRAINING: Final = 0.75
"""Steps of uptraining, as a share of those before."""
SHORT: Final = 400
"""Groups of short clauses in an epoch."""


class Stopped(Exception):
    """The run was told to stop; its state is saved."""


class Stages:
    """Everything up to the two trained networks: for syntax and for names.

    Names are learned from gold syntax, and from syntax as a parser finds it that has not seen the sentence:
    each of two small parsers, trained on a half of the documents, reads the other half. Gold syntax alone
    would be trusted too much, that of the small parsers alone too little.

    Args:
        data: Folder of the datasets.
        work: Folder of checkpoints and results.
        steps: Steps of the network for syntax; the others take their share of it.
        seconds: How long that one may take; the small parsers take their share of it too.
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
        self.texts = work / "texts"

    def syntax(self) -> Language:
        """Tagger, morphologizer, parser and lemmatizer, trained on both treebanks."""
        material = SyntaxMaterial(
            [*self._part("ewt-train"), *self._part("gum-train")],
            [*self._part("ewt-dev"), *self._part("gum-dev")],
        )
        return self._trained("syntax", pipeline.syntax, material, self._plan(1.0, dropout=0.35))

    def uptrained(self) -> Language:
        """That network gone on with, on the treebanks and on what a teacher reads in raw text."""
        syntax = self.syntax()
        train = [*self._part("ewt-train"), *self._part("gum-train")]
        dev = [*self._part("ewt-dev"), *self._part("gum-dev")]
        known = inventory(train)
        torch.manual_seed(0)
        teacher = Biaffine(known)
        plan = self._descent(1 / 4, learn_rate=2e-4)
        lessons = grammar.Lessons(known, train, dev)
        self._descended("biaffine", teacher, teacher_task.groups(teacher, plan.learn_rate), lessons, plan)
        if not (path := self.texts / "read.spacy").exists():
            self.log("reads the passages")
            readings.write(syntax, Parser(teacher, known), passages(self.data), path)
        material = SyntaxMaterial(train, dev, readings.stored(path), short=SHORT)
        plan = replace(self._plan(UPTRAINING), learn_rate=5e-4)
        start = self.work / "syntax" / "best"
        return self._trained("uptrained", pipeline.syntax, material, plan, start)

    def named(self) -> Network:
        """The network for names: teachers learn from GUM and label other texts, a student learns from all."""
        syntax = self.syntax()
        scheme = Scheme(*(tuple(sorted(syntax.get_pipe(part).labels)) for part in ("tagger", "parser")))  # type: ignore[attr-defined]
        self._parsed(syntax)
        gold = [text for k in (0, 1) for text in golds(self._half("gum", k), self.texts / f"gum-{k}.spacy")]
        dev = golds(self._part("gum-dev"), self.texts / "gum-dev.spacy", borders=False)
        teachers = [self._teacher(seed, scheme, gold, dev) for seed in range(TEACHERS)]
        other = [self._labelled(name, teachers, scheme) for name in ("ewt-0", "ewt-1", "passages")]
        student = Student(scheme)
        cut(student, teachers[0].state_dict())
        lessons = student_task.Lessons(scheme, gold, [text for texts in other for text in texts], dev)
        plan = self._descent(1 / 6, learn_rate=5e-4)
        self._descended("student", student, student_task.groups(student, plan.learn_rate), lessons, plan)
        return network(student, scheme)

    def _parsed(self, syntax: Language) -> None:
        """Texts as a parser reads them that has not learned from them."""
        self.texts.mkdir(parents=True, exist_ok=True)
        for number in (0, 1):
            paths = {name: self.texts / f"{name}-{number}.spacy" for name in TREEBANKS}
            if not all(path.exists() for path in paths.values()):
                nlp = self._half_parser(1 - number)
                for name, path in paths.items():
                    annotate(nlp, bare(nlp, self._half(name, number)), path)
        if not (path := self.texts / "gum-dev.spacy").exists():
            annotate(syntax, bare(syntax, self._part("gum-dev")), path)
        if not (path := self.texts / "passages.spacy").exists():
            with syntax.select_pipes(disable=["morphologizer", "trainable_lemmatizer"]):
                annotate(syntax, map(syntax.make_doc, passages(self.data)), path)

    def _half_parser(self, number: int) -> Language:
        """A small parser of one half of the documents."""
        own = [s for name in TREEBANKS for s in self._half(name, number)]
        dev = [s for name in TREEBANKS for s in self._half(name, 1 - number)[:700]]
        build = partial(pipeline.syntax, 96, 4, small=True)
        return self._trained(f"half-{number}", build, SyntaxMaterial(own, dev), self._plan(1 / 8))

    def _teacher(self, seed: int, scheme: Scheme, gold: list[Text], dev: list[Text]) -> Teacher:
        torch.manual_seed(seed)
        teacher = Teacher(scheme)
        plan = self._descent(1 / 13, learn_rate=TEACHER_RATES[seed])
        lessons = teacher_task.Lessons(scheme, gold, dev, seed)
        groups = teacher_task.groups(teacher, plan.learn_rate)
        self._descended(f"teacher-{seed}", teacher, groups, lessons, plan)
        return teacher

    def _labelled(self, name: str, teachers: list[Teacher], scheme: Scheme) -> list[Text]:
        """Texts with what the teachers think of them."""
        found = stored(self.texts / f"{name}.spacy")
        path = self.texts / f"{name}.npz"
        if not path.exists():
            self.log(f"labels {name}")
            label(teachers, Reader(scheme), found, path)
        return silver(found, path)

    def _descent(self, share: float, learn_rate: float) -> Plan:
        steps = max(1, round(self.steps * share))
        return Plan(steps, learn_rate=learn_rate, warmup=max(1, steps // 16), score_steps=max(1, steps // 8))

    def _descended(
        self, name: str, module: nn.Module, groups: list[dict[str, Any]], task: Task, plan: Plan
    ) -> None:
        """Train a network in PyTorch, or read it if that is done."""
        if self.stop():
            raise Stopped
        self.log(f"{name}: {plan.steps} steps")
        if not descend(self.work / name, module, groups, task, plan, self.log, self.stop):
            raise Stopped

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

    def _trained(
        self,
        name: str,
        build: Callable[[], Language],
        material: Material,
        plan: Plan,
        start: Path | None = None,
    ) -> Language:
        """The result of a training that is done, or done now; it starts with the weights in ``start``."""
        folder = self.work / name
        if (folder / "best").exists():
            return spacy.load(folder / "best")
        if self.stop():
            raise Stopped
        self.log(f"{name}: {plan.steps} steps")
        nlp = train(folder, build, material, plan, self.log, self.stop, start)
        if nlp is None:
            raise Stopped
        return nlp
