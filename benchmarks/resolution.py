"""How well names are told apart and together, untrained: across GUM's documents, and pairs of table rows.

GUM: the mentions that a proper noun heads and that carry a Wikipedia identity (``benchmarks.identities``)
are clustered inside each document by ``within``, and across documents by ``resolve`` and ``entities``.
Given are the borders of mentions, their types, tags and sentences, as a pipeline would give them; never
gold coreference, nor which document a name is shared with. Where "types found" is said, the types are those
of the bundled pipeline, on documents it was not trained on. The identities are used to score, and to
answer what is asked where that is said. B-cubed is Bagga & Baldwin's (1998), each mention an item of
weight one. Constants were set on GUM's train and dev documents; those of the test part stand apart. What
makes the links local was settled on the first half of all documents; the second half was only measured.

DBLP-ACM and Fodors-Zagats: the labelled pairs as given, decided one by one. The column ``class`` of
Fodors-Zagats is left out: it is the number of the true match.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.datasets import DEFAULT_DATA, missing
from benchmarks.identities import Named, named, typed
from benchmarks.measures import table
from graphmem.identity import fold
from graphmem.ingest.language import ENGLISH, load
from graphmem.resolution import (
    Decision,
    Kept,
    Link,
    Naming,
    Profile,
    Register,
    entities,
    profiles,
    resolve,
)
from graphmem.resolution.decision import ASK, SAME
from graphmem.resolution.records import SAME_RECORD, Record, Table, same

PARTS: Final = ("train", "dev", "test")
TABLES: Final = {
    "dblp_acm": ("structured-dblp-acm.txt", "title"),
    "dblp_acm_dirty": ("dirty-dblp-acm.txt", "title"),
    "fodors_zagats": ("structured-fodors-zagats.txt", "name"),
}
"""The file of each set of pairs, and the column whose equality is the baseline."""
LEAKING: Final = frozenset({"class"})
"""Columns that give the answer away."""
_FIELD: Final = re.compile(r"COL (\w+) VAL(.*?)(?=COL \w+ VAL|$)")


def prf(both: float, found: float, gold: float) -> dict[str, float]:
    """Precision, recall and F1 of counts, to 4 digits."""
    precision, recall = both / max(1, found), both / max(1, gold)
    total = precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def b_cubed(clusters: Sequence[Hashable], gold: Sequence[Hashable]) -> dict[str, float]:
    """B-cubed precision, recall and F1 (Bagga & Baldwin 1998) of items by their cluster and class."""
    members: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for cluster, meant in zip(clusters, gold, strict=True):
        members[cluster][meant] += 1
    size = Counter(gold)
    precision = sum(n * n / sum(c.values()) for c in members.values() for n in c.values())
    recall = sum(n * n / size[meant] for c in members.values() for meant, n in c.items())
    precision, recall = precision / max(1, len(gold)), recall / max(1, len(gold))
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
    }


def pair_precision(clusters: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """Of all pairs of mentions that stand together, the share that mean one thing."""
    members: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for cluster, meant in zip(clusters, gold, strict=True):
        members[cluster][meant] += 1
    pairs = sum(n * (n - 1) for c in members.values() for n in [sum(c.values())])
    right = sum(n * (n - 1) for c in members.values() for n in c.values())
    return round(right / max(1, pairs), 4)


class Resolved:
    """GUM's mentions as the parts under measure resolve them."""

    def __init__(self, mentions: Sequence[Named]) -> None:
        start = time.perf_counter()
        self.mentions = mentions
        by_document: defaultdict[str, list[Naming]] = defaultdict(list)
        for number, m in enumerate(mentions):
            by_document[m.document].append(Naming(str(number), m.name, m.label, m.text))
        self.of: dict[str, list[int]] = {}
        self.profiles: list[Profile] = []
        for document, namings in by_document.items():
            for profile, ids in profiles(document, namings):
                self.profiles.append(profile)
                self.of[profile.id] = [int(id) for id in ids]
        self.resolution = resolve(self.profiles)
        self.merged = self.clusters(())
        self.seconds = round(time.perf_counter() - start, 2)
        self.meant = {
            id: Counter(mentions[k].identity for k in numbers).most_common(1)[0][0]
            for id, numbers in self.of.items()
        }

    def clusters(self, decisions: Iterable[Decision]) -> list[int]:
        """For each mention the number of its entity, with what people decided of units."""
        found = [0] * len(self.mentions)
        units = self.resolution.units
        for number, entity in enumerate(entities(units, self.resolution.links, decisions)):
            for id in (id for unit in entity for id in self.resolution.clusters[unit]):
                for k in self.of[id]:
                    found[k] = number
        return found

    def unit_meant(self, unit: str) -> str:
        """The identity that most profiles of a unit mean."""
        meant = Counter(self.meant[id] for id in sorted(self.resolution.clusters[unit]))
        return meant.most_common(1)[0][0]

    def asked(self) -> list[Link]:
        """The links that a person is asked: not those whose ends are together already."""
        entity = {id: self.merged[self.of[id][0]] for id in self.of}
        first = {unit: entity[min(ids)] for unit, ids in self.resolution.clusters.items()}
        return [link for link in self.resolution.of("ask") if first[link.a] != first[link.b]]

    def answers(self) -> list[Decision]:
        """What is asked, answered by the identities."""
        return [
            Decision(link.a, link.b, same=self.unit_meant(link.a) == self.unit_meant(link.b))
            for link in self.asked()
        ]

    def operating_point(self) -> dict[str, float]:
        """What the bands hold: "same" as pairs and as merges of documents' profiles, "ask" as questions.

        ``precision`` and ``recall`` of the pairs of profiles that are together. Of the merges, one less than
        each entity has profiles, ``merge_precision`` was right: an entity of several identities took at least
        one wrong merge for each identity but one. ``asked`` questions, ``asked_same`` of them rightly yes.
        """
        known = [id for id in self.of if self.meant[id]]
        members: defaultdict[int, list[str]] = defaultdict(list)
        for id in known:
            members[self.merged[self.of[id][0]]].append(self.meant[id])
        found = sum(math.comb(len(meant), 2) for meant in members.values())
        right = sum(math.comb(n, 2) for meant in members.values() for n in Counter(meant).values())
        gold = sum(math.comb(n, 2) for n in Counter(self.meant[id] for id in known).values())
        merges = sum(len(meant) - 1 for meant in members.values())
        wrong = sum(len(set(meant)) - 1 for meant in members.values())
        answers = self.answers()
        return {
            **prf(right, found, gold),
            "merges": merges,
            "merge_precision": round(1 - wrong / max(1, merges), 4),
            "asked": len(answers),
            "asked_same": round(sum(answer.same for answer in answers) / max(1, len(answers)), 4),
        }

    def upkeep(self) -> dict[str, float]:
        """Comparisons when the profiles come one by one and when they go again: the mean, and the most."""
        kept: tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]] = ({}, {}, {})
        done = []
        for here in (True, False):
            for profile in self.profiles:
                units, pages, links = (Kept(partial(_found, values)) for values in kept)
                register = Register(units, pages, links)
                register.change([] if here else [profile], [profile] if here else [])
                for values, now in zip(kept, (units, pages, links), strict=True):
                    values.update({key: value for key, _, value in now.changed()})
                done.append(register.compared)
        return {"compared_per_change": round(sum(done) / max(1, len(done)), 2), "most_compared": max(done)}


