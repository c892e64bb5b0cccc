"""The last part of the bundled pipeline: marks the names of parsed text in ``doc.ents``."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from graphmem.ingest.network import Network, Parsed

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

FACTORY: Final = "graphmem_names"


def parsed(doc: Doc) -> Parsed:
    """What a spaCy document tells the network."""
    return Parsed(
        [token.text for token in doc],
        [token.tag_ for token in doc],
        [token.dep_ for token in doc],
        [token.head.i for token in doc],
        [token.i for token in doc if token.is_sent_start],
    )


class Names:
    """The part of a spaCy pipeline that marks names; its network is read from the pipeline's folder."""

    def __init__(self, network: Network | None = None) -> None:
        self.network = network

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of names."""
        return tuple(self.network.setting["classes"]) if self.network else ()

    def __call__(self, doc: Doc) -> Doc:
        """Mark the names of a document that has been tagged and parsed."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Mark the names of documents, many at a time."""
        from spacy.tokens import Span

        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            found = (
                self.network.names([parsed(doc) for doc in batch]) if self.network else [[] for _ in batch]
            )
            for doc, names in zip(batch, found, strict=True):
                doc.set_ents([Span(doc, start, end, label) for start, end, label in names])
                yield doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The network as one archive of NumPy arrays; nothing if there is none."""
        if self.network is None:
            return b""
        stored = io.BytesIO()
        setting = np.frombuffer(json.dumps(self.network.setting).encode(), dtype=np.uint8)
        np.savez_compressed(stored, allow_pickle=False, setting=setting, **self.network.weights)
        return stored.getvalue()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Names:
        """Take the network of ``to_bytes``."""
        if data:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                setting = json.loads(arrays["setting"].tobytes())
                self.network = Network(setting, {k: arrays[k] for k in arrays.files if k != "setting"})
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the network into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / "network.npz").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Names:
        """Read the network from a folder."""
        return self.from_bytes((Path(path) / "network.npz").read_bytes())


def make(nlp: Language, name: str) -> Names:
    """A part without a network: it is read when the pipeline is."""
    return Names()


def register() -> None:
    """Make the part known to spaCy, so that a pipeline with it can be loaded."""
    from spacy.language import Language

    if not Language.has_factory(FACTORY):
        Language.factory(FACTORY, assigns=["doc.ents"], requires=["token.tag", "token.dep"], func=make)
