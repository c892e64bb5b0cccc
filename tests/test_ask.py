"""What asking with a model promises: what is asked of the memory, when it stops, and what is believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from answering_models import Player, Shown, ToolPlayer, client, player
from conftest import opened, put
from test_llm_costs import Status
from test_recall import CHAT, DOCUMENTS

from graphmem import Memory, Query, QueryError, View
from graphmem.answering import Answer
from graphmem.answering.fusion import SMOOTH
from graphmem.llm import Budget, Cache, ModelError

QUESTION = "Where was the designer of the Tern buoy born?"
PARTS = {"questions": ["Who designed the Tern buoy?", "Where was #1 born?"]}


def says_who(shown: Shown) -> Any:
    """The answer to the first part."""
    return {"statements": [shown.cite("Ingrid Solvang designed it.", "designed by Ingrid Solvang")],
            "short": "Ingrid Solvang"}  # fmt: skip


def says_where(shown: Shown) -> Any:
    """The answer to the question, from two sentences."""
    said = shown.cite(
        "The designer of the Tern buoy, Ingrid Solvang, was born in Vardø.",
        "designed by Ingrid Solvang",
        "born in Vardø",
    )
    return {"statements": [said], "short": "Vardø"}


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Documents and a chat; tests only read it."""
    with opened(tmp_path_factory.mktemp("asked")) as memory:
        put(memory, DOCUMENTS | CHAT)
        yield memory


def ask(memory: Memory, question: str = QUESTION, k: int = 4, **says: Any) -> tuple[Answer, Player]:
    """The answer of a model that says this, and the model."""
    model = player(**says)
    return memory.ask(question, client(model), k), model


# --- the steps ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Player, ToolPlayer])
def test_a_question_goes_through_all_steps_to_an_answer_with_citations(memory: Memory, kind: type) -> None:
    model = kind(
        says={
            "parts": [PARTS],
            "written": [says_who, says_where],
            "clues": [{"clues": ["Her father kept the lighthouse."]}],
            "note": [
                {"note": "Solvang designed it.", "next": "Who kept bread in a linen bag?"},
                {"enough": True},
            ],
            "useful": [lambda shown: {"useful": [shown.number("designed by"), shown.number("born in"), 99]}],
        }
    )
    answer = memory.ask(QUESTION, client(model), 4)
    assert model.steps() == ["parts", "written", "clues", "note", "note", "useful", "written"]
    assert [(one.text, one.kind, one.answer) for one in answer.asked] == [
        (QUESTION, "question", ""),
        ("Who designed the Tern buoy?", "part", "Ingrid Solvang"),
        ("Where was Ingrid Solvang born?", "part", ""),
        ("Her father kept the lighthouse.", "clue", ""),
        ("Who kept bread in a linen bag?", "note", ""),
    ]
    assert answer.state == "answered" and answer.nearest is None and not answer.troubles
    assert answer.text == "The designer of the Tern buoy, Ingrid Solvang, was born in Vardø. [1][2]"
    assert answer.short == "Vardø"
    assert [(one.hit.document.uri, one.quote) for one in answer.citations] == [
        ("tern.md", "designed by Ingrid Solvang"),
        ("ingrid.md", "born in Vardø"),
    ]
    for one in answer.citations:
        assert one.quote in one.sentence.text in one.hit.passage.text
    assert [found.hit.document.uri for found in answer.hits] == ["tern.md", "ingrid.md"]


def test_each_hit_says_which_queries_found_it_and_its_path_begins_with_the_best(memory: Memory) -> None:
    answer, _ = ask(memory, parts=PARTS, written=[says_who, says_where])
    queries = [one.text for one in answer.asked]
    rankings = {query: memory.recall(query, 4) for query in queries}
    for found in answer.hits:
        ranks = {
            query: rank
            for query, ranking in rankings.items()
            for rank, hit in enumerate(ranking, 1)
            if hit.passage.id == found.hit.passage.id
        }
        assert found.ranks == ranks
        first = found.hit.path[0]
        assert first.kind == "question" and ranks[first.text] == min(ranks.values())
        assert found.hit.parts["fusion"] == pytest.approx(sum(1 / (SMOOTH + rank) for rank in ranks.values()))


