"""Entities are counted from mentions: any order gives the same, and taking back is exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from graphmem.changes import inverse, patch
from graphmem.projection import derive
from graphmem.schema import from_record, to_record
from graphmem.types import Change, Entity, Mention, Record, Sentence

mentions = st.builds(
    Mention,
    name=st.sampled_from(["Paris", "paris", "PARIS", "Rome", "The Rome"]),
    label=st.sampled_from(["name", "place"]),
    role=st.sampled_from(["text", "opening", "title", "pronoun"]),
    of=st.sampled_from(["", "", "Paris", "Greater Rome"]),
)


@st.composite
def sentence_records(draw: st.DrawFn) -> list[Record]:
    found = draw(st.lists(st.lists(mentions, max_size=4), max_size=5))
    return [
        to_record(
            Sentence(
                id=f"s{i}",
                namespace="n",
                passage="p",
                position=i,
                start=0,
                end=1,
                text="x",
                mentions=tuple(ms),
            )
        )
        for i, ms in enumerate(found)
    ]


def apply(entities: dict[str, Record], changes: Iterable[Change]) -> dict[str, Record]:
    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        return {id: entities[id] for id in ids if id in entities}

    return patch(derive(tuple(changes), get), entities)


@given(sentence_records(), st.randoms(use_true_random=False))
def test_the_order_of_commits_does_not_matter(records: list[Record], random: object) -> None:
    changes = [Change(None, record) for record in records]
    at_once = apply({}, changes)
    random.shuffle(changes)  # type: ignore[attr-defined]
    one_by_one: dict[str, Record] = {}
    for change in changes:
        one_by_one = apply(one_by_one, [change])
    assert one_by_one == at_once


@given(sentence_records(), sentence_records())
def test_taking_back_leaves_what_was_there(first: list[Record], second: list[Record]) -> None:
    before = apply({}, [Change(None, r) for r in first])
    more = [Change(None, Record("t" + r.id, r.kind, r.namespace, r.body)) for r in second]
    assert apply(apply(before, more), inverse(more)) == before


def test_an_entity_is_called_by_its_most_frequent_surface() -> None:
    found = tuple(Mention(name=n, label="place") for n in ("Rome", "rome", "rome", "The Rome"))
    sentence = Sentence(
        id="s", namespace="n", passage="p", position=0, start=0, end=1, text="x", mentions=found
    )
    (record,) = apply({}, [Change(None, to_record(sentence))]).values()
    entity = from_record(record)
    assert isinstance(entity, Entity)
    assert (entity.name, entity.aliases, entity.mentions) == ("rome", ("Rome", "The Rome"), 4)
