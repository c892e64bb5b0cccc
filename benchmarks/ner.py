"""How well a pipeline finds names: the part ``ner`` of benchmarks.extraction.

Gold are the mentions of GUM's test part that a proper noun heads, the outermost of those, in the classes
of ``benchmarks.treebank.TYPES``. A name counts as found if both its borders are right, and its class too
for the typed figures. Words are those of the treebank; the borders of sentences are the pipeline's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.parser import documents, unread
from benchmarks.treebank import TYPES, Sentence, Span, names
from graphmem.ingest.names import names as rule_names

_OTHER_NAMES = {
    **{"PERSON": "person", "PER": "person", "GPE": "place", "LOC": "place", "FAC": "place", "NORP": "place"},
    **{"ORG": "organization", "EVENT": "event", "DATE": "time", "TIME": "time"},
    **{"WORK_OF_ART": "work", "PRODUCT": "work", "LAW": "work", "LANGUAGE": "work", "MISC": "work"},
}
"""Our classes for the labels of other pipelines."""


def gold_names(sentences: Sequence[Sentence]) -> set[Span]:
    """The gold names of sentences read as one document."""
    found, offset = set(), 0
    for sentence in sentences:
        found |= {Span(s.start + offset, s.end + offset, s.label) for s in names(sentence)}
        offset += len(sentence.words)
    return found


def found_names(doc: Doc) -> set[Span]:
    """The names that a pipeline has found."""
    labels = {ent.label_: ent.label_.lower() for ent in doc.ents} | _OTHER_NAMES
    return {Span(ent.start, ent.end, labels[ent.label_]) for ent in doc.ents}


def scores(pairs: Sequence[tuple[set[Span], set[Span]]]) -> dict[str, float]:
    """Precision, recall and F1 in per cent of (gold, found): with class, without, and F1 of each class."""
    result = dict(zip(("precision", "recall", "f1"), _prf(pairs), strict=True))
    bare = [tuple({Span(s.start, s.end, "") for s in spans} for spans in pair) for pair in pairs]
    untyped = _prf([(gold, found) for gold, found in bare])
    result |= dict(zip(("untyped_precision", "untyped_recall", "untyped_f1"), untyped, strict=True))
    for label in sorted(set(TYPES.values())):
        of_label = [tuple({s for s in spans if s.label == label} for spans in pair) for pair in pairs]
        result[f"f1_{label}"] = _prf([(gold, found) for gold, found in of_label])[2]
    return result


def _prf(pairs: Iterable[tuple[set[Span], set[Span]]]) -> tuple[float, float, float]:
    gold = found = both = 0
    for expected, given in pairs:
        gold, found, both = gold + len(expected), found + len(given), both + len(expected & given)
    precision, recall = both / max(1, found), both / max(1, gold)
    f1 = 2 * both / max(1, gold + found)
    return round(100 * precision, 2), round(100 * recall, 2), round(100 * f1, 2)


def figures(nlp: Language, sentences: Sequence[Sentence]) -> dict[str, float]:
    """What a pipeline reaches."""
    parts = documents(sentences)
    docs = nlp.pipe([unread(nlp, part, borders=False) for part in parts], batch_size=64)
    return scores([(gold_names(part), found_names(doc)) for part, doc in zip(parts, docs, strict=True)])


def _form(sentence: Sentence, span: Span) -> str:
    return " ".join(sentence.words[span.start : span.end])


def _by_rules(sentence: Sentence) -> list[Span]:
    """The longest of what the rules mark in a sentence, in words."""
    starts, ends, text = {}, {}, ""
    for number, (word, space) in enumerate(zip(sentence.words, sentence.spaces, strict=True)):
        starts[len(text)] = number
        text += word
        ends[len(text)] = number + 1
        text += " " * space
    kept: list[Span] = []
    for mention in sorted(rule_names(text), key=lambda m: (m.start, -m.end)):
        if mention.start not in starts or mention.end not in ends:
            continue
        if not kept or starts[mention.start] >= kept[-1].end:
            kept.append(Span(starts[mention.start], ends[mention.end], mention.label))
    return kept


def baseline(train: Iterable[Sentence], test: Iterable[Sentence]) -> dict[str, float]:
    """The rules' spans, each of the class most frequent for its form in training, or of the most frequent."""
    by_form: defaultdict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter()
    for sentence in train:
        for span in names(sentence):
            by_form[_form(sentence, span)][span.label] += 1
            total[span.label] += 1
    frequent = {form: counts.most_common(1)[0][0] for form, counts in by_form.items()}
    other = total.most_common(1)[0][0] if total else ""
    pairs = []
    for sentence in test:
        found = {
            Span(span.start, span.end, frequent.get(_form(sentence, span), other))
            for span in _by_rules(sentence)
        }
        pairs.append((set(names(sentence)), found))
    return scores(pairs)
