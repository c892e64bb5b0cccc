"""Notes and uses rest on passages: they come by commits, and go with what they rest on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from conftest import put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st
from noted import noted

from graphmem import Conflict, InputError, Memory, NotFound, View, schema
from graphmem.types import Passage
from graphmem.uses import KEPT, Touch, Use

ASH = "# Ash\n\nAda Byron planted the ash in Bergen. It stands by the river Lee.\n"
OAK = "# Oak\n\nThe oak of Bergen belongs to Charles Babbage.\n"
AT = datetime(2024, 5, 1, tzinfo=timezone.utc)


def passages(memory: Memory) -> dict[str, Passage]:
    """The first passage of each document, by its URI."""
    firsts = ((one.uri, memory.parts(one)) for one in memory.documents())
    return {uri: next(p for p in parts if isinstance(p, Passage)) for uri, parts in firsts}


@pytest.fixture
def trees(memory: Memory) -> Memory:
    put(memory, {"ash.md": ASH, "oak.md": OAK})
    return memory


def test_a_note_is_read_as_it_was_written(trees: Memory) -> None:
    one = passages(trees)["ash.md"]
    note = noted(trees, "trees", [("An ash stands.", [one])], "Trees", until=AT, tags=("ash",), data={"n": 1})
    assert trees.note(note.id) == note and list(trees.notes("topic")) == [note]
    assert list(trees.notes("topic", "trees")) == [note] and not list(trees.notes("day"))
    with pytest.raises(NotFound, match="no note"):
        trees.note(one.id)


def test_a_note_is_searched_apart(trees: Memory) -> None:
    before = [hit.passage.id for hit in trees.recall("Who planted the ash?")]
    note = noted(trees, "trees", [("Who planted the ash? Ada.", [passages(trees)["ash.md"]])])
    assert [hit.passage.id for hit in trees.recall("Who planted the ash?")] == before
    among = View.of("default", kinds=[schema.NOTE])
    assert [id for id, _ in trees.store.search_text(among, "ash", 5)] == [note.id]
    assert trees.store.search_vector(among, trees.embedder.encode(["ash"])[0], 5)[0][0] == note.id


def test_forgetting_a_source_takes_its_share_of_a_note(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    note = noted(trees, "bergen", [("An ash.", [ash]), ("An oak.", [oak]), ("Both.", [ash, oak])], "Bergen")
    only = noted(trees, "ash", [("An ash.", [ash])])
    before = state(trees)
    told = trees.forget("ash.md", dry_run=True)
    assert told.removed["note"] == 1 and told.changed["note"] == 1
    gone = trees.forget("ash.md").commit
    assert [one.text for one in trees.note(note.id).parts] == ["An oak."]
    assert trees.note(note.id).title == "Bergen", "its key says so too"
    with pytest.raises(NotFound):
        trees.note(only.id)
    assert not trees.verify() and not trees.store.check()
    assert gone is not None
    trees.undo(gone.id)
    assert state(trees) == before


def test_what_is_said_of_all_parts_goes_with_any(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    noted(trees, "t", [("An ash.", [ash]), ("An oak.", [oak])], "Ash and oak", tags=("ash",), data={"ash": 1})
    trees.forget("ash.md")
    (left,) = trees.notes()
    assert (left.title, left.tags, dict(left.data)) == ("", (), {})


def test_a_changed_or_undone_source_takes_its_share_too(trees: Memory) -> None:
    note = noted(
        trees, "trees", [("An ash.", [passages(trees)["ash.md"]]), ("Oak.", [passages(trees)["oak.md"]])]
    )
    put(trees, {"ash.md": ASH.replace("planted", "felled")})
    assert [one.text for one in trees.note(note.id).parts] == ["Oak."]
    first = next(iter(trees.history()))
    with pytest.raises(Conflict, match="changed later"):
        trees.undo(first.id)


def test_a_note_on_what_is_gone_cannot_be_written(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    trees.forget("ash.md")
    note = noted(trees, "trees", [("An ash.", [ash]), ("An oak.", [oak])])
    assert [one.text for one in trees.note(note.id).parts] == ["An oak."]
    noted(trees, "ash", [("An ash.", [ash])])
    assert [one.id for one in trees.notes()] == [note.id]


def test_undo_passes_over_notes_made_anew(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    noted(trees, "trees", [("An ash.", [ash]), ("An oak.", [oak])])
    gone = trees.forget("ash.md").commit
    anew = noted(trees, "trees", [("One oak.", [oak])])
    assert gone is not None
    trees.undo(gone.id)
    assert "ash.md" in {one.uri for one in trees.documents()} and list(trees.notes()) == [anew]


def test_undo_of_a_reflection_is_exact(trees: Memory) -> None:
    ash = passages(trees)["ash.md"]
    noted(trees, "trees", [("An ash.", [ash])])
    before = state(trees)
    noted(trees, "trees", [("A tall ash.", [ash])])
    trees.undo(next(iter(trees.history(newest_first=True))).id)
    assert state(trees) == before


def test_a_note_is_not_known_before_what_it_tells(trees: Memory) -> None:
    note = noted(trees, "trees", [("An ash.", [passages(trees)["ash.md"]])], at=AT, until=AT + timedelta(1))
    then = [View.of("default", as_of=AT), View.of("default", as_of=AT + timedelta(1))]
    assert [note.id in trees.store.get(view, [note.id]) for view in then] == [False, True]


def test_a_purge_takes_what_notes_said(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    noted(trees, "trees", [("Xylotomy of an ash.", [ash]), ("An oak.", [oak])])
    trees.use([ash], question="What is xylotomy?")
    trees.purge("ash.md")
    said = [str(change) for commit in trees.history() for change in commit.changes]
    assert not any("ylotomy" in one for one in said) and not trees.store.traces(["xylotomy"])
    assert [one.text for one in next(trees.notes()).parts] == ["An oak."] and not trees.verify()


def test_uses_are_told_and_taken_back_one_by_one(trees: Memory) -> None:
    ash, oak = passages(trees)["ash.md"], passages(trees)["oak.md"]
    ranking = trees.recall("Who planted the ash?")
    first = trees.use(ranking, "recalled", question="Who planted the ash?", at=AT)
    assert first is not None and first.author == "use"
    trees.use([ash], "useful", at=AT + timedelta(1))
    use = trees.uses([ash.id])[ash.id]
    assert [touch.verdict for touch in use.touches] == ["recalled", "useful"] and use.count == 2
    assert use.touches[0].shares == next(hit.shares for hit in ranking if hit.passage.id == ash.id)
    trees.undo(first.id)
    left = trees.uses([ash.id, oak.id])
    assert [touch.verdict for touch in left[ash.id].touches] == ["useful"] and left.keys() == {ash.id}
    trees.forget("ash.md")
    assert not [one for one in records(trees).values() if one.kind == schema.USE]


def test_what_cannot_be_told_of_a_use(trees: Memory) -> None:
    ash = passages(trees)["ash.md"]
    with pytest.raises(InputError, match="no verdict: say one of recalled"):
        trees.use([ash], "liked")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="time zone"):
        trees.use([ash], at=datetime(2024, 1, 1))
    with pytest.raises(NotFound, match="no passage 'ash'"):
        trees.use(["ash"])
    assert trees.use([]) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), max_size=50))
def test_a_use_keeps_the_newest_touches_and_counts_all(days: list[int]) -> None:
    use = Use.of("default", "p")
    for day in days:
        use = use.touched(Touch(AT + timedelta(day), "recalled"))
    kept = [(touch.at - AT).days for touch in use.touches]
    assert use.count == len(days) and kept == sorted(kept) and len(kept) == min(len(days), KEPT)
