"""What a person reads of a record in a graph database's own browser: a name, and fields worth querying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Final

from graphmem import bodies, schema
from graphmem.casts import Cast, Match, Named, Word
from graphmem.corrections import Correction
from graphmem.grants import Grant, Trust
from graphmem.notes import Note
from graphmem.resolution.profile import full_name
from graphmem.slots import Slot
from graphmem.statements import Fact
from graphmem.tasks import Task
from graphmem.types import Episode, Record, Shown
from graphmem.uses import Use

_READABLE: Final = ("text", "caption", "position", "start", "end", "heading", "speaker")


def shown(record: Record) -> dict[str, Shown]:
    """What a person reads of a record in a graph browser: a name, and fields worth querying."""
    body = record.body
    fields: dict[str, Shown | None]
    if record.kind == schema.DOCUMENT:
        written_at = bodies.parse_moment(body.get("written_at"))
        fields = {"name": body.get("title") or body["uri"], "uri": body["uri"], "written_at": written_at}
    elif record.kind == schema.ENTITY:
        entity = bodies.read_entity(record.id, record.namespace, body)
        fields = {
            "name": entity.name,
            "label": entity.label,
            "aliases": list(entity.aliases) or None,
            "mentions": entity.mentions,
        }
    elif record.kind in (schema.FACT, schema.EVENT):
        fields = _shown_fact(bodies.read_fact(record.id, record.namespace, body))
    elif record.kind in _SHOWN:
        fields = _SHOWN[record.kind](schema.from_record(record))
    else:  # every write shows all passages and sentences: straight from the body
        fields = {key: body.get(key) for key in _READABLE}
        fields |= {"name": excerpt(body["text"]), "at": bodies.parse_moment(body.get("at"))}
    return {key: field for key, field in fields.items() if field is not None}


def _shown_cast(cast: Cast) -> dict[str, Shown | None]:
    names = sorted(full_name(profile.names) for profile in cast.profiles)
    return {"name": excerpt(", ".join(names)), "names": names}


def _shown_unit(named: Named) -> dict[str, Shown | None]:
    unit = named.unit
    return {
        "name": named.name,
        "key": unit.profile.id,
        "label": named.label or None,
        "aliases": sorted(unit.profile.names.keys() - {named.name}) or None,
        "documents": unit.clusters,
    }


def _shown_match(match: Match) -> dict[str, Shown | None]:
    link = match.link
    return {
        "name": excerpt(f"{shortened(link.a)} / {shortened(link.b)}"),
        "band": link.band,
        "score": round(link.score, 4),
        "why": link.why,
    }


def _shown_word(word: Word) -> dict[str, Shown | None]:
    said = word.decision
    return {
        "name": excerpt(f"{shortened(said.a)} {'=' if said.same else '≠'} {shortened(said.b)}"),
        "same": said.same,
        "by": said.by or None,
        "at": datetime.fromtimestamp(said.at, timezone.utc),
    }


def _shown_episode(episode: Episode) -> dict[str, Shown | None]:
    size, why = len(episode.passages), episode.reason
    return {"name": f"{size}: {why}", "reason": why, "size": size, "at": episode.at, "until": episode.until}


def _shown_correction(one: Correction) -> dict[str, Shown | None]:
    said = [one.called, one.typed, "not so" if one.retraction else "", *one.moved.values()]
    return {"name": excerpt(", ".join(filter(None, said))), "by": one.by or None, "at": one.at}


def _shown_slot(one: Slot) -> dict[str, Shown | None]:
    return {"name": excerpt(f"{one.subject} {one.relation}"), "size": len(one.entries)}


def _shown_grant(one: Grant) -> dict[str, Shown | None]:
    return {"name": f"shared with {one.reader}", "reader": one.reader, "by": one.by or None, "at": one.at}


def _shown_trust(one: Trust) -> dict[str, Shown | None]:
    name = excerpt(f"{one.source}: {one.level}")
    return {"name": name, "source": one.source, "level": one.level, "by": one.by or None, "at": one.at}


def _shown_note(one: Note) -> dict[str, Shown | None]:
    name = excerpt(one.title or one.text or one.kind)
    return {"name": name, "sort": one.kind, "text": one.text or None, "at": one.at, "until": one.until}


def _shown_use(one: Use) -> dict[str, Shown | None]:
    last = one.touches[-1]
    return {"name": f"{last.verdict}, {one.count} in all", "uses": one.count, "at": last.at}


def _shown_task(one: Task) -> dict[str, Shown | None]:
    return {
        "name": excerpt(one.title),
        "state": one.state,
        "outcome": one.outcome or None,
        "by": one.by or None,
        "at": one.since,
    }


_SHOWN: Final[dict[str, Callable[[Any], dict[str, Shown | None]]]] = {
    schema.CAST: _shown_cast,
    schema.EPISODE: _shown_episode,
    schema.UNIT: _shown_unit,
    schema.BLOCK: lambda block: {"name": f"block of {block.page.count}", "size": block.page.count},
    schema.MATCH: _shown_match,
    schema.DECISION: _shown_word,
    schema.CORRECTION: _shown_correction,
    schema.GRANT: _shown_grant,
    schema.TRUST: _shown_trust,
    schema.NOTE: _shown_note,
    schema.USE: _shown_use,
    schema.TASK: _shown_task,
    schema.SLOT: _shown_slot,
    schema.DISPUTE: lambda one: {
        "name": excerpt(f"{one.subject} {one.relation}: {one.odds[0].what}"),
        "why": one.odds[0].what,
        "size": len(one.facts),
    },
}


def shortened(key: str) -> str:
    """A unit's key for people: its name and what sets it apart.

    >>> shortened("springfield|illinois||place")
    'springfield, illinois'
    """
    name, *apart = key.split("|")
    return ", ".join(part for part in (name, *apart[:-1]) if part)


def _shown_fact(fact: Fact) -> dict[str, Shown | None]:
    when = fact.when
    return {
        "name": excerpt(fact.text),
        "text": fact.text,
        "relation": fact.relation,
        "negated": True if fact.negated else None,
        "modality": fact.modality or None,
        "said_by": list(fact.said_by) or None,
        "begin": when.begin if when else None,
        "end": when.end if when else None,
        "precision": (when.precision or None) if when else None,
        "confidence": fact.confidence,
        "stated": fact.stated,
        "retracted": True if fact.retraction else None,
    }


def excerpt(text: str, characters: int = 60) -> str:
    """The beginning of a text on one line, cut at a word where one ends."""
    begin = text[: 4 * characters]
    line = " ".join(begin.split())
    if len(line) <= characters and len(begin) == len(text):
        return line
    head = line[: characters - 1]
    return (head.rpartition(" ")[0] or head) + "…"
