"""Whom pronouns mean: by parses of the pipeline, by GAP's scorer, and where nothing can be said."""

from __future__ import annotations

import pytest

spacy = pytest.importorskip("spacy")

from spacy.language import Language  # noqa: E402
from spacy.tokens import Doc, Span  # noqa: E402

from benchmarks import coreference as benchmark  # noqa: E402
from benchmarks.datasets import DEFAULT_DATA, DatasetMissing  # noqa: E402
from graphmem.ingest.coreference import (  # noqa: E402
    CONFIDENT,
    Name,
    Reading,
    between,
    gender_of,
    resolve_pronouns,
    resolve_things,
    softmax,
    speaker_of,
)
from graphmem.ingest.coreference.gender import GIVEN, given_names  # noqa: E402
from graphmem.ingest.coreference.things import SURE  # noqa: E402
from graphmem.ingest.language import ENGLISH, load  # noqa: E402

GAP_F1 = 0.766
"""Under what every fourth passage of the second half reaches; the gate asks all of them."""

TEXTS = (
    "Mary Olsen opened a bakery in Bergen. She sold it to her brother in 1990.",
    "Thomas Berg met Laura Lind in Oslo. He showed her his paintings.",
    "Robert Stone praised himself. His wife Helen Stone laughed at him.",
    '"I saw him," said Anna Falk. Peter Holm denied it, and he left.',
    "He. She! her, his",
    "it rains",
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load(ENGLISH)


def places(doc: Doc, title: str = "") -> list[tuple[int, int, int]]:
    return [(link.pronoun, link.start, link.end) for link in resolve_pronouns(Reading(doc), title)]


def linked(nlp: Language, text: str) -> dict[str, str]:
    doc = nlp(text)
    return {doc[k].text: doc[start:end].text for k, start, end in places(doc)}


def shares(nlp: Language, text: str, pronoun: str, *names: str) -> tuple[float, ...]:
    spans = [(text.index(name), text.index(name) + len(name)) for name in names]
    return between(nlp(text), text.index(f" {pronoun} ") + 1, spans)


def test_the_one_person_is_meant(nlp: Language) -> None:
    assert linked(nlp, TEXTS[0]) == {"She": "Mary Olsen", "her": "Mary Olsen"}


def test_gender_parts_two_persons(nlp: Language) -> None:
    assert linked(nlp, TEXTS[1]) == {"He": "Thomas Berg", "her": "Laura Lind", "his": "Thomas Berg"}


def test_a_reflexive_binds_its_subject_and_a_plain_object_does_not(nlp: Language) -> None:
    text = "Peter Holm arrived. Robert Stone blamed {} for the delay."
    assert shares(nlp, text.format("himself"), "himself", "Robert Stone", "Peter Holm")[0] > 0.5
    own, other = shares(nlp, text.format("him"), "him", "Robert Stone", "Peter Holm")
    assert own < other


def test_a_possessive_binds_its_subject(nlp: Language) -> None:
    text = "Robert Stone gave Peter Holm the keys to his office in March."
    first, second = shares(nlp, text, "his", "Robert Stone", "Peter Holm")
    assert first > second


def test_the_title_speaks_for_its_person(nlp: Language) -> None:
    text = "Robert Stone met Peter Holm in Oslo. Later he moved to Rome."
    names = [(0, 12), (17, 27)]
    plain = between(nlp(text), text.index("he moved"), names)
    told = between(nlp(text), text.index("he moved"), names, title="Peter Holm")
    assert told[1] > plain[1] and told[0] < plain[0]


@pytest.mark.parametrize("text", TEXTS)
def test_links_keep_to_the_text(nlp: Language, text: str) -> None:
    doc = nlp(text)
    for link in resolve_pronouns(Reading(doc)):
        assert gender_of(doc[link.pronoun].text) is not None
        assert 0 <= link.start < link.end <= len(doc)
        assert gender_of(doc[link.start : link.end].text) is None
        assert link.pronoun not in range(link.start, link.end)
        assert CONFIDENT <= link.confidence <= 1 and link.reasons


@pytest.mark.parametrize("text", ["", " ", "\n\n", *TEXTS])
def test_without_a_parse_nothing_is_said(text: str) -> None:
    doc = spacy.blank("en")(text)
    assert places(doc) == []
    assert between(doc, 0, [(0, 1), (2, 3)]) == (0.0, 0.0)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "( ( “ his", "'s", "Smith " * 40 + "he he"])
