"""What "it" and phrases such as "the company" stand for: a weighing of what a parse shows.

Each pronoun and each article with a kind word alone ("the company", "this city") is weighed against the
names that its label lets it stand for, and "it" against the nouns beside them too, which win most of the
time: how far the last mention stands and in which role, and whether it was the subject of the sentence
before (Grosz, Joshi & Weinstein 1995, "Centering: A Framework for Modeling the Local Coherence of
Discourse"). "It" that stands for a clause or for nothing loses by its construction. A phrase must fit: the
text calls the name so, or the word is one that is used without saying so. What is resolved is a mention for
what follows. The confidence is a softmax over all that is weighed and "nothing".

The weights come from a log-linear model of the training part of GUM, pruned; see benchmarks.anaphora.
"They" is left alone: what it stands for is rarely named (one in six), and no weighing told which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Final, Literal, TypeAlias

from graphmem.ingest.coreference.entities import UNTOLD, Entity, Name, entities
from graphmem.ingest.coreference.kinds import COUNTRIES, COUNTRY_WORDS, KINDS, LOOSE
from graphmem.ingest.coreference.people import Mention
from graphmem.ingest.coreference.pronouns import Features, binding, pair_features, softmax
from graphmem.ingest.coreference.reading import Reading

Kind: TypeAlias = Literal["it", "phrase"]
SURE: Final = 0.6
"""Below this confidence nothing is linked: what reaches .8 precision on unseen parts of GUM's training."""
IT: Final[Mapping[str, float]] = {
    "by a pronoun": 1.34, "binds": 1.04, "more mentions": 0.81, "possessive": 0.76,
    "parallel subject": 0.6, "opens its sentence": 0.58, "possessive here": 0.54,
    "parallel possessive": 0.53, "last subject": 0.49, "object here": 0.48, "indefinite noun": 0.41,
    "named plural": 0.4, "named subject here": 0.38, "in the main clause": 0.37, "subject here": 0.36,
    "work": 0.35, "named subject back": 0.34, "definite noun": 0.31, "organization": -0.26,
    "place": -0.32, "named": -0.34, "noun": -0.37, "named oblique back": -0.37, "named noun back": -0.4,
    "other here": -0.46, "of an adjective": -0.46, "outside the quotation": -0.47, "contains": -0.5,
    "relative clause": -0.5, "one word": -0.59, "oblique elsewhere": -0.62, "nouns between": -0.62,
    "noun of a person": -0.66, "noun here": -0.68, "second of a pair": -0.72, "noun of time": -0.73,
    "oblique here": -0.78, "noun elsewhere": -0.79, "expletive": -0.89, "other role": -0.95,
    "co-argument": -1.1, "plural": -1.32, "distance": -1.61,
}  # fmt: skip
"""What each feature of "it" and of what it may stand for adds; 0 is "nothing"."""
PHRASE: Final[Mapping[str, float]] = {
    "more mentions": 0.94, "by a pronoun": 0.92, "place": 0.75, "parallel subject": 0.66,
    "parallel object": 0.51, "subject elsewhere": 0.48, "country": 0.48, "place for country": 0.21,
    "event": -0.13, "opening subject": -0.3, "fitting between": -0.32, "in the main clause": -0.35,
    "called otherwise": -0.4, "other elsewhere": -0.43, "noun elsewhere": -0.47, "organization": -0.52,
    "second of a pair": -0.56, "distance": -0.69,
}  # fmt: skip
"""The same for phrases."""
_IT: Final = frozenset({"it", "its", "itself"})
_POINTING: Final = frozenset({"the", "this", "that"})
_IMPERSONAL: Final = frozenset({"organization", "place", "work", "event"})
_TIMES: Final = frozenset("time day year month week hour minute moment morning evening night century".split())
_WHO: Final = frozenset("person man woman child people boy girl friend wife husband mother father".split())
_CLAUSAL: Final = frozenset({"csubj", "ccomp", "xcomp", "advcl", "acl"})
_WEATHER: Final = frozenset("rain rains rained raining snow snows snowed snowing hail hailed drizzle".split())
_SEEMING: Final = frozenset(
    """seem seems seemed appear appears appeared happen happens happened turn turns turned follow follows
    followed mean means meant""".split()
)
_MORE: Final = frozenset({"nmod", "acl", "appos", "flat", "compound"})
_NOUNS_REACH: Final = 2
"""Sentences over which a noun that is no name is weighed."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Words ``start`` up to ``end`` that stand for a name."""

    start: int
    end: int
    name: Name
    confidence: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """An entity with the mention that is weighed, and its features."""

    entity: Entity
    mention: Mention
    features: Features


