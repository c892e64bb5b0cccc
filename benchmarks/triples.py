"""How well facts are extracted: ``python -m benchmarks.triples [--data DIR] [--pipeline NAME] [--json]``.

The gold is CaRB's development part (Bhardwaj et al. 2019, "CaRB: A Crowdsourced Benchmark for Open
IE"; GitHub dair-iitd/CaRB, MIT): sentences in Penn Treebank words, and for each some four n-ary
extractions. Scored by CaRB's own rules for its default measure, the lenient binary tuple match:

* the arguments after the first are joined into one, of the gold and of the prediction;
* words are split at blanks, and compared with their case, as multisets, relation with relation and
  argument with argument; a "be" of the prediction also matches a form of "be" in the gold relation;
* a pair whose relations share no word counts (0, 0), and so does one that lacks an argument;
  otherwise precision is matched words / predicted words, recall matched words / gold words;
* where the gold relation contains "said", "told", "added", "adds" or "says", the arguments may be
  exchanged, and the greater pair (by precision first) counts;
* recall of a sentence: for each gold tuple the best recall of any prediction, so that one
  prediction may serve several; precision: predictions and gold are paired off one to one, the most
  precise pair first, and what is left unpaired counts 0. Both are averaged over all tuples;
* the headline is the best F1 over all thresholds of confidence; beside it the F1 of all
  predictions, and the area under the curve with the point (recall 0, precision 1) added.

Held against the published ``carb.py`` and ``matcher.py``. Not certain: how its gold reader treats
blank columns (left out here), and that sentences are looked up without blanks and punctuation (by
their place here). The words of the data are given to the pipeline, with Penn quotes and brackets as
plain ones, as one sentence.

The rules were developed on the first half of the sentences, the weights of confidence fitted to it;
both halves are printed, so that the second shows what is general. Published figures are of CaRB's
test part, so they are only near to these. The copula that a participle leaves unsaid is rendered as
"be", which the scorer forgives. The baseline in the same run takes subject, verb and object where the
parse names them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span

from benchmarks.datasets import DEFAULT_DATA, missing
from benchmarks.measures import table
from graphmem.ingest.facts import find_facts, surface
from graphmem.ingest.language import ENGLISH, load

PENN: Final = {
    "``": '"', "''": '"', "`": "'", "-LRB-": "(", "-RRB-": ")",
    "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}",
}  # fmt: skip
_BE: Final = ("be", "is", "am", "are", "was", "were", "been", "being")
_SAID: Final = ("said", "told", "added", "adds", "says")
Score: TypeAlias = tuple[float, float]
"""Precision and recall of one pair."""


@dataclass(frozen=True, slots=True)
class Tuple:
    """A relation with its arguments, the subject first, as words between blanks."""

    relation: str
    arguments: tuple[str, ...]
    confidence: float = 1.0


Extractor: TypeAlias = Callable[[Span, Sequence[str]], list[Tuple]]
"""From a parsed sentence and its words as the data has them."""


def read(folder: Path) -> dict[str, list[Tuple]]:
    """The gold tuples of each sentence, in the order of the sentences."""
    for name in ("dev.txt", "dev.tsv"):
        if not (folder / name).exists():
            missing(folder / name)
    lines = (folder / "dev.txt").read_text("utf-8").splitlines()
    gold: dict[str, list[Tuple]] = {line.strip(): [] for line in lines if line.strip()}
    for line in (folder / "dev.tsv").read_text("utf-8").splitlines():
        sentence, relation, *arguments = (column.strip() for column in line.strip().split("\t"))
        if sentence in gold:
            gold[sentence].append(Tuple(relation, tuple(filter(None, arguments))))
    return {sentence: tuples for sentence, tuples in gold.items() if tuples}


def _shared(gold: Sequence[str], predicted: list[str]) -> int:
    """How many words are in both, as multisets; takes them out of ``predicted``."""
    count = 0
    for word in gold:
        if word in predicted:
            predicted.remove(word)
            count += 1
    return count


def _pair(gold: Tuple, predicted: Tuple) -> Score:
    wanted, words = gold.relation.split(), predicted.relation.split()
    predicted_words, gold_words = len(words), len(wanted)
    matched = _shared(wanted, words)
    if "be" in words and any(form in wanted for form in _BE):
        matched += 1
    if not matched:
        return 0.0, 0.0
    for k, argument in enumerate(gold.arguments):
        if k >= len(predicted.arguments):
            return 0.0, 0.0
        wanted, words = argument.split(), predicted.arguments[k].split()
        gold_words, predicted_words = gold_words + len(wanted), predicted_words + len(words)
        matched += _shared(wanted, words)
    return matched / predicted_words, matched / gold_words


def _binary(one: Tuple) -> Tuple:
    if len(one.arguments) < 2:
        return one
    return Tuple(one.relation, (one.arguments[0], " ".join(one.arguments[1:])), one.confidence)


def match(gold: Tuple, predicted: Tuple) -> Score:
    """Precision and recall of a predicted tuple against a gold one."""
    gold, predicted = _binary(gold), _binary(predicted)
    score = _pair(gold, predicted)
    if any(verb in gold.relation for verb in _SAID):
        turned = Tuple(predicted.relation, predicted.arguments[::-1], predicted.confidence)
        return max(score, _pair(gold, turned))
    return score


def _precision(scores: Sequence[Sequence[Score]], columns: Sequence[int]) -> float:
    """The precision of one-to-one pairs, the most precise first."""
    rows, left, total = list(range(len(scores))), list(columns), 0.0
    while rows and left:
        best, row, column = max((scores[i][j][0], -i, -j) for i in rows for j in left)
        rows.remove(-row)
        left.remove(-column)
        total += best
    return total


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at each threshold of confidence, the lowest first."""

    thresholds: list[float]
    precision: list[float]
    recall: list[float]

    def best(self) -> tuple[float, float, float, float]:
        """Precision, recall, F1 and threshold where F1 is best."""
        points = zip(self.precision, self.recall, self.thresholds, strict=True)
        found = [(p, r, f1(p, r), t) for p, r, t in points]
        return max(found, key=lambda point: point[2], default=(0.0, 0.0, 0.0, 0.0))

    def area(self) -> float:
        """The area under the curve, by trapezoids."""
        recall, precision = [*self.recall, 0.0], [*self.precision, 1.0]
        steps = zip(recall, recall[1:], precision, precision[1:], strict=False)
        return abs(sum((b - a) * (p + q) / 2 for a, b, p, q in steps))


