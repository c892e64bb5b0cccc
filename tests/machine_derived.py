"""What follows from logged records, told anew from all of them: plain, slow, without the code that keeps it.

Rows are bodies as JSON by id, each with its kind. Only what a name, a unit's key and an id *are* comes from
the package (``identity``, ``resolution.profile``); counting, supporting, superseding and disputing are done
again here, over everything, for whatever moment is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any, TypeAlias

from graphmem.identity import digest, dispute_id, entity_id, fold, slot_id
from graphmem.resolution.profile import Profile, full_name, name_key, profile_id

NAMESPACE = "default"
SENTENCES = ("sentence", "utterance", "entry")
UNTOLD = {"name", "title", "speaker"}
Body: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[str, tuple[str, Body]]


def pick(found: Sequence[str], number: int, absent: str) -> str:
    """One of what there is; now and then, and where there is nothing, what there is not."""
    return absent if not found or number % 17 == 16 else found[number % len(found)]


def plain(body: Mapping[str, Any]) -> Body:
    """A body without what says nothing."""
    return {key: value for key, value in body.items() if value is not None and value not in ("", [], {})}


def of_kind(rows: Rows, *kinds: str) -> Iterator[tuple[str, Body]]:
    return ((id, body) for id, (kind, body) in rows.items() if kind in kinds)


def said_of(rows: Rows) -> dict[str, Body]:
    """What people said, by the record that it is said of."""
    return {body["target"]: body for _, body in of_kind(rows, "correction")}


def name_of(mention: Sequence[Any]) -> str:
    """Whom a mention names by itself; empty for a pronoun."""
    role = mention[2]
    return "" if role == "pronoun" else str(mention[5] if role == "moved" else mention[0])


def entities(rows: Rows) -> Rows:
    found: dict[str, Body] = {}

    def of(name: str) -> Body:
        empty = {"key": fold(name), "surfaces": Counter(), "labels": Counter(), "openings": 0, "pronouns": 0}
        return found.setdefault(entity_id(NAMESPACE, fold(name)), {**empty, "references": Counter()})

    for _, sentence in of_kind(rows, *SENTENCES):
        for mention in sentence.get("mentions", ()):
            if name := name_of(mention):
                of(name)["surfaces"][name] += 1
                of(name)["labels"][mention[1]] += 1
                of(name)["openings"] += mention[2] == "opening"
            if len(mention) > 5 and mention[2] == "pronoun":
                of(mention[5])["pronouns"] += 1
            elif len(mention) > 5:
                of(mention[5])["references"][mention[0]] += 1
    said = said_of(rows)
    for id, body in found.items():
        body["openings"], body["pronouns"] = body["openings"] or None, body["pronouns"] or None
        body["called"], body["typed"] = (said.get(id, {}).get(key, "") for key in ("called", "typed"))
    return {id: ("entity", plain(body)) for id, body in found.items()}


def label_of(entity: Body) -> str:
    """What an entity is."""
    labels = entity.get("labels", {})
    told = labels.keys() - UNTOLD or labels.keys()
    return str(entity.get("typed") or min(told, key=lambda one: (-labels[one], one), default=""))


def key_of(participant: Sequence[Any]) -> str:
    _, text, _, _, _, entity = (*participant, "", "")[:6]
    return "=" + fold(entity) if fold(entity) else ":" + (fold(text) or text.strip().casefold())


def supported(statement: Body) -> list[tuple[str, str, str]]:
    """Kind, id and relation of the fact and the event that a statement supports."""
    lemma = statement.get("lemma", statement.get("predicate", ""))
    relation = statement.get("relation", "")
    when = statement.get("when")
    told = (
        "happens" if statement.get("happens") else "",
        "not" if statement.get("negated") else "",
        statement.get("modality", ""),
        "" if when is None else "/".join(part or "" for part in when),
    )
    parts = [
        part for one in statement["participants"] for part in (one[0], (*one, "")[4], key_of(one))
    ]  # role, preposition, who
    event = bool(statement.get("happens")) and when is not None
    found = []
    if not event or relation:
        name = relation or lemma
        found.append(("fact", "f" + digest("fact", NAMESPACE, name, *told, *parts), name))
    if event:
        found.append(("event", "v" + digest("event", NAMESPACE, lemma, *told, *parts), lemma))
    return found


def stated(rows: Rows) -> Iterator[tuple[str, str, Body, Body]]:
    """Each fact and event with a sentence that states it: its id, the sentence's, that, the statement."""
    for id, sentence in of_kind(rows, *SENTENCES):
        for statement in sentence.get("statements", ()):
            for _, fact, _ in supported(statement):
                yield fact, id, sentence, statement


