"""The page Review: what waits to be decided, what each answer does, and the way back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.disputes import Case
from graphmem.embedding import SentenceEncoder
from graphmem.identities import Question
from graphmem.statements import Fact
from graphmem.testing import HashEmbedder
from graphmem.types import Entity
from graphmem.ui import queue
from graphmem.ui.cards import card
from graphmem.ui.queue import Done, Item, Kind, desk, key, still, waiting

PAGE = "from graphmem.ui import review\nreview.page()"


def fill(memory: Memory) -> None:
    """Two who may be one, two births of one person, and a rumour that only an untrusted source tells."""
    put(memory, {"a.md": "J. Quill sang in Oslo.\n", "b.md": "John Quill sang in Bergen.\n"}, "english")
    memory.relate("Mira Quist", "born_in", "Oslo")
    memory.relate("Mira Quist", "born_in", "Bergen")
    rumour = Memory(memory.store, author="rumours", embedder=memory.embedder)
    rumour.relate("Mira <b>Quist</b>", "lives_in", "![x](http://127.0.0.1/x.png)")
    memory.trust("said:rumours/*", "untrusted")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Memory]:
    """A memory in which something of each kind waits; it needs no model."""
    pytest.importorskip("spacy")
    with Memory.open(f"sqlite:///{tmp_path}/held.db", author="ada", embedder=HashEmbedder()) as memory:
        fill(memory)
        yield memory


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Path:
    """The file of such a memory with vectors of the encoder that the explorer has."""
    pytest.importorskip("spacy")
    path = tmp_path_factory.mktemp("review") / "memory.db"
    with Memory.open(f"sqlite:///{path}", author="ada", embedder=encoder) as memory:
        fill(memory)
    return path


@pytest.fixture
def url(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of it, of which the explorer is told."""
    found = f"sqlite:///{shutil.copy(filled, tmp_path / 'memory.db')}"
    monkeypatch.setenv("GRAPHMEM_STORE", found)
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    return found


def first(memory: Memory, kind: Kind) -> Item:
    found = waiting(memory, kind).items
    assert found, f"nothing waits of {kind}"
    return found[0]


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def shown(page: AppTest) -> str:
    assert not page.exception
    return "".join(element.proto.body for element in page.get("html"))


def opened(kind: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.query_params["kind"] = kind
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, name: str) -> AppTest:
    """Click the button whose label begins so."""
    (button,) = [one for one in page.button if one.label.startswith(name)]
    button.click().run()
    assert not page.exception
    return page


# --- the queue ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", queue.KINDS)
@pytest.mark.parametrize("so", [True, False])
def test_what_is_answered_waits_no_more_until_the_answer_is_undone(
    held: Memory, kind: Kind, so: bool
) -> None:
    item = first(held, kind)
    assert still(held, item)
    side = item.facts[-1].id if isinstance(item, Case) else ""
    commit = queue.accept(held, item) if so else queue.reject(held, item, side)
    assert not still(held, item)
    assert key(item) not in map(key, waiting(held, kind).items)
    held.undo(commit.id)
    assert still(held, item)
    assert key(item) in map(key, waiting(held, kind).items)


def test_accepting_does_what_the_card_says(held: Memory) -> None:
    names, case, fact = (first(held, kind) for kind in queue.KINDS)
    assert isinstance(names, Question) and isinstance(case, Case) and isinstance(fact, Fact)
    queue.accept(held, names)
    assert {one.name for one in held.identity(entity(held, "J. Quill"))} == {"J. Quill", "John Quill"}
    queue.accept(held, case)
    assert {one.state for one in held.standings(case.facts).values()} == {"holds"}
    assert held.standings([fact])[fact.id].state == "quarantined"
    queue.accept(held, fact)
    assert held.standings([fact])[fact.id].state == "holds"


def test_rejecting_a_side_leaves_the_other(held: Memory) -> None:
    case = first(held, "contradictions")
    assert isinstance(case, Case)
    queue.reject(held, case, case.facts[0].id)
    left = [one.id for one in held.facts(entity(held, "Mira Quist"))]
    assert case.facts[0].id not in left and case.facts[1].id in left


def test_cards_show_both_sides_with_source_and_date(held: Memory) -> None:
    names = card(held, first(held, "names"))
    assert {side.name for side in names.sides} == {"J. Quill", "John Quill"}
    assert {one.uri for side in names.sides for one in side.evidence} == {"a.md", "b.md"}
    case = card(held, first(held, "contradictions"))
    assert len(case.sides) == 2 and all(side.evidence for side in case.sides)
    assert all(one.uri.startswith("said:ada/") and one.at for side in case.sides for one in side.evidence)
    fact = card(held, first(held, "facts"))
    assert "not trusted" in fact.why


