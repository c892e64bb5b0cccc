"""The network that finds names: a small transformer that reads words, tags and parse, by NumPy alone.

It was cut out of a larger one and has learned from it (``training/``); here it only reads. A word's vector
is put together from the pieces of its form (WordPiece, Wu et al. 2016), those of its head's, and what
tagger and parser say of it; layers of self-attention follow (Vaswani et al. 2017); each word gets a label
in BIOES, and names are read off the likeliest labels that are well formed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FEATURES: Final = 6
PIECES: Final = 6  # pieces of a word that are read
LONGEST: Final = 100  # words that are read together, but for longer sentences
AT_ONCE: Final = 250  # words reckoned together: few read the weights too often, many miss the cache
FARTHEST: Final = 5  # the way to the head is told up to so many words
_PROPER: Final = frozenset({"NNP", "NNPS"})
# What hangs on a name by these is no part of it, mostly.
_APART: Final = frozenset(
    "acl:relcl advcl advcl:relcl advmod appos aux case cc conj cop discourse list mark nsubj nsubj:pass obj"
    " obl orphan parataxis punct".split()
)
_EPSILON: Final = 1e-12
_ROOT: Final = (2 / np.pi) ** 0.5

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def split(word: str) -> list[str]:
    """The runs of a word, without case and accents: letters and digits together, other marks alone."""
    runs: list[str] = []
    open_run = False
    for char in unicodedata.normalize("NFD", word.lower()):
        kind = unicodedata.category(char)
        if kind == "Mn" or kind.startswith(("C", "Z")):
            continue
        alone = kind.startswith(("P", "S"))
        if alone or not open_run:
            runs.append(char)
        else:
            runs[-1] += char
        open_run = not alone
    return runs


def pieces(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The longest known pieces of a word from left to right, ``PIECES`` at most; [0] for an unknown one."""
    found: list[int] = []
    for run in split(word):
        own: list[int] = []
        start = 0
        while start < len(run) and len(own) < PIECES:
            mark = "##" if start else ""
            ends = range(min(len(run), start + 20), start, -1)
            end = next((e for e in ends if mark + run[start:e] in vocabulary), 0)
            if not end:
                own = [0]
                break
            own.append(vocabulary[mark + run[start:end]])
            start = end
        found.extend(own)
        if len(found) >= PIECES:
            break
    return found[:PIECES] or [0]


def shape(word: str) -> int:
    """How a word is written, 1 to 10: case, digits, marks."""
    if word.islower():
        return 1
    if word.isupper():
        return 2 if len(word) == 1 else 3
    if word[:1].isupper():
        return 4 if word[1:].islower() else 5
    if any(char.isupper() for char in word):
        return 6
    if word.isdigit():
        return 7 if len(word) == 4 else 8
    return 9 if any(char.isdigit() for char in word) else 10


def phrases(tags: Sequence[str], deps: Sequence[str], heads: Sequence[int]) -> list[int]:
    """1 for the first word of an outermost phrase around a proper noun, 2 inside of it, 0 elsewhere."""
    below: dict[int, list[int]] = {}
    for word, head in enumerate(heads):
        if head != word and deps[word] not in _APART:
            below.setdefault(head, []).append(word)
    spans = []
    for word, tag in enumerate(tags):
        if tag in _PROPER:
            inside, ahead = {word}, [word]
            while ahead:
                new = [child for child in below.get(ahead.pop(), ()) if child not in inside]
                inside.update(new)
                ahead.extend(new)
            spans.append((min(inside), -max(inside)))
    marks, end = [0] * len(tags), 0
    for start, last in sorted(spans):
        if start >= end:
            end = 1 - last
            marks[start:end] = [1] + [2] * (end - start - 1)
    return marks


@dataclass(frozen=True, slots=True)
class Parsed:
    """Words with what tagger and parser found; a root is its own head, ``starts`` begin sentences."""

    words: Sequence[str]
    tags: Sequence[str]
    deps: Sequence[str]
    heads: Sequence[int]
    starts: Sequence[int]


def part(parsed: Parsed, start: int, end: int) -> Parsed:
    """Some of the words as a text of its own."""
    heads = [min(max(head, start), end - 1) - start for head in parsed.heads[start:end]]
    starts = [place - start for place in parsed.starts if start <= place < end]
    cut = slice(start, end)
    return Parsed(parsed.words[cut], parsed.tags[cut], parsed.deps[cut], heads, starts)


def promising(parsed: Parsed) -> list[tuple[int, int]]:
    """Neighbouring sentences that have a proper noun each: names are looked for in no others."""
    found: list[tuple[int, int]] = []
    borders = sorted({0, *parsed.starts, len(parsed.words)})
    for start, end in zip(borders, borders[1:], strict=False):
        if not _PROPER.isdisjoint(parsed.tags[start:end]):
            begin = found.pop()[0] if found and found[-1][1] == start else start
            found.append((begin, end))
    return found