def support(sentence: Body, statement: Body) -> tuple[Any, ...]:
    """How a statement words a fact."""
    texts = tuple((*one, "", "")[5] or one[1] for one in statement["participants"])
    holds = "forever" if statement.get("permanent") else "one" if statement.get("functional") else ""
    return (
        statement.get("predicate", ""),
        texts,
        statement.get("confidence", 1.0),
        statement.get("said_by", ""),
        statement.get("by", "rules"),
        statement.get("at") or sentence.get("at") or "",
        holds,
    )


def facts(rows: Rows) -> Rows:
    """Facts and events, with all that supports them and what a person said of them."""
    said = said_of(rows)
    wordings: defaultdict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    follows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    found: dict[str, tuple[str, Body]] = {}
    for fact, _, sentence, statement in stated(rows):
        wordings[fact][support(sentence, statement)] += 1
        kind, relation = next((kind, name) for kind, id, name in supported(statement) if id == fact)
        if kind == "event" and statement.get("follows"):
            follows[fact][statement["follows"]] += 1
        told = {key: statement.get(key) for key in ("happens", "negated", "modality", "when")}
        participants = [[one[0], (*one, "")[4], key_of(one)] for one in statement["participants"]]
        found[fact] = (kind, {"relation": relation, "participants": participants, **told})
    for fact, (_, body) in found.items():
        body["supports"] = [
            [count, row[0], list(row[1]), *row[2:6], *([row[6]] if row[6] else [])]
            for row, count in sorted(wordings[fact].items())
        ]
        body["follows"] = dict(follows[fact])
        body["retraction"] = said.get(fact, {}).get("retraction")
    return {fact: (kind, plain(body)) for fact, (kind, body) in found.items()}


# --- who is who -------------------------------------------------------------------------------


def profiles(rows: Rows) -> Iterator[tuple[str, Profile]]:
    """The profiles of all casts, each with its document."""
    for _, cast in of_kind(rows, "cast"):
        for label, names in cast.get("profiles", ()):
            yield cast["document"], Profile(profile_id(cast["document"], names), names, label)


def units(rows: Rows) -> dict[str, set[str]]:
    """The keys of the units that bear a name, by it folded: those of which people spoke stand alone."""
    spoken = {body[end] for _, body in of_kind(rows, "decision") for end in "ab"}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for _, profile in profiles(rows):
        unit = profile.id if profile.id in spoken else name_key(profile)
        found[fold(full_name(profile.names))].add(unit)
    return found


def told_apart(rows: Rows) -> tuple[list[set[str]], set[frozenset[str]]]:
    """The units that people brought together, and the pairs that they held apart: the later word counts."""
    words = [body for _, body in of_kind(rows, "decision")]
    together: list[set[str]] = [{body[end]} for body in words for end in "ab"]
    together = [set(one) for one in {frozenset(one) for one in together}]
    apart: set[frozenset[str]] = set()
    words.sort(key=lambda body: datetime.fromisoformat(body["at"]), reverse=True)
    for body in words:
        one, other = (next(part for part in together if body[end] in part) for end in "ab")
        if one is other:
            continue
        if not body["same"]:
            apart |= {frozenset((a, b)) for a in one for b in other}
        elif not any(frozenset((a, b)) in apart for a in one for b in other):
            apart |= {
                frozenset((mine, b))
                for own, rest in ((one, other), (other, one))
                for pair in apart
                if pair & rest
                for b in pair - rest
                for mine in own
            }
            together.remove(other)
            one |= other
    return together, apart


