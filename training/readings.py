"""Raw text with the syntax that a teacher finds in it, for a small parser to learn from.

Uptraining (Petrov et al. 2010, Weiss et al. 2015): the small parser learns from the larger one's trees of
much text as it does from gold ones of little.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from spacy.language import Language
from spacy.tokens import Doc, DocBin, Token
from spacy.vocab import Vocab

from benchmarks.treebank import Sentence
from training.trees import Parser, Reading

LEAST: Final = 0.6
"""The mean share that the heads of a sentence have at least: what the teacher guesses is left out."""
TOGETHER: Final = 500  # texts that are read together
_ATTRIBUTES: Final = ["TAG", "POS", "MORPH", "DEP", "HEAD", "SENT_START", "SPACY"]


def _kept(doc: Doc, found: Reading) -> Doc | None:
    """The text with the sentences of which the teacher is sure."""
    ends = [*found.starts[1:], len(doc)]
    sure = [
        (start, end)
        for start, end in zip(found.starts, ends, strict=True)
        if sum(found.sure[start:end]) >= LEAST * (end - start)
    ]
    if not sure:
        return None
    place: dict[int, int] = {}
    for start, end in sure:
        place.update({k: len(place) + k - start for k in range(start, end)})
    return Doc(
        doc.vocab,
        words=[doc[k].text for k in place],
        spaces=[bool(doc[k].whitespace_) for k in place],
        tags=[found.tags[k] for k in place],
        pos=[found.morphs[k][0] for k in place],
        morphs=[found.morphs[k][1] for k in place],
        heads=[place[found.heads[k]] for k in place],
        deps=[found.deps[k] for k in place],
    )


def write(nlp: Language, parser: Parser, texts: Iterable[str], path: Path) -> None:
    """Write texts, in words of ``nlp``, as a teacher reads them."""
    docs = [doc for doc in map(nlp.make_doc, texts) if len(doc)]
    rows = DocBin(attrs=_ATTRIBUTES)
    for begin in range(0, len(docs), TOGETHER):
        part = docs[begin : begin + TOGETHER]
        read = parser.read([[token.text for token in doc] for doc in part])
        for doc, found in zip(part, read, strict=True):
            if (kept := _kept(doc, found)) is not None:
                rows.add(kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    rows.to_disk(new)
    new.replace(path)


def stored(path: Path) -> list[Sentence]:
    """The sentences of ``write``, without lemmas; each text is a document."""
    found: list[Sentence] = []
    for number, doc in enumerate(DocBin().from_disk(path).get_docs(Vocab())):
        starts = [k for k, token in enumerate(doc) if token.is_sent_start]
        for start, end in zip(starts, [*starts[1:], len(doc)], strict=True):
            found.append(_sentence(doc, str(number), start, end))
    return found


def _sentence(doc: Doc, document: str, start: int, end: int) -> Sentence:
    tokens: list[Token] = [doc[k] for k in range(start, end)]
    return Sentence(
        id="",
        document=document,
        words=tuple(token.text for token in tokens),
        spaces=tuple(bool(token.whitespace_) for token in tokens),
        lemmas=("",) * len(tokens),
        upos=tuple(token.pos_ for token in tokens),
        xpos=tuple(token.tag_ for token in tokens),
        feats=tuple(str(token.morph) for token in tokens),
        heads=tuple(token.head.i - start for token in tokens),
        deps=tuple(token.dep_ for token in tokens),
        mentions=(),
    )
