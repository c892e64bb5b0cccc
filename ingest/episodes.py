"""Where one episode of a text, a chat or a stream ends and the next begins.

After EM-LLM (Fountas et al. 2024, "Human-like Episodic Memory for Infinite Context LLMs"): a
boundary is where surprise exceeds what was usual of late (mean + gamma * deviation), and a measure
of the graph of similarities inside a window settles it. No language model is asked: surprise is how
far topic, names and time go away from the steps before. EM-LLM moves a boundary to where modularity
is best; here modularity is added to the surprise, so that it also decides whether there is one.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log1p, sqrt
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphmem.errors import InputError
from graphmem.identity import episode_id, fold
from graphmem.ingest.moments import aware
from graphmem.types import Document, Episode, FloatArray, Passage, Sentence

SHORTEST: Final = 3
"""Steps of the shortest episode, unless all that stands between two hard breaks is shorter."""
LONGEST: Final = 48
"""Steps of the longest episode."""
GAMMA: Final = 1.0
"""How many deviations above its mean a boundary's surprise is (EM-LLM's gamma)."""
COHESION: Final = 0.5
"""What modularity weighs beside surprise; 0 leaves boundaries to surprise alone."""
BREAK: Final = 12 * 3600
"""Seconds between two steps that are a hard break."""
WIDTH: Final = 3
"""Steps on either side of a place that its similarities are taken from."""
SETTLED: Final = LONGEST + SHORTEST + WIDTH
"""An episode that ends so many steps before the end of a stream stays as it is, whatever follows."""

_HISTORY: Final = 64  # steps whose mean and deviation say what is usual; a prior counts as much
_MEAN, _DEVIATION = 1.2, 0.3  # that prior, on the scale of the encoder's cosines
_VOICE: Final = 64  # turns of a speaker whose mean vector is the speaker's own voice …
_VOICE_PRIOR: Final = 2  # … and how many turns without one it is set against
_RECENT: Final = 4  # steps in which a name must have been met to be no news
_NAMES: Final = 0.8
_TIME: Final = 0.4
_GAPS: Final = 16  # gaps whose mean logarithm is the pace
_GAPS_PRIOR, _PACE_PRIOR = 8, 2.0  # so many gaps of about six minutes stand for a pace not known yet
_TOPIC_USUAL, _NEWS_USUAL = 0.7, 0.5  # inside an episode: a reason is what exceeds it most

Values: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What is known of one passage, turn or sentence of an ordered text.

    ``vector`` has shape (d,) and any length; a passage's is the mean of its sentences'. ``names``
    are folded names in its text: people, places, whatever was found.
    """

    vector: FloatArray
    at: datetime | None = None
    speaker: str = ""
    names: frozenset[str] = frozenset()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps ``start`` … ``end - 1``; how surprising the first of them is, and why, in words.

    A hard break has the surprise that was measured across it; what opens the text has 0.
    """

    start: int
    end: int
    surprise: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Surprise:
    """Each step's surprise by its parts, the modularity of a cut before it, and the hard breaks."""

    topic: Values
    names: Values
    time: Values
    modularity: Values
    breaks: dict[int, str]
    gaps: list[float]

    @property
    def total(self) -> Values:
        return self.topic + self.names + self.time


