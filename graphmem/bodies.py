"""Bodies of records: each value as JSON values, and back. Only ``graphmem.schema`` uses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from graphmem.casts import Cast, Word
from graphmem.corrections import read_retraction, write_retraction
from graphmem.resolution import Decision, Link, Page, Profile, Unit
from graphmem.resolution.decision import weighed
from graphmem.resolution.profile import full_name, profile_id
from graphmem.resolution.similarity import Reason
from graphmem.statements import Event, Fact, Interval, Participant, Statement, Support
from graphmem.types import Document, Entity, Episode, Mention, Passage, Sentence


def moment(value: datetime | None) -> str | None:
    """A moment as ISO text."""
    return None if value is None else value.isoformat()


def parse_moment(value: str | None) -> datetime | None:
    """A moment from ISO text."""
    return None if value is None else datetime.fromisoformat(value)


def compact(body: Mapping[str, Any]) -> dict[str, Any]:
    """Without fields at their default: bodies are stored a million times."""
    return {key: value for key, value in body.items() if value not in (None, "", [], {})}


def _given(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata where there is any: nearly all records have none, and need not say so."""
    return {"metadata": dict(metadata)} if metadata else {}


def write_document(d: Document) -> dict[str, Any]:
    """The body of a document."""
    return {
        "uri": d.uri,
        "title": d.title,
        "kind": d.kind,
        "content_hash": d.content_hash,
        "characters": d.characters,
        "written_at": moment(d.written_at),
        **_given(d.metadata),
    }


def read_document(id: str, namespace: str, body: Mapping[str, Any]) -> Document:
    """A document from its body."""
    return Document(
        id=id,
        namespace=namespace,
        uri=body["uri"],
        title=body.get("title", ""),
        kind=body["kind"],
        content_hash=body["content_hash"],
        characters=body["characters"],
        written_at=parse_moment(body.get("written_at")),
        metadata=body.get("metadata", {}),
    )


def write_passage(p: Passage) -> dict[str, Any]:
    """The body of a passage."""
    return {
        "document": p.document,
        "position": p.position,
        "kind": p.kind,
        "start": p.start,
        "end": p.end,
        "text": p.text,
        "heading": p.heading,
        "speaker": p.speaker,
        "at": moment(p.at),
        "previous": p.previous,
        **_given(p.metadata),
        "asleep": [[one.id, compact(write_sentence(one))] for one in p.asleep],
    }


def read_passage(id: str, namespace: str, body: Mapping[str, Any]) -> Passage:
    """A passage from its body."""
    return Passage(
        id=id,
        namespace=namespace,
        document=body["document"],
        position=body["position"],
        kind=body["kind"],
        start=body["start"],
        end=body["end"],
        text=body["text"],
        heading=body.get("heading", ""),
        speaker=body.get("speaker", ""),
        at=parse_moment(body.get("at")),
        previous=body.get("previous"),
        metadata=body.get("metadata", {}),
        asleep=tuple(read_sentence(one, namespace, own) for one, own in body.get("asleep", ())),
    )


def _write_mention(m: Mention) -> list[Any]:
    if m.of:
        return [m.name, m.label, m.role, m.start, m.end, m.of]
    return [m.name, m.label, m.role, m.start, m.end] if m.end else [m.name, m.label, m.role]


def _read_mention(row: list[Any]) -> Mention:
    name, label, role, *span = row
    start, end, *of = span or (0, 0)
    return Mention(name=name, label=label, role=role, start=start, end=end, of="".join(of))


def _write_interval(when: Interval | None) -> list[Any] | None:
    return None if when is None else [moment(when.begin), moment(when.end), when.precision, when.timex]


def _read_interval(row: list[Any] | None) -> Interval | None:
    if row is None:
        return None
    begin, end, precision, timex = row
    return Interval(begin=parse_moment(begin), end=parse_moment(end), precision=precision, timex=timex)


def _write_participant(p: Participant) -> list[Any]:
    row = [p.role, p.text, p.start, p.end, p.case, p.entity]
    return row if p.entity else row[:5] if p.case else row[:4]


def _read_participant(row: list[Any]) -> Participant:
    role, text, start, end, case, entity = (*row, "", "")[:6]
    return Participant(role=role, text=text, start=start, end=end, case=case, entity=entity)