def test_a_part_whose_answer_is_not_known_is_not_asked_on_with(memory: Memory) -> None:
    answer, _ = ask(memory, parts=PARTS, written=[{"statements": []}, says_where])
    assert [one.kind for one in answer.asked] == ["question", "part"]
    assert any("'Where was #1 born?' is not asked" in one for one in answer.troubles)
    assert answer.state == "answered"


def test_an_answer_to_a_part_that_does_not_stand_in_the_memory_is_not_asked_on_with(memory: Memory) -> None:
    def made_up(shown: Shown) -> Any:
        return {**says_who(shown), "short": "Ann Lee"}

    answer, _ = ask(memory, parts=PARTS, written=[made_up, says_where])
    assert [one.text for one in answer.asked] == [QUESTION, PARTS["questions"][0]]


def test_a_clue_finds_what_the_question_does_not_and_is_no_evidence(memory: Memory) -> None:
    question, clue = "What may be eaten with soup?", "Rye bread needs a sour dough and keeps for a week."
    said = {"statements": [{"text": clue, "citations": [{"sentence": 1, "quote": clue}]}]}
    answer, model = ask(memory, question, 1, clues={"clues": [clue]}, written=said)
    assert answer.asked[1].text == clue
    shown = model.seen[-1][2]
    assert clue not in shown.data and answer.state == "absent"


# --- the stop rules of notes ----------------------------------------------------------------


def notes(memory: Memory, *says: Any, rounds: int = 3) -> tuple[Answer, Player]:
    model = player(note=list(says))
    return memory.ask(QUESTION, client(model), 3, steps=["notes"], rounds=rounds), model


def test_notes_stop_when_it_is_enough(memory: Memory) -> None:
    answer, model = notes(memory, {"note": "All is known.", "enough": True, "next": "Who is Olav Nyland?"})
    assert (answer.stopped, answer.note) == ("the note is enough", "All is known.")
    assert model.steps() == ["note", "written"] and len(answer.asked) == 1
    assert model.seen[-1][2].field("note") == "All is known."


def test_notes_stop_when_nothing_new_is_found(memory: Memory) -> None:
    answer, model = notes(memory, {"note": "Hm.", "next": "Where was the Tern buoy designer born?"})
    assert answer.stopped == "nothing new is found" and model.steps().count("note") == 1
    assert [one.new for one in answer.asked] == [3, 0]


@pytest.mark.parametrize("next", ["", QUESTION, QUESTION.upper()])
def test_notes_stop_when_nothing_else_is_asked(memory: Memory, next: str) -> None:
    answer, model = notes(memory, {"note": "Hm.", "next": next})
    assert answer.stopped == "nothing is left to look up" and len(answer.asked) == 1


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_notes_are_at_most_so_many(memory: Memory, rounds: int) -> None:
    others = ["How long does rye bread keep?", "When does the barn owl hunt?", "Who borrowed the key?"]
    answer, model = notes(memory, *({"note": "Hm.", "next": one} for one in others), rounds=rounds)
    assert answer.stopped == f"{rounds} notes are made" and model.steps().count("note") == rounds


def test_a_note_is_shown_what_was_found_since_and_the_note_before(memory: Memory) -> None:
    _, model = notes(memory, {"note": "One.", "next": "How long does rye bread keep?"}, {"enough": True})
    first, second = (shown for step, _, shown in model.seen if step == "note")
    assert first.field("note") == "(none)" and second.field("note") == "One."
    assert "keeps for a week" in second.data
    assert not set(first.numbered.values()) & {text for text in second.numbered.values()}


# --- the filter -----------------------------------------------------------------------------


