"""Familiarity and duplicates: a text that is known is told so; one text in several documents is one hit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem import Memory, QueryError
from graphmem.cli import build
from graphmem.retrieval.familiarity import PIECE, PIECES, SHINGLE, shingles
from graphmem.testing import HashEmbedder
from graphmem.types import FloatArray

TERN = "The Tern buoy is a drifting weather buoy. It was designed by Ingrid Solvang at the Halden Institute."
OWL = "The barn owl hunts at night and swallows its mice whole, bones and all."


@pytest.fixture
def known(memory: Memory) -> Memory:
    put(
        memory,
        {
            "tern.md": f"# Tern\n\n{TERN}\n",
            "owl.md": f"# Owl\n\n{OWL}\n",
            "zh.txt": "漂流气象浮标在海上漂。\n",
        },
    )
    return memory


def test_a_text_that_is_there_is_wholly_known_and_one_that_is_not_is_not(known: Memory) -> None:
    same = known.familiar(TERN.upper().replace(" ", "\n"))
    assert same.known == 1 and same.nearest[0].document.uri == "tern.md"
    assert same.nearest[0].resemblance == same.nearest[0].containment == 1
    assert known.familiar("Glaciers calve where fjords are deep.").known < 0.2
    assert known.familiar("漂流气象浮标在海").nearest[0].containment == 1


def test_what_is_half_known_is_told_so_and_where_each_half_stands(known: Memory) -> None:
    half = known.familiar(
        f"{OWL} A xylophone quartet zigzagged over frozen jetties, juggling books till dawn."
    )
    assert 0.3 < half.known < 0.7
    both = known.familiar(f"{TERN} {OWL}")
    assert both.known > 0.9 and {one.document.uri for one in both.nearest[:2]} == {"tern.md", "owl.md"}
    assert all(0 < one.containment < 1 for one in both.nearest[:2])


def test_a_part_of_a_passage_is_contained_but_does_not_resemble_it(known: Memory) -> None:
    part = known.familiar("drifting weather buoy").nearest[0]
    assert part.containment == 1 and part.resemblance < 0.5


def test_nothing_is_written_and_an_empty_memory_knows_nothing(memory: Memory) -> None:
    empty = memory.familiar(TERN)
    assert (empty.known, empty.meant, empty.nearest) == (0, 0, ())
    assert memory.store.head() == 0
    for text, k in (("", 1), (" ", 1), ("a", 0)):
        with pytest.raises(QueryError):
            memory.familiar(text, k)


def test_a_text_as_long_as_a_book_costs_as_much_as_its_pieces(known: Memory) -> None:
    class Counted(HashEmbedder):
        asked = 0

        def encode(self, texts: Sequence[str]) -> FloatArray:
            Counted.asked += len(texts)
            return super().encode(texts)

    known.embedder = Counted()
    assert known.familiar(f"{TERN} " * PIECE * PIECES).known > 0.9
    assert Counted.asked == PIECES


@given(st.text(max_size=40), st.text(max_size=40))
def test_shingles_of_a_part_are_shingles_of_the_whole(one: str, other: str) -> None:
    whole, part = shingles(f"{one} {other}"), shingles(one)
    assert len(one.strip()) < SHINGLE or all(len(each) <= SHINGLE or each in whole for each in part)
    assert shingles(one) == shingles(f"  {one.lower()}\n") or one.lower() != one


def test_the_same_text_in_several_documents_is_one_hit_that_names_them(memory: Memory) -> None:
    copies = {f"copy{n}.md": f"# Tern\n\n{TERN}\n" for n in range(5)}
    put(memory, copies | {"owl.md": f"# Owl\n\n{OWL}\n"})
    found = memory.recall("Who designed the Tern buoy?", 2)
    assert [len(hit.also) for hit in found] == [4, 0]
    uris = {found[0].document.uri, *(one.uri for one in found[0].also)}
    assert uris == set(copies) and found[1].document.uri == "owl.md"


def test_texts_that_differ_in_a_number_stay_apart(memory: Memory) -> None:
    put(memory, {f"{n}.md": f"# Tern\n\n{TERN} Of these buoys {n} were built.\n" for n in range(3)})
    assert len(memory.recall("How many buoys were built?")) == 3


def test_short_texts_under_other_titles_and_turns_of_others_stay_apart(memory: Memory) -> None:
    put(
        memory,
        {
            "a.md": "# Ada\n\nShe was born in Oslo.\n",
            "b.md": "# Bo\n\nShe was born in Oslo.\n",
            "chat.txt": "[2023-05-08 13:56] Ada: I was born in Oslo.\n"
            "[2023-05-08 13:57] Bo: I was born in Oslo.\n",
        },
    )
    found = memory.recall("Who was born in Oslo?")
    assert len(found) == 4 and not any(hit.also for hit in found)


def test_the_command_tells_how_much_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, {"tern.md": f"# Tern\n\n{TERN}\n", "copy.md": f"# Tern\n\n{TERN}\n"})
    run = CliRunner().invoke
    assert "100% of it is known" in run(build(), ["familiar", TERN]).stdout
    told = json.loads(run(build(), ["familiar", "-", "--json"], input=TERN).stdout)
    assert told["known"] == 1 and {one["uri"] for one in told["nearest"]} == {"tern.md", "copy.md"}
    assert "also in:" in run(build(), ["query", "Who designed the Tern buoy?"]).stdout
    (hit,) = json.loads(run(build(), ["query", "Who designed the Tern buoy?", "--json"]).stdout)["hits"]
    assert len(hit["also"]) == 1