def _write_statement(s: Statement) -> dict[str, Any]:
    return compact(
        {
            "predicate": s.predicate,
            "lemma": s.lemma if s.lemma != s.predicate else None,
            "relation": s.relation,
            "functional": s.functional or None,
            "permanent": s.permanent or None,
            "participants": [_write_participant(one) for one in s.participants],
            "happens": s.happens or None,
            "negated": s.negated or None,
            "modality": s.modality,
            "said_by": s.said_by,
            "when": _write_interval(s.when),
            "confidence": s.confidence if s.confidence != 1.0 else None,
            "span": [s.start, s.end],
            "by": s.by if s.by != "rules" else None,
            "follows": s.follows,
            "at": moment(s.at),
        }
    )


def read_statement(body: Mapping[str, Any]) -> Statement:
    """A statement from its row in a sentence's body."""
    start, end = body["span"]
    return Statement(
        predicate=body.get("predicate", ""),
        lemma=body.get("lemma", body.get("predicate", "")),
        relation=body.get("relation", ""),
        functional=body.get("functional", False),
        permanent=body.get("permanent", False),
        participants=tuple(_read_participant(row) for row in body["participants"]),
        happens=body.get("happens", False),
        negated=body.get("negated", False),
        modality=body.get("modality", ""),
        said_by=body.get("said_by", ""),
        when=_read_interval(body.get("when")),
        confidence=body.get("confidence", 1.0),
        start=start,
        end=end,
        by=body.get("by", "rules"),
        follows=body.get("follows", ""),
        at=parse_moment(body.get("at")),
    )


def write_sentence(s: Sentence) -> dict[str, Any]:
    """The body of a sentence."""
    return {
        "kind": None if s.kind == "paragraph" else s.kind,
        "passage": s.passage,
        "position": s.position,
        "start": s.start,
        "end": s.end,
        "text": s.text,
        "caption": s.caption,
        "at": moment(s.at),
        "mentions": [_write_mention(m) for m in s.mentions],
        "statements": [_write_statement(one) for one in s.statements],
    }


def read_sentence(id: str, namespace: str, body: Mapping[str, Any]) -> Sentence:
    """A sentence from its body."""
    return Sentence(
        id=id,
        namespace=namespace,
        kind=body.get("kind", "paragraph"),
        passage=body["passage"],
        position=body["position"],
        start=body["start"],
        end=body["end"],
        text=body["text"],
        caption=body.get("caption", ""),
        at=parse_moment(body.get("at")),
        mentions=tuple(_read_mention(row) for row in body.get("mentions", ())),
        statements=tuple(read_statement(row) for row in body.get("statements", ())),
    )


def write_entity(e: Entity) -> dict[str, Any]:
    """The body of an entity."""
    return {
        "key": e.key,
        "surfaces": dict(e.surfaces),
        "labels": dict(e.labels),
        "openings": e.openings or None,
        "references": dict(e.references),
        "pronouns": e.pronouns or None,
        "called": e.called,
        "typed": e.typed,
    }


def read_entity(id: str, namespace: str, body: Mapping[str, Any]) -> Entity:
    """An entity from its body."""
    return Entity(
        id=id,
        namespace=namespace,
        key=body["key"],
        surfaces=body.get("surfaces", {}),
        labels=body.get("labels", {}),
        openings=body.get("openings", 0),
        references=body.get("references", {}),
        pronouns=body.get("pronouns", 0),
        called=body.get("called", ""),
        typed=body.get("typed", ""),
    )


def _write_support(one: Support, count: int) -> list[Any]:
    row = [count, one.predicate, list(one.texts), one.confidence, one.said_by, one.by, one.at]
    return [*row, one.holds] if one.holds else row


def write_fact(f: Fact) -> dict[str, Any]:
    """The body of a fact or an event; its participants stand there by their keys, worded in its supports."""
    return {
        "relation": f.relation,
        "participants": [[one.role, one.case, one.key] for one in f.participants],
        "happens": f.happens or None,
        "negated": f.negated or None,
        "modality": f.modality,
        "when": _write_interval(f.when),
        "supports": [_write_support(one, count) for one, count in sorted(f.supports.items())],
        "follows": dict(f.follows) if isinstance(f, Event) else None,
        "retraction": write_retraction(f.retraction),
    }


def read_supports(body: Mapping[str, Any]) -> dict[Support, int]:
    """How often each wording supports a fact, from its body."""
    return {
        Support(predicate, tuple(texts), *rest): count
        for count, predicate, texts, *rest in body.get("supports", ())
    }


