"""What a model is asked to give back, and what is made of values that are nearly that.

These pydantic models are the border: their JSON schema is what the model sees, and ``read`` takes what
it really wrote, item by item, so that one bad item costs no other. Nothing here is believed yet:
``graphmem.ingest.llm.grounding`` looks up each string in the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from graphmem.llm.values import Flag, Number, Text

MOST: Final = 400
"""Names, and facts, of one answer; models that loop write more."""
_KEYS: Final = {
    "names": ("names", "entities", "extracted_entities"),
    "facts": ("facts", "triples", "extracted_triples", "statements", "relations"),
}
"""What models call the two lists, the right key first."""


_Item = TypeVar("_Item", bound=BaseModel)


class Name(BaseModel):
    """A name in the passage."""

    name: Text = Field(description="as the passage writes it, in full")
    label: Text = Field("name", description="person, organization, place, event, work, product, date or name")


class Argument(BaseModel):
    """One more thing that belongs to a fact."""

    role: Text = Field(description="place, time, quantity, recipient, agent or circumstance")
    words: Text = Field(description="copied from the sentence")


class Claim(BaseModel):
    """One fact that a sentence states."""

    sentence: Number = Field(0, description="number of the sentence that states it")
    subject: Text = Field(description="words copied from that sentence")
    subject_name: Text = Field("", description="whom they stand for, as the passage names it in full")
    predicate: Text = Field(description="copied verb with its auxiliaries and preposition: was born in")
    relation: Text = Field("", description="relation from the list; else the verb's basic form: be born in")
    object: Text = Field("", description="words copied from that sentence")
    object_name: Text = Field("", description="whom they stand for, as the passage names it in full")
    more: list[Argument] = Field(default_factory=list)
    when: Text = Field("", description="words copied from the sentence that say when")
    happens: Flag = Field(False, description="true for an occurrence, false for a state")
    negated: Flag = Field(False, description="true if it is denied")
    modality: Text = Field(
        "", description="may, must, should, plan, future, if or question; empty if certain"
    )
    said_by: Text = Field("", description="who says so, if the sentence tells")


class Answer(BaseModel):
    """What a passage says."""

    names: list[Name] = Field(default_factory=list)
    facts: list[Claim] = Field(default_factory=list)


def _listed(value: object, field: str) -> Iterable[object]:
    """The items under a key, or under a name that models give it."""
    if not isinstance(value, Mapping):
        return ()
    found = next((value[key] for key in _KEYS[field] if key in value), ())
    if isinstance(found, Mapping):
        return [found]
    return found if isinstance(found, list | tuple) else ()


def knows(value: object) -> bool:
    """Whether a value is an object with one of the two lists."""
    return isinstance(value, Mapping) and any(key in value for keys in _KEYS.values() for key in keys)


def _as_name(item: object) -> object:
    return {"name": item} if isinstance(item, str) else item


def _as_claim(item: object) -> object:
    """A triple as a claim: models that were taught triples write lists."""
    if isinstance(item, list | tuple) and len(item) in (2, 3):
        return dict(zip(("subject", "predicate", "object"), item, strict=False))
    if isinstance(item, Mapping) and isinstance(item.get("more"), list):
        # A bad side argument leaves the claim.
        return {**item, "more": _items(Argument, item["more"], Counter())}
    return item


def _items(model: type[_Item], items: Iterable[object], dropped: Counter[str]) -> list[_Item]:
    found: list[_Item] = []
    for item in items:
        try:
            found.append(model.model_validate(item))
        except ValidationError:
            dropped["shape"] += 1
    return found


def read(value: object) -> tuple[Answer, Counter[str]] | None:
    """The answer in a value, with what was dropped of it by reason; None if it is no answer at all.

    Reasons: ``shape`` (an item that is no name or fact), ``many`` (beyond ``MOST``).
    """
    if isinstance(value, list) and value and all(isinstance(item, list | Mapping) for item in value):
        value = value[0] if knows(value[0]) else {"facts": value}
    if not knows(value):
        return None
    dropped: Counter[str] = Counter()
    names = _items(Name, map(_as_name, _listed(value, "names")), dropped)
    facts = _items(Claim, map(_as_claim, _listed(value, "facts")), dropped)
    dropped["many"] += max(0, len(names) - MOST) + max(0, len(facts) - MOST)
    return Answer(names=names[:MOST], facts=facts[:MOST]), +dropped


def schema() -> dict[str, Any]:
    """The JSON schema of an answer."""
    return Answer.model_json_schema()