def _found(values: Mapping[Any, Any], keys: Iterable[Any]) -> dict[Any, Any]:
    return {key: values[key] for key in keys if values.get(key) is not None}


def _scored(resolved: Resolved, clusters: Sequence[int], keep: frozenset[str] | None) -> dict[str, float]:
    """B-cubed of the mentions with an identity, of some documents or of all."""
    at = [k for k, m in enumerate(resolved.mentions) if m.identity and (keep is None or m.document in keep)]
    gold = [resolved.mentions[k].identity for k in at]
    found = [clusters[k] for k in at]
    return b_cubed(found, gold) | {"pair_precision": pair_precision(found, gold)}


def _first_half(mention: Named) -> bool:
    """Whether a mention's document is of the half that was developed on."""
    return int(hashlib.sha1(mention.document.encode(), usedforsecurity=False).hexdigest(), 16) % 2 == 0


def _exact(mentions: Sequence[Named]) -> dict[str, float]:
    return b_cubed([fold(m.name) for m in mentions], [m.identity for m in mentions])


def _alone(mentions: Sequence[Named]) -> dict[str, float]:
    resolved = Resolved(mentions)
    return _scored(resolved, resolved.merged, None)


def gum(folder: Path) -> dict[str, Any]:
    """The figures of GUM: ``figures``, and ``rows`` of B-cubed by what is measured."""
    parts = {part: named(folder / f"gum-{part}.conllu") for part in PARTS}
    every = [mention for part in PARTS for mention in parts[part]]
    known = [mention for mention in every if mention.identity]
    gold = [mention.identity for mention in known]
    test = frozenset(mention.document for mention in parts["test"])
    in_test = [mention for mention in parts["test"] if mention.identity]
    found = [m for m in typed(folder / "gum-test.conllu", load(ENGLISH)) if m.identity]
    resolved, crowd = Resolved(known), Resolved(every)
    rows = {
        "exact name": _exact(known),
        "exact span": b_cubed([fold(m.span) for m in known], gold),
        "merged without asking": _scored(resolved, resolved.merged, None),
        "asked, answered by gold": _scored(resolved, resolved.clusters(resolved.answers()), None),
        "first half of the documents, alone": _alone([m for m in known if _first_half(m)]),
        "second half of the documents, alone": _alone([m for m in known if not _first_half(m)]),
        "test documents, exact name": _exact(in_test),
        "test documents": _scored(resolved, resolved.merged, test),
        "test documents, alone": _alone(in_test),
        "test documents, alone, types found": _alone(found),
        "without types": _alone([replace(mention, label="") for mention in known]),
        "among names without identity": _scored(crowd, crowd.merged, None),
        "bands, as pairs of profiles": resolved.operating_point(),
    }
    return {
        "mentions": len(known),
        "identities": len(set(gold)),
        "documents": len({mention.document for mention in known}),
        "profiles": len(resolved.profiles),
        "units": len(resolved.resolution.units),
        "same": SAME,
        "ask": ASK,
        "compared_per_profile": round(resolved.resolution.compared / max(1, len(resolved.profiles)), 2),
        **crowd.upkeep(),
        "seconds": resolved.seconds,
        "rows": rows,
    }


