"""Whom "he", "she", "his" and "her" mean: a weighing of what a dependency parse shows, without a model.

Names that share words are one person, and every pronoun is weighed against every person: how far the
nearest mention stands and in which role (Hobbs 1978, "Resolving Pronoun References"), how salient the
person is, with what binding rules out (Lappin & Leass 1994, "An Algorithm for Pronominal Anaphora
Resolution"), and who the text is about. A pronoun once resolved is a mention of its person for those
that follow. The confidence is a softmax over all persons and "none of them".

The weights come from a log-linear model of the first half of GAP's development part (Webster et al. 2018,
"Mind the GAP: A Balanced Corpus of Gendered Ambiguous Pronouns"), pruned; what binding rules out is set
by hand. See benchmarks.coreference.
"It", "they" and nouns such as "the minister" are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log1p
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

Gender: TypeAlias = Literal["masculine", "feminine"]
Features: TypeAlias = dict[str, float]
PRONOUNS: Final[Mapping[str, Gender]] = {
    "he": "masculine", "him": "masculine", "his": "masculine", "himself": "masculine",
    "she": "feminine", "her": "feminine", "hers": "feminine", "herself": "feminine",
}  # fmt: skip
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
    "outside the quotation": -1.21, "co-argument": -2.5, "other gender": -1.48, "predicate": -1.5,
}  # fmt: skip
"""What each feature of a mention or a person adds; 0 is "none of them"."""

_HE: Final = frozenset(
    """mr mr. sir lord king prince duke father brother son husband uncle nephew grandfather grandson boyfriend
    actor boy man priest bishop baron earl adam albert alexander alfred andrew anthony arthur ben bill bob
    carl charles christopher daniel david donald douglas edward eric francis frederick george harold harry
    henry ian jack jacob james jason jim joe john joseph kenneth lawrence louis luke mark martin matthew
    michael nicholas oliver patrick paul peter philip richard robert roger sam samuel simon stephen steven
    thomas tom tony william""".split()
)
_SHE: Final = frozenset(
    """mrs mrs. ms ms. miss lady queen princess duchess mother sister daughter wife aunt niece grandmother
    granddaughter girlfriend actress girl woman nun dame widow alice amanda amy andrea angela ann anna anne
    barbara carol caroline catherine charlotte christine claire deborah diana dorothy eleanor elena elizabeth
    ellen emily emma eva frances grace hannah helen isabel jane janet jean jennifer jessica joan judith julia
    julie karen kate katherine kathleen laura linda lisa louise lucy margaret maria marie martha mary
    michelle nancy nicole olivia pamela patricia rachel rebecca rose ruth sally sandra sara sarah sharon
    sophie stephanie susan teresa victoria virginia""".split()
)
"""Titles, kin, callings and some given names that show a gender."""
_TITLES: Final = frozenset("mr mr. mrs mrs. ms ms. miss sir lord lady king queen prince princess".split())
_ROLES: Final = {
    "nsubj": "subject", "csubj": "subject", "obj": "object", "iobj": "object", "obl": "oblique",
    "nmod:poss": "possessive", "vocative": "other", "nmod": "noun", "root": "predicate",
}  # fmt: skip
_CLAUSES: Final = frozenset(("root", "ccomp", "xcomp", "advcl", "acl", "csubj", "parataxis"))
_NAMED: Final = frozenset(("flat", "compound", "appos", "nmod:desc"))
FORBIDDEN: Final = frozenset(("its own noun", "predicate", "co-argument"))
_BEGIN: Final = frozenset(("“", "``", "`"))
_END: Final = frozenset(("”", "''", "\n"))


@dataclass(frozen=True, slots=True)
class Link:
    """A pronoun with the name it stands for; ``reasons`` are what spoke most for it."""

    pronoun: Span
    antecedent: Span
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or a resolved pronoun by its words, and the one of them that is the head."""

    start: int
    end: int
    head: int
    pronoun: bool = False


@dataclass(slots=True)
class Person:
    """The mentions that share a name, and the gender that the text shows."""

    words: frozenset[str]
    mentions: list[Mention]
    genders: set[Gender] = field(default_factory=set)
    topic: bool = False


def gender_of(pronoun: str) -> Gender | None:
    """The gender of a third-person pronoun."""
    return PRONOUNS.get(pronoun.lower())


