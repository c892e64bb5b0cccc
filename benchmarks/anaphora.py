"""What pronouns and phrases stand for: ``python -m benchmarks.anaphora [--data DIR] [--json] [--part PART]``.

The gold is GUM's coreference: an anaphor should be linked where its cluster has a name, that is a mention
that a proper noun heads, somewhere in the document. A link is right if the name that it goes to heads a
mention of that cluster. Precision is of the links, recall of the anaphors that should be linked. Names and
their labels are those that the pipeline finds; words and sentences are gold. Documents are read whole, and
again in passages of so many characters as an ingest makes, where the name may stand in another passage.

Beside it the baseline, "nearest": the last name before the anaphor of a label that fits. "I" and "you" are
linked to speakers, who are no names in the text: such a link is right if the anaphor is of the cluster that
most of the speaker's "I" are of, and what should be linked is all of them.
The weights were fitted to the training part, and nothing was chosen by the test part.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.identities import columns as columns
from benchmarks.identities import marked as marked
from benchmarks.measures import table
from benchmarks.treebank import Sentence, Span, read
from graphmem.ingest.coreference import (
    Name,
    Reading,
    gender_of,
    resolve_pronouns,
    resolve_things,
    speaker_of,
)
from graphmem.ingest.coreference.kinds import KINDS
from graphmem.ingest.coreference.things import anaphors
from graphmem.ingest.language import ENGLISH, joined, load

PASSAGE: Final = 1200
"""Characters of a passage, as an ingest makes them."""
ORDER: Final = ("it", "they", "phrase", "he/she")
THEY: Final = frozenset({"they", "them", "their", "theirs", "themselves"})
FITTING: Final = frozenset({"organization", "place", "work", "event"})
PERSON: Final = frozenset({"person"})


@dataclass(slots=True)
class Scene:
    """A text with its gold: whose mention each word heads, and which clusters of its document have a name."""

    title: str
    named: frozenset[str]
    docs: list[Doc] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    clusters: list[frozenset[str]] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    _reading: Reading | None = None
    _kinds: dict[int, str] = field(default_factory=dict)

    def add(self, doc: Doc, sentence: Sentence, clusters: Sequence[frozenset[str]], speaker: str) -> None:
        """Put a sentence behind those that are there."""
        offset = len(self.words)
        self.docs.append(doc)
        self.words += [word.lower() for word in sentence.words]
        self.heads += [offset + head for head in sentence.heads]
        self.clusters += clusters
        self.speakers += [speaker] * len(doc)
        self.names += _names(doc, offset)

    @property
    def reading(self) -> Reading:
        """The sentences as one document."""
        if self._reading is None:
            self._reading = Reading(*self.docs)
            self._kinds = dict(anaphors(self._reading))
        return self._reading

    def kind(self, word: int) -> str:
        """What a word is as an anaphor; empty if it is none."""
        assert self.reading
        low = self.words[word]
        return "they" if low in THEY else "he/she" if gender_of(low) else self._kinds.get(word, "")

    def head(self, start: int, end: int) -> int:
        """The first word of a span that hangs on a word outside."""
        inside = range(start, end)
        return next((k for k in inside if self.heads[k] == k or self.heads[k] not in inside), start)


System: TypeAlias = Callable[[Scene], Iterator[tuple[str, int, int, int]]]


@dataclass(slots=True)
class Tally:
    """What was linked, rightly linked, and to be linked."""

    links: int = 0
    right: int = 0
    wanted: int = 0

    def figures(self) -> dict[str, float]:
        """Precision, recall and counts."""
        precision, recall = self.right / max(1, self.links), self.right / max(1, self.wanted)
        counts = {"links": self.links, "named": self.wanted}
        return {"precision": round(precision, 4), "recall": round(recall, 4), **counts}


def _speakers(path: Path) -> list[str]:
    """Who says each sentence of a treebank's file; empty where nobody is named."""
    found: list[str] = []
    speaker = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("# sent_id"):
            speaker = ""
            found.append("")
        elif line.startswith("# speaker ="):
            speaker = line.partition("=")[2].strip()
            found[-1] = speaker
    return found


def _titles(path: Path) -> dict[str, str]:
    """The title of each document of a treebank's file."""
    found: dict[str, str] = {}
    document = ""
    for line in path.read_text("utf-8").splitlines():
        key, _, value = line.partition(" = ")
        if key == "# newdoc id":
            document = value.strip()
        elif key == "# meta::title":
            found[document] = value.strip()
    return found


def _clusters(path: Path, sentences: Sequence[Sentence]) -> Iterator[tuple[list[frozenset[str]], set[str]]]:
    """For each sentence the clusters that each word heads a mention of, and those with a name in it."""
    for sentence, column in zip(sentences, columns(path), strict=True):
        headed: list[set[str]] = [set() for _ in sentence.words]
        named: set[str] = set()
        for mention in marked(column):
            head = sentence.head_of(Span(mention.start, mention.end, ""))
            headed[head].add(mention.cluster)
            if sentence.upos[head] == "PROPN":
                named.add(mention.cluster)
        yield [frozenset(clusters) for clusters in headed], named