def anaphors(t: Reading) -> list[tuple[int, Kind]]:
    """The heads of what is resolved: "it", and kind words with nothing but an article."""
    found: list[tuple[int, Kind]] = []
    for k, word in enumerate(t.low):
        if word in _IT:
            # "The message itself" stands for nothing new.
            if not _empty(t, k) and (word != "itself" or t.heads[k] != k - 1):
                found.append((k, "it"))
        elif k and word in KINDS and t.pos[k] == "NOUN" and t.low[k - 1] in _POINTING:
            more = any(x > k and t.base[x] in _MORE for x in t.kids[k])
            inside = t.base[k] in {"compound", "flat"} or t.dep[k] == "nmod:desc"
            if t.heads[k - 1] == k and not more and not inside:
                found.append((k, "phrase"))
    return found


def _clausal(t: Reading, k: int) -> bool:
    """Whether "it" may stand for the clause that follows: "it is clear that"."""
    above = t.heads[k]
    after = any(x > above and t.base[x] in _CLAUSAL for x in t.kids[above])
    return (
        t.low[k] == "it" and t.base[k] == "nsubj" and after and any(t.base[x] == "cop" for x in t.kids[above])
    )


def _empty(t: Reading, k: int) -> bool:
    """Whether "it" stands for nothing by its construction: "it rains", "it seems that"."""
    above = t.heads[k]
    after = {t.base[x] for x in t.kids[above] if x > above}
    seeming = t.low[above] in _SEEMING and not after.isdisjoint({"ccomp", "csubj"})
    clear = t.pos[above] == "ADJ" and "csubj" in after
    nothing = t.base[k] == "expl" or t.low[above] in _WEATHER or seeming or clear
    return t.low[k] == "it" and nothing


def _alone(t: Reading, k: int) -> dict[str, bool]:
    """What speaks for or against "it" standing for anything at all."""
    return {
        "expletive": _clausal(t, k),
        "possessive": t.role[k] == "possessive",
        "other role": t.role[k] == "other",
        "of an adjective": t.pos[t.heads[k]] == "ADJ",
        "opens its sentence": k == 0 or t.sentence[k] != t.sentence[k - 1],
    }


def _standing(t: Reading, k: int, e: Entity, m: Mention) -> dict[str, bool]:
    """How the document treats an entity, and of what sort it is."""
    gap, role, word = t.sentence[k] - t.sentence[m.head], t.role[m.head], t.low[m.head]
    label = min(e.labels - UNTOLD, default="")
    beside = {t.low[x] for x in t.kids[m.head]}
    first = e.mentions[0].head
    country = t.low[m.end - 1] in COUNTRIES
    return {
        "last subject": gap == 1 and role == "subject",
        "opening subject": t.sentence[first] == 0 and t.role[first] == "subject",
        "one word": e.named and m.end - m.start == 1,
        "plural": e.plural,
        "named plural": e.plural and e.named,
        "named": e.named,
        "noun": not e.named,
        "noun of time": not e.named and word in _TIMES,
        "noun of a person": not e.named and (word in _WHO or KINDS.get(word, frozenset()) == {"person"}),
        "definite noun": not e.named and not beside.isdisjoint({"the", "this", "its", "his"}),
        "indefinite noun": not e.named and not beside.isdisjoint({"a", "an"}),
        f"named {role} {'here' if gap == 0 else 'back' if gap == 1 else 'far'}": e.named,
        label: e.named,
        "country": country and t.low[k] in COUNTRY_WORDS,
        "place for country": not country and t.low[k] in {"country", "nation"},
        "called otherwise": e.named and t.low[k] not in e.called and not e.called.isdisjoint(KINDS),
    }