def speaker_of(pronoun: str, speaker: str, addressee: str = "") -> str:
    """Whom a pronoun of the first or second person means in a chat; empty where it is neither."""
    first, low = {"i", "me", "my", "mine", "myself"}, pronoun.lower()
    return speaker if low in first else addressee if low in {"you", "your", "yours", "yourself"} else ""


class Reading:
    """The columns of a parsed document; roles are worked out once."""

    def __init__(self, doc: Doc) -> None:
        self.doc, tokens = doc, list(doc)
        self.words = [token.text for token in tokens]
        self.low = [token.lower_ for token in tokens]
        self.pos = [token.pos_ for token in tokens]
        self.dep = [token.dep_.lower() for token in tokens]
        self.base = [dep.split(":")[0] for dep in self.dep]
        self.heads = [token.head.i for token in tokens]
        self.kids: list[list[int]] = [[] for _ in tokens]
        self.sentence: list[int] = []
        self.clause: list[bool] = []
        self.quoted: list[bool] = []
        number, quoted = 0, False
        for token in tokens:
            if self.heads[token.i] != token.i:
                self.kids[self.heads[token.i]].append(token.i)
            number += bool(token.i and token.is_sent_start)
            self.sentence.append(number)
            verbal = self.base[token.i] == "conj" and token.pos_ in {"VERB", "AUX"}
            self.clause.append(verbal or self.base[token.i] in _CLAUSES)
            word = token.text
            quoted = not quoted if word == '"' else (quoted or word in _BEGIN) and word not in _END
            self.quoted.append(quoted)
        self.role = [self._role(k) for k in range(len(tokens))]
        found = [(e.start, e.end) for e in doc.ents if e.label_.lower() in {"person", "per"}]
        self.persons = sorted(found, key=lambda s: (s[0] - s[1], s))

    def above(self, token: int) -> list[int]:
        """The words above a word, the nearest first."""
        found: list[int] = []
        while self.heads[token] != token and len(found) < len(self.heads):
            token = self.heads[token]
            found.append(token)
        return found

    def _role(self, token: int) -> str:
        part = _NAMED | {"conj"}
        chain = (k for k in (token, *self.above(token)) if not part & {self.dep[k], self.base[k]})
        top = next(chain, token)
        return _ROLES.get(self.dep[top]) or _ROLES.get(self.base[top], "other")

    def clauses(self, token: int) -> list[int]:
        """The heads of the clauses around a word, the innermost first."""
        return [k for k in self.above(token) if self.clause[k]]

    def subject(self, clause: int) -> int | None:
        """The subject of a clause, or the one that it shares with the clause above."""
        for _ in self.heads:
            for k in self.kids[clause]:
                if self.base[k] in {"nsubj", "csubj"}:
                    return k
            for k in self.kids[self.heads[clause]] if self.base[clause] == "xcomp" else ():
                if self.base[k] == "obj":
                    return k
            if self.base[clause] not in {"conj", "xcomp", "advcl"} or self.heads[clause] == clause:
                return None
            clause = self.heads[clause]
        return None


