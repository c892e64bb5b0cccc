"""Names by rules: what is one, where it stands, and what a title names."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphmem.identity import fold
from graphmem.ingest.names import names, title_names
from graphmem.types import Mention


def found(sentence: str) -> dict[str, Mention]:
    return {mention.name: mention for mention in names(sentence)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("He left the Bank of England.", {"Bank", "England", "Bank of England"}),
        ("He met Ludwig van Beethoven.", {"Ludwig", "Beethoven", "Ludwig van Beethoven"}),
        (
            "She read at the University of California.",
            {"University", "California", "University of California"},
        ),
        ("It hung in London and Rome.", {"London", "Rome", "London and Rome"}),
        ("He saw New York, then Rome.", {"New York", "Rome"}),
        ("It lay between Saint-Étienne; Łódź.", {"Saint-Étienne", "Łódź"}),
        ("They bought Smith & Sons Ltd.", {"Smith & Sons Ltd"}),
        ("He flew Apollo 11 to the moon.", {"Apollo 11"}),
        ("He hates the USA.", {"USA"}),
    ],
)
def test_names_nest_over_connectors(sentence: str, expected: set[str]) -> None:
    assert set(found(sentence)) == expected


def test_a_possessive_ends_a_name_and_joins_it_to_the_next() -> None:
    got = found("He saw Marie Curie's Latin Quarter.")
    assert set(got) == {"Marie Curie's", "Latin Quarter", "Marie Curie's Latin Quarter"}
    assert {fold(name) for name in got} >= {"marie curie", "latin quarter"}


@pytest.mark.parametrize(
    "name", ["J. R. R. Tolkien", "Dr. Smith", "John Q. Public", "Jean-Luc Godard", "O'Brien"]
)
def test_initials_titles_hyphens_and_apostrophes_stay_in_one_name(name: str) -> None:
    assert set(found(f"We met {name} there.")) == {name}


def test_a_full_stop_ends_a_name() -> None:
    assert set(found("it was by Ada. Charles left")) == {"Ada", "Charles"}


@pytest.mark.parametrize("quotes", ['"{}"', "“{}”"])
def test_a_quoted_work_is_a_name_whatever_its_case(quotes: str) -> None:
    got = found(f"She sang {quotes.format('Blowin in the wind')} twice.")
    assert got["Blowin in the wind"].label == "work"
    assert not found(f"She said {quotes.format('come here now')} twice.")
    assert "Go home." not in found(f"She said {quotes.format('Go home.')} twice.")


def test_a_bare_year_is_a_date_and_other_numbers_are_no_names() -> None:
    got = found("They had 12 ships in 1843, 300 in 2001 and 99999 later.")
    assert {name: mention.label for name, mention in got.items()} == {"1843": "date", "2001": "date"}


@pytest.mark.parametrize("date", ["8 May 2023", "May 8, 2023", "Monday", "the 3 of October", "4 March"])
def test_months_and_weekdays_name_nothing(date: str) -> None:
    assert {mention.label for mention in names(f"It was on {date} that it rained.")} <= {"date"}


def test_a_month_that_is_a_word_or_name_too_counts_only_beside_a_number() -> None:
    assert "April Ludgate" in found("They met April Ludgate.")
    assert not found("It rained in 4 April weeks.")


def test_a_lone_word_that_opens_a_sentence_is_marked() -> None:
    assert found("Paris burned.")["Paris"].role == "opening"
    assert found("Rain fell in Rome.")["Rain"].role == "opening"
    assert found("Rain fell in Rome.")["Rome"].role == "text"
    assert found("Paris met Paris.")["Paris"].role == "text", "it is surely a name the second time"
    assert found("New York burned.")["New York"].role == "text"


@pytest.mark.parametrize(
    "sentence", ["The rain fell.", "However, it rained.", "It is so.", "", "...", "the of"]
)
def test_function_words_open_sentences_and_name_nothing(sentence: str) -> None:
    assert names(sentence) == ()


def test_a_name_is_marked_once_for_each_key() -> None:
    keys = [fold(mention.name) for mention in names("Ada met ADA and Ada's ada in The Ada.")]
    assert keys.count("ada") == 1


def test_an_article_is_no_part_of_a_name() -> None:
    assert "Hague" in found("He went to The Hague.")


def check(sentence: str) -> None:
    """What holds of the names of any text."""
    got = names(sentence)
    assert got == tuple(sorted(got, key=lambda m: (m.start, m.end)))
    for mention in got:
        assert 0 <= mention.start < mention.end <= len(sentence)
        assert mention.name == sentence[mention.start : mention.end]
        assert fold(mention.name) and mention.label in ("name", "date", "work")
        assert mention.role in ("text", "opening")
    assert len({fold(mention.name) for mention in got}) == len(got)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80))
@example("ﬁ Ⅷ ½ ① ß ẞ İ")
@example('"\u0301"')
@example("A\u0301 B\u0301 of C")
@example("ŉ Łódź’s Ǆ")
@example("\ud800 Ada")
def test_any_text_has_names_that_slice_it(text: str) -> None:
    check(text)


pieces = st.sampled_from(
    [
        "Ada",
        "Byron",
        "of",
        "the",
        "The",
        "Łódź",
        "1843",
        "8",
        "May",
        "Dr.",
        "J.",
        "'s",
        '"',
        "“",
        "”",
        "&",
        "-",
    ]
    + ["/", ",", ".", "ÆØ", "ﬁ", "e\u0301", "’s", "and", "Monday", "İ", "a", "\n", "\u2028", "\U0001f333"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(pieces, st.sampled_from(["", " ", "  "])), max_size=16))
def test_any_mix_of_what_names_are_made_of_slices_too(parts: list[tuple[str, str]]) -> None:
    check("".join(piece + gap for piece, gap in parts))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Paris, Texas (film)", ("Paris, Texas (film)", "Paris, Texas", "Paris")),
        ("Ash", ("Ash",)),
        ("  Ash  ", ("Ash",)),
        ("The Ash", ("The Ash",)),
        ("Ash (tree) of Bergen", ("Ash (tree) of Bergen", "Ash of Bergen")),
        ("A, B, C", ("A, B, C", "A")),
        ("", ()),
        ("(film)", ("(film)",)),
        ("...", ()),
    ],
)
def test_a_title_names_itself_and_what_it_qualifies(title: str, expected: tuple[str, ...]) -> None:
    assert title_names(title) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_title_names_each_key_once(title: str) -> None:
    keys = [fold(name) for name in title_names(title)]
    assert all(keys) and len(set(keys)) == len(keys)
    assert bool(keys) >= bool(fold(title))