def episodes(
    steps: Sequence[Step],
    *,
    shortest: int = SHORTEST,
    longest: int = LONGEST,
    gamma: float = GAMMA,
    cohesion: float = COHESION,
) -> list[Stretch]:
    """Contiguous episodes that partition the steps, in order; linear in their number.

    A new section and a gap of twelve hours are always boundaries (hard breaks). No episode has more
    than ``longest`` steps, nor fewer than ``shortest`` unless all between two hard breaks is shorter.

    Later steps do not cut anew what is past: for every stream s and every m, an episode of s[:m]
    with end <= m - (longest + shortest + WIDTH) is an episode of s.

    Raises:
        InputError: vectors of different length or not finite; a longest episode that is shorter
            than two of the shortest.
    """
    if shortest < 1 or longest < 2 * shortest:
        raise InputError(
            f"longest ({longest}) must be at least twice shortest ({shortest}), and that 1 or more"
        )
    if not steps:
        return []
    found = _surprise(steps)
    score = found.total + cohesion * found.modularity
    excess = score - _thresholds(score, found.breaks, gamma)
    starts, forced = [0], set()
    while starts[-1] < len(steps):
        end, full = _end(starts[-1], excess, found.breaks, shortest, longest)
        if full:
            forced.add(end)
        starts.append(end)
    total = found.total

    def reason(start: int) -> str:
        return "much was said" if start in forced else _reason(found, start, _is_new(steps, start))

    pairs = zip(starts, starts[1:], strict=False)
    return [Stretch(a, b, round(float(total[a]), 4), reason(a)) for a, b in pairs]


def _end(start: int, excess: Values, breaks: dict[int, str], shortest: int, longest: int) -> tuple[int, bool]:
    """Where the episode that begins at ``start`` ends, and whether only because it is full."""
    n = len(excess)
    seen = range(start + 1, min(n, start + longest + shortest) + 1)
    stop = next((t for t in seen if t == n or t in breaks), None)
    first = start + shortest
    last = start + longest if stop is None else min(start + longest, stop - shortest)
    for t in range(first, last + 1):
        if excess[t] > 0:
            # The place with the better cut of the two; surprise often begins a step early.
            return (t + 1 if t < last and excess[t + 1] > excess[t] else t), False
    if stop is not None and stop - start <= longest:
        return stop, False
    return first + int(np.argmax(excess[first : last + 1])), True


def _surprise(steps: Sequence[Step]) -> _Surprise:
    gaps, pace = _gaps(steps)
    breaks = {}
    for t in range(1, len(steps)):
        if steps[t].section != steps[t - 1].section:
            breaks[t] = "new section"
        elif abs(gaps[t]) >= BREAK:
            breaks[t] = _later(gaps[t])
    topic, modularity = _similarity(_centred(steps), breaks)
    return _Surprise(topic, _NAMES * _news(steps), _TIME * pace, modularity, breaks, gaps)


def _centred(steps: Sequence[Step]) -> Values:
    """Unit vectors, shape (n, d), less the mean of what the same speaker said before.

    What all turns of one voice (all sentences of one book) share hides what changes: without this,
    the change of speaker is the greatest change in a chat.
    """
    try:
        vectors = np.stack([np.asarray(step.vector, dtype=np.float64) for step in steps])
    except ValueError as error:
        raise InputError("the vectors of the steps differ in length: encode all with one encoder") from error
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise InputError("each step needs one vector of finite numbers: encode its text again")
    vectors = _unit(vectors)
    voices: dict[str, tuple[deque[int], Values]] = {}
    centred = np.empty_like(vectors)
    for t, step in enumerate(steps):
        said, total = voices.setdefault(step.speaker, (deque(), np.zeros(vectors.shape[1])))
        centred[t] = vectors[t] - total / (len(said) + _VOICE_PRIOR)
        said.append(t)
        total += vectors[t]
        if len(said) > _VOICE:
            total -= vectors[said.popleft()]
    return _unit(centred)


def _unit(vectors: Values) -> Values:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 1e-9, norms, 1.0), dtype=np.float64)


