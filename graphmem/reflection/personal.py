"""What names and phrases mean to a person: "my sister", "Bessie", "my favourite cup", "our spot".

Found where people say so, by patterns over their own words, and in records of whom they know. A phrase
belongs to the one who says it: Ann's sister is not Bo's. ``meant`` tells what a question that uses one is
about.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.identity import entity_id, fold
from graphmem.notes import Note, Part, Source, note_id
from graphmem.reflection.routines import resting
from graphmem.stores.base import Store
from graphmem.types import Entity, Passage, View

KIND: Final = "name"
MOST: Final = 50
"""Sayings that a note keeps: the latest."""
_FOUND: Final = 50  # notes among which a question's phrases are looked for
_ROLES: Final = (
    "sister|brother|mom|mum|mother|dad|father|wife|husband|son|daughter|cousin|aunt|uncle|niece|nephew|grandma"
    "|grandpa|grandmother|grandfather|granny|girlfriend|boyfriend|fianc[ée]e?|partner|best friend|friend|boss"
    "|manager|mentor|teacher|coach|colleague|coworker|co-worker|neighbou?r|roommate|classmate|teammate|apprentice|master"
    "|dog|puppy|cat|kitten|horse|parrot|rabbit|hamster|pet|car|bike|boat|house|guitar|plant"
)
_OLDER: Final = r"(?:(?:little|older|younger|elder|eldest|youngest|big|baby|twin|late|old|new|dear) )?"
_ROLE: Final = rf"{_OLDER}(?P<phrase>(?i:{_ROLES}))"
_CAPITALS: Final = r"[A-Z][\w'’-]*(?: (?:of |de |van |the )?[A-Z][\w'’-]*){0,3}"
_NAME: Final = rf"(?P<means>{_CAPITALS})"
_WHAT: Final = r"[^.,;:!?()\n]{3,60}"
_WORD: Final = r"(?!(?:is|was|are|were|has|would)\b)[a-zé'-]+"
_THING: Final = rf"(?:{_WORD} ){{0,2}}{_WORD}"
_ENDS: Final = r"(?=\s*(?:[.,;:!?()—-]|$|but\b|because\b|since\b|who\b|which\b|that\b|when\b|where\b))"
_PLACE: Final = (
    r"(?:spot|place|café|cafe|bar|pub|haunt|hangout|hideaway|table|corner|bench|beach|park|office|school)"
)
_MY: Final = r"\b(?i:my|our)"
_PATTERNS: Final[tuple[re.Pattern[str], ...]] = (
    # My sister Eva; my best friend, Bo,
    re.compile(rf"{_MY} {_ROLE},? {_NAME}(?!\w|['’]s (?:\w+ )?(?i:{_ROLES})\b)"),
    # My sister is called Eva; our dog's name is Rex
    re.compile(rf"{_MY} {_ROLE}(?:['’]s name is| is (?:called|named)| goes by) {_NAME}"),
    # Eva, my sister,
    re.compile(rf"\b{_NAME}, (?:who is |who's )?(?i:my|our) {_ROLE}{_ENDS}"),
    re.compile(rf"\b{_NAME} is (?i:my|our) {_ROLE}{_ENDS}"),
    # I have a dog named Rex; we got another cat called Bailey
    re.compile(
        rf"\b(?i:I|we)(?: have|['’]ve got|['’]ve| got| adopted| own| bought) (?:just )?(?:got |adopted )?"
        rf"(?:an?|another|this|the)(?: \w+)?? {_ROLE} (?:named|called) {_NAME}"
    ),
    # I call my car Bessie; we named our boat the Tern
    re.compile(
        rf"\b(?i:I|we)(?: all| always| usually)? (?:call|called|named|nicknamed|christened)"
        rf" (?i:my|our|the) (?P<phrase>{_THING}) [\"“']?(?:the )?{_NAME}"
    ),
    # My favourite cup is the blue one from Delft
    re.compile(
        rf"{_MY} (?:all-time |absolute |new )?(?P<phrase>fav(?:ou?rite)? {_THING})"
        rf" (?:is|was|are|were|has always been|would be)(?: probably| definitely| still)?"
        rf" (?P<means>{_WHAT})"
    ),
    # Harry Potter is my favourite book
    re.compile(
        rf"\b{_NAME} (?:is|was|are|has always been)(?: probably| definitely| still)? (?i:my|our)"
        rf" (?:all-time |absolute )?(?P<phrase>fav(?:ou?rite)? (?:[a-z'-]+ ){{0,2}}[a-z'-]+?){_ENDS}"
    ),
    # Our usual place, the café by the canal; our spot is the bench under the ash
    re.compile(
        rf"{_MY} (?P<phrase>(?:usual |regular |old |secret |favou?rite |go-to |happy )?{_PLACE})"
        rf"(?:,| is| is at) (?P<means>(?:the|an?) {_WHAT}|{_CAPITALS})"
    ),
    # St Anne's, my old school
    re.compile(
        rf"\b{_NAME}(?:, (?i:my|our) | \((?i:my|our) )"
        rf"(?P<phrase>(?:usual |regular |old |secret |go-to )?{_PLACE})(?=[).,;!?]|$)"
    ),
)
# A record of whom somebody knows: "name: Lu Jianguo; relation: Father; nickname: Dad".
_CARD: Final = re.compile(r"(?:^|; )(?P<field>name|relation|relationship|nickname|alias): (?P<value>[^;\n]+)")
_NO_NAME: Final = frozenset(
    "i i'm i'll i've i'd hello hi hey now today then later first mr mrs also it it's he she they we you that"
    " this what who and but so yes no yeah oh wow thanks these those there here monday tuesday wednesday"
    " thursday friday saturday sunday".split()
)
_POSSESSOR: Final = re.compile(r"([A-Z][\w-]*)['’]s? $")
_MINE: Final = re.compile(r"\b(?:my|our|your) (?:\w+ )?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saying:
    """That somebody says what a phrase means to them: ``passage.text[start:end]``.

    ``owner`` is the key of who says it, empty where that is not told.
    """

    passage: str
    start: int
    end: int
    owner: str
    phrase: str
    means: str
    at: datetime | None


def sayings(passage: Passage) -> Iterator[Saying]:
    """What a passage says that phrases mean to its speaker, in order of place."""
    if passage.kind == "record":
        yield from _card(passage)
    found: dict[tuple[str, str], tuple[int, int, str]] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(passage.text):
            phrase = fold(match["phrase"])
            means = match["means"].replace("’", "'").strip(" '\"”").removesuffix("'s")
            if fold(means) in ("", phrase) or not phrase or means.split()[0].casefold() in _NO_NAME:
                continue
            found.setdefault((phrase, fold(means)), (match.start(), match.end(), means))
    for (phrase, _), (start, end, means) in sorted(found.items(), key=lambda one: one[1]):
        phrase = phrase.replace("favorite", "favourite").replace("fav ", "favourite ")
        # Who stands beside a record need not be who wrote it: it may be whom a call was with.
        owner = "" if passage.kind == "record" else fold(passage.speaker)
        yield Saying(passage.id, start, end, owner, phrase, means, passage.at)


def _card(passage: Passage) -> Iterator[Saying]:
    """The relation and the nickname of somebody of whom a record tells both."""
    told = {match["field"]: match for match in _CARD.finditer(passage.text)}
    if "name" not in told:
        return
    means = told["name"]["value"].strip()
    for field in ("relation", "relationship", "nickname", "alias"):
        if (match := told.get(field)) and fold(match["value"]) not in ("", fold(means)):
            start, end = told["name"].start("field"), match.end()
            yield Saying(
                passage.id, min(start, match.start("field")), end, "", fold(match["value"]), means, passage.at
            )


def names(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """What phrases mean to people: a note for each phrase of a person that new passages speak of.

    Args:
        store: what is read.
        view: what may be seen of it; only ``namespace`` is read.
        namespace: whose memory it is.
        touched: ids of passages that are new or changed since the last time, or all.
        now: plays no part.
    """
    own = View.of(namespace, as_of=view.as_of)
    new = list(_said(store, own, touched))
    old = {one.id: one for one in resting(store, own, touched, KIND)}
    ids = sorted({note_id(namespace, KIND, _about(one)) for one in new} - old.keys())
    for record in store.get(own, ids).values():
        note = schema.from_record(record)
        if isinstance(note, Note):
            old[note.id] = note
    before = {id for note in old.values() for id in note.passages} - set(touched)
    grouped = defaultdict(list)
    for one in (*new, *_said(store, own, before)):
        grouped[note_id(namespace, KIND, _about(one))].append(one)
    asked = {note_id(namespace, KIND, _about(one)) for one in new} | old.keys()
    for id in sorted(asked):
        if grouped[id]:
            yield _note(id, namespace, grouped[id])
        else:
            yield replace(old[id], parts=(), title="", tags=(), links=(), data={})


def _said(store: Store, view: View, passages: Collection[str]) -> Iterator[Saying]:
    for record in store.get(view, sorted(passages)).values():
        passage = schema.from_record(record)
        if isinstance(passage, Passage):
            yield from sayings(passage)


def _about(one: Saying) -> str:
    return f"{one.owner}: {one.phrase}"


def _note(id: str, namespace: str, known: Sequence[Saying]) -> Note:
    """A line for each thing that the phrase was said to mean, the one that was said last first."""
    latest = sorted(known, key=_order)[-MOST:]
    by_meaning: dict[str, list[Saying]] = defaultdict(list)
    for one in reversed(latest):
        by_meaning[fold(one.means)].append(one)
    first = latest[-1]
    whose = f"{first.owner}: " if first.owner else ""
    times = [one.at for one in latest if one.at]
    return Note(
        id=id,
        namespace=namespace,
        kind=KIND,
        about=_about(first),
        title=f"{whose}{first.phrase}",
        parts=tuple(
            Part(
                f"{whose}{first.phrase} is {own[0].means}",
                tuple(dict.fromkeys(Source(one.passage, one.start, one.end) for one in own)),
            )
            for own in by_meaning.values()
        ),
        at=min(times, default=None),
        until=max(times, default=None),
        data={
            "owner": first.owner,
            "phrase": first.phrase,
            "means": [own[0].means for own in by_meaning.values()],
        },
    )


def _order(one: Saying) -> tuple[bool, str, str, int]:
    """By time; what has none comes first, as it cannot outdo what is dated."""
    return one.at is not None, one.at.isoformat() if one.at else "", one.passage, one.start


def meant(store: Store, view: View, question: str) -> list[tuple[str, Entity | str, Note]]:
    """What phrases of a question mean to the people of a memory, the longest phrase first.

    "Ann's sister" asks for what Ann calls her sister; "my sister", and a favourite of somebody whom the
    question names, for what any that can be meant calls so. Where a phrase was said to mean several things,
    each is given, the one that was said last first.

    Returns:
        The phrase as asked, the entity that it means or, if none has that name, the words, and the note.
    """
    among = replace(view, kinds=frozenset({schema.NOTE}))
    ids = [id for id, _ in store.search_text(among, question, _FOUND)]
    held = store.get(among, ids)
    notes = [one for id in ids if id in held and isinstance(one := schema.from_record(held[id]), Note)]
    found = [
        (phrase, means, note)
        for note in notes
        if note.kind == KIND and note.data and (phrase := _asked(question, note))
        for means in note.data["means"]
    ]
    known = _entities(store, view, ((note.namespace, means) for _, means, note in found))
    given = [
        (phrase, known.get(entity_id(note.namespace, fold(means)), means), note)
        for phrase, means, note in found
    ]
    return sorted(given, key=lambda one: -len(one[0]))


def _asked(question: str, note: Note) -> str:
    """The words of a question that are the phrase of a note, and may be its owner's; else nothing."""
    phrase, owner = note.data["phrase"], note.data["owner"]
    pattern = r"[\W_]+".join(map(re.escape, phrase.split())).replace("favourite", "favou?rite")
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", question, re.IGNORECASE):
        before = question[: match.start()]
        if before.casefold().endswith("least "):  # of a favourite: what is asked for is another
            continue
        possessor = _POSSESSOR.search(before) or re.search(r"([A-Z][\w-]*)['’]s? \w+ $", before)
        if possessor:
            if owner and fold(possessor[1]) in (owner, owner.split()[0]):
                return match[0]
        elif _MINE.search(before) or not owner or _named(owner, question):
            return match[0]
    return ""


def _named(owner: str, question: str) -> bool:
    told = f" {fold(question)} "
    return f" {owner} " in told or f" {owner.split()[0]} " in told


def _entities(store: Store, view: View, names: Iterable[tuple[str, str]]) -> dict[str, Entity]:
    ids = sorted({entity_id(namespace, fold(name)) for namespace, name in names})
    values = map(schema.from_record, store.get(view, ids).values())
    return {one.id: one for one in values if isinstance(one, Entity)}