def features(parsed: Parsed, tags: Mapping[str, int], deps: Mapping[str, int]) -> Integers:
    """What a word is told by, shape (words, 6); tags and labels count from 1, 0 is unknown.

    Tag, label, tag of the head, shape, way to the head, and the mark of ``phrases``.
    """
    first = frozenset(parsed.starts)
    marks = phrases(parsed.tags, parsed.deps, parsed.heads)
    rows = [
        (
            tags.get(parsed.tags[k], 0),
            deps.get(parsed.deps[k], 0),
            tags.get(parsed.tags[parsed.heads[k]], 0),
            shape(word) + (10 if k in first else 0),
            max(-FARTHEST, min(FARTHEST, parsed.heads[k] - k)) + FARTHEST + 1,
            marks[k],
        )
        for k, word in enumerate(parsed.words)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, FEATURES)


def stretches(starts: Sequence[int], words: int, longest: int = LONGEST) -> list[tuple[int, int]]:
    """Whole sentences that are read together; one of more than twice ``longest`` words is cut."""
    found: list[tuple[int, int]] = []
    borders = [*sorted({0, *starts}), words]
    begin = 0
    for place in range(1, len(borders)):
        last = place == len(borders) - 1
        if last or borders[place + 1] - begin > longest:
            end = borders[place]
            found.extend((k, min(end, k + 2 * longest)) for k in range(begin, end, 2 * longest))
            begin = end
    return found


def labels(classes: Iterable[str]) -> list[str]:
    """The labels of words: outside, and begin, inside, end, single of each class."""
    return ["O", *(f"{place}-{name}" for name in classes for place in "BIES")]


def best(scores: Floats, allowed: Floats) -> list[int]:
    """The likeliest well-formed labels of the words, scores (words, labels), by Viterbi (1967)."""
    greedy = scores.argmax(axis=1).tolist()
    if all(not allowed[a, b] for a, b in zip([0, *greedy], [*greedy, 0], strict=True)):
        return list(greedy)
    back = []
    reached = scores[0] + allowed[0]
    for row in scores[1:]:
        ways = reached[:, None] + allowed
        back.append(ways.argmax(axis=0))
        reached = ways.max(axis=0) + row
    found = [int((reached + allowed[:, 0]).argmax())]
    for step in reversed(back):
        found.append(int(step[found[-1]]))
    return found[::-1]


def spans(found: Sequence[int], names: Sequence[str]) -> list[tuple[int, int, str]]:
    """The names that well-formed labels mark: start, end, class."""
    result, begin = [], 0
    for word, number in enumerate(found):
        place, _, name = names[number].partition("-")
        if place in {"B", "S"}:
            begin = word
        if place in {"E", "S"}:
            result.append((begin, word + 1, name))
    return result


def allowed(names: Sequence[str]) -> Floats:
    """0 where a label may follow another, else far below all scores; shape (labels, labels)."""

    def follows(before: str, after: str) -> bool:
        inside = after[0] in "IE"
        return inside and before[2:] == after[2:] if before[0] in "BI" else not inside

    return np.array([[0.0 if follows(a, b) else -1e6 for b in names] for a in names], dtype=np.float32)


