"""Facts by rules: what a parse gives, whatever the parse."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

spacy = pytest.importorskip("spacy")

from parses import BLANK, COARSE, parsed, told  # noqa: E402
from spacy.language import Language  # noqa: E402
from spacy.tokens import Doc  # noqa: E402

from graphmem.ingest import language  # noqa: E402
from graphmem.ingest.facts import find_facts, relation_of, surface  # noqa: E402
from graphmem.ingest.facts.extraction import MOST  # noqa: E402
from graphmem.relations import load  # noqa: E402

ENGLISH = Path(__file__).parents[1] / "ingest" / "english"


def test_subject_verb_object_with_place_and_time() -> None:
    facts = find_facts(
        parsed(
            "The DT det 3",
            "old JJ amod 3",
            "company NN nsubj 4",
            "opened VBD root 0",
            "a DT det 6",
            "store NN obj 4",
            "in IN case 8",
            "Paris NNP nmod 6",
            "in IN case 10",
            "2024 CD obl 4",
            ". . punct 4",
        )  # fmt: skip
    )
    assert told(facts) == [("old company", "opened", "store", "Paris", "2024")]
    assert [phrase.role for phrase in facts[0].arguments] == ["object", "place", "time"]
    assert surface(facts[0]) == ("opened", ("The old company", "a store", "in Paris", "in 2024"))
    start, end = facts[0].evidence
    assert "The old company opened a store in Paris in 2024 ."[start:end].endswith("in 2024")
    assert facts[0].span == (0, 10)
    assert 0 < facts[0].confidence < 1
    assert not facts[0].negated and not facts[0].modality and facts[0].attribution is None


def test_passive_with_negation_and_agent() -> None:
    (fact,) = find_facts(
        parsed(
            "The DT det 2",
            "house NN nsubj:pass 5",
            "was VBD aux:pass 5",
            "not RB advmod 5",
            "sold VBN root 0",
            "by IN case 8",
            "the DT det 8",
            "bank NN obl:agent 5",
        )  # fmt: skip
    )
    assert told([fact]) == [("house", "was not sold by", "bank")]
    assert fact.kind == "passive" and fact.negated and fact.lemma == "be sold by"
    assert fact.role("agent") is not None


def test_a_denial_beside_the_auxiliary_counts() -> None:
    (fact,) = find_facts(
        parsed("Ann NNP nsubj 4", "did VBD aux 4", "not RB advmod 2", "leave VB root 0", "Rome NNP obj 4")
    )
    assert fact.negated and fact.predicate == "did not leave"


def test_modal_verbs_and_plans_weaken_a_fact() -> None:
    (fact,) = find_facts(parsed("Ann NNP nsubj 3", "may MD aux 3", "leave VB root 0", "Rome NNP obj 3"))
    assert fact.modality == "may" and fact.lemma == "leave"
    (fact,) = find_facts(
        parsed("Ann NNP nsubj 2", "plans VBZ root 0", "to TO mark 4", "visit VB xcomp 2", "Rome NNP obj 4")
    )
    assert told([fact]) == [("Ann", "plans to visit", "Rome")]
    assert fact.modality == "plan to"
    (fact,) = find_facts(
        parsed("Ann NNP nsubj 2", "failed VBD root 0", "to TO mark 4", "visit VB xcomp 2", "Rome NNP obj 4")
    )
    assert fact.negated and not fact.modality


def test_conditions_are_no_plain_facts() -> None:
    condition, consequence = find_facts(
        parsed(
            "If IN mark 3",
            "Bob NNP nsubj 3",
            "sang VBD advcl 6",
            "Ann NNP nsubj 6",
            "would MD aux 6",
            "leave VB root 0",
        )  # fmt: skip
    )
    assert (condition.modality, consequence.modality) == ("if", "conditional")


def test_nobody_denies() -> None:
    (fact,) = find_facts(parsed("No DT det 2", "guest NN nsubj 3", "met VBD root 0", "Ann NNP obj 3"))
    assert fact.negated


def test_what_is_said_keeps_its_speaker() -> None:
    said, open_ = find_facts(
        parsed(
            "Ann NNP nsubj 2",
            "said VBD root 0",
            "that IN mark 5",
            "Bob NNP nsubj 5",
            "sold VBD ccomp 2",
            "the DT det 7",
            "house NN obj 5",
        )  # fmt: skip
    )
    assert surface(said) == ("said that", ("Ann", "Bob sold the house"))
    assert told([open_]) == [("Bob", "sold", "house")]
    assert open_.attribution is not None and open_.attribution.verb == "say"
    assert open_.attribution.speaker is not None and open_.attribution.speaker.text == "Ann"
    assert said.attribution is None


def test_relative_clauses_are_told_of_their_antecedent() -> None:
    facts = find_facts(
        parsed(
            "The DT det 2",
            "man NN nsubj 7",
            "who WP nsubj 4",
            "wrote VBD acl:relcl 2",
            "the DT det 6",
            "letter NN obj 4",
            "left VBD root 0",
            "Rome NNP obj 7",
        )  # fmt: skip
    )
    assert told(facts) == [("man", "wrote", "letter"), ("man", "left", "Rome")]
    facts = find_facts(
        parsed(
            "Ann NNP nsubj 2",
            "sold VBD root 0",
            "the DT det 4",
            "house NN obj 2",
            "that WDT obj 7",
            "Bob NNP nsubj 7",
            "bought VBD acl:relcl 4",
        )  # fmt: skip
    )
    assert told(facts) == [("Ann", "sold", "house"), ("Bob", "bought", "house")]
    (fact,) = find_facts(
        parsed("letters NNS root 0", "written VBN acl 1", "by IN case 4", "Ann NNP obl:agent 2")
    )
    assert told([fact]) == [("letters", "be written by", "Ann")]


def test_coordination_is_spelled_out() -> None:
    facts = find_facts(
        parsed(
            "Ann NNP nsubj 4",
            "and CC cc 3",
            "Bob NNP conj 1",
            "bought VBD root 0",
            "apples NNS obj 4",
            "and CC cc 7",
            "pears NNS conj 5",
            "and CC cc 9",
            "left VBD conj 4",
            "Rome NNP obj 9",
        )  # fmt: skip
    )
    assert set(told(facts)) == {
        ("Ann", "bought", "apples"), ("Ann", "bought", "pears"), ("Bob", "bought", "apples"),
        ("Bob", "bought", "pears"), ("Ann", "left", "Rome"), ("Bob", "left", "Rome"),
    }  # fmt: skip


def test_copula() -> None:
    schema = load()
    (fact,) = find_facts(
        parsed(
            "Paris NNP nsubj 4",
            "is VBZ cop 4",
            "the DT det 4",
            "capital NN root 0",
            "of IN case 6",
            "France NNP nmod 4",
        )  # fmt: skip
    )
    assert told([fact]) == [("Paris", "is the capital of", "France")]
    assert surface(fact) == ("is", ("Paris", "the capital of France"))
    found = relation_of(fact, schema)
    assert found is not None and found[0].name == "capital_of" and found[0].functional
    (fact,) = find_facts(parsed("Ann NNP nsubj 4", "is VBZ cop 4", "not RB advmod 4", "old JJ root 0"))
    assert told([fact]) == [("Ann", "is not", "old")] and fact.negated
    (fact,) = find_facts(parsed("Ann NNP nsubj 4", "is VBZ cop 4", "in IN case 4", "Rome NNP root 0"))
    assert told([fact]) == [("Ann", "is in", "Rome")]


def test_noun_phrases_tell_facts() -> None:
    facts = find_facts(
        parsed(
            "Ann NNP nsubj 9",
            "Lee NNP flat 1",
            ", , punct 1",
            "the DT det 5",
            "CEO NN appos 1",
            "of IN case 7",
            "Acme NNP nmod 5",
            ", , punct 1",
            "left VBD root 0",
            "Rome NNP obj 9",
        )  # fmt: skip
    )
    assert ("Ann Lee", "is the CEO of", "Acme") in told(facts)
    facts = find_facts(
        parsed(
            "Ann NNP nmod:poss 3", "'s POS case 1", "brother NN nsubj 4", "left VBD root 0", "Rome NNP obj 4"
        )
    )
    assert ("Ann", "has", "brother") in told(facts)
    facts = find_facts(
        parsed(
            "Acme NNP compound 3",
            "CEO NN compound 3",
            "Ann NNP nsubj 5",
            "Lee NNP flat 3",
            "left VBD root 0",
            "Rome NNP obj 5",
        )  # fmt: skip
    )
    assert ("Ann Lee", "is CEO of", "Acme") in told(facts)
    facts = find_facts(
        parsed("President NNP nmod:desc 2", "Bush NNP nsubj 3", "met VBD root 0", "Ann NNP obj 3")
    )
    assert ("Bush", "is", "President") in told(facts)


def test_a_name_beside_its_noun_is_part_of_it() -> None:
    rows = ("Ann NNP nsubj 2", "sang VBD root 0", "the DT det 4", "song NN obj 2")
    fact, _ = find_facts(parsed(*rows, "Yesterday NNP appos 4"))
    assert told([fact]) == [("Ann", "sang", "song Yesterday")]
    fact, _ = find_facts(parsed(*rows, ", , punct 6", "Yesterday NNP appos 4"))
    assert told([fact]) == [("Ann", "sang", "song")]


def test_existence() -> None:
    (fact,) = find_facts(
        parsed("There EX expl 2", "are VBP root 0", "lakes NNS nsubj 2", "in IN case 5", "Italy NNP nmod 3")
    )
    assert told([fact]) == [("lakes", "are in", "Italy")]


def test_questions_are_marked() -> None:
    (fact,) = find_facts(parsed("Who WP nsubj 2", "met VBD root 0", "Ann NNP obj 2", "? . punct 2"))
    assert fact.modality == "question"


def test_without_a_parse_there_are_no_facts() -> None:
    assert find_facts(BLANK("")) == []
    assert find_facts(BLANK("Ann met Bob.")) == []
    assert find_facts(BLANK("Ann met Bob.")[:2]) == []
    assert find_facts(parsed("Ann NNP root 0")) == []
    assert find_facts(parsed("met VBD root 0")) == []


def test_a_part_of_a_sentence_can_be_read() -> None:
    sentence = parsed("Ann NNP nsubj 2", "met VBD root 0", "Bob NNP obj 2")
    assert find_facts(sentence[:1]) == []
    assert told(find_facts(sentence[0:2])) == [("Ann", "met")]


def test_long_coordination_is_bounded() -> None:
    rows = (
        ["a0 NNP nsubj 21"] + [f"a{k} NNP conj 1" for k in range(1, 20)] + ["met VBD root 0", "b0 NNP obj 21"]
    )
    rows.insert(20, "and CC cc 20")
    rows = [row.replace(" 21", " 22") for row in rows]
    rows += [f"b{k} NNP conj 23" for k in range(1, 20)]
    assert 0 < len(find_facts(parsed(*rows))) <= MOST


LABELS = (
    "nsubj nsubj:pass nsubj:outer csubj obj iobj obl obl:agent obl:tmod acl acl:relcl advcl advcl:relcl xcomp"
    " ccomp nmod nmod:poss nmod:desc appos compound compound:prt aux aux:pass cop conj cc flat fixed case"
    " mark expl parataxis punct advmod dep det"
).split()
TOKEN = st.tuples(
    st.sampled_from(
        ["Ann", "said", "who", "to", "of", "not", "no", '"', ",", "(", "if", "that", "is", "2024", "-"]
    ),
    st.sampled_from(sorted(COARSE)),
    st.sampled_from(LABELS),
    st.integers(0, 30),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TOKEN, min_size=1, max_size=24), st.booleans())
def test_no_tree_is_too_odd(tokens: list[tuple[str, str, str, int]], loops: bool) -> None:
    size = len(tokens)
    # Trees grow to the left or from anywhere; what is no tree spaCy may refuse.
    heads = [h % size if loops else (h % k if k else 0) for k, (_, _, _, h) in enumerate(tokens)]
    if loops and any(_in_a_loop(heads, k) for k in range(size)):
        heads = [max(0, k - 1) for k in range(size)]
    doc = Doc(
        BLANK.vocab,
        words=[token[0] for token in tokens],
        tags=[token[1] for token in tokens],
        pos=[COARSE[token[1]] for token in tokens],
        deps=["ROOT" if heads[k] == k else token[2] for k, token in enumerate(tokens)],
        heads=heads,
    )
    for fact in find_facts(doc[:]) + find_facts(doc):
        assert fact.subject.text and fact.predicate
        assert 0 <= fact.evidence[0] < fact.evidence[1] <= len(doc.text)
        assert 0 < fact.confidence < 1
        for phrase in (fact.subject, *fact.arguments):
            assert set(phrase.core) <= set(phrase.tokens)
            assert phrase.core == tuple(sorted(phrase.core)) and phrase.start < phrase.end
        relation, arguments = surface(fact)
        assert relation and all(arguments)
        relation_of(fact, load())


def _in_a_loop(heads: list[int], token: int) -> bool:
    for _ in heads:
        if heads[token] == token:
            return False
        token = heads[token]
    return True


@pytest.fixture(scope="module")
def english() -> Language:
    if not (ENGLISH / "meta.json").exists():
        pytest.skip(f"no pipeline in {ENGLISH}: train one, see training/")
    return language.load("english")


def test_the_bundled_pipeline_gives_facts(english: Language) -> None:
    facts = find_facts(english("Paris is the capital of France. The bank did not sell the house."))
    assert ("Paris", "is the capital of", "France") in told(facts)
    assert any(f.negated and f.lemma == "sell" for f in facts)