def _fields_of_fact(body: Mapping[str, Any]) -> dict[str, Any]:
    supports = read_supports(body)
    main = min(supports, key=lambda support: (-supports[support], support))
    return {
        "relation": body["relation"],
        "participants": tuple(
            Participant(role=role, text=text, case=case, entity=text if key.startswith("=") else "")
            for (role, case, key), text in zip(body["participants"], main.texts, strict=True)
        ),
        "happens": body.get("happens", False),
        "negated": body.get("negated", False),
        "modality": body.get("modality", ""),
        "when": _read_interval(body.get("when")),
        "supports": supports,
        "retraction": read_retraction(body.get("retraction")),
    }


def read_fact(id: str, namespace: str, body: Mapping[str, Any]) -> Fact:
    """A fact from its body."""
    return Fact(id=id, namespace=namespace, **_fields_of_fact(body))


def read_event(id: str, namespace: str, body: Mapping[str, Any]) -> Event:
    """An event from its body."""
    return Event(id=id, namespace=namespace, follows=body.get("follows", {}), **_fields_of_fact(body))


def write_episode(e: Episode) -> dict[str, Any]:
    """The body of an episode."""
    return {
        "document": e.document,
        "passages": list(e.passages),
        "reason": e.reason,
        "surprise": e.surprise or None,
        "at": moment(e.at),
        "until": moment(e.until),
    }


def read_episode(id: str, namespace: str, body: Mapping[str, Any]) -> Episode:
    """An episode from its body."""
    return Episode(
        id=id,
        namespace=namespace,
        document=body["document"],
        passages=tuple(body["passages"]),
        reason=body.get("reason", ""),
        surprise=body.get("surprise", 0.0),
        at=parse_moment(body.get("at")),
        until=parse_moment(body.get("until")),
    )


def write_cast(c: Cast) -> dict[str, Any]:
    """The body of a cast; the id of each profile follows from the document and its names."""
    rows = sorted(c.profiles, key=lambda one: full_name(one.names))
    return {"document": c.document, "profiles": [[one.label, dict(one.names)] for one in rows]}


def read_cast(id: str, namespace: str, body: Mapping[str, Any]) -> Cast:
    """A cast from its body."""
    document, rows = body["document"], body.get("profiles", ())
    found = (Profile(profile_id(document, names), names, label) for label, names in rows)
    return Cast(id=id, namespace=namespace, document=document, profiles=tuple(found))


def write_unit(u: Unit) -> dict[str, Any]:
    """The body of a unit."""
    profile = u.profile
    return {
        "key": profile.id,
        "label": profile.label,
        "names": dict(profile.names),
        "called": dict(u.called),
        "said": u.said or None,
    }


def read_unit(body: Mapping[str, Any]) -> Unit:
    """A unit from its body."""
    profile = Profile(body["key"], body.get("names", {}), body.get("label", ""))
    return Unit(profile, body.get("called", {}), body.get("said", 0))


def write_page(p: Page) -> dict[str, Any]:
    """The body of a page: its members, or how many stand below it."""
    return {"members": sorted(p.members)} if p.members else {"count": p.count}


def read_page(body: Mapping[str, Any]) -> Page:
    """A page from its body."""
    members = frozenset(body.get("members", ()))
    return Page(body.get("count", len(members)), members)


def write_link(link: Link) -> dict[str, Any]:
    """The body of a match: its ends and the evidence, from which score and band follow."""
    return {"a": link.a, "b": link.b, "reasons": [[reason.what, reason.weight] for reason in link.reasons]}


def read_link(body: Mapping[str, Any]) -> Link:
    """A link from the body of a match."""
    return weighed(body["a"], body["b"], (Reason(what, weight) for what, weight in body["reasons"]))


def write_word(w: Word) -> dict[str, Any]:
    """The body of a decision."""
    said = w.decision
    return {
        "a": said.a,
        "b": said.b,
        "same": said.same,
        "by": said.by,
        "at": moment(datetime.fromtimestamp(said.at, timezone.utc)),
        "documents": dict(w.documents),
    }


def read_word(id: str, namespace: str, body: Mapping[str, Any]) -> Word:
    """A decision from its body."""
    at = datetime.fromisoformat(body["at"]).timestamp()
    decision = Decision(body["a"], body["b"], body["same"], body.get("by", ""), at)
    return Word(id=id, namespace=namespace, decision=decision, documents=body.get("documents", {}))
