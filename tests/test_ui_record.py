"""The page What is known: what it shows of an entity, a fact and an event, and how it puts them right."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import put
from hypothesis import given
from hypothesis import strategies as strings
from streamlit.testing.v1 import AppTest

pytest.importorskip("spacy")

from graphmem import Memory  # noqa: E402
from graphmem.errors import InputError, NotFound  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.slots import Stretch  # noqa: E402
from graphmem.statements import Fact  # noqa: E402
from graphmem.types import Entity  # noqa: E402
from graphmem.ui import bars, candidates, context, known, merge_form, naming, rows, split_form, told  # noqa: E402

A = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008."
B = "Jon Vesper met Mira Quist in Oslo. Jon Vesper founded the Lantern Press."
HOSTILE = (
    "<script>alert(1)</script> ![x](http://127.0.0.1/x.png) Mira Quist likes [is](javascript:alert(2)) tea."
)
SCRIPT = "from graphmem.ui import edits, record\nedits.outcome()\nrecord.page()"


def utc(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=timezone.utc)


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def of(memory: Memory, name: str) -> known.Known:
    return known.known(memory, entity(memory, name), 30)


def fact(memory: Memory, name: str, text: str) -> Fact:
    return next(one for one in memory.facts(entity(memory, name), 50, retired=True) if one.text == text)


# --- what is known --------------------------------------------------------------------------


def test_an_entity_is_shown_with_names_facts_sentences_and_sources(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    found = of(memory, "Mira Quist")
    assert [(one.text, one.count) for one in found.names if one.how == "name"] == [("Mira Quist", 3)]
    texts = {row.text: row for row in found.rows}
    assert texts["Mira Quist lived in Oslo"].about and not texts["Jon Vesper met Mira Quist, in Oslo"].about
    visit = next(row for row in found.rows if "Kyoto" in row.text)
    assert visit.word == "happened" and visit.when == "2008"
    assert visit.stretches == (Stretch(utc(2008), utc(2009)),)
    assert {one.told for one in found.sources} == {"a", "b"}
    assert sum(one.count for one in found.sources) == 3


def test_a_merger_brings_the_facts_of_both_to_either_page_and_undo_takes_them_apart(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    mira, jon = entity(memory, "Mira Quist"), entity(memory, "Jon Vesper")
    looked = merge_form.preview(memory, of(memory, "Mira Quist"), jon)
    assert looked.merger.a.names == ("Mira Quist",) and looked.merger.b.names == ("Jon Vesper",)
    assert "Jon Vesper founded Lantern Press" in [row.text for row in looked.b.rows]
    before = {row.text for row in of(memory, "Mira Quist").rows}
    commit = memory.same("Mira Quist", "Jon Vesper")
    both = {row.text for row in of(memory, "Mira Quist").rows}
    assert both == {row.text for row in of(memory, "Jon Vesper").rows} > before
    assert [one.name for one in of(memory, "Mira Quist").same] == ["Jon Vesper"]
    assert merge_form.preview(memory, known.known(memory, mira, 30), jon).merger.together
    memory.undo(commit.id)
    assert {row.text for row in of(memory, "Mira Quist").rows} == before


def test_an_event_that_says_what_a_fact_says_is_shown_once(memory: Memory) -> None:
    put(memory, {"a.txt": "Ada Voss joined the Halden Institute in 2004."}, ENGLISH)
    found = [row for row in of(memory, "Ada Voss").rows if "joined" in row.text]
    assert [row.kind for row in found] == ["fact"] and found[0].twin.startswith("v")


def test_facts_are_grouped_by_what_they_say_and_none_is_lost(memory: Memory) -> None:
    for place, year in (("Oslo", 2001), ("Kyoto", 2005), ("Lima", 2011)):
        memory.relate("Mira Quist", "lives in", place, since=utc(year))
    memory.relate("Mira Quist", "mentors", "Jon Vesper")
    found = of(memory, "Mira Quist")
    groups = rows.groups(found.rows)
    assert [(one.title, len(one.rows)) for one in groups] == [("lives in", 3), ("Also", 1)]
    assert {row.id for group in groups for row in group.rows} == {row.id for row in found.rows}


def test_only_as_many_facts_are_read_as_are_asked_for(memory: Memory) -> None:
    for k in range(5):
        memory.relate("Mira Quist", "mentors", f"Pupil{'abcde'[k]}")
    few = known.known(memory, entity(memory, "Mira Quist"), 3)
    assert len(few.rows) == 3 and few.more
    assert not known.known(memory, entity(memory, "Mira Quist"), 5).more


def test_a_fact_tells_what_took_its_place_and_what_it_replaced(memory: Memory) -> None:
    memory.relate("Mira Quist", "lives in", "Oslo", since=utc(2001))
    memory.relate("Mira Quist", "lives in", "Kyoto", since=utc(2005))
    old = told.telling(memory, fact(memory, "Mira Quist", "Mira Quist lives in Oslo"))
    new = told.telling(memory, fact(memory, "Mira Quist", "Mira Quist lives in Kyoto"))
    assert old.row.word == "ended" and old.later is not None and old.later.id == new.fact.id
    assert [one.id for one in new.earlier] == [old.fact.id]
    assert [(one.text, bool(one.entity)) for one in new.parts] == [("Mira Quist", True), ("Kyoto", True)]
    assert [one.who for one in new.claims] == ["user"] and len(new.came) == 1


def test_a_dispute_tells_with_what_and_why(memory: Memory) -> None:
    memory.relate("Mira Quist", "born in", "Oslo")
    memory.relate("Mira Quist", "born in", "Lima")
    found = told.telling(memory, fact(memory, "Mira Quist", "Mira Quist born in Oslo"))
    assert [one.text for one in found.odds] == ["Mira Quist born in Lima"]
    assert found.disputed == ("it can only be one",)


def test_a_retracted_fact_says_by_whom_and_why_and_its_history_has_it(memory: Memory) -> None:
    memory.relate("Mira Quist", "mentors", "Jon Vesper")
    memory.retract(fact(memory, "Mira Quist", "Mira Quist mentors Jon Vesper").id, "she never met him")
    found = told.telling(memory, fact(memory, "Mira Quist", "Mira Quist mentors Jon Vesper"))
    assert found.row.word == "retracted" and "she never met him" in " ".join(found.row.remarks)
    assert [one.author for one in found.edits] == ["user"]


def test_a_denial_says_no_once(memory: Memory) -> None:
    memory.relate("Mira Quist", "mentors", "Jon Vesper", negated=True)
    put(memory, {"a.txt": "Mira Quist never married."}, ENGLISH)
    texts = {row.text for row in of(memory, "Mira Quist").rows}
    assert texts == {"not: Mira Quist mentors Jon Vesper", "Mira Quist never married"}


def test_changes_of_an_entity_are_found_without_reading_the_log(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    memory.rename("Mira Quist", "Mira Q.")
    memory.same("Mira Quist", "Jon Vesper")
    found = of(memory, "Mira Quist")
    assert found.entity.name == "Mira Q."
    messages = [one.message for one in known.edits(memory, known.words_on(found))]
    assert messages == ["Mira Quist is Jon Vesper", "rename Mira Quist to Mira Q."]


# --- sentences in their sources -------------------------------------------------------------


def test_a_sentence_stands_in_its_passage_between_its_neighbours(memory: Memory) -> None:
    turns = "\n".join(
        f"[2024-05-0{k}] Ann: {text}" for k, text in enumerate(("Hello.", "I met Mira Quist.", "Bye."), 1)
    )
    put(memory, {"talk.txt": turns})
    (sentence,) = memory.evidence(entity(memory, "Mira Quist"))
    (stood,) = context.contexts(memory, [sentence])
    assert stood.sentences == (sentence.text,)
    assert stood.document == memory.document(stood.uri).id
    html = context.html(stood, around=True)
    assert f"<mark>{sentence.text}</mark>" in html


def test_sentences_of_one_passage_are_shown_together(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    (stood,) = of(memory, "Mira Quist").evidence
    assert stood.sentences == tuple(A.replace(". ", ".|").split("|"))


@given(strings.text(alphabet="<>&\"' ab\n", min_size=1), strings.data())
def test_whatever_a_passage_holds_is_escaped_and_complete(text: str, data: strings.DataObject) -> None:
    start = data.draw(strings.integers(0, len(text)))
    end = data.draw(strings.integers(start, len(text)))
    stood = context.Context("s", "p", text, ((start, end),), text, text, "d", "u", "", "", "", None, "n")
    html = context.html(stood)
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "mark"}
    inside = re.sub(r"</?mark>|</?p[^>]*>", "", html)
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#x27;", "'"), ("&amp;", "&")):
        inside = inside.replace(mark, sign)
    assert inside == text


# --- bars -----------------------------------------------------------------------------------

moments = strings.datetimes(datetime(1000, 1, 1), datetime(3000, 1, 1), timezones=strings.just(timezone.utc))


@given(strings.lists(strings.tuples(strings.none() | moments, strings.none() | moments), min_size=1), moments)
def test_a_bar_stays_on_its_axis_and_says_in_words_what_it_shows(
    spans: list[tuple[datetime | None, datetime | None]], now: datetime
) -> None:
    stretches = [Stretch(*sorted(one)) if None not in one else Stretch(*one) for one in spans]  # type: ignore[type-var]
    of_all = bars.axis(stretches, now)
    if of_all is None:
        assert not any(one.begin or one.end for one in stretches)
        return
    html = bars.bar(stretches, of_all, "holds")
    for left, width in re.findall(r"left: ([\d.]+)%; width: ([\d.]+)%", html):
        assert 0 <= float(left) and float(left) + float(width) <= 100.02 and float(width) >= 1.5
    assert f'aria-label="holds, {bars.told(stretches)}"' in html


def test_an_open_end_fades_and_a_told_one_does_not() -> None:
    of_all = bars.axis([Stretch(utc(2000), utc(2008))], utc(2020))
    assert of_all is not None and of_all.ticks == ("2000", "2004", "2008")
    assert "transparent" not in bars.bar([Stretch(utc(2000), utc(2008))], of_all, "over")
    assert bars.bar([Stretch(utc(2000), None)], of_all, "holds").count("transparent") == 1
    assert bars.bar([Stretch(None, None)], of_all, "holds") == ""
    assert bars.told([Stretch(None, None)]) == "no time is told"


def test_an_axis_has_a_length_even_of_one_moment() -> None:
    at = utc(2000)
    of_all = bars.axis([Stretch(at, at)], at)
    assert of_all is not None and of_all.end - of_all.begin == timedelta(hours=1)


# --- names ----------------------------------------------------------------------------------


def test_a_part_of_a_name_finds_all_who_have_it_and_never_more_than_asked(memory: Memory) -> None:
    put(memory, {"a.txt": "Ada Voss met Emil Voss in Oslo. Ada Voss sang.", "b.txt": B}, ENGLISH)
    found = candidates.candidates(memory, "voss")
    assert {"Ada Voss", "Emil Voss"} <= {one.name for one in found}
    assert len(candidates.candidates(memory, "voss", 1)) == 1
    exact = candidates.candidates(memory, "ada voss")
    assert exact[0].name == "Ada Voss" and exact[0].exact
    assert candidates.candidates(memory, "Zorblat") == () == candidates.candidates(memory, "…")


def test_a_name_that_nothing_has_becomes_a_name_of_it_in_one_commit(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    commit = naming.call(memory, entity(memory, "Mira Quist"), "The Owl of Oslo")
    assert "Mira Quist" in [one.name for one in memory.identity(entity(memory, "Owl of Oslo"))]
    assert "Mira Quist lived in Oslo" in [row.text for row in of(memory, "Owl of Oslo").rows]
    memory.undo(commit.id)
    with pytest.raises(NotFound):
        memory.find("Owl of Oslo")
    assert memory.verify() == ()
    with pytest.raises(InputError):
        naming.call(memory, entity(memory, "Mira Quist"), "mira quist")


def test_a_name_that_somebody_has_is_a_merger(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    naming.call(memory, entity(memory, "Mira Quist"), "Jon Vesper")
    assert [one.name for one in of(memory, "Mira Quist").same] == ["Jon Vesper"]


def test_facts_are_stated_of_what_sources_call_a_renamed_one(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    memory.rename("Mira Quist", "Aunt Mira")
    assert entity(memory, "Mira Quist").name == "Aunt Mira"
    assert naming.surface(entity(memory, "Mira Quist")) == "Mira Quist"


def test_a_split_needs_a_sentence_and_moves_no_more_than_it(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    mira = entity(memory, "Mira Quist")
    found = split_form.mentioning(memory, mira)
    assert {one.text for one in found} == set(A.replace(". ", ".|").split("|"))
    with pytest.raises(InputError, match="at least one"):
        split_form.split(memory, mira, "Mira Quist (2)", [])
    kyoto = next(one.id for one in found if "Kyoto" in one.text)
    split_form.split(memory, mira, "Mira Quist (2)", [kyoto])
    assert [row.text for row in of(memory, "Mira Quist").rows] == ["Mira Quist lived in Oslo"]


# --- the page -------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A memory that the explorer is told of."""
    url = f"sqlite:///{tmp_path}/memory.db"
    with Memory.open(url) as memory:
        put(memory, {"a.txt": A, "b.txt": B, "h.txt": HOSTILE}, ENGLISH)
    monkeypatch.setenv("GRAPHMEM_STORE", url)
    return url