def test_a_queue_is_read_as_far_as_it_is_asked_for(held: Memory) -> None:
    for place in "ABC":
        held.relate(f"Nils {place}", "born_in", "Oslo")
        held.relate(f"Nils {place}", "born_in", "Rome")
    found = waiting(held, "contradictions", limit=2)
    assert len(found.items) == 2 and found.more
    assert not waiting(held, "contradictions", limit=4).more


def test_only_what_is_ones_own_waits(held: Memory) -> None:
    held.share("mine")
    mine = Memory(held.store, namespace="mine", also=["default"], embedder=held.embedder)
    assert mine.questions() and not any(waiting(mine, kind).items for kind in queue.KINDS)


def test_what_is_skipped_comes_last_and_what_is_undone_comes_first(held: Memory) -> None:
    held.relate("Nils Berg", "born_in", "Oslo")
    held.relate("Nils Berg", "born_in", "Rome")
    work = desk(held, "contradictions")
    one, other = work.waiting("contradictions").items
    work = work.did(Done(one, "contradictions", "skipped"))
    assert work.waiting("contradictions").items == (other, one)
    work = work.did(Done(other, "contradictions", "skipped"))
    assert work.waiting("contradictions").items == (one, other)
    work = work.did(Done(other, "contradictions", "accepted", "c1"), work.head + 1)
    assert work.waiting("contradictions").items == (one,)
    assert (work.count("accepted"), work.count("skipped")) == (1, 2)
    back = work.back(work.head + 1)
    assert back.head == work.head + 1
    assert set(map(key, back.waiting("contradictions").items)) == {key(one), key(other)}


def test_what_others_take_back_waits_again(held: Memory) -> None:
    work = desk(held, "contradictions")
    (case,) = work.waiting("contradictions").items
    commit = queue.accept(held, case)
    work = work.did(Done(case, "contradictions", "accepted", commit.id), commit.seq)
    assert work.head == held.store.head() and not work.waiting("contradictions").items
    held.undo(commit.id)
    work = desk(held, "names", work)
    assert work.waiting("contradictions").items and work.done == ()


def test_of_a_large_memory_only_the_chosen_queue_is_read(
    held: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk(held, "names").kinds == set(queue.KINDS)
    monkeypatch.setattr(queue, "_QUICK", 0)
    work = desk(held, "facts")
    assert work.kinds == {"facts"}
    assert work.read(desk(held, "names")).kinds == {"facts", "names"}


# --- the page -------------------------------------------------------------------------------


def test_answers_skips_and_undo_go_from_card_to_card(url: str) -> None:
    page = opened("contradictions")
    assert "Mira Quist born in: what is right?" in shown(page)
    press(page, "Both may stand (a)")
    assert page.success and "Nothing is waiting here" in page.success[0].value
    assert "1 accepted" in page.caption[-1].value
    press(page, "Undo (u)")
    assert "what is right?" in shown(page)
    press(page, "2 is wrong (r)")
    assert "1 rejected" in page.caption[-1].value
    press(page, "Undo (u)")
    press(page, "Skip (s)")
    assert "what is right?" in shown(page) and "1 skipped" in page.caption[-1].value
    with Memory.open(url) as memory:
        assert [one.author for one in memory.history(message="may stand")] == ["user", "user"]


def test_another_answer_that_settled_a_card_drops_it(url: str) -> None:
    page = opened("contradictions")
    with Memory.open(url) as other:
        queue.accept(other, first(other, "contradictions"))
    page.run()
    assert "Nothing is waiting here" in page.success[0].value


def test_a_fact_is_corrected_where_it_stands(url: str) -> None:
    page = opened("facts")
    before = shown(page)
    field = next(one for one in page.text_input if one.label.startswith("What it should say"))
    field.set_value("Turku")
    press(page, "Correct")
    assert "1 corrected" in page.caption[-1].value and shown(page) != before
    with Memory.open(url) as memory:
        told = [one.text for one in memory.facts(entity(memory, "Mira <b>Quist</b>"))]
    assert told == ["Mira <b>Quist</b> lives in Turku"]


def test_content_is_text(url: str) -> None:
    page = opened("facts")
    html = shown(page)
    assert "&lt;b&gt;Quist&lt;/b&gt;" in html and "<b>Quist</b>" not in html
    assert not [one for one in page.markdown if "127.0.0.1" in one.value]


def test_read_only_shows_and_decides_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    page = opened("contradictions")
    assert "what is right?" in shown(page) and not page.button


def test_an_empty_memory_says_how_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = f"sqlite:///{tmp_path}/empty.db"
    Memory.open(empty).close()
    monkeypatch.setenv("GRAPHMEM_STORE", empty)
    assert "graphmem ingest" in opened("names").info[0].value
