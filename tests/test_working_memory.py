"""Working memory: summaries of what is finished, detail of what is done now, the rest when it is asked."""

from __future__ import annotations

import pytest
from answering_models import Player, client
from conftest import opened, put, state
from lives import hours

from graphmem import Memory
from graphmem.agent import Step, WorkingMemory
from graphmem.errors import InputError, NotFound

WORK = {
    "find the leak": [
        ("look into the bilge", "The bilge pump is dry and the hoses are tight."),
        ("tap the hull", "Plank nine under the mast step sounds hollow and is wet."),
        ("ask the builder", "Mira Quist says that plank nine was replaced in Bergen."),
    ],
    "buy wood": [
        ("call the yard", "The yard of Jon Vesper has oak at 90 crowns a metre."),
        ("order", "Two metres of oak come on Friday."),
    ],
    "mend the plank": [("cut the oak", "The new plank fits.")],
}


def worked(memory: Memory, **options: object) -> WorkingMemory:
    """Two subgoals finished, the third begun."""
    hours(memory)
    working = WorkingMemory(memory, "the leak", pipeline=None, **options)  # type: ignore[arg-type]
    for subgoal, steps in WORK.items():
        working.begin(subgoal)
        for action, observation in steps:
            working.step(action, observation)
    return working


@pytest.fixture
def working(memory: Memory) -> WorkingMemory:
    return worked(memory)


def test_what_is_finished_is_a_summary_and_what_is_done_now_is_detail(working: WorkingMemory) -> None:
    context = working.context(budget=100)
    assert "# mend the plank (now)" in context.text and "The new plank fits." in context.text
    assert "# find the leak\n- " in context.text and "# buy wood\n- " in context.text
    assert context.tokens <= 100 < context.whole and not context.opened
    assert len(context.passages) == 1
    for one in working.subgoals()[:2]:
        assert one.finished and one.summary is not None and one.summary.kind == "subgoal"
        told = " ".join(step.text for step in one.steps)
        for part in one.summary.parts:
            (source,) = part.sources
            passage = working.memory.find(source.passage)
            assert passage.text[source.start : source.end] == part.text and part.text in told  # type: ignore[union-attr]


def test_a_question_opens_the_steps_that_answer_it(working: WorkingMemory) -> None:
    context = working.context("How much is oak of Jon Vesper?", budget=90)
    assert "90 crowns a metre" in context.text and "buy wood" in context.opened
    assert context.tokens <= 90
    assert "ask the builder" not in context.text


def test_a_short_trace_is_shown_whole(working: WorkingMemory) -> None:
    context = working.context()
    assert all(text in context.text for steps in WORK.values() for step in steps for text in step)
    assert context.tokens == pytest.approx(context.whole, abs=5)


@pytest.mark.parametrize("budget", [1, 20, 40, 60, 100, 150])
def test_a_budget_is_kept(working: WorkingMemory, budget: int) -> None:
    for question in ("", "Who replaced plank nine?"):
        assert working.context(question, budget=budget).tokens <= budget


def test_a_subgoal_is_opened_and_closed_again(working: WorkingMemory) -> None:
    assert working.open("buy wood").opened
    assert "call the yard" in working.context(budget=140).text
    again = WorkingMemory(working.memory, "the leak", pipeline=None)
    assert again.subgoal(2).opened and "call the yard" in again.context(budget=140).text
    assert not again.close(2).opened
    assert (
        again.context(budget=90) == working.context(budget=90)
        and "Two metres" not in again.context(budget=60).text
    )
    with pytest.raises(InputError, match="shown in detail anyway"):
        working.open("mend the plank")
    with pytest.raises(NotFound, match="no subgoal 'paint'; its last: 'find the leak'"):
        working.open("paint")


def test_it_goes_on_where_it_was(working: WorkingMemory) -> None:
    again = WorkingMemory(working.memory, "the leak", pipeline=None)
    assert again.context(budget=70) == working.context(budget=70)
    again.step("caulk", "It is tight.")
    assert [step.action for step in again.subgoals()[-1].steps] == ["cut the oak", "caulk"]


def test_steps_are_a_source_like_any(working: WorkingMemory) -> None:
    memory = working.memory
    hit = memory.recall("Who replaced plank nine in Bergen?")[0]
    assert hit.document.uri == "trace:the%20leak/1#1" and "Mira Quist" in hit.passage.text
    before = state(memory)
    memory.forget(memory.document("trace:the%20leak/2#1").id)
    assert [one.title for one in working.subgoals()] == ["find the leak", "mend the plank"]
    assert not list(memory.notes(kind="subgoal", about="the leak/2")), "its summary went with it"
    memory.undo(next(memory.history(newest_first=True)).id)
    assert state(memory) == before


def test_a_long_subgoal_is_several_documents(memory: Memory) -> None:
    hours(memory)
    working = WorkingMemory(memory, "count", pipeline=None)
    working.begin("count")
    at = memory.clock()
    working.steps([Step(action=f"number {n}", at=at) for n in range(45)])
    working.step("number 45")
    assert [step.action for step in working.subgoals()[0].steps] == [f"number {n}" for n in range(46)]
    assert len(list(memory.documents())) == 3


def test_a_step_longer_than_a_passage_stays_one(memory: Memory) -> None:
    text = "The hull is sound. " * 300
    working = WorkingMemory(memory, "long", pipeline=None)
    working.begin("look")
    working.step("look", text)
    (kept,) = working.subgoals()[0].section.steps
    assert kept.step.observation == text and len(kept.passages) > 1


def test_nothing_is_written_without_a_subgoal(memory: Memory) -> None:
    working = WorkingMemory(memory, "t", pipeline=None)
    with pytest.raises(InputError, match="no subgoal was begun"):
        working.step("look")
    with pytest.raises(InputError, match="needs a name"):
        working.begin(" ")
    working.begin("look")
    with pytest.raises(InputError, match="says nothing"):
        working.step()
    assert working.finish() is None and not working.subgoals() and working.context().text == ""
    with pytest.raises(InputError, match="give at least one token"):
        working.context(budget=0)
    with pytest.raises(InputError, match="which trace"):
        WorkingMemory(memory, "")


def test_other_traces_and_namespaces_are_not_shown(working: WorkingMemory) -> None:
    put(working.memory, {"oak.txt": "Oak of Jon Vesper is dear."})
    other = WorkingMemory(working.memory, "another", pipeline=None)
    assert other.context("oak").text == ""
    elsewhere = Memory(working.memory.store, namespace="other", embedder=working.memory.embedder)
    assert WorkingMemory(elsewhere, "the leak").context("oak").text == ""
    assert "dear" not in working.context("oak of Jon Vesper", budget=90).text


def test_a_model_writes_what_its_sentences_carry(tmp_path: object) -> None:
    pytest.importorskip("langchain_core", reason="needs a chat model: pip install 'graphmem[llm]'")
    said = {
        "statements": [
            {"text": "Plank nine is wet.", "sentences": [2]},
            {"text": "The engine is broken.", "sentences": [1]},
            {"text": "Mira Quist is in Oslo.", "sentences": [3]},
        ]
    }
    with opened(tmp_path) as memory:  # type: ignore[arg-type]
        model = Player(says={"sum": [said, {}]})
        working = worked(memory, llm=client(model))
        first, second, _ = working.subgoals()
        assert first.summary and first.summary.text == "Plank nine is wet." and first.summary.by == "player"
        assert second.summary and second.summary.by == "rules" and second.summary.parts, (
            "the model said nothing"
        )
        shown = model.seen[0][2]
        assert len(shown.numbered) >= 3 and "words in short statements" in model.seen[0][1]
