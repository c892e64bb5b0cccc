"""Which mentions a sentence gets: names in the text, and beside it titles, speakers and dates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from conftest import put, records

from graphmem import InputError, Memory, MissingExtra, schema
from graphmem.identity import entity_id, fold
from graphmem.ingest.chunking import chunk
from graphmem.ingest.language import joined, load, parses
from graphmem.ingest.mentions import mentioned
from graphmem.ingest.names import names
from graphmem.ingest.readers import read
from graphmem.ingest.sources import Source
from graphmem.types import Entity, Sentence

MARKDOWN = "# Paris, Texas (film)\n\nWim Wenders made it.\n\n## Cast (list)\n\nNobody is in it. Rain fell.\n"
CHAT = "[2023-05-08 13:56] Ada Byron: I saw Rome.\n[2023-05-09 08:00] Charles: Who did?\n"
TABLE = "date,who,what\n2023-05-08,Ada Byron,left Rome\n2023-05-09,Charles,stayed\n"


def sentences(name: str, text: str) -> list[Sentence]:
    document, passages, found = chunk(read(Source(name, "." + name.split(".")[1], data=text.encode())), "n")
    return mentioned(document, passages, [replace(one, mentions=names(one.text)) for one in found])


def beside(sentence: Sentence) -> set[tuple[str, str]]:
    """The mentions that stand beside the text, by role."""
    for mention in sentence.mentions:
        assert mention.role in ("text", "opening") or (mention.start, mention.end) == (0, 0)
    return {(m.role, m.name) for m in sentence.mentions if m.role not in ("text", "opening")}


def test_a_paragraph_stands_under_its_title_and_heading() -> None:
    first, *rest = sentences("a.md", MARKDOWN)
    title = {("title", name) for name in ("Paris, Texas (film)", "Paris, Texas", "Paris")}
    assert beside(first) == title
    for sentence in rest:
        assert beside(sentence) == title | {("title", "Cast (list)"), ("title", "Cast")}


def test_a_turn_has_its_speaker_and_day_and_not_the_name_of_the_chat() -> None:
    first, second = sentences("team-chat.txt", CHAT)
    assert beside(first) == {("speaker", "Ada Byron"), ("time", "8 May 2023")}
    assert beside(second) == {("speaker", "Charles"), ("time", "9 May 2023")}
    assert [m.label for m in first.mentions if m.role == "time"] == [schema.DATE_LABEL]


def test_a_row_does_not_stand_under_the_name_of_its_table() -> None:
    for sentence in sentences("great-table.csv", TABLE):
        assert not any("table" in name for _, name in beside(sentence))
        assert "time" in {role for role, _ in beside(sentence)}


def test_names_of_the_text_keep_their_offsets() -> None:
    for text in (MARKDOWN, CHAT, TABLE):
        name = "a.md" if text == MARKDOWN else "a.txt" if text == CHAT else "a.csv"
        for sentence in sentences(name, text):
            inside = [m for m in sentence.mentions if m.role in ("text", "opening")]
            assert inside == list(names(sentence.text))
            assert all(sentence.text[m.start : m.end] == m.name for m in inside)


def test_a_word_that_opens_a_sentence_is_a_name_only_if_it_is_one_elsewhere(memory: Memory) -> None:
    put(memory, {"a.md": "# Ash\n\nRome burned. Rain fell.\n"})
    rome, rain = memory.find("Rome"), memory.find("Rain")
    assert isinstance(rome, Entity) and isinstance(rain, Entity)
    assert rome.openings == rome.mentions == rain.openings == rain.mentions == 1
    put(memory, {"b.md": "# Elm\n\nShe saw Rome.\n"})
    rome = memory.find("Rome")
    assert isinstance(rome, Entity) and rome.openings < rome.mentions


def test_entities_count_the_mentions_of_all_sentences(memory: Memory) -> None:
    put(memory, {"a.md": MARKDOWN, "chat.txt": CHAT, "table.csv": TABLE})
    counts: Counter[str] = Counter()
    entities: dict[str, int] = {}
    for id in records(memory):
        value = memory.find(id)
        if isinstance(value, Sentence):
            counts.update(entity_id("default", fold(m.name)) for m in value.mentions)
        elif isinstance(value, Entity):
            entities[id] = value.mentions
    assert entities == counts and entities


def test_a_pipeline_adds_to_the_rules() -> None:
    pytest.importorskip("spacy")
    texts = ["Ada Byron saw Rome in 1843.", ""]
    assert list(map(joined, parses(load("blank:en"), texts))) == list(map(names, texts))


def test_a_pipeline_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy")
    for name in ("no_such_pipeline", "blank:xx_no"):
        with pytest.raises(InputError, match="install it, or leave it out"):
            load(name)
    monkeypatch.setitem(__import__("sys").modules, "spacy", None)
    load.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'graphmem\[nlp\]'"):
        load("blank:en")


def test_names_of_the_bundled_pipeline_join_the_rules() -> None:
    pytest.importorskip("spacy")
    (found,) = map(joined, parses(load("english"), ["Barack Obama visited London in May 2014."]))
    assert {("Barack Obama", "person"), ("London", "place"), ("May 2014", "time")} <= {
        (one.name, one.label) for one in found
    }


def test_a_phrase_is_called_by_the_name_in_it() -> None:
    pytest.importorskip("spacy")
    (found,) = map(joined, parses(load("english"), ["She met Joanna Lind, who came to Oslo in 2015."]))
    assert ("Joanna Lind", "person") in {(one.name, one.label) for one in found}
    assert not [one.name for one in found if "who" in one.name]