def _similarity(vectors: Values, breaks: dict[int, str]) -> tuple[Values, Values]:
    """Topic surprise and the modularity of a cut, before each step; both from a band of cosines.

    Topic surprise is the mean of two: the step alone, and with the next one, against the two before
    it (the latter is block comparison: Hearst 1997, "TextTiling"). Windows end at hard breaks.
    """
    n = len(vectors)
    band = np.zeros((2 * WIDTH, n))
    for lag in range(min(2 * WIDTH, n)):
        # Rounded, so that the last bits, which may depend on how many rows there are, decide nothing.
        band[lag, lag:] = np.round(np.einsum("ij,ij->i", vectors[lag:], vectors[: n - lag]), 6)
    topic, modularity = np.zeros(n), np.zeros(n)
    edges = [0, *sorted(breaks), n]
    for low, high in zip(edges, edges[1:], strict=False):
        for t in range(low + 1, high):
            left, right = max(low, t - WIDTH), min(high, t + WIDTH)
            window = _matrix(band, left, right)
            at = t - left
            before = slice(max(0, at - 2), at)
            alike = sum(_cosine(window, before, slice(at, at + size)) for size in (1, 2)) / 2
            topic[t] = 1 - alike
            modularity[t] = _modularity(window, at)
    for t in breaks:
        topic[t] = 1 - band[1, t]
    return topic, modularity


def _matrix(band: Values, left: int, right: int) -> Values:
    """The cosines among steps left … right-1."""
    size = right - left
    rows, columns = np.indices((size, size))
    found: Values = band[np.abs(rows - columns), left + np.maximum(rows, columns)]
    return found


def _cosine(window: Values, one: slice, other: slice) -> float:
    """The cosine of the sums of two groups of unit vectors, by their inner products."""
    square = float(window[one, one].sum() * window[other, other].sum())
    return float(window[one, other].sum()) / sqrt(square) if square > 1e-9 else 0.0


def _modularity(window: Values, at: int) -> float:
    """Newman's modularity (2006) of cutting the window in two; edges are the positive cosines."""
    weights = np.maximum(window, 0.0)
    np.fill_diagonal(weights, 0.0)
    total = float(weights.sum())
    if total <= 0:
        return 0.0
    inside = float(weights[:at, :at].sum() + weights[at:, at:].sum()) / total
    share = float(weights[:at].sum()) / total
    return inside - share**2 - (1 - share) ** 2


def _news(steps: Sequence[Step]) -> Values:
    """The share of names, the speaker's among them, that the last four steps did not have.

    Where neither has any name there is nothing to tell by, and the share is the usual one.
    """
    news = np.zeros(len(steps))
    for t in range(1, len(steps)):
        own = steps[t].names
        before = frozenset[str]().union(*(step.names for step in steps[max(0, t - _RECENT) : t]))
        known = bool(own or before)
        news[t] = (len(own - before) + _is_new(steps, t)) / (1 + len(own)) if known else _NEWS_USUAL
    return news


def _is_new(steps: Sequence[Step], t: int) -> bool:
    """Whether one speaks who has not spoken in the last four steps."""
    speaker = steps[t].speaker
    return bool(speaker) and all(step.speaker != speaker for step in steps[max(0, t - _RECENT) : t])


def _gaps(steps: Sequence[Step]) -> tuple[list[float], Values]:
    """Seconds since the last step with a time, and by how much that is slower than the pace of late.

    The latter is in logarithms: a gap that is long among gaps of minutes is short among gaps of days
    (Platt et al. 2003, "PhotoTOC"). A gap shorter than usual is no surprise.
    """
    gaps, slower = [0.0], np.zeros(len(steps))
    last = steps[0].at
    recent: deque[float] = deque(maxlen=_GAPS)
    for t in range(1, len(steps)):
        now = steps[t].at
        known = now is not None and last is not None
        gaps.append((aware(now) - aware(last)).total_seconds() if now and last else 0.0)
        if known:
            length = log1p(abs(gaps[t]) / 60)
            pace = (sum(recent) + _GAPS_PRIOR * _PACE_PRIOR) / (len(recent) + _GAPS_PRIOR)
            slower[t] = max(0.0, length - pace)
            recent.append(length)
        last = now or last
    return gaps, slower