def test_the_filter_keeps_what_it_names_in_its_order_and_drops_what_it_does_not_know(memory: Memory) -> None:
    def says(shown: Shown) -> Any:
        return {"useful": ["[2]", 99, 1, 1, -3, 0, "x", None, 1e9]}

    answer, model = ask(memory, useful=says)
    pool = next(shown for step, _, shown in model.seen if step == "useful").numbered
    kept = [found.hit.passage.text[:40] for found in answer.hits]
    assert len(kept) == 2
    assert all(text in pool[number] for text, number in zip(kept, (2, 1), strict=True))


def test_a_filter_that_finds_nothing_useful_leaves_the_first(memory: Memory) -> None:
    answer, _ = ask(memory, useful={"useful": []}, written=says_where)
    assert len(answer.hits) == 4 and answer.state == "answered"
    assert any(one.startswith("filter: ") for one in answer.troubles)


# --- what is believed -----------------------------------------------------------------------


def test_a_quote_must_stand_in_the_sentence_that_is_cited(memory: Memory) -> None:
    def wrong_sentence(shown: Shown) -> Any:
        cited = {"sentence": shown.number("designed by Ingrid Solvang"), "quote": "born in Vardø"}
        said = {"text": "Ingrid Solvang was born in Vardø.", "citations": [cited]}
        return {"statements": [said], "short": "Vardø"}

    answer, model = ask(memory, written=wrong_sentence)
    assert answer.state == "absent" and answer.text == "" and answer.short == ""
    assert [one.supported for one in answer.assertions] == [False]
    assert model.steps().count("written") == 2, "it was told once what was wrong"
    assert answer.nearest is not None and answer.nearest == answer.hits[0].hit


def test_what_is_not_supported_is_kept_apart(memory: Memory) -> None:
    def half(shown: Shown) -> Any:
        good = shown.cite("Ingrid Solvang was born in Vardø.", "born in Vardø")
        bad = shown.cite("Ingrid Solvang was born in Oslo.", "born in Vardø")
        return {"statements": [good, bad, "She likes tea.", {"text": "Yes."}], "short": "Oslo"}

    answer, _ = ask(memory, written=half)
    assert answer.text == "Ingrid Solvang was born in Vardø. [1]" and answer.short == ""
    assert [(one.supported, one.unsaid) for one in answer.assertions] == [
        (True, ()),
        (False, ("oslo",)),
        (False, ()),
        (False, ()),
    ]


def test_nothing_in_the_memory_is_an_empty_answer_with_the_nearest_miss(memory: Memory) -> None:
    answer, _ = ask(memory, "Who painted the Aurelia green?", written={"statements": []})
    assert (answer.state, answer.text, answer.citations) == ("absent", "", ())
    assert answer.nearest is not None


def test_an_empty_memory_asks_no_model(tmp_path: Path) -> None:
    with opened(tmp_path) as empty:
        answer, model = ask(empty)
    assert answer.state == "absent" and answer.nearest is None and model.seen == []


# --- where the model fails ------------------------------------------------------------------


def test_bad_answers_are_asked_for_once_more_and_then_it_is_plain_recall(memory: Memory) -> None:
    bad = "Sorry, I cannot."
    answer, model = ask(memory, parts=bad, clues=bad, note=bad, useful=bad, written=bad)
    assert model.steps() == [step for step in ("parts", "clues", "note", "useful", "written") for _ in "12"]
    assert answer.state == "wordless" and len(answer.troubles) == 5
    assert all("no answer that could be used" in one for one in answer.troubles)
    assert [one.hit.passage.id for one in answer.hits] == [h.passage.id for h in memory.recall(QUESTION, 4)]
    assert answer.nearest == answer.hits[0].hit


def test_a_spent_budget_leaves_plain_recall(memory: Memory) -> None:
    answer = memory.ask(QUESTION, client(budget=Budget(tokens=0)), 4)
    assert answer.state == "wordless" and len(answer.hits) == 4
    assert all(one.endswith("the budget is spent") for one in answer.troubles)