def scenes(path: Path, nlp: Language, longest: int = 0) -> Iterator[Scene]:
    """The documents of a treebank's file as the pipeline reads them, whole or in passages of characters."""
    sentences, titles, speakers = read(path), _titles(path), _speakers(path)
    gold = list(_clusters(path, sentences))
    docs = list(nlp.pipe(Doc(nlp.vocab, words=[*s.words], spaces=[*s.spaces]) for s in sentences))
    places: dict[str, list[int]] = defaultdict(list)
    for k, sentence in enumerate(sentences):
        places[sentence.document].append(k)
    for document, own in places.items():
        named = frozenset().union(*(gold[k][1] for k in own))
        for group in _packed(own, [len(docs[k].text) for k in own], longest):
            scene = Scene(titles.get(document, ""), named)
            for k in group:
                scene.add(docs[k], sentences[k], gold[k][0], speakers[k])
            yield scene


def _packed(places: Sequence[int], sizes: Sequence[int], longest: int) -> Iterator[list[int]]:
    group: list[int] = []
    full = 0
    for place, size in zip(places, sizes, strict=True):
        if longest and group and full + size > longest:
            yield group
            group, full = [], 0
        group.append(place)
        full += size
    yield group


def _names(doc: Doc, offset: int) -> Iterator[Name]:
    for mention in joined(doc):
        span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
        if span is not None:
            yield Name(offset + span.start, offset + span.end, mention.label, mention.name)


def linked(scene: Scene) -> Iterator[tuple[str, int, int, int]]:
    """Kind, word, and start and end of the name that the product links it to."""
    for link in resolve_pronouns(scene.reading, scene.title):
        yield "he/she", link.pronoun, link.start, link.end
    for found in resolve_things(scene.reading, scene.names):
        head = found.end - 1
        yield scene.kind(head), head, found.name.start, found.name.end


def nearest(scene: Scene) -> Iterator[tuple[str, int, int, int]]:
    """The same for the last name of a fitting label before the word."""
    for word in range(len(scene.words)):
        kind = scene.kind(word)
        fits = PERSON if kind == "he/she" else KINDS.get(scene.words[word]) if kind == "phrase" else FITTING
        before = [name for name in scene.names if name.end <= word and name.label in (fits or ())]
        if kind and before:
            yield kind, word, before[-1].start, before[-1].end


def tally(scenes: Sequence[Scene], system: System) -> dict[str, Tally]:
    """The counts of each kind."""
    found = {kind: Tally() for kind in ORDER}
    for scene in scenes:
        for word, clusters in enumerate(scene.clusters):
            if (kind := scene.kind(word)) and clusters & scene.named:
                found[kind].wanted += 1
        for kind, word, start, end in system(scene):
            found[kind].links += 1
            found[kind].right += bool(scene.clusters[word] & scene.clusters[scene.head(start, end)])
    return found


def _spoken(scenes: Sequence[Scene]) -> dict[str, Tally]:
    """The counts of I and you, in whole documents."""
    found = {"I": Tally(), "you": Tally()}
    for scene in scenes:
        talkers = list(dict.fromkeys(filter(None, scene.speakers)))
        said = [
            (word, scene.speakers[k], _other(scene.speakers[k], talkers))
            for k, word in enumerate(scene.words)
        ]
        own: dict[str, Counter[str]] = defaultdict(Counter)
        for k, (word, speaker, _) in enumerate(said):
            if speaker_of(word, "I"):
                own[speaker].update(scene.clusters[k])
        for k, (word, speaker, other) in enumerate(said):
            row = found["I" if speaker_of(word, "I") else "you"]
            if not speaker or not speaker_of(word, "I", "you"):
                continue
            row.wanted += 1
            if who := speaker_of(word, speaker, other):
                row.links += 1
                row.right += bool(own[who]) and own[who].most_common(1)[0][0] in scene.clusters[k]
    return found


def _other(speaker: str, talkers: Sequence[str]) -> str:
    """Who is spoken to, where two talk, as ``references`` has it."""
    others = [talker for talker in talkers if talker != speaker]
    return others[0] if len(others) == 1 else ""


def measure(data: Path, nlp: Language, parts: Sequence[str] = ("dev", "test")) -> dict[str, dict[str, float]]:
    """A row for each kind and part: whole documents, passages, and the baseline in whole documents.

    Args:
        data: The folder of the datasets.
        nlp: A pipeline with a parser and names.
        parts: Parts of GUM.
    """
    rows: dict[str, dict[str, float]] = {}
    for part in parts:
        path = data / "treebank" / f"gum-{part}.conllu"
        whole = list(scenes(path, nlp))
        found = tally(whole, linked) | _spoken(whole)
        passages = tally(list(scenes(path, nlp, PASSAGE)), linked)
        base = tally(whole, nearest)
        for kind in found:
            row = rows[f"{part}, {kind}"] = found[kind].figures()
            if kind in base:
                for name, other in (("passages", passages[kind]), ("nearest", base[kind])):
                    figures = other.figures()
                    row |= {f"{name} precision": figures["precision"], f"{name} recall": figures["recall"]}
    return rows


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.anaphora", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--pipeline", default="", help="a spaCy pipeline; the bundled one if absent")
    options.add_argument("--part", choices=("train", "dev", "test"), action="append", help="only this part")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    return options.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = parse(arguments)
    rows = measure(options.data, load(options.pipeline or ENGLISH), options.part or ("dev", "test"))
    print(json.dumps({"benchmark": "anaphora", "anaphora": rows}) if options.json else table(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
