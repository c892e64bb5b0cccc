"""Whom "he", "she", "his" and "her" mean: a weighing of what a dependency parse shows, without a model.

Names that share words are one person, and every pronoun is weighed against every person: how far the
nearest mention stands and in which role (Hobbs 1978, "Resolving Pronoun References"), how salient the
person is, with what binding rules out (Lappin & Leass 1994, "An Algorithm for Pronominal Anaphora
Resolution"), and who the text is about. A pronoun once resolved is a mention of its person for those
that follow. The confidence is a softmax over all persons and "none of them".

The weights come from a log-linear model of the first half of GAP's development part (Webster et al. 2018,
"Mind the GAP: A Balanced Corpus of Gendered Ambiguous Pronouns"), pruned; what binding rules out is set
by hand, and so is how far a gender that the text shows speaks against a pronoun of the other: it must not
win for want of a better one. See benchmarks.coreference; ``things`` has "it" and "the company".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p
from typing import TYPE_CHECKING, Final, TypeAlias

from graphmem.ingest.coreference.gender import gender_of
from graphmem.ingest.coreference.people import Mention, Person, candidates, words_between
from graphmem.ingest.coreference.reading import NAMED, Reading

if TYPE_CHECKING:
    from spacy.tokens import Doc

Features: TypeAlias = dict[str, float]
CONFIDENT: Final = 0.5
"""Below this confidence nothing is linked."""
CHAINED: Final = 0.5
"""From this confidence a resolved pronoun counts as a mention for the next."""
CERTAIN: Final = 0.8
"""From this confidence a resolved pronoun shows the gender of its person."""
WEIGHTS: Final[Mapping[str, float]] = {
    "same sentence": 2.46, "binds": 1.37, "predicate here": 1.11, "subject after": 1.08,
    "relative clause": 1.01, "parallel possessive": 1.0, "subject elsewhere": 1.0, "in the title": 1.0,
    "one back": 0.92, "other elsewhere": 0.82, "parallel subject": 0.78, "after": 0.7, "one word": 0.66,
    "predicate elsewhere": 0.61, "subject here": 0.58, "in the main clause": 0.57,
    "other here": 0.56, "object here": 0.49, "mentions": 0.39, "opening subject": 0.39, "gender": 0.34,
    "subject above": 0.34, "parallel object": -0.28, "possessive elsewhere": -0.3, "named after": -0.38,
    "subject for object": -0.49, "between": -0.79, "oblique elsewhere": -0.83, "noun elsewhere": -0.96,
    "its own noun": -1.0, "far back": -1.02, "second of a pair": -1.11, "by a pronoun": -1.15,
    "outside the quotation": -1.21, "co-argument": -2.5, "other gender": -3.5, "predicate": -1.5,
    "other gender after": -9.0,
}  # fmt: skip
"""What each feature of a mention or a person adds; 0 is "none of them"."""
FORBIDDEN: Final = frozenset(("its own noun", "predicate", "co-argument"))


@dataclass(frozen=True, slots=True)
class Link:
    """A pronoun with the name it stands for, words ``start`` up to, not including, ``end``.

    ``reasons`` are what spoke most for it.
    """

    pronoun: int
    start: int
    end: int
    confidence: float
    reasons: tuple[str, ...]


def speaker_of(pronoun: str, speaker: str, addressee: str = "") -> str:
    """Whom a pronoun of the first or second person means in a chat; empty where it is neither."""
    first, low = {"i", "me", "my", "mine", "myself"}, pronoun.lower()
    return speaker if low in first else addressee if low in {"you", "your", "yours", "yourself"} else ""


def binding(t: Reading, pronoun: int, m: Mention) -> Iterator[str]:
    """What the syntax of one sentence says of a pronoun and a mention in it."""
    above, owner, head = t.above(pronoun), t.heads[pronoun], m.head
    possessive, reflexive = t.role[pronoun] == "possessive", t.low[pronoun] in {"himself", "herself"}
    clauses = t.clauses(pronoun)
    subjects = [t.subject(clause) for clause in clauses]
    local = subjects[:1] == [head]
    if possessive and _linked(t, head, owner) and "," not in t.words[pronoun : m.start]:
        yield "its own noun"
    elif head in above:
        yield "relative clause" if t.base[([pronoun, *above])[above.index(head)]] == "acl" else "contains"
    elif possessive and local and clauses[0] == owner and any(t.base[k] == "cop" for k in t.kids[owner]):
        yield "predicate"
    elif local and (possessive or reflexive):
        yield "binds"
    elif not possessive and not reflexive and _together(t, pronoun, head, clauses):
        yield "co-argument"
    elif head in subjects:
        yield "subject above" if head < pronoun else "subject after"


def _together(t: Reading, pronoun: int, head: int, clauses: Sequence[int]) -> bool:
    """Whether a pronoun and a name depend on one verb, or one on a verb whose subject is the other."""
    if clauses and t.heads[head] == t.heads[pronoun] == clauses[0]:
        return True
    low, high = (head, pronoun) if t.role[pronoun] == "subject" else (pronoun, head)
    return t.role[low] in {"object", "oblique"} and t.subject(t.heads[low]) == high


def _linked(t: Reading, token: int, top: int) -> bool:
    while token != top and (t.base[token] in NAMED or t.base[token] == "conj"):
        token = t.heads[token]
    return token == top


def pair_features(t: Reading, pronoun: int, m: Mention) -> Features:
    """A pronoun and one mention: distance, roles, binding."""
    gap = t.sentence[pronoun] - t.sentence[m.head]
    role, own = t.role[m.head], t.role[pronoun]
    mine = own if own in {"subject", "possessive"} else "object"
    if m.head > pronoun:
        place = "after" if gap == 0 else "later sentence"
    else:
        place = ("same sentence", "one back", "two back", "far back")[min(gap, 3)]
    clauses = t.clauses(m.head) or [m.head]
    holds = {
        place: True,
        f"{role} {'here' if gap == 0 else 'elsewhere'}": True,
        f"parallel {role}": role == mine,
        "subject for object": mine == "object" and role == "subject",
        "in the main clause": clauses[0] == clauses[-1],
        "second of a pair": t.base[m.head] == "conj",
        "outside the quotation": t.quoted[pronoun] and not t.quoted[m.head],
        "by a pronoun": m.pronoun,
    }
    found = {name: 1.0 for name, true in holds.items() if true}
    if gap == 0:
        found |= {name: 1.0 for name in binding(t, pronoun, m) if name not in FORBIDDEN}
    return found


def _standing(t: Reading, pronoun: int, person: Person) -> Features:
    """How the document treats a person, whatever the mention."""
    named = [m for m in person.mentions if not m.pronoun]
    first, gender, here = named[0], gender_of(t.low[pronoun]), t.sentence[pronoun]
    other = bool(person.genders) and gender not in person.genders
    holds = {
        "opening subject": t.sentence[first.head] == 0 and t.role[first.head] == "subject",
        "one word": first.end - first.start == 1,
        "in the title": person.topic,
        "named after": any(m.start > pronoun and t.sentence[m.head] == here for m in named),
        "gender": gender in person.genders,
        "other gender": other,
        "other gender after": other and first.start > pronoun,
    }
    found = {name: 1.0 for name, true in holds.items() if true} | {"mentions": log1p(len(named) - 1)}
    for m in person.mentions:
        if t.sentence[m.head] == here:
            found |= {name: 1.0 for name in binding(t, pronoun, m) if name in FORBIDDEN}
    return found


def features(t: Reading, pronoun: int, people: Sequence[Person]) -> list[tuple[Features, Mention]]:
    """For each person the features of the mention that speaks most for it, with that mention."""
    found = []
    for person in people:
        pairs: list[tuple[Features, Mention]] = []
        others = [m for other in people if other is not person for m in other.mentions]
        for m in person.mentions:
            pair = pair_features(t, pronoun, m)
            low, high = sorted((m.head, pronoun))
            pair["between"] = log1p(sum(low < o.head < high for o in others))
            pairs.append((pair, m))
        pair, m = max(pairs, key=lambda p: score(p[0]))
        found.append((pair | _standing(t, pronoun, person), m))
    return found


def score(found: Features) -> float:
    """The weighed sum of features."""
    return sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())


def softmax(values: Sequence[float]) -> list[float]:
    """Shares of values and of "none", whose value is 0 and which is left out."""
    top = max(0.0, *values) if values else 0.0
    parts = [exp(value - top) for value in values]
    return [part / (sum(parts) + exp(-top)) for part in parts]


def _choose(
    t: Reading, people: list[Person], pronouns: Iterable[int]
) -> Iterator[tuple[int, float, Person, Features, Mention]]:
    """The likeliest person for each pronoun, which becomes a mention of it where that is sure enough."""
    for k in pronouns if people else ():
        weighed = features(t, k, people)
        shares = softmax([score(found) for found, _ in weighed])
        share, person, found = max(zip(shares, people, weighed, strict=True), key=lambda each: each[0])
        yield k, share, person, *found
        if share >= CHAINED:
            person.mentions.append(Mention(k, k + 1, k, pronoun=True))
            person.mentions.sort(key=lambda m: m.start)
        if share >= CERTAIN and (gender := gender_of(t.low[k])):
            person.genders.add(gender)


def between(doc: Doc, pronoun: int, names: Sequence[tuple[int, int]], title: str = "") -> tuple[float, ...]:
    """How likely the pronoun at an offset means each of some names, given by start and end.

    The names are known to be of different persons; ``title`` is what the document is about, if known.
    All is zero where there is no parse, no such pronoun or a name outside the text.
    """
    spans = [words_between(doc, *span) for span in ((pronoun, pronoun + 1), *names)]
    if not doc.has_annotation("DEP") or any(start == end for start, end in spans):
        return (0.0,) * len(names)
    place, t = spans[0], Reading(doc)
    people = candidates(t, spans[1:], title)
    list(_choose(t, people, [k for k in range(place[0]) if gender_of(t.low[k])]))
    shares = softmax([score(found) for found, _ in features(t, place[0], people)])
    return tuple(shares[: len(names)])


def resolve_pronouns(t: Reading, title: str = "") -> list[Link]:
    """The third-person pronouns with the names that they likely stand for; none without a parse."""
    if not t.parsed:
        return []
    links = []
    pronouns = [k for k, word in enumerate(t.low) if gender_of(word)]
    for k, share, person, found, mention in _choose(t, candidates(t, title=title), pronouns):
        if share >= CONFIDENT:
            named = [m for m in person.mentions if not m.pronoun]
            name = ([m for m in named if m.start < k] or named)[-1] if mention.pronoun else mention
            worth = {reason: WEIGHTS.get(reason, 0.0) * value for reason, value in found.items()}
            reasons = sorted((reason for reason in worth if worth[reason] > 0), key=lambda r: -worth[r])
            links.append(Link(k, name.start, name.end, round(share, 4), tuple(reasons[:3])))
    return links