def _thresholds(score: Values, breaks: dict[int, str], gamma: float) -> Values:
    """Mean + gamma * deviation of the scores before each step, hard breaks left out, with a prior."""
    found = np.zeros(len(score))
    recent: deque[float] = deque(maxlen=_HISTORY)
    for t in range(1, len(score)):
        values = np.fromiter(recent, dtype=np.float64)
        count = len(values) + _HISTORY
        mean = (float(values.sum()) + _HISTORY * _MEAN) / count
        spread = float(((values - mean) ** 2).sum()) + _HISTORY * (_DEVIATION**2 + (_MEAN - mean) ** 2)
        found[t] = mean + gamma * sqrt(spread / count)
        if t not in breaks:
            recent.append(float(score[t]))
    return found


def _reason(found: _Surprise, start: int, new_speaker: bool) -> str:
    """What of the surprise at the start of an episode is most unusual, in words."""
    if start == 0:
        return "the beginning"
    if start in found.breaks:
        return found.breaks[start]
    parts = {
        "other topic": found.topic[start] - _TOPIC_USUAL,
        "other people" if new_speaker else "other names": found.names[start] - _NAMES * _NEWS_USUAL,
        _later(found.gaps[start]): found.time[start],
    }
    return max(parts, key=lambda words: float(parts[words]))


def _later(seconds: float) -> str:
    """A gap in words.

    >>> _later(90), _later(13 * 3600), _later(86400), _later(-3 * 86400)
    ('a minute later', '13 hours later', 'a day later', '3 days earlier')
    """
    way, size = ("later" if seconds >= 0 else "earlier"), abs(seconds)
    for unit, length, one in (("day", 86400, "a"), ("hour", 3600, "an"), ("minute", 60, "a")):
        if size >= length:
            count = int(size // length)
            return f"{one} {unit} {way}" if count == 1 else f"{count} {unit}s {way}"
    return f"a moment {way}"


def divisible(document: Document, passages: Sequence[Passage]) -> bool:
    """Whether a document has episodes: it is long enough, and no list of independent items."""
    return len(passages) >= 2 * SHORTEST and (document.kind != "text" or document.title != "")


def episodes_of(
    document: Document,
    passages: Sequence[Passage],
    sentences: Sequence[Sentence],
    vectors: Mapping[str, FloatArray],
) -> list[Episode]:
    """The episodes of a document; none of one that is short, or a list of independent items.

    Args:
        document: the document.
        passages: its passages, in order.
        sentences: their sentences, with their mentions.
        vectors: the vectors of the sentences by id, shape (d,), as the store gives them.
    """
    if not divisible(document, passages):
        return []
    inside: defaultdict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        inside[sentence.passage].append(sentence)
    size = len(next(iter(vectors.values())))
    steps = [_step(passage, inside[passage.id], vectors, size) for passage in passages]
    found = []
    for cut in episodes(steps):
        own = passages[cut.start : cut.end]
        moments = [passage.at for passage in own if passage.at]
        found.append(
            Episode(
                id=episode_id(own[0].id),
                namespace=document.namespace,
                document=document.id,
                passages=tuple(passage.id for passage in own),
                reason=cut.reason,
                surprise=round(cut.surprise, 2),
                at=min(moments, default=None),
                until=max(moments, default=None),
            )
        )
    return found


def _step(
    passage: Passage, sentences: Sequence[Sentence], vectors: Mapping[str, FloatArray], size: int
) -> Step:
    known = [vectors[sentence.id] for sentence in sentences if sentence.id in vectors]
    vector = np.mean(known, axis=0) if known else np.zeros(size, dtype=np.float32)
    names = (m.name for s in sentences for m in s.mentions if m.role == "text")
    return Step(
        vector=np.asarray(vector, dtype=np.float32),
        at=passage.at,
        speaker=passage.speaker,
        names=frozenset(map(fold, names)),
        # Turns and records have headings of their own; those of paragraphs divide the text.
        section=passage.heading if passage.kind == "paragraph" else "",
    )
