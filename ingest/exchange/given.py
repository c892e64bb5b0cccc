"""A fact as the exports of this program write it, whatever the format: nothing of it has to be guessed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from graphmem.ingest.exchange.told import Told, label_of
from graphmem.ingest.moments import aware
from graphmem.ingest.reading import storable_text
from graphmem.statements import FOREVER, SUBJECT, Interval, Participant, Statement

_NONE: Final = BeforeValidator(lambda value: None if value == "" else value)
_FALSE: Final = BeforeValidator(lambda value: value or False)

Moment = Annotated[datetime | None, _NONE]
"""A moment, in UTC if it has no zone; an empty cell is none."""
Flag = Annotated[bool, _FALSE]


class Given(BaseModel):
    """A fact with who takes part: role, preposition, words, and the name of the entity if it is one."""

    predicate: str = ""
    relation: str = ""
    lemma: str = ""
    participants: Annotated[list[tuple[str, str, str, str]], Field(min_length=1)]
    labels: list[str] = []
    valid_at: Moment = None
    invalid_at: Moment = None
    precision: str = ""
    timex: str = ""
    happens: Flag = False
    negated: Flag = False
    modality: str = ""
    said_by: str = ""
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    holds_for: Literal["", "one", "forever"] = ""
    text: str = ""
    speaker: str = ""
    at: Moment = None

    @field_validator("participants")
    @classmethod
    def _named(cls, parts: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
        if not all((text + name).strip() for _, _, text, name in parts):
            raise ValueError("somebody who takes part is not named")
        return parts

    def told(self, by: str) -> Told:
        """It as a statement that a format tells."""
        statement = Statement(
            predicate=storable_text(self.predicate),
            lemma=storable_text(self.lemma),
            relation="" if self.relation == self.lemma else storable_text(self.relation),
            functional=bool(self.holds_for),
            permanent=self.holds_for == FOREVER,
            participants=tuple(map(_participant, range(len(self.participants)), self.participants)),
            happens=self.happens,
            negated=self.negated,
            modality=storable_text(self.modality),
            said_by=storable_text(self.said_by),
            when=self._when(),
            confidence=self.confidence,
            by=by,
        )
        labels = [*self.labels, *[""] * len(self.participants)][: len(self.participants)]
        at = None if self.at is None else aware(self.at)
        text, speaker = storable_text(self.text).strip(), storable_text(self.speaker)
        return Told(statement, tuple(map(label_of, labels)), text, speaker, at)

    def _when(self) -> Interval | None:
        begin, end = (None if one is None else aware(one) for one in (self.valid_at, self.invalid_at))
        if begin is None and end is None and not self.timex:
            return None
        return Interval(begin=begin, end=end, precision=self.precision, timex=self.timex)


def _participant(place: int, told: tuple[str, str, str, str]) -> Participant:
    role, case, text, entity = map(storable_text, told)
    return Participant(role=role if place else SUBJECT, case=case, text=text, entity=entity)
