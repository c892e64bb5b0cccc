"""A model words summaries, topics and portraits: each line rests on what carries it, and goes with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs a chat model: pip install 'graphmem[llm]'")

from answering_models import Player, Shown, client, player
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st
from test_portraits import CHAT as LIFE
from test_summaries import TEXTS, chat
from typer.testing import CliRunner

from graphmem import Memory, schema
from graphmem.cli import build
from graphmem.llm import Budget
from graphmem.notes import RULES, Note
from graphmem.reflection.wording import MADE
from graphmem.testing import HashEmbedder

SUMMARIES = ("sessions", "days", "weeks")
ASH = "The ash of Bergen needs water, and lost a branch in the storm."

STEPS = ("chat0", "chat1", "-chat0", "-chat1", "model", "plain", "undo")


def sums(shown: Shown) -> dict[str, Any]:
    """What a model that sums up well says of the chats: two sentences in one line, and one by itself."""
    ash = [shown.number("ash of Bergen needs"), shown.number("lost a branch")]
    return {
        "statements": [
            {"text": ASH, "sentences": ash},
            {"text": "Bo sells lamps in Oslo.", "sentences": [shown.number("sells lamps")]},
        ]
    }


@pytest.fixture
def chats(memory: Memory) -> Memory:
    for day in (0, 1):
        chat(memory, f"chat{day}.json", day)
    return memory


def texts(memory: Memory, kind: str) -> dict[str, str]:
    return {note.about: note.text for note in memory.notes(kind)}


def test_each_line_of_a_model_rests_on_what_it_names(chats: Memory) -> None:
    model = player(sum=sums)
    found = chats.reflect(*SUMMARIES, llm=client(model))
    assert found.worded is not None and found.worded.by == "player"
    assert found.worded.asked == found.worded.written == len(model.seen) == 5 and not found.worded.dropped
    passages = {one.id: one.body["text"] for one in chats.store.scan(chats.view, schema.PASSAGE)}
    for note in chats.notes():
        if not note.parts:
            continue
        assert note.by == "player" and [part.text for part in note.parts] == [ASH, "Bo sells lamps in Oslo."]
        ash, bo = ([passages[s.passage][s.start : s.end] for s in part.sources] for part in note.parts)
        assert ash == [TEXTS[0], TEXTS[3]] and bo == [TEXTS[2]]
        assert "Bergen" in note.tags and "nobody" not in note.tags, "of what it rests on alone"
    assert not chats.verify()


@pytest.mark.parametrize("again", [{}, {"whole": True}])
def test_a_second_reflection_asks_nothing_with_the_model_or_without(chats: Memory, again: Any) -> None:
    model = player(sum=sums)
    chats.reflect(llm=client(model))
    before, asked = state(chats), len(model.seen)
    for llm in (client(model), None):
        told = chats.reflect(llm=llm, **again)
        assert not (told.made or told.remade or told.gone) and len(model.seen) == asked
        if not again:
            assert told.changes == () and state(chats) == before


def test_a_model_words_what_there_is_already_and_a_dry_run_counts_it(chats: Memory) -> None:
    chats.reflect(*SUMMARIES)
    before = state(chats)
    model = player(sum=sums)
    told = chats.reflect(*SUMMARIES, llm=client(model), dry_run=True)
    assert told.worded and told.worded.asked == 5 and not model.seen and state(chats) == before
    found = chats.reflect(*SUMMARIES, llm=client(model))
    assert len(found.remade) == 5 and all(note.by == "player" for note in found.remade)
    chats.undo(found.commits[0].id)
    assert state(chats) == before
    assert chats.reflect(*SUMMARIES, llm=client(model)).remade == found.remade


def test_only_what_has_something_new_is_asked_again(chats: Memory) -> None:
    model = player(sum=sums)
    chats.reflect(*SUMMARIES, llm=client(model))
    before = texts(chats, "day")
    chat(chats, "more.json", 1, ("Cy bought the harp of Bo.",))
    told = chats.reflect(*SUMMARIES)
    assert {note.kind for note in told.remade} == {"day", "week"} and all(
        note.by == RULES for note in told.remade
    ), "what is new is told, without a model by the rules"
    after = texts(chats, "day")
    assert after["2024-05-06"] == before["2024-05-06"] and after["2024-05-07"] != before["2024-05-07"]
    asked = len(model.seen)
    chats.reflect(*SUMMARIES, llm=client(model))
    assert len(model.seen) == asked + 2 and {note.by for note in chats.notes() if note.parts} == {"player"}
    assert "Cy bought the harp of Bo." in model.seen[-1][2].data


def test_a_line_goes_with_any_of_its_sources(chats: Memory) -> None:
    chat(chats, "lee.json", 1, ("The Lee is low again.",))

    def both(shown: Shown) -> dict[str, Any]:
        low = [shown.number("low this summer"), shown.number("low again")]
        said = sums(shown)["statements"]
        return {"statements": [{"text": "The Lee is low.", "sentences": [n for n in low if n]}, *said]}

    model = player(sum=both)
    chats.reflect("days", llm=client(model))
    assert texts(chats, "day")["2024-05-07"].startswith("The Lee is low.\n")
    chats.forget("lee.json")
    (note,) = (one for one in chats.notes("day", "2024-05-07"))
    assert [part.text for part in note.parts] == [ASH, "Bo sells lamps in Oslo."] and MADE not in note.data
    asked = len(model.seen)
    chats.reflect("days", llm=client(model))
    assert len(model.seen) == asked + 1, "the other day is as it was"
    assert texts(chats, "day")["2024-05-07"].startswith("The Lee is low.\n")
    chats.forget("chat1.json")
    assert list(texts(chats, "day")) == ["2024-05-06"] and not chats.verify()


def line(text: str, *numbers: Any) -> dict[str, Any]:
    return {"text": text, "sentences": list(numbers)}


@pytest.mark.parametrize(
    "wrong",
    [
        line("Bo sells lamps in Oslo."),
        line("Bo sells lamps in Oslo.", 99),
        line("Bo sells lamps in Oslo.", "the fifth"),
        line("Bo sells lamps in Rome.", 3),
        line("Zed sells lamps in Oslo.", 3),
        line("Bo sells 40 lamps in Oslo.", 3),
        line("Bo sells lamps in Oslo since 1999.", 3),
        line("Bo sells lamps: https://evil.example", 3),
        line("Ada met a stranger who promised gold and silver.", 1),
        line("Somebody carries water up to the ash of Bergen.", 2),
        line("Bo sells lamps in Oslo. " * 40, 3),
        line("", 3),
    ],
    ids=lambda one: one["text"][:30],
)
def test_what_no_sentence_carries_is_dropped_and_counted(chats: Memory, wrong: dict[str, Any]) -> None:
    def said(shown: Shown) -> dict[str, Any]:
        assert shown.number("sells lamps") == 3 and shown.number("Nobody") == 2
        return {"statements": [wrong, *sums(shown)["statements"]]}

    found = chats.reflect("sessions", llm=client(player(sum=said)))
    assert found.worded and found.worded.written == 2 and found.worded.dropped == 2
    assert {note.text for note in chats.notes("session")} == {f"{ASH}\nBo sells lamps in Oslo."}


def test_numbers_may_stand_in_the_line(chats: Memory) -> None:
    said = {"statements": [line("Bo sells lamps in Oslo [3].")]}
    chats.reflect("sessions", llm=client(player(sum=said)))
    assert {note.text for note in chats.notes("session")} == {"Bo sells lamps in Oslo."}


@pytest.mark.parametrize(
    "answer", ["no JSON at all", {"statements": []}, {"statements": [line("Rome fell.", 1)]}, {"other": 1}]
)
def test_where_nothing_is_of_use_the_note_of_the_rules_stands(chats: Memory, answer: Any) -> None:
    plain = {note.id: note.text for note in chats.reflect("days", dry_run=True).made}
    model = player(sum=answer)
    found = chats.reflect("days", llm=client(model))
    assert found.worded and (found.worded.useless, found.worded.written) == (2, 0)
    assert {note.id: note.text for note in chats.notes("day")} == plain
    assert {note.by for note in chats.notes("day")} == {RULES}
    asked = len(model.seen)
    for options in ({}, {"whole": True}):
        told = chats.reflect("days", llm=client(model), **options)
        assert not told.remade and len(model.seen) == asked, "it is not asked for the same"


def test_a_model_that_cannot_be_reached_is_asked_again_by_the_next(chats: Memory) -> None:
    model = player(sum=[sums, ConnectionError("no network")])
    found = chats.reflect("days", llm=client(model))
    told = found.worded
    assert told and (told.asked, told.written, told.left) == (1, 1, 1) and "no network" in told.trouble
    assert sorted(note.by for note in chats.notes("day")) == ["player", RULES]
    better = player(sum=sums)
    told = chats.reflect("days", llm=client(better)).worded
    assert told and (told.asked, told.written, told.left) == (1, 1, 0) and len(better.seen) == 1
    assert {note.by for note in chats.notes("day")} == {"player"}


def test_a_spent_budget_leaves_notes_to_the_next(chats: Memory) -> None:
    model = player(sum=sums)
    told = chats.reflect("days", llm=client(model, budget=Budget(tokens=10))).worded
    assert told and (told.asked, told.left, told.trouble) == (0, 2, "the budget is spent") and not model.seen
    told = chats.reflect("days", llm=client(model)).worded
    assert told and told.written == 2


def test_another_model_words_it_anew(chats: Memory) -> None:
    chats.reflect("days", llm=client(player(sum=sums)))
    other = Player(says={"sum": [{"statements": [line("Bo sells lamps.", 3)]}]}, model_name="other")
    chats.reflect("days", llm=client(other))
    assert {(note.by, note.text) for note in chats.notes("day")} == {("other", "Bo sells lamps.")}
    silent = Player(says={}, model_name="silent")
    chats.reflect("days", llm=client(silent))
    assert {note.by for note in chats.notes("day")} == {"other"}, "what another wrote of the same stands"


def test_a_long_group_is_shown_in_part_with_its_central_lines(memory: Memory) -> None:
    chat(
        memory,
        "long.json",
        0,
        tuple(f"Ada counts {n} " + "trees and lamps " * 12 + "today." for n in range(99)),
    )
    central = memory.reflect("days", dry_run=True).made[0].parts
    model = player(sum={})
    memory.reflect("days", llm=client(model))
    shown = model.seen[0][2]
    assert sum(map(len, shown.lines)) < 14_000 and 40 < len(shown.numbered) < 99
    for part in central:
        assert shown.number(part.text.removeprefix("Ada: ").removeprefix("Bo: ")[:20])


def test_a_topic_keeps_its_passages_behind_what_a_model_says_of_it(memory: Memory) -> None:
    names = ("Ada", "Bo", "Cy", "Di", "Eve")
    put(memory, {f"{one}.md": f"An ash needs water by the river, said {one}." for one in names})
    (plain,) = (note for note in memory.reflect("topics").made if note.parts)
    both = "An ash needs water, said Bo and Cy."

    def said(shown: Shown) -> dict[str, Any]:
        return {"statements": [line(both, shown.number("Bo"), shown.number("Cy"))]}

    model = player(sum=said)
    memory.reflect("topics", llm=client(model))
    (note,) = memory.notes("topic")
    assert note.parts[0].text == both and note.parts[1:] == plain.parts
    assert note.by == "player" and set(note.passages) == set(plain.passages) and note.tags == plain.tags
    put(memory, {"f.md": "An ash needs water by the river, said Fay."})
    memory.reflect("topics")
    (note,) = memory.notes("topic")
    assert note.by == RULES and MADE not in note.data and len(note.parts) == 6
    memory.reflect("topics", llm=client(model))
    memory.forget("Bo.md")
    memory.reflect("topics")
    notes: list[Note] = list(memory.notes("topic"))
    assert sum(len(note.parts) for note in notes) == 5 and {note.by for note in notes} == {RULES}


def test_a_model_words_a_portrait_and_its_facts_stay(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": LIFE}, pipeline="english")
        plain = {note.about: note for note in memory.reflect("portraits").made}

        def said(shown: Shown) -> dict[str, Any]:
            first = next(iter(shown.numbered.values()))
            words = first.split(": ")[-1]
            return {"statements": [line(words, 1), line("Mallory Krane owns the bank.", 1)]}

        model = player(portrait=said)
        told = memory.reflect("portraits", llm=client(model)).worded
        assert told and told.written == told.dropped == len(model.seen) > 0
        for note in memory.notes("portrait"):
            own = plain[note.about].parts
            if note.by == "player":
                assert note.parts[1:] == own and note.parts[0].sources == own[0].sources
            else:
                assert note.parts == own and len(own) < 3


def test_other_namespaces_are_not_shown(chats: Memory) -> None:
    with Memory.open(chats.store.info().url, namespace="other", embedder=chats.embedder) as other:
        chat(other, "theirs.json", 0, ("Secret words of Mallory. " * 5,) * 3)
    model = player(sum=sums)
    chats.reflect(llm=client(model))
    assert model.seen and all("Secret" not in shown.data for _, _, shown in model.seen)


@settings(max_examples=10, deadline=None)
@given(
    steps=st.lists(
        st.sampled_from(["chat0", "chat1", "-chat0", "-chat1", "model", "plain", "undo"]), max_size=6
    )
)
def test_whatever_came_and_went_a_model_ends_where_it_would_have_begun(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    with opened(tmp_path_factory.mktemp("a")) as memory, opened(tmp_path_factory.mktemp("b")) as fresh:
        llm = client(player(sum=sums))
        for step in steps:
            there = {one.uri for one in memory.documents()}
            if step.startswith("chat"):
                chat(memory, f"{step}.json", int(step[-1]))
            elif f"{step[1:]}.json" in there:
                memory.forget(f"{step[1:]}.json")
            elif step in ("model", "plain"):
                memory.reflect(*SUMMARIES, llm=llm if step == "model" else None)
            elif step == "undo" and memory.store.head():
                memory.undo(next(iter(memory.history(newest_first=True))).id)
        memory.reflect(*SUMMARIES, llm=llm)
        for one in memory.documents():
            chat(fresh, one.uri, int(one.uri[4]))
        fresh.reflect(*SUMMARIES, llm=llm)
        assert {n.id: n for n in memory.notes() if n.parts} == {n.id: n for n in fresh.notes() if n.parts}
        assert not memory.verify()


def test_the_command_tells_what_the_model_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("graphmem.cli.llm.chat_model", lambda name: player(sum=sums))
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        chat(memory, "chat.json", 0)
    store = ["--store", f"sqlite:///{tmp_path}/memory.db"]

    def ran(*options: str) -> str:
        told = CliRunner().invoke(build(), ["reflect", *store, "--only", "days", *options])
        assert told.exit_code == 0, told.output
        return told.output

    assert "play:er would be asked for 1 note" in ran("--llm", "play:er", "--dry-run")
    told = ran("--llm", "play:er")
    assert "play:er was asked for 1 note and worded 1" in told and "tokens: " in told
    assert '"worded": null' in ran("--json") and json.loads(ran("--json"))["made"] == []
    refused = CliRunner().invoke(build(), ["reflect", *store, "--no-llm-cache"])
    assert refused.exit_code != 0 and "need one: --llm provider:model" in str(
        refused.output + str(refused.exception)
    )
