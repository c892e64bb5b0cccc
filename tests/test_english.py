"""The bundled English pipeline, the treebank reader, and training that can be stopped."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import extraction, ner, parser, treebank
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.treebank import Sentence, Span

spacy = pytest.importorskip("spacy")

from spacy.language import Language  # noqa: E402
from spacy.training import Example  # noqa: E402

from graphmem.ingest import naming  # noqa: E402
from graphmem.ingest.language import load  # noqa: E402
from graphmem.ingest.network import Parsed  # noqa: E402
from training import corpus, loop, package, pipeline, texts  # noqa: E402

ENGLISH = Path(__file__).parents[1] / "ingest" / "english"
CONLLU = """\
# newdoc id = tale
# sent_id = tale-1
# text = Ann Lee of the Royal Society doesn't read "Emma".
1	Ann	Ann	PROPN	NNP	Number=Sing	8	nsubj	_	Entity=(1-person-new-cf1-1-sgl
2	Lee	Lee	PROPN	NNP	Number=Sing	1	flat	_	_
3	of	of	ADP	IN	_	6	case	_	_
4	the	the	DET	DT	_	6	det	_	Entity=(2-organization-new-cf2-3-sgl-Royal_Society
5	Royal	royal	ADJ	NNP	_	6	amod	_	_
6	Society	Society	PROPN	NNP	_	1	nmod	_	Entity=2)1)
7-8	doesn't	_	_	_	_	_	_	_	_
7	does	do	AUX	VBZ	_	9	aux	_	_
8	n't	not	PART	RB	_	9	advmod	_	_
9	read	read	VERB	VB	_	0	root	_	_
9.1	him	he	PRON	PRP	_	_	_	9:obj	_
10	"	"	PUNCT	``	_	11	punct	_	SpaceAfter=No
11	Emma	Emma	PROPN	NNP	_	9	obj	_	Entity=(3-abstract-new-cf3-1-sgl)|SpaceAfter=No
12	"	"	PUNCT	''	_	11	punct	_	SpaceAfter=No
13	.	.	PUNCT	.	_	9	punct	_	_