def f1(precision: float, recall: float) -> float:
    """The harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def curve(gold: Sequence[Sequence[Tuple]], predicted: Sequence[Sequence[Tuple]]) -> Curve:
    """Score the predictions of all sentences at every threshold."""
    thresholds = sorted({one.confidence for tuples in predicted for one in tuples})
    size = len(thresholds)
    hits, found = np.zeros((2, size)), np.zeros((2, size))
    for wanted, tuples in zip(gold, predicted, strict=True):
        scores = [[match(one, other) for other in tuples] for one in wanted]
        before = 0
        for confidence in sorted({one.confidence for one in tuples}):
            here = bisect_left(thresholds, confidence) + 1
            columns = [k for k, one in enumerate(tuples) if one.confidence >= confidence]
            recall = sum(max(row[k][1] for k in columns) for row in scores)
            hits[:, before:here] += [[_precision(scores, columns)], [recall]]
            found[:, before:here] += [[len(columns)], [len(wanted)]]
            before = here
        found[1, before:] += len(wanted)
    precision, recall_at = hits / np.maximum(found, 1)
    return Curve(thresholds, precision.tolist(), recall_at.tolist())


def figures(gold: Sequence[Sequence[Tuple]], predicted: Sequence[Sequence[Tuple]]) -> dict[str, float]:
    """The headline figures of one set of predictions."""
    line = curve(gold, predicted)
    precision, recall, best, threshold = line.best()
    all_of = f1(line.precision[0], line.recall[0]) if line.thresholds else 0.0
    count = sum(map(len, predicted))
    named = {"precision": precision, "recall": recall, "f1": best, "threshold": threshold}
    named |= {"f1_all": all_of, "auc": line.area(), "per_sentence": count / max(1, len(gold))}
    return {name: round(value, 4) for name, value in named.items()}


def rules(sentence: Span, words: Sequence[str]) -> list[Tuple]:
    """What the rules extract, in the maximal form, with the words of the data."""
    found = []
    for fact in find_facts(sentence):
        predicate, arguments = surface(fact, words)
        found.append(Tuple(predicate, arguments, fact.confidence))
    return found


def baseline(sentence: Span, words: Sequence[str]) -> list[Tuple]:
    """Subject, verb and object, with everything that hangs from the two nouns."""
    found = []

    def text(span: Iterable[Any]) -> str:
        return " ".join(words[token.i - sentence.start] for token in span)

    for verb in sentence:
        subjects = [t for t in verb.children if t.dep_.startswith("nsubj")]
        objects = [t for t in verb.children if t.dep_ == "obj"]
        found += [Tuple(text([verb]), (text(s.subtree), text(o.subtree))) for s in subjects for o in objects]
    return found


def sentences(nlp: Language, lines: Iterable[str]) -> Iterator[tuple[Doc, list[str]]]:
    """Each line as one sentence for the pipeline, beside its own words."""
    for line in lines:
        words = line.split()
        plain = [PENN.get(word, word) for word in words]
        yield Doc(nlp.vocab, plain, sent_starts=[k == 0 for k in range(len(words))]), words


def measure(data: Path, nlp: Language) -> dict[str, Any]:
    """The rules and the baseline on both halves of the data, apart and together.

    Args:
        data: The folder of the datasets.
        nlp: A pipeline with a parser.

    Returns:
        Rows of figures, and the seconds of pipeline and rules.
    """
    gold = read(data / "openie" / "carb")
    pairs = list(sentences(nlp, gold))
    start = time.process_time()
    docs = list(nlp.pipe([doc for doc, _ in pairs], batch_size=64))
    parsing = time.process_time() - start
    wanted, half = list(gold.values()), len(gold) // 2
    parts = {"": slice(None), ", first half": slice(half), ", second half": slice(half, None)}
    start = time.process_time()
    for doc in docs:
        find_facts(doc)
    seconds = time.process_time() - start
    extractors: Mapping[str, Extractor] = {"rules": rules, "subject-verb-object": baseline}
    rows: dict[str, dict[str, float]] = {}
    for name, extract in extractors.items():
        predicted = [extract(doc[:], words) for doc, (_, words) in zip(docs, pairs, strict=True)]
        for part, where in parts.items():
            rows[name + part] = figures(wanted[where], predicted[where])
    cost = {"pipeline_s": parsing, "rules_s": seconds, "share": seconds / max(parsing, 1e-9)}
    return {"triples": rows, "cost": {name: round(value, 4) for name, value in cost.items()}}


def misses(data: Path, nlp: Language) -> Iterator[str]:
    """Each sentence with its gold tuples and what was predicted, with the scores of both."""
    gold = read(data / "openie" / "carb")
    pairs = list(sentences(nlp, gold))
    docs = nlp.pipe([doc for doc, _ in pairs])
    for (line, wanted), doc, (_, words) in zip(gold.items(), docs, pairs, strict=True):
        predicted = rules(doc[:], words)
        yield f"\n{line}"
        for one in wanted:
            best = max((match(one, other)[1] for other in predicted), default=0.0)
            yield f"  gold {best:.2f}  {' | '.join((one.relation, *one.arguments))}"
        for one in predicted:
            best = max(match(other, one)[0] for other in wanted)
            yield f"  ours {best:.2f}  {' | '.join((one.relation, *one.arguments))}  ({one.confidence:.2f})"


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.triples", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--pipeline", default="", help="a spaCy pipeline; the bundled one if absent")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options.add_argument("--misses", action="store_true", help="every sentence with gold and predictions")
    return options.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = parse(arguments)
    nlp = load(options.pipeline or ENGLISH)
    if options.misses:
        print("\n".join(misses(options.data, nlp)))
        return
    results = measure(options.data, nlp)
    if options.json:
        print(json.dumps({"benchmark": "triples", "pipeline": options.pipeline or "bundled", **results}))
    else:
        print(f"{table(results['triples'])}\n\n{table({'seconds': results['cost']})}")


if __name__ == "__main__":
    main(sys.argv[1:])
