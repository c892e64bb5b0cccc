"""CSV: a row for each fact and who or what takes part beside its subject; ``graphmem import`` reads it.

A fact of three has two rows with the same ``fact``. An event that a fact tells too has no row of its own.
A cell that a spreadsheet would run as a formula begins with an apostrophe, which the import takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Final

from graphmem import schema
from graphmem.exchange.claims import TOGETHER, Claim, Source, claims, entity_of, sources
from graphmem.exchange.contents import holds_for
from graphmem.statements import Participant
from graphmem.stores.base import Store
from graphmem.types import Entity, View

COLUMNS: Final = (
    *("subject", "predicate", "object", "valid_from", "valid_to", "source", "subject_label", "object_label"),
    *("literal", "role", "case", "relation", "lemma", "precision", "timex", "happens", "negated"),
    *("modality", "said_by", "confidence", "holds_for", "state", "evidence", "speaker", "at", "fact"),
)
"""``literal`` says which of "subject" and "object" is a text that names nothing."""
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)*")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs: one that begins as a formula does is given an apostrophe; numbers not.

    >>> guarded("=1+1"), guarded("-5"), guarded("'s-Hertogenbosch")
    ("'=1+1", '-5', "'s-Hertogenbosch")
    """
    return "'" + cell if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that ``guarded`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _row(claim: Claim, one: Participant | None, place: Source | None, labels: Mapping[str, str]) -> list[str]:
    fact, when = claim.fact, claim.fact.when
    subject = fact.participants[0]
    begin, end = (when.begin, when.end) if when else (None, None)
    at = (place.sentence.at or place.passage.at or place.document.written_at) if place else None
    told = {
        "subject": subject.entity or subject.text,
        "predicate": fact.predicate,
        "object": (one.entity or one.text) if one else "",
        "valid_from": begin.isoformat() if begin else "",
        "valid_to": end.isoformat() if end else "",
        "source": place.document.uri if place else "",
        "subject_label": labels.get(entity_of(fact, subject), ""),
        "object_label": labels.get(entity_of(fact, one), "") if one else "",
        "literal": " ".join(_literals(claim, one)),
        "role": one.role if one else "",
        "case": one.case if one else "",
        "relation": fact.relation,
        "lemma": claim.said.lemma,
        "precision": when.precision if when else "",
        "timex": when.timex if when else "",
        "happens": "true" if fact.happens else "",
        "negated": "true" if fact.negated else "",
        "modality": fact.modality,
        "said_by": ", ".join(fact.said_by),
        "confidence": repr(fact.confidence),
        "holds_for": holds_for(claim),
        "state": claim.stands.state,
        "evidence": place.sentence.text if place else "",
        "speaker": place.passage.speaker if place else "",
        "at": at.isoformat() if at else "",
        "fact": fact.id,
    }
    return [told[column] for column in COLUMNS]


def _literals(claim: Claim, one: Participant | None) -> Iterator[str]:
    if not entity_of(claim.fact, claim.fact.participants[0]):
        yield "subject"
    if one is not None and not entity_of(claim.fact, one):
        yield "object"


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    # Half a character cannot be written as UTF-8, and NUL ends a cell in too many programs.
    csv.writer(text, lineterminator="\n").writerow(
        guarded(cell).replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8") for cell in cells
    )
    return text.getvalue()


def written(store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """The facts of a view as CSV with a header, a line a piece."""
    yield _line(COLUMNS)
    told: set[str] = set()
    found = claims(store, view, at, reader)
    while block := list(islice(found, TOGETHER)):
        told |= {claim.event for claim in block if claim.event}
        block = [claim for claim in block if claim.fact.id not in told]
        places = sources(store, view, (claim.evidence[0] for claim in block if claim.evidence))
        labels = _labels(store, view, block)
        for claim in block:
            place = places.get(claim.evidence[0]) if claim.evidence else None
            for one in claim.fact.participants[1:] or (None,):
                yield _line(_row(claim, one, place, labels))


def _labels(store: Store, view: View, block: Iterable[Claim]) -> dict[str, str]:
    """What the entities are that take part, by id."""
    ids = {entity_of(claim.fact, one) for claim in block for one in claim.fact.participants}
    records = store.get(view, sorted(ids - {""})).values()
    values = [schema.from_record(record) for record in records if record.kind == schema.ENTITY]
    return {value.id: value.label for value in values if isinstance(value, Entity)}