def page(**query: str) -> AppTest:
    shown = AppTest.from_string(SCRIPT, default_timeout=120)
    for name, value in query.items():
        shown.query_params[name] = value
    shown.run()
    assert not shown.exception
    return shown


def html(shown: AppTest) -> str:
    return "".join(one.proto.body for one in shown.get("html"))


def words(shown: AppTest) -> str:
    return " | ".join([*(one.value for one in shown.text), *(one.value for one in shown.subheader)])


def press(shown: AppTest, label: str) -> AppTest:
    next(one for one in shown.button if one.label == label).click().run()
    assert not shown.exception
    return shown


def test_the_page_shows_an_entity_by_name_with_its_facts(store: str) -> None:
    shown = page(id="Mira Quist")
    assert "Mira Quist lived in Oslo" in words(shown) and "<mark>" in html(shown)


def test_nothing_of_a_document_is_run_or_loaded(store: str) -> None:
    shown = page(id="Mira Quist")
    allowed = {"p", "mark", "small", "ul", "li", "div", "span", "strong", "style"}
    assert set(re.findall(r"</?(\w+)", html(shown))) <= allowed
    assert "&lt;script&gt;" in html(shown)
    assert not [one for one in shown.markdown if "script" in one.value or "javascript" in one.value]


def test_the_search_lists_several_and_shows_the_only_one(store: str) -> None:
    shown = page()
    shown.text_input[0].set_value("vesper")
    press(shown, "Find")
    assert "vesper" in shown.query_params["q"] and "Jon Vesper founded Lantern Press" in words(shown)
    with Memory.open(store) as memory:
        memory.relate("Nils Vesper", "mentors", "Jon Vesper")
    several = words(page(q="vesper"))
    assert "have this in their names" in several and "Nils Vesper (" in several and "Jon Vesper (" in several
    assert "called so" in page(q="Zorblat").info[0].value