# --- truth over time --------------------------------------------------------------------------


def utc(text: str | None) -> datetime | None:
    return None if not text else datetime.fromisoformat(text).astimezone(timezone.utc)


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def entry(id: str, kind: str, fact: Body) -> tuple[str, str, list[Any]] | None:
    """Subject, relation and entry of a fact that holds for one object at a time; None if it is none."""
    holds = {row[7] for row in fact["supports"] if len(row) > 7}
    parts = fact["participants"]
    if not holds or kind == "event" or fact.get("modality") or fact.get("retraction"):
        return None
    if len(parts) < 2 or not parts[0][2].startswith("="):
        return None
    begin, end, *_ = fact.get("when") or (None, None)
    told = sorted({utc(row[6]) for row in fact["supports"] if row[6]})  # type: ignore[type-var]
    speakers = {row[4] for row in fact["supports"]}
    return (
        parts[0][2][1:],
        fact["relation"],
        [
            id,
            parts[1][2],
            iso(utc(begin)),
            None if fact.get("happens") else iso(utc(end)),
            [iso(one) for one in told],
            bool(fact.get("negated")),
            "" not in speakers,
            "forever" in holds,
        ],
    )


def slots(found: Rows) -> Rows:
    entries: defaultdict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    for id, (kind, fact) in found.items():
        if kind in ("fact", "event") and (one := entry(id, kind, fact)):
            entries[one[0], one[1]].append(one[2])
    return {
        slot_id(NAMESPACE, *key): (
            "slot",
            {"subject": key[0], "relation": key[1], "entries": sorted(rows, key=lambda row: row[0])},
        )
        for key, rows in entries.items()
    }