def _possible(t: Reading, k: int, kind: Kind, e: Entity, m: Mention) -> bool:
    """Whether an entity is of a sort that is meant so, and not too far back for a noun."""
    if not e.named:
        return kind == "it" and t.sentence[k] - t.sentence[m.head] <= _NOUNS_REACH
    word, told = t.low[k], e.labels - UNTOLD
    fits = KINDS[word] if kind == "phrase" else _IMPERSONAL
    if "person" in told and "person" not in fits:
        return False
    if kind == "it":
        return bool(told & fits)
    if e.words == {word}:
        return False  # a kind word written large is no name
    if word in e.called:
        return True
    country = any(t.low[o.end - 1] in COUNTRIES for o in e.mentions)
    return word in LOOSE and bool(told & fits) and ("place" not in fits or country == (word in COUNTRY_WORDS))


def weighed(t: Reading, k: int, kind: Kind, among: Sequence[Entity]) -> list[Weighed]:
    """Each entity that can be meant, by its last mention before the anaphor, with its features."""
    last: list[tuple[Entity, Mention]] = []
    for e in among:
        m = next((m for m in reversed(e.mentions) if m.head < k and not m.start <= k < m.end), None)
        if m is not None and _possible(t, k, kind, e, m):
            last.append((e, m))
    fits = KINDS[t.low[k]] if kind == "phrase" else frozenset[str]()
    alone = _alone(t, k) if kind == "it" else {}
    rows: list[Weighed] = []
    for e, m in last:
        holds = alone | _standing(t, k, e, m)
        found = pair_features(t, k, m) | {name: 1.0 for name, true in holds.items() if true}
        if t.sentence[k] == t.sentence[m.head]:
            found |= dict.fromkeys(binding(t, k, m), 1.0)
        between = [f for f, o in last if f is not e and m.head < o.head < k]
        found["more mentions"] = log1p(len(e.mentions) - 1)
        found["nouns between"] = log1p(sum(not f.named for f in between))
        found["fitting between"] = log1p(sum(not fits.isdisjoint(f.labels) for f in between))
        found["distance"] = log1p(t.sentence[k] - t.sentence[m.head])
        rows.append(Weighed(e, m, found))
    return rows


def join(among: list[Entity], entity: Entity, k: int) -> None:
    """Make a word another mention of what it stands for, and no longer a noun for itself."""
    among[:] = [e for e in among if e.named or e is entity or e.mentions[0].head != k]
    entity.mentions.append(Mention(k, k + 1, k, pronoun=True))
    entity.mentions.sort(key=lambda m: m.start)


def score(kind: Kind, found: Features) -> float:
    """The weighed sum of features."""
    weights = IT if kind == "it" else PHRASE
    return sum(weights.get(name, 0.0) * value for name, value in found.items())


def resolve_things(t: Reading, names: Sequence[Name]) -> list[Reference]:
    """What "it" and phrases such as "the company" stand for among the names of a document, in order.

    The work grows with the anaphors times the names and nouns: give what belongs together, not a book.

    Args:
        t: A parsed document; without a parse nothing is found.
        names: Its names, in any order; one whose label is untold is never meant by "it".
    """
    meant = anaphors(t) if t.parsed and names else []
    if not meant:
        return []
    among = entities(t, sorted(names, key=lambda n: (n.start, -n.end)))
    inside = {k for name in names for k in range(name.start, name.end)}
    found: list[Reference] = []
    for k, kind in meant:
        if k in inside:
            continue
        rows = weighed(t, k, kind, among)
        shares = softmax([score(kind, row.features) for row in rows])
        share, row = max(zip(shares, rows, strict=True), key=lambda each: each[0], default=(0.0, None))
        if row is None or share < SURE:
            continue
        if row.entity.named:
            start = k if kind == "it" else k - 1
            name = [n for n in row.entity.names if n.start < k][-1]
            found.append(Reference(start, k + 1, name, round(share, 4)))
        join(among, row.entity, k)
    return found