def record(text: str) -> dict[str, str]:
    """The fields of a record as ditto writes it ("COL name VAL value COL …"), without what leaks."""
    return {k: v.strip() for k, v in _FIELD.findall(text.strip()) if k not in LEAKING}


def pairs(path: Path) -> list[tuple[Record, Record, bool]]:
    """The labelled pairs of a file."""
    if not path.exists():
        missing(path)
    found = []
    for line in path.read_text("utf-8").splitlines():
        a, b, label = line.split("\t")
        found.append((Record(record(a)), Record(record(b)), label.strip() == "1"))
    return found


def _of_pairs(decided: Sequence[bool], gold: Sequence[bool]) -> dict[str, float]:
    both = sum(a and b for a, b in zip(decided, gold, strict=True))
    return prf(both, sum(decided), sum(gold))


def tables(folder: Path) -> dict[str, dict[str, Any]]:
    """The figures of each set of pairs, and of its baseline: one column is equal, folded."""
    found: dict[str, dict[str, Any]] = {}
    for name, (file, column) in TABLES.items():
        given = pairs(folder / file)
        start = time.perf_counter()
        known = Table({record.text: record for a, b, _ in given for record in (a, b)}.values())
        decided = [same(a, b, known) for a, b, _ in given]
        seconds = round(time.perf_counter() - start, 2)
        equal = [fold(a.fields[column]) == fold(b.fields[column]) for a, b, _ in given]
        gold = [label for _, _, label in given]
        found[name] = {
            "pairs": len(given),
            "matches": sum(gold),
            "operating_point": SAME_RECORD,
            **_of_pairs(decided, gold),
            "baseline": _of_pairs(equal, gold),
            "seconds": seconds,
        }
    return found


def measure(data: Path) -> dict[str, Any]:
    """All figures: ``gum`` and one for each set of pairs."""
    return {"gum": gum(data / "treebank"), **tables(data / "entity_resolution")}


def _shown(figures: Mapping[str, Any]) -> str:
    """The figures as text."""
    names = figures["gum"]
    lines = [
        f"GUM: {names['mentions']} named mentions of {names['identities']} identities in"
        f" {names['documents']} documents, {names['profiles']} profiles, {names['units']} units;"
        " B-cubed and precision of pairs"
    ]
    lines.append(table(names["rows"]))
    lines.append(
        f"same from {names['same']}, ask from {names['ask']}; {names['compared_per_profile']} comparisons per"
        f" profile from scratch; kept up, {names['compared_per_change']} per profile that comes or goes,"
        f" {names['most_compared']} at most; {names['seconds']} s"
    )
    rows: dict[str, dict[str, object]] = {}
    for name in TABLES:
        rows[name] = {k: v for k, v in figures[name].items() if k != "baseline"}
        rows[f"  equal {TABLES[name][1]}"] = figures[name]["baseline"]
        lines.append("")
        lines.append(table(rows))
        rows = {}
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    described = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resolution", description=described)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of the data sets")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    figures = measure(options.data)
    if options.json:
        json.dump(figures, sys.stdout)
        print()
        return
    print(_shown(figures))


if __name__ == "__main__":
    main()