def _normal(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Layer normalization (Ba et al. 2016)."""
    x = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + _EPSILON)
    result: Floats = x * scale * weight + bias
    return result


def _gelu(x: Floats) -> Floats:
    """Gaussian error linear unit by tanh (Hendrycks & Gimpel 2016)."""
    inner = x * x
    inner *= 0.044715
    inner += 1
    inner *= _ROOT * x
    np.tanh(inner, out=inner)
    inner += 1
    inner *= 0.5 * x
    return inner


class Network:
    """The trained network.

    Args:
        setting: ``tags``, ``deps``, ``classes``, ``vocabulary``, how many ``layers`` and attention ``heads``.
        weights: Arrays by name; what is stored in eight bits comes with a scale for each row.
    """

    def __init__(self, setting: Mapping[str, Any], weights: Mapping[str, NDArray[Any]]) -> None:
        self.setting, self.weights = dict(setting), dict(weights)
        self.labels = labels(setting["classes"])
        self._allowed = allowed(self.labels)
        self._tags = {tag: k for k, tag in enumerate(setting["tags"], 1)}
        self._deps = {dep: k for k, dep in enumerate(setting["deps"], 1)}
        self._vocabulary = {piece: k for k, piece in enumerate(setting["vocabulary"])}
        self._forms: dict[str, tuple[Floats, Floats]] = {}

    @cached_property
    def _read(self) -> dict[str, Floats]:
        """The weights as numbers to reckon with, those of linear layers turned to multiply from the right."""
        found = {}
        for name, array in self.weights.items():
            if name.endswith(".scale"):
                continue
            value = array.astype(np.float32)
            if (scale := self.weights.get(f"{name}.scale")) is not None:
                value *= scale.astype(np.float32)[:, None]
            if value.ndim == 2 and not name.startswith(("emb", "feat", "pos")):
                value = np.ascontiguousarray(value.T)
            found[name] = value
        return found

    def _form(self, word: str) -> tuple[Floats, Floats]:
        """What a word gives itself and what it gives the words that hang on it; kept for the next time."""
        if (kept := self._forms.get(word)) is not None:
            return kept
        read = self._read
        rows = read["emb.weight"][pieces(word, self._vocabulary)]
        mean = rows.mean(axis=0)
        own = rows[0] @ read["first.weight"] + rows[-1] @ read["last.weight"] + mean @ read["mean.weight"]
        if len(self._forms) > 20_000:
            self._forms.clear()
        self._forms[word] = own, mean
        return own, mean

    def scores(self, texts: Sequence[Parsed]) -> list[Floats]:
        """How much speaks for each label of each word: (words, labels) for each text."""
        read = self._read
        forms = [[self._form(word) for word in text.words] for text in texts]
        own = np.array([form[0] for row in forms for form in row])
        means = np.array([form[1] for row in forms for form in row])
        heads, places, pieces_of, offset = [], [], [], 0
        for text in texts:
            count = len(text.words)
            for start, end in stretches(text.starts, count):
                heads.append(np.clip(text.heads[start:end], start, end - 1) + offset)
                places.append(np.arange(1, end - start + 1))
                pieces_of.append((start + offset, end + offset))
            offset += count
        x = (
            own
            + means[np.concatenate(heads)] @ read["head.weight"]
            + read["pos.weight"][np.concatenate(places)]
        )
        told = np.concatenate([features(text, self._tags, self._deps) for text in texts])
        for k in range(FEATURES):
            x += read[f"feat.{k}.weight"][told[:, k]]
        x = _normal(x, read["ln.weight"], read["ln.bias"])
        for layer in range(self.setting["layers"]):
            x = self._layer(x, f"layers.{layer}.", pieces_of)
        x = x @ read["out.weight"] + read["out.bias"]
        ends = np.cumsum([len(text.words) for text in texts])[:-1]
        return np.split(x, ends)

    def _layer(self, x: Floats, name: str, parts: Sequence[tuple[int, int]]) -> Floats:
        read, count = self._read, self.setting["heads"]
        width = x.shape[1]
        qkv = x @ read[f"{name}qkv.weight"] + read[f"{name}qkv.bias"]
        seen = np.empty_like(x)
        for start, end in parts:
            q, k, v = qkv[start:end].reshape(end - start, 3, count, width // count).transpose(1, 2, 0, 3)
            weights = (q * (width // count) ** -0.5) @ k.transpose(0, 2, 1)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            mixed = (weights @ v) / weights.sum(axis=-1, keepdims=True)
            seen[start:end] = mixed.transpose(1, 0, 2).reshape(end - start, width)
        x = x + seen @ read[f"{name}o.weight"] + read[f"{name}o.bias"]
        x = _normal(x, read[f"{name}ln1.weight"], read[f"{name}ln1.bias"])
        inner = _gelu(x @ read[f"{name}up.weight"] + read[f"{name}up.bias"])
        x = x + inner @ read[f"{name}down.weight"] + read[f"{name}down.bias"]
        return _normal(x, read[f"{name}ln2.weight"], read[f"{name}ln2.bias"])

    def names(self, texts: Sequence[Parsed]) -> list[list[tuple[int, int, str]]]:
        """The names of each text: start, end, class."""
        found: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        ahead: list[tuple[int, int, Parsed]] = []
        for number, text in enumerate(texts):
            ahead.extend((number, start, part(text, start, end)) for start, end in promising(text))
            if ahead and (number == len(texts) - 1 or sum(len(one.words) for *_, one in ahead) >= AT_ONCE):
                rows = self.scores([one for *_, one in ahead])
                for (of, offset, one), row in zip(ahead, rows, strict=True):
                    own = spans(self._labelled(one, row), self.labels)
                    found[of].extend((offset + start, offset + end, label) for start, end, label in own)
                ahead = []
        return found

    def _labelled(self, text: Parsed, row: Floats) -> list[int]:
        places = stretches(text.starts, len(text.words))
        return [label for start, end in places for label in best(row[start:end], self._allowed)]