def test_a_model_that_cannot_be_reached_is_an_error(memory: Memory) -> None:
    with pytest.raises(ModelError, match="refuses the key"):
        ask(memory, parts=Status(401))


def test_a_refused_step_is_left_out_and_told(memory: Memory) -> None:
    answer, _ = ask(memory, clues=Status(400), written=says_where)
    assert answer.state == "answered"
    assert [one.partition(":")[0] for one in answer.troubles if "HTTP 400" in one] == ["clues"]


def test_the_same_question_again_costs_nothing(memory: Memory, tmp_path: Path) -> None:
    first, again = player(parts=PARTS, written=[says_who, says_where]), player()
    answers = [memory.ask(QUESTION, client(one, cache=Cache(tmp_path)), 4) for one in (first, again)]
    assert answers[0] == answers[1] and answers[0].state == "answered" and again.seen == []


# --- the same view as recall ----------------------------------------------------------------


def test_a_query_keeps_its_view_and_its_k(memory: Memory) -> None:
    query = Query(QUESTION, replace(memory.view, kinds=frozenset({"utterance"})), 2)
    answer = memory.ask(query, client(player(parts=PARTS, written=[says_who, {"statements": []}])))
    assert {found.hit.passage.kind for found in answer.hits} == {"turn"} and len(answer.hits) <= 2


def test_what_is_not_shared_cannot_be_asked(memory: Memory) -> None:
    from graphmem.errors import NotShared

    with pytest.raises(NotShared):
        memory.ask(Query(QUESTION, View.of("other")), client())


def test_untrusted_sources_can_be_left_out(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS)
        memory.trust("ingrid.md", "untrusted")
        for trusted_only in (False, True):
            model = player(parts={"questions": ["Who is Ingrid Solvang?"]})
            memory.ask(QUESTION, client(model), 6, trusted_only=trusted_only)
            assert any("Vardø" in shown.data for *_, shown in model.seen) is not trusted_only


def test_what_was_ended_is_shown_as_past_and_what_was_retracted_is_not_shown(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with opened(tmp_path) as memory:
        texts = {"a.md": "Ada Byron moved to Bergen in 1841.", "b.md": "Ada Byron moved to Rome in 1850."}
        put(memory, {**texts, "c.md": "Ada Byron was born in Lima."}, pipeline="english")
        (born,) = (one for one in memory.facts(memory.find("Ada Byron")) if "Lima" in one.text)
        memory.retract(born.id)
        model = player()
        memory.ask("Where did Ada Byron live?", client(model), 5)
        shown = model.seen[-1][2]
        assert "Lima" not in shown.data
        assert "(no longer so: " in shown.numbered[shown.number("Bergen")]


@pytest.mark.parametrize(
    ("options", "says"), [({"steps": ["guess"]}, "guess"), ({"rounds": -1}, "rounds"), ({"k": 0}, "k is 0")]
)
def test_what_cannot_be_asked_is_told(memory: Memory, options: dict[str, Any], says: str) -> None:
    with pytest.raises(QueryError, match=says):
        memory.ask(QUESTION, client(), **options)


def test_yesterday_can_be_told_as_the_day_that_it_was(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with opened(tmp_path) as memory:
        put(memory, CHAT, pipeline="english")

        def says(shown: Shown) -> Any:
            said = shown.cite("Marek Holub moved to Gdansk on 22 May 2022.", "moved to Gdansk")
            return {"statements": [said], "short": "22 May 2022"}

        answer, model = ask(memory, "When did Marek Holub move to Gdansk?", written=says)
        shown = model.seen[-1][2]
        assert shown.data.count("(when: ") < len(shown.numbered), "what stands there is not said again"
        assert "(when: 22 May 2022 (2022-05-22))" in shown.numbered[shown.number("Gdansk")]
        assert (answer.state, answer.short) == ("answered", "22 May 2022")
        assert answer.citations[0].sentence.at == datetime(2022, 5, 23, 18, 52, tzinfo=timezone.utc)