class Course:
    """How a slot went, asked of each of its facts for itself."""

    def __init__(self, entries: Iterable[Sequence[Any]]) -> None:
        self.entries = {row[0]: row for row in entries}
        self.forever = any(row[7] for row in self.entries.values())
        self.kind = {row[0]: self._alike(row[1]) for row in self.entries.values()}
        self.plain = [row for row in self.entries.values() if not row[5] and not row[6]]
        self.denials = [row for row in self.entries.values() if row[5] and not row[6]]
        by_moment: defaultdict[datetime, set[str]] = defaultdict(set)
        for row in self.plain:
            for moment in self.moments(row):
                by_moment[moment].add(row[0])
        self.groups = sorted(by_moment.items())

    def _alike(self, object: str) -> frozenset[str]:
        """All objects of which one says what the next does and perhaps more."""
        found = {object}
        while True:
            words = [set(one[1:].split()) for one in found]
            near = {
                row[1]
                for row in self.entries.values()
                if (own := set(row[1][1:].split()))
                and any(one and (one <= own or own <= one) for one in words)
            }
            if near <= found:
                return frozenset(found)
            found |= near

    @staticmethod
    def moments(row: Sequence[Any]) -> list[datetime]:
        return [one for one in map(utc, [row[2]] if row[2] else row[4]) if one]

    def _of(self, group: int) -> set[frozenset[str]]:
        return {self.kind[fact] for fact in self.groups[group][1]}

    def _later(self, group: int) -> int | None:
        """The next group that is of another object, or of several."""
        after = range(group + 1, len(self.groups))
        return next((k for k in after if len(self._of(k)) > 1 or self._of(k) != self._of(group)), None)

    def stretches(self, fact: str) -> list[tuple[str | None, str | None, str]]:
        """From when to when a fact holds, and what ended it."""
        row = self.entries[fact]
        if self.forever or row not in self.plain or not self.moments(row):
            return [(row[2], row[3], "")]
        found = []
        for k, (begin, group) in enumerate(self.groups):
            if fact not in group or self._held_before(fact, k):
                continue
            later = self._later(k)
            ends = [(m, no[0]) for no in self.denials for m in self.moments(no) if m > begin and
                    self.kind[no[0]] == self.kind[fact]]  # fmt: skip
            if later is not None:
                ends += [(self.groups[later][0], one) for one in self.groups[later][1]]
            end, by = (utc(row[3]), "") if row[3] else min(ends, default=(None, ""))
            found.append((iso(begin), iso(end), by))
        return found

    def _held_before(self, fact: str, group: int) -> bool:
        """Whether a fact was said before, and nothing else since."""
        for k in range(group - 1, -1, -1):
            if self._later(k) == k + 1:
                return False
            if fact in self.groups[k][1]:
                return True
        return False

    def state(self, fact: str, at: datetime) -> str:
        """How a fact stands at a moment."""
        return state_of(self.stretches(fact), at)

    def odds(self) -> list[tuple[str, tuple[str, ...]]]:
        """Facts that cannot all hold, and why."""
        found = []
        for no in self.denials:
            for yes in self.plain:
                mine, theirs = set(self.moments(yes)), set(self.moments(no))
                if self.kind[yes[0]] == self.kind[no[0]] and (mine & theirs or not (mine or theirs)):
                    found.append(("one says so, one denies it", (yes[0], no[0])))
        undated = [row[0] for row in self.plain if not self.moments(row)]
        if self.forever:
            found.append(("it can only be one", tuple(row[0] for row in self.plain)))
            return self._told(found)
        found.append(("no source says when", tuple(undated)))
        for k, (moment, group) in enumerate(self.groups):
            found.append(("they begin at the same time", tuple(group)))
            later = self._later(k)
            for fact in group:
                row = self.entries[fact]
                if later is not None and row[2] and row[3] and moment < self.groups[later][0] < utc(row[3]):  # type: ignore[operator]
                    found.append(("their times overlap", (fact, *self._run(later))))
        return self._told(found)

    def _run(self, group: int) -> set[str]:
        """The facts of a group and of those that say the same after it."""
        found = set(self.groups[group][1])
        for one, other in pairwise(range(group, len(self.groups))):
            if self._later(one) == other:
                break
            found |= self.groups[other][1]
        return found

    def _told(self, found: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
        several = {"it can only be one", "no source says when", "they begin at the same time"}
        return sorted(
            (what, tuple(sorted(set(those))))
            for what, those in found
            if what not in several or len({self.kind[fact] for fact in those}) > 1
        )


def state_of(stretches: Iterable[tuple[str | None, str | None, str]], at: datetime) -> str:
    last = None
    for begin, end, by in stretches:
        if (not begin or utc(begin) <= at) and (not end or at < utc(end)):  # type: ignore[operator]
            return "holds"
        if end and utc(end) <= at and (last is None or utc(end) > last[0]):  # type: ignore[operator]
            last = (utc(end), by)
    return "ahead" if last is None else "ended" if last[1] else "over"


def disputes(found: Rows) -> Rows:
    """Where the facts of a slot are at odds."""
    rows: Rows = {}
    for id, (_, slot) in found.items():
        if odds := Course(slot["entries"]).odds():
            body = {"slot": id, "subject": slot["subject"], "relation": slot["relation"]}
            rows[dispute_id(id)] = (
                "dispute",
                {**body, "odds": [[what, list(those)] for what, those in odds]},
            )
    return rows


def derived(rows: Rows) -> Rows:
    """All that is counted: entities, facts, events, slots, disputes."""
    told = facts(rows)
    placed = slots(told)
    return {**entities(rows), **told, **placed, **disputes(placed)}
