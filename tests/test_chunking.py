"""From a reading to passages and sentences."""

from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import schema
from graphmem.identity import content_hash
from graphmem.ingest.chunking import LONGEST_PASSAGE, LONGEST_TURN, UNIT_WORDS, chunk
from graphmem.ingest.readers import Turn, items_reading, read, turns_reading
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Source

LONG = "This sentence about oak trees is here to fill the paragraph up. " * 5


def text_reading(text: str, uri: str = "notes.md") -> Reading:
    return read(Source(uri, ".md", data=text.encode()))


def test_short_paragraphs_are_joined_below_one_heading_only() -> None:
    _, passages, sentences = chunk(text_reading("# T\n\nOne.\n\nTwo.\n\n## Sub\n\nThree.\n"), "me")
    assert [p.text for p in passages] == ["One.\n\nTwo.", "Three."]
    assert [(s.text, s.caption, s.position) for s in sentences] == [
        ("One.", "T", 0),
        ("Two.", "T", 1),
        ("Three.", "T — Sub", 0),
    ]
    assert [p.previous for p in passages] == [None, passages[0].id]


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    _, passages, _ = chunk(text_reading("# T\n\n" + LONG * 10), "me")
    assert len(passages) == 3
    assert all(len(p.text) <= LONGEST_PASSAGE and p.text.endswith("up.") for p in passages)


def test_a_turn_is_one_passage_and_one_unit() -> None:
    at = datetime(2023, 5, 8, 13, 56)
    reading = turns_reading(
        "chat", "Chat", [Turn("Caroline", "Hi! I am back. Really.", at), Turn("Mel", "Oh")], "h"
    )
    document, passages, sentences = chunk(reading, "me")
    assert document.kind == "chat"
    assert [(s.caption, s.text) for s in sentences] == [
        ("(8 May 2023) Caroline", "Hi! I am back. Really."),
        ("Mel", "Oh"),
    ]
    assert passages[0].at == sentences[0].at == at.replace(tzinfo=timezone.utc)
    assert passages[1].previous == passages[0].id
    assert reading.text == "(8 May 2023) Caroline: Hi! I am back. Really.\nMel: Oh\n"


def test_long_turns_become_units_of_ninety_words_and_passages() -> None:
    reading = turns_reading("chat", "Chat", [Turn("A", LONG * 6), Turn("B", "word " * 400)], "h")
    _, passages, sentences = chunk(reading, "me")
    assert all(len(s.text.split()) <= UNIT_WORDS for s in sentences)
    assert all(len(p.text) <= LONGEST_TURN for p in passages)
    assert len({s.passage for s in sentences if s.text.startswith("word")}) == 1


def test_items_of_a_corpus_are_independent() -> None:
    items = [("Oak", "An oak is a tree."), ("Elm", "An elm is one too. " + LONG * 5), ("Oak", "Oaks.")]
    document, passages, sentences = chunk(items_reading("data/tree_list.json", "", items), "me")
    assert document.title == ""
    assert {s.caption for s in sentences} == {"Oak", "Elm"}
    assert [p.heading for p in passages] == ["Oak", "Elm", "Elm", "Oak"]
    assert [p.previous for p in passages] == [None, None, passages[1].id, None]
    _, _, alone = chunk(items_reading("u", "Oak", items[:1]), "me")
    assert alone[0].caption == "Oak"


def test_records_say_when_and_who_and_do_not_follow_each_other() -> None:
    data = b'[{"date":"2023-05-08","title":"Dentist","from":"Ann","text":"At nine."},{"text":"x","n":1}]'
    _, passages, sentences = chunk(read(Source("cal.json", ".json", data=data)), "me")
    assert [s.caption for s in sentences] == ["(8 May 2023) Ann — Dentist", "cal"]
    assert [p.previous for p in passages] == [None, None]


paragraphs = st.lists(
    st.text(alphabet=st.sampled_from("ab I.?! éU.S\n-"), min_size=1, max_size=200).map(
        lambda t: " ".join(t.split()) or "x"
    )
    | st.integers(1, 30).map(lambda n: LONG * n),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(paragraphs, st.sampled_from(["paragraph", "turn"]))
def test_passages_slice_the_text_and_sentences_their_passage(texts: list[str], kind: str) -> None:
    if kind == "turn":
        reading = turns_reading("u", "T", [Turn("A", text) for text in texts], "h")
    else:
        reading = read(Source("u.txt", ".txt", data="\n\n".join(["Chapter 1", *texts]).encode()))
    document, passages, sentences = chunk(reading, "me")
    assert chunk(reading, "me") == (document, passages, sentences)
    assert len({p.id for p in passages}) == len(passages) and len({s.id for s in sentences}) == len(sentences)
    covered = set()
    by_id = {p.id: p for p in passages}
    last: dict[str, int] = {}
    for p, after in zip(passages, passages[1:], strict=False):
        assert p.end <= after.start
    for p in passages:
        assert reading.text[p.start : p.end] == p.text
    for s in sentences:
        p = by_id[s.passage]
        assert p.text[s.start : s.end] == s.text == s.text.strip() != ""
        assert s.start >= last.get(p.id, 0)
        last[p.id] = s.end
        covered.update(range(p.start + s.start, p.start + s.end))
    for block in reading.blocks:
        assert all(i in covered or reading.text[i].isspace() for i in range(block.start, block.end))


@settings(max_examples=40, deadline=None)
@given(paragraphs, st.integers(4, 9))
def test_a_paragraph_at_the_top_changes_no_other_sentence(texts: list[str], size: int) -> None:
    body = "\n\n".join(texts)
    added = ("A new long paragraph that nobody had written before it. " * size).strip()
    _, _, before = chunk(read(Source("u.txt", ".txt", data=body.encode())), "me")
    _, _, after = chunk(read(Source("u.txt", ".txt", data=f"{added}\n\n{body}".encode())), "me")
    assert {schema.to_record(s).id: schema.to_record(s) for s in before}.items() <= {
        schema.to_record(s).id: schema.to_record(s) for s in after
    }.items()


@pytest.mark.parametrize("namespace", ["me", "you"])
def test_ids_belong_to_the_namespace(namespace: str) -> None:
    document, passages, sentences = chunk(text_reading("Hello there."), namespace)
    other, _, _ = chunk(text_reading("Hello there."), "other")
    assert document.id != other.id
    assert {document.namespace, passages[0].namespace, sentences[0].namespace} == {namespace}
    assert document.content_hash == content_hash(b"Hello there.")