def _words(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """The words that lie between two offsets, in part or whole."""
    fits = 0 <= start < end <= len(doc.text)
    span = doc.char_span(start, end, alignment_mode="expand") if fits else None
    return (span.start, span.end) if span is not None else (0, 0)


def _bare(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for word in words if len(word) > 1 and word[0].isupper()) - _TITLES


def candidates(t: Reading, given: Sequence[tuple[int, int]] = (), title: str = "") -> list[Person]:
    """The persons of a document; the ``given`` spans of words come first, each another one."""
    people: list[Person] = []
    for start, end in given:
        words = _bare(t.words[start:end]) or frozenset(t.low[start:end])
        people.append(Person(words, [Mention(start, end, t.doc[start:end].root.i)]))
    taken = {k for start, end in given for k in range(start, end)}
    for start, end in t.persons:
        while end > start and t.low[end - 1] in {"'s", "’s", "'"}:
            end -= 1
        if end > start and taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            _add(people, _bare(t.words[start:end]), Mention(start, end, t.doc[start:end].root.i))
    known = frozenset(word for person in people for word in person.words)
    for k, word in enumerate(t.low):
        if k not in taken and t.pos[k] == "PROPN" and word in known and t.words[k][0].isupper():
            _add(people, frozenset((word,)), Mention(k, k + 1, k))
    topic = _bare(re.findall(r"\w+", title))
    for person in people:
        person.topic = not topic.isdisjoint(person.words)
        person.mentions.sort(key=lambda m: m.start)
        person.genders = {gender for m in person.mentions for gender in _shown(t, m)}
    return people


def _add(people: list[Person], words: frozenset[str], mention: Mention) -> None:
    same = [p for p in people if words <= p.words or (len(p.words) == 1 and p.words <= words)]
    if same:
        nearest = min(same, key=lambda p: min(abs(mention.start - m.start) for m in p.mentions))
        nearest.mentions.append(mention)
    elif words:
        people.append(Person(words, [mention]))


def _shown(t: Reading, m: Mention) -> Iterator[Gender]:
    """Genders by the words about a name: its title, its apposition, its predicate."""
    beside = {*range(m.start, m.end), m.start - 1}
    beside.update(k for k in t.kids[m.head] if t.base[k] in _NAMED)
    if t.base[m.head] in _NAMED:
        beside.add(t.heads[m.head])
    above = t.heads[m.head]
    if t.base[m.head] == "nsubj" and any(t.base[k] == "cop" for k in t.kids[above]):
        beside.add(above)
    for k in beside:
        if k >= 0 and t.sentence[k] == t.sentence[m.head] and t.low[k] in _HE | _SHE:
            yield "masculine" if t.low[k] in _HE else "feminine"


def _binding(t: Reading, pronoun: int, m: Mention) -> Iterator[str]:
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
    while token != top and (t.base[token] in _NAMED or t.base[token] == "conj"):
        token = t.heads[token]
    return token == top


def _pair(t: Reading, pronoun: int, m: Mention) -> Features:
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
        found |= {name: 1.0 for name in _binding(t, pronoun, m) if name not in FORBIDDEN}
    return found


def _standing(t: Reading, pronoun: int, person: Person) -> Features:
    """How the document treats a person, whatever the mention."""
    named = [m for m in person.mentions if not m.pronoun]
    first, gender, here = named[0], gender_of(t.low[pronoun]), t.sentence[pronoun]
    holds = {
        "opening subject": t.sentence[first.head] == 0 and t.role[first.head] == "subject",
        "one word": first.end - first.start == 1,
        "in the title": person.topic,
        "named after": any(m.start > pronoun and t.sentence[m.head] == here for m in named),
        "gender": gender in person.genders,
        "other gender": bool(person.genders) and gender not in person.genders,
    }
    found = {name: 1.0 for name, true in holds.items() if true} | {"mentions": log1p(len(named) - 1)}
    for m in person.mentions:
        if t.sentence[m.head] == here:
            found |= {name: 1.0 for name in _binding(t, pronoun, m) if name in FORBIDDEN}
    return found


def features(t: Reading, pronoun: int, people: Sequence[Person]) -> list[tuple[Features, Mention]]:
    """For each person the features of the mention that speaks most for it, with that mention."""
    found = []
    for person in people:
        pairs: list[tuple[Features, Mention]] = []
        others = [m for other in people if other is not person for m in other.mentions]
        for m in person.mentions:
            pair = _pair(t, pronoun, m)
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
    spans = [_words(doc, *span) for span in ((pronoun, pronoun + 1), *names)]
    if not doc.has_annotation("DEP") or any(start == end for start, end in spans):
        return (0.0,) * len(names)
    place, t = spans[0], Reading(doc)
    people = candidates(t, spans[1:], title)
    list(_choose(t, people, [k for k in range(place[0]) if gender_of(t.low[k])]))
    shares = softmax([score(found) for found, _ in features(t, place[0], people)])
    return tuple(shares[: len(names)])


def resolve_pronouns(doc: Doc, title: str = "") -> list[Link]:
    """The third-person pronouns with the names that they likely stand for; none without a parse."""
    if not doc.has_annotation("DEP"):
        return []
    t = Reading(doc)
    links = []
    pronouns = [k for k, word in enumerate(t.low) if gender_of(word)]
    for k, share, person, found, mention in _choose(t, candidates(t, title=title), pronouns):
        if share >= CONFIDENT:
            named = [m for m in person.mentions if not m.pronoun]
            name = ([m for m in named if m.start < k] or named)[-1] if mention.pronoun else mention
            worth = {reason: WEIGHTS.get(reason, 0.0) * value for reason, value in found.items()}
            reasons = sorted((reason for reason in worth if worth[reason] > 0), key=lambda r: -worth[r])
            spans = doc[k : k + 1], doc[name.start : name.end]
            links.append(Link(*spans, round(share, 4), tuple(reasons[:3])))
    return links