def test_what_is_not_there_and_an_empty_memory_say_what_to_do(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Look for it by name" in page(id="f000").info[0].value
    Memory.open(f"sqlite:///{tmp_path}/empty.db").close()
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/empty.db")
    assert "ingest" in page().info[0].value


def test_an_entity_is_renamed_on_the_page_and_undo_takes_it_back(store: str) -> None:
    shown = page(id="Mira Quist")
    shown.pills[0].set_value("Rename").run()
    next(one for one in shown.text_input if one.label == "The name to show").set_value("Aunt Mira")
    press(shown, "Rename")
    assert [one.value for one in shown.subheader][0] == "Aunt Mira" and not shown.pills[0].value
    press(shown, "Undo")
    assert [one.value for one in shown.subheader][0] == "Mira Quist"


def test_two_are_merged_after_a_look_at_both_and_undo_takes_them_apart(store: str) -> None:
    shown = page(id="Mira Quist", merge="Jon Vesper")
    assert "Jon Vesper founded Lantern Press" in html(shown)
    press(shown, "Make them one")
    assert "merge" not in shown.query_params and "Jon Vesper founded Lantern Press" in words(shown)
    press(shown, "Undo")
    assert "Jon Vesper founded Lantern Press" not in words(shown)


def test_a_fact_is_taken_back_and_admitted_on_its_page(store: str) -> None:
    with Memory.open(store) as memory:
        id = fact(memory, "Mira Quist", "Mira Quist lived in Oslo").id
    shown = page(id=id)
    shown.pills[0].set_value("Take back").run()
    next(one for one in shown.text_input if one.label.startswith("Why")).set_value("she did not")
    press(shown, "Take it back")
    assert "retracted" in html(shown) and "she did not" in html(shown)
    shown.pills[0].set_value("Admit again").run()
    press(shown, "Admit it")
    assert "retracted" not in html(shown)


def test_a_page_drawn_before_another_changed_it_offers_the_choice(store: str) -> None:
    shown = page(id="Mira Quist")
    shown.pills[0].set_value("Rename").run()
    with Memory.open(store, author="ann") as memory:
        memory.rename("Mira Quist", "Mira of Oslo")
    next(one for one in shown.text_input if one.label == "The name to show").set_value("Aunt Mira")
    press(shown, "Rename")
    assert (
        "Mira of Oslo" in shown.error[0].value and [one.value for one in shown.subheader][0] == "Mira of Oslo"
    )
    press(shown, "Try mine again")
    assert [one.value for one in shown.subheader][0] == "Aunt Mira"


def test_read_only_pages_have_no_forms(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    shown = page(id="Mira Quist")
    assert not shown.pills and "Mira Quist lived in Oslo" in words(shown)
    assert os.environ["GRAPHMEM_UI_READ_ONLY"]