def test_odd_texts_break_nothing(nlp: Language, text: str) -> None:
    doc = nlp(text)
    places(doc, title="Smith")
    for offset in (-1, 0, 3, 999):
        for names in ([], [(0, 1), (0, 1)], [(-5, 2), (4, 9999)], [(3, 3), (2, 1)]):
            found = between(doc, offset, names)
            assert len(found) == len(names) and all(0 <= share <= 1 for share in found)


def test_an_empty_and_a_broken_off_document(nlp: Language) -> None:
    doc = nlp(TEXTS[1])
    assert places(doc[0:0].as_doc()) == []
    assert resolve_pronouns(Reading()) == []
    for end in range(1, len(doc)):
        places(doc[:end].as_doc())


def test_texts_one_after_the_other_are_read_as_one(nlp: Language) -> None:
    docs = list(nlp.pipe(TEXTS))
    whole, parts = Reading(Doc.from_docs(docs)), Reading(*docs)
    for column in (
        "words",
        "low",
        "pos",
        "tag",
        "dep",
        "base",
        "heads",
        "kids",
        "sentence",
        "clause",
        "quoted",
    ):
        assert getattr(parts, column) == getattr(whole, column), column
    assert (parts.role, parts.named, parts.persons) == (whole.role, whole.named, whole.persons)
    assert all(
        parts.root(k, k + 3) == Doc.from_docs(docs)[k : k + 3].root.i for k in range(len(whole.words) - 3)
    )


def test_shares_leave_room_for_none() -> None:
    assert softmax([]) == []
    assert softmax([0.0]) == [0.5]
    assert sum(softmax([900.0, -900.0])) == pytest.approx(1)


def test_the_first_and_second_person_are_who_speaks_and_who_is_spoken_to() -> None:
    assert speaker_of("My", "Ann", "Bob") == "Ann"
    assert speaker_of("you", "Ann", "Bob") == "Bob"
    assert speaker_of("you", "Ann") == speaker_of("he", "Ann", "Bob") == ""


def test_the_scorer_counts_as_gap_does() -> None:
    def passage(pronoun: str, gold: benchmark.Answer) -> benchmark.Passage:
        return benchmark.Passage("1", "", pronoun, 0, ((0, 1), (1, 2)), gold, "")

    passages = [passage("He", (True, False)), passage("her", (False, True)), passage("she", (False, False))]
    found = benchmark.scores(passages, [(True, False), (True, False), (False, True)])
    assert (found["precision"], found["recall"], found["f1"]) == (0.3333, 0.5, 0.4)
    assert (found["f1_masculine"], found["f1_feminine"], found["bias"]) == (1.0, 0.0, 0.0)


CURIE = (
    "Marie Curie was born in Warsaw in 1867. She moved to Paris in 1891. Her husband was Pierre Curie."
    " Later Albert Einstein wrote a letter about her."
)


@pytest.mark.parametrize("label", ["person", "place", "organization", "work", None])
def test_a_given_name_shows_a_person_whatever_the_label(nlp: Language, label: str | None) -> None:
    doc = nlp(CURIE)
    others = [e for e in doc.ents if e.start >= 2]
    doc.ents = [*([Span(doc, 0, 2, label)] if label else []), *others]
    for title in ("", "Marie Curie"):
        meant = {doc[start:end].text for _, start, end in places(doc, title)}
        assert "Marie Curie" in meant
        assert "Albert Einstein" not in meant