# sent_id = tale-2
# text = The king of Spain slept.
1	The	the	DET	DT	_	2	det	_	Entity=(4-person-new-cf1-2-sgl
2	king	king	NOUN	NN	_	5	nsubj	_	_
3	of	of	ADP	IN	_	4	case	_	_
4	Spain	Spain	PROPN	NNP	_	2	nmod	_	Entity=(5-place-new-cf2-1-sgl)4)
5	slept	sleep	VERB	VBD	Tense=Past|Typo=Yes	0	root	_	SpaceAfter=No
6	.	.	PUNCT	.	_	5	punct	_	_
"""


@pytest.fixture(scope="module")
def tale() -> list[Sentence]:
    return list(treebank.parse(CONLLU.replace("\t8\tnsubj", "\t9\tnsubj").splitlines()))


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load("english")


def test_words_have_the_spaces_of_the_text(tale: list[Sentence]) -> None:
    text = "".join(w + " " * s for w, s in zip(tale[0].words, tale[0].spaces, strict=True))
    assert text == 'Ann Lee of the Royal Society doesn\'t read "Emma". '
    assert tale[0].words[6:8] == ("does", "n't")
    assert (tale[0].document, tale[1].id) == ("tale", "tale-2")


def test_heads_count_from_zero_and_a_root_is_its_own(tale: list[Sentence]) -> None:
    assert tale[0].heads[8] == 8
    assert tale[0].deps[8] == "ROOT"
    assert tale[1].heads == (1, 4, 3, 1, 4, 4)


def test_mentions_nest(tale: list[Sentence]) -> None:
    assert tale[0].mentions == (Span(0, 6, "person"), Span(3, 6, "organization"), Span(10, 11, "abstract"))
    assert tale[0].head_of(tale[0].mentions[1]) == 5


def test_gold_names_are_the_outermost_that_a_proper_noun_heads(tale: list[Sentence]) -> None:
    assert treebank.names(tale[0]) == (Span(0, 6, "person"), Span(10, 11, "work"))
    assert treebank.names(tale[1]) == (Span(3, 4, "place"),)


def test_mentions_in_pieces_and_stray_ends_are_left_out() -> None:
    rows = [
        "1\ta\ta\tX\tX\t_\t0\troot\t_\tEntity=9)(1[1/2]-person-new-cf1-1-sgl",
        "2\tb\tb\tX\tX\t_\t1\tdep\t_\t_",
    ]
    (sentence,) = treebank.parse(rows)
    assert sentence.mentions == ()


def test_typed_and_untyped_scores() -> None:
    gold = {Span(0, 2, "person"), Span(4, 5, "place")}
    found = {Span(0, 2, "place"), Span(4, 5, "place"), Span(6, 7, "work")}
    scores = ner.scores([(gold, found)])
    assert (scores["precision"], scores["recall"], scores["f1"]) == (33.33, 50.0, 40.0)
    assert scores["untyped_f1"] == 80.0
    assert scores["f1_place"] == 66.67


def test_groups_keep_every_sentence_once_and_in_order(tale: list[Sentence]) -> None:
    groups = corpus.groups(tale * 20, random.Random(1))
    assert sum(len(group) for group in groups) == 40
    assert all(len(group) <= max(corpus.SIZES) for group in groups)
    batches = list(corpus.batches(groups, 50))
    assert [group for batch in batches for group in batch] == groups


@pytest.mark.parametrize("seed", range(12))
def test_noise_keeps_columns_even(tale: list[Sentence], seed: int) -> None:
    vocab = spacy.blank("en").vocab
    doc = corpus.document(vocab, corpus.noisy(tuple(tale), random.Random(seed), 1.0))
    assert doc.has_annotation("DEP")


def test_unseen_marks_are_not_learned(tale: list[Sentence]) -> None:
    doc = corpus.document(spacy.blank("en").vocab, tuple(tale))
    assert str(doc[-2].morph) == "Tense=Past"
    assert [sent.start for sent in doc.sents] == [0, 13]


class Toy:
    """A few sentences over and over."""

    def __init__(self, sentences: list[Sentence]) -> None:
        self.sentences = sentences

    def initial(self, nlp: Language) -> list[Example]:
        docs = [corpus.document(nlp.vocab, (sentence,)) for sentence in self.sentences]
        return [Example(corpus.bare(doc), doc) for doc in docs]

    def epoch(self, nlp: Language, number: int, skip: int) -> Iterator[list[Example]]:
        order = self.initial(nlp)
        random.Random(number).shuffle(order)
        yield from [[example] for example in order][skip:]

    def score(self, nlp: Language) -> dict[str, float]:
        return {"score": 0.0}


def toy_pipeline() -> Language:
    return pipeline.syntax(16, 1)


def trained(folder: Path, sentences: list[Sentence], stops: tuple[int, ...]) -> tuple[Language, list[str]]:
    """Train for 7 steps, stopped after each of the given numbers of steps and taken up again."""
    lines: list[str] = []
    plan = loop.Plan(7, warmup=2, save_seconds=1e9, score_steps=100)
    for steps in (*stops, 7):
        left = iter(range(steps - 1))
        done = loop.train(
            folder,
            toy_pipeline,
            Toy(sentences),
            plan,
            lines.append,
            lambda left=left: next(left, None) is None,
        )
        assert (done is None) == (steps < 7)
    assert done is not None
    return done, lines


def weights(nlp: Language) -> dict[str, Any]:
    found = {}
    for name, pipe in nlp.pipeline:
        for place, node in enumerate(pipe.model.walk()):
            for parameter in node.param_names:
                found[f"{name}/{place}/{parameter}"] = node.get_param(parameter)
    return found


def test_training_goes_on_where_it_was_stopped(tale: list[Sentence], tmp_path: Path) -> None:
    whole, _ = trained(tmp_path / "whole", tale, ())
    parted, lines = trained(tmp_path / "parted", tale, (3, 2))
    assert [line for line in lines if line.startswith("goes on")] == [
        "goes on at step 3",
        "goes on at step 5",
    ]
    assert json.loads((tmp_path / "parted/last/state.json").read_text())["step"] == 7
    expected, found = weights(whole), weights(parted)
    assert expected.keys() == found.keys()
    assert all(np.array_equal(expected[name], found[name]) for name in expected)


def test_a_checkpoint_that_was_being_replaced_is_found(tale: list[Sentence], tmp_path: Path) -> None:
    trained(tmp_path, tale, ())
    (tmp_path / "last").rename(tmp_path / "old")
    _, lines = trained(tmp_path, tale, ())
    assert lines[0] == "goes on at step 7"


def parsed(sentences: list[Sentence]) -> Parsed:
    return naming.parsed(corpus.document(spacy.blank("en").vocab, tuple(sentences)))


def test_names_are_learned_from_gold_syntax_and_from_that_found(tale: list[Sentence], tmp_path: Path) -> None:
    parser = pipeline.syntax(16, 1, small=True)
    parser.initialize(lambda: Toy(tale).initial(parser))
    path = tmp_path / "tale.spacy"
    texts.annotate(parser, texts.bare(parser, tale), path)
    (text,) = texts.golds(tale, path)
    found, own = text.parses
    assert list(found.words) == [word for sentence in tale for word in sentence.words]
    assert own.heads[16] == 14
    assert own.starts == found.starts == [0, 13]
    labels = [texts.LABELS[k] for k in text.labels.argmax(axis=1)]
    assert labels[:7] == ["B-person", *["I-person"] * 4, "E-person", "O"]
    assert (labels[10], labels[16]) == ("S-work", "S-place")
    assert [texts.KINDS[k] for k in text.kinds.argmax(axis=1)][14] == "person"
    assert [texts.BORDERS[k] for k in text.borders.argmax(axis=1)][13:17] == ["B", "I", "I", "E"]


def test_what_a_teacher_thinks_is_read_text_by_text(tale: list[Sentence], tmp_path: Path) -> None:
    both = [parsed(tale[:1]), parsed(tale[1:])]
    shares = np.random.default_rng(0).random((19, len(texts.LABELS))).astype(np.float16)
    np.savez(tmp_path / "tale.npz", labels=shares, kinds=shares[:, : len(texts.KINDS)])
    first, second = texts.silver(both, tmp_path / "tale.npz")
    assert np.array_equal(np.concatenate([first.labels, second.labels]), shares)
    assert len(second) == 6
    assert not second.borders.any()


def test_batches_hold_every_word_once(tale: list[Sentence]) -> None:
    own = parsed(tale)
    none = np.zeros((19, 1), dtype=np.float16)
    material = [texts.Text((own, own), none, none, none)] * 30
    chance = random.Random(0)
    batches = texts.batched(list(texts.drawn(material, chance)), 60, chance)
    assert all(len(b) * max(s.end - s.start for s in b) <= 60 for b in batches)
    words = sorted((s.text, k) for batch in batches for s in batch for k in range(s.start, s.end))
    assert words == [(text, word) for text in range(30) for word in range(19)]


def test_passages_are_read_once(tmp_path: Path) -> None:
    folder = tmp_path / "multihop"
    folder.mkdir()
    contents: list[Any] = [
        {"A": ["One. ", "Two."]},
        [{"title": "B", "text": "One. Two."}],
        [{"text": "Three."}],
    ]
    for name, content in zip(texts.PASSAGES, contents, strict=True):
        (folder / f"{name}.json").write_text(json.dumps(content))
    assert list(texts.passages(tmp_path)) == ["One. Two.", "Three."]


def test_the_learning_rate_rises_and_falls_to_zero() -> None:
    plan = loop.Plan(100, learn_rate=1.0, warmup=10)
    rates = [loop.rate(plan, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9]
    assert rates[100] == 0.0


def test_a_package_keeps_what_its_parts_look_up(tale: list[Sentence], tmp_path: Path) -> None:
    nlp = pipeline.syntax(16, 1)
    nlp.initialize(lambda: Toy(tale).initial(nlp))
    (tmp_path / "README.md").write_text("card")
    package.write(nlp, tmp_path)
    loaded = spacy.load(tmp_path)
    text = "Ann slept."
    assert [t.lemma_ for t in loaded(text)] == [t.lemma_ for t in nlp(text)]
    assert (tmp_path / "README.md").read_text() == "card"
    assert "slept" not in json.loads((tmp_path / "vocab/strings.json").read_text())


def test_the_bundled_pipeline_is_small() -> None:
    assert package.megabytes(ENGLISH) <= 20


def test_the_bundled_pipeline_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("network")

    monkeypatch.setattr(socket, "socket", refuse)
    assert [t.text for t in load.__wrapped__("english")("It rains.")] == ["It", "rains", "."]


def test_labels_are_a_closed_list(nlp: Language) -> None:
    assert set(nlp.get_pipe("ner").labels) == set(treebank.TYPES.values())
    parts = {"tok2vec", "tagger", "morphologizer", "parser", "trainable_lemmatizer", "ner"}
    assert set(nlp.pipe_names) == parts
    assert {"nsubj", "nsubj:pass", "obj", "obl", "acl:relcl", "nmod:poss"} <= set(
        nlp.get_pipe("parser").labels
    )
    card = (ENGLISH / "README.md").read_text("utf-8")
    assert all(f"`{label}`" in card for label in nlp.get_pipe("parser").labels)


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        (
            "Marie Curie discovered radium in Paris.",
            [("Curie|Marie", "nsubj", "discovered"), ("radium", "obj", "discovered")],
        ),
        (
            "The bridge was built by the Romans.",
            [("bridge", "nsubj:pass", "built"), ("Romans", "obl:agent", "built")],
        ),
        ("The man who called is my brother.", [("called", "acl:relcl", "man"), ("man", "nsubj", "brother")]),
        ("She doesn't like his car.", [("n't", "advmod", "like"), ("his", "nmod:poss", "car")]),
    ],
)
def test_plain_sentences_are_parsed(nlp: Language, text: str, edges: list[tuple[str, str, str]]) -> None:
    found = {(token.text, token.dep_, token.head.text) for token in nlp(text)}
    for words, dep, head in edges:
        assert any((word, dep, head) in found for word in words.split("|")), sorted(found)


def test_lemmas(nlp: Language) -> None:
    doc = nlp("The companies were buying houses and went home.")
    assert [t.lemma_ for t in doc] == ["the", "company", "be", "buy", "house", "and", "go", "home", "."]


def test_names(nlp: Language) -> None:
    doc = nlp("President Obama flew from London to New York in March.")
    found = {(ent.text, ent.label_) for ent in doc.ents}
    assert {("London", "place"), ("New York", "place")} <= found
    assert any("Obama" in name and label == "person" for name, label in found)


def test_empty_and_odd_texts_do_no_harm(nlp: Language) -> None:
    for text in ("", " ", "\n\n", "?!", "\u202e\x00", "a" * 5000, "😀 😀"):
        assert nlp(text).text == text


def test_the_benchmark_prints_one_line_of_json(
    tale: list[Sentence], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "treebank"
    folder.mkdir()
    for name in ("ewt-test", "gum-test", "gum-train"):
        (folder / f"{name}.conllu").write_text(CONLLU.replace("\t8\tnsubj", "\t9\tnsubj"), "utf-8")
    extraction.main(["--data", str(tmp_path), "--part", "parser", "--part", "ner", "--json"])
    (line,) = capsys.readouterr().out.splitlines()
    result = json.loads(line)
    assert 0 <= result["parser"]["both"]["las"] <= result["parser"]["both"]["uas"] <= 100
    assert result["ner"]["pipeline"]["untyped_f1"] >= result["ner"]["pipeline"]["f1"]
    extraction.main(["--data", str(tmp_path), "--part", "ner"])
    assert "untyped_f1" in capsys.readouterr().out


def test_real_text_is_parsed_about_as_well_as_the_card_says(nlp: Language) -> None:
    path = DEFAULT_DATA / "treebank" / "gum-test.conllu"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    sentences = treebank.read(path)[:120]
    assert ner.figures(nlp, sentences)["untyped_f1"] > 50
    parsed = parser.figures(nlp, sentences, borders=False)
    assert parsed["upos"] > 94
    assert parsed["las"] > 78