def test_who_comes_later_and_has_the_other_gender_is_not_meant(nlp: Language) -> None:
    for text in (
        "She moved to Paris. Albert Einstein wrote about Paris.",
        "When she came, Albert Einstein left.",
    ):
        assert places(nlp(text)) == []


def test_the_lists_of_given_names_do_not_overlap() -> None:
    names = given_names()
    assert names["albert"] == "masculine" and names["marie"] == "feminine"
    lists = (GIVEN.read_text("utf-8").split('"""')[k].split() for k in (1, 3))
    masculine, feminine = map(set, lists)
    assert not masculine & feminine and len(names) == len(masculine) + len(feminine)


def things(nlp: Language, text: str, **labels: str) -> dict[str, str]:
    """What is linked in a text where each name is said with its label, _ for a blank."""
    doc, names = nlp(text), []
    for spelled, label in labels.items():
        name, start = spelled.replace("_", " "), 0
        while (start := text.find(name, start)) >= 0:
            span = doc.char_span(start, start + len(name), alignment_mode="expand")
            names.append(Name(span.start, span.end, label, name))
            start += len(name)
    found = resolve_things(Reading(doc), names)
    assert all(SURE <= each.confidence <= 1 for each in found)
    assert all(each.name.start < each.start for each in found)
    return {doc[each.start : each.end].text: each.name.name for each in found}


def test_a_phrase_stands_for_what_the_text_calls_so(nlp: Language) -> None:
    text = "Oslo is a city in Norway. The city has a large harbour."
    assert things(nlp, text, Oslo="place", Norway="place") == {"The city": "Oslo"}


def test_it_stands_for_the_subject_that_binds_it(nlp: Language) -> None:
    text = "Acme opened a factory in Oslo. Acme sold its factory in 1990."
    assert things(nlp, text, Acme="organization", Oslo="place") == {"its": "Acme"}


@pytest.mark.parametrize(
    "text",
    [
        "Oslo was founded in 1048. It rains. It is clear that Oslo is old.",
        "Oslo was founded in 1048. The company sells phones.",
        "Oslo was founded in 1048. The minister slept.",
    ],
)
def test_nothing_is_said_of_an_empty_it_and_of_phrases_that_do_not_fit(nlp: Language, text: str) -> None:
    assert things(nlp, text, Oslo="place") == {}


def test_it_is_no_person_and_no_name_of_unknown_sort(nlp: Language) -> None:
    text = "Anna Falk left. It was late. Its door was open. Blorp came, and it went."
    assert things(nlp, text, Anna_Falk="person", Blorp="name") == {}


@pytest.mark.parametrize("text", ["", " ", "it", "the company", "It It the city", *TEXTS])
def test_things_keep_to_the_text(nlp: Language, text: str) -> None:
    doc = nlp(text)
    names = [Name(k, k + 1, "place", token.text) for k, token in enumerate(doc) if token.text[0].isupper()]
    for found in resolve_things(Reading(doc), names):
        assert 0 <= found.start < found.end <= len(doc) and found.name in names
    assert resolve_things(Reading(spacy.blank("en")(text)), names) == []
    assert resolve_things(Reading(doc), []) == []


def test_the_figure_on_gap(nlp: Language) -> None:
    try:
        passages = benchmark.read(DEFAULT_DATA / "coreference" / "gap-development.tsv")
    except DatasetMissing:
        pytest.skip("GAP is not there")
    half = passages[len(passages) // 2 :: 4]
    docs = list(nlp.pipe([passage.text for passage in half], batch_size=64))
    answers = [benchmark.rules(passage, doc) for passage, doc in zip(half, docs, strict=True)]
    by_place = [benchmark.parallelism(passage, doc) for passage, doc in zip(half, docs, strict=True)]
    reached = benchmark.scores(half, answers)["f1"]
    assert reached >= GAP_F1
    assert reached > benchmark.scores(half, by_place)["f1"]
