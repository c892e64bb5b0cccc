"""The network that is bundled: layers of the teacher, cut smaller, that learn what it says of many texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from graphmem.ingest.network import PIECES, Integers, Network, Parsed, pieces, stretches
from training.teacher import WIDTH, Scheme, cross, figures, vocabulary
from training.texts import CLASSES, KINDS, LABELS, Stretch, Text, batched, drawn, padded

LAYERS: Final = (0, 1, 2)
INNER: Final = 512
EMBEDDED: Final = 128
HEADS: Final = 12
PLACES: Final = 208
KIND_WEIGHT: Final = 0.3
WORDS: Final = 2500  # of a batch
REPEATED: Final = 4  # gold texts are few beside those of the teacher
UNSEEN: Final = 0.03  # share of words whose form is hidden
_MARKS: Final = frozenset("“”‘’–—…€£°½•§©®×·")


def kept_pieces() -> tuple[str, ...]:
    """The teacher's pieces that English is written in; the first stands for all others."""
    own = [
        piece
        for piece in vocabulary()
        if piece and not piece.startswith("[") and all(c < "\x80" or c in _MARKS for c in piece)
    ]
    return ("[UNK]", *own, "[")


class Layer(nn.Module):
    """Self-attention and two linear layers, each added and normalized: as in BERT (Devlin et al. 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.ln1, self.ln2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Vectors (stretches, words, width) to such."""
        rows, words, _ = x.shape
        q, k, v = self.qkv(x).view(rows, words, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.ln1(x + self.drop(self.o(seen.transpose(1, 2).reshape(rows, words, WIDTH))))
        inner = nn.functional.gelu(self.up(x), approximate="tanh")
        normal: torch.Tensor = self.ln2(x + self.drop(self.down(inner)))
        return normal


class Student(nn.Module):
    """``graphmem.ingest.naming.Network`` as it learns."""

    def __init__(self, scheme: Scheme) -> None:
        super().__init__()
        self.emb = nn.Embedding(len(kept_pieces()), EMBEDDED)
        self.first, self.last = (nn.Linear(EMBEDDED, WIDTH, bias=False) for _ in range(2))
        self.mean, self.head = (nn.Linear(EMBEDDED, WIDTH, bias=False) for _ in range(2))
        self.feat = nn.ModuleList(nn.Embedding(size, WIDTH) for size in scheme.sizes())
        self.pos, self.ln = nn.Embedding(PLACES, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(0.1)
        self.layers = nn.ModuleList(Layer() for _ in LAYERS)
        self.out, self.cls = nn.Linear(WIDTH, len(LABELS)), nn.Linear(WIDTH, len(KINDS))

    def forward(self, given: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores of labels and kinds, each (stretches, words, …)."""
        known = (given["pieces"] >= 0).float().unsqueeze(-1)
        x = self.emb(given["pieces"].clamp(min=0))
        if self.training:
            x = x * (torch.rand(x.shape[:2]) >= UNSEEN)[..., None, None]
        count = known.sum(2).clamp(min=1)
        mean = (x * known).sum(2) / count
        end = (count.long() - 1).unsqueeze(-1).expand(-1, -1, 1, EMBEDDED)
        last = torch.gather(x, 2, end).squeeze(2)
        head = torch.gather(mean, 1, given["heads"].unsqueeze(-1).expand(-1, -1, EMBEDDED))
        x = self.first(x[:, :, 0]) + self.last(last) + self.mean(mean) + self.head(head)
        x = x + self.pos.weight[1 : x.shape[1] + 1]
        for k, part in enumerate(self.feat):
            x = x + part(given["features"][..., k])
        x = self.drop(self.ln(x))
        for layer in self.layers:
            x = layer(x, given["mask"])
        return self.out(x).float(), self.cls(x).float()


@torch.no_grad()
def cut(student: Student, teacher: dict[str, torch.Tensor]) -> None:
    """Start a student with what of its teacher's weights fits.

    Piece vectors are the first principal components of the teacher's; of a layer's inner units those
    with the longest weights stay.
    """
    vocab, start = vocabulary(), "bert.embeddings."
    rows = teacher[f"{start}word_embeddings.weight"][[vocab[piece] for piece in kept_pieces()]]
    middle = rows.mean(0)
    axes = torch.linalg.svd(rows - middle, full_matrices=False)[2][:EMBEDDED]
    vectors = (rows - middle) @ axes.T
    own = student.state_dict()
    own["emb.weight"].copy_(vectors / vectors.std())
    for name, share in (("first", 0.5), ("mean", 0.5), ("last", 0.0), ("head", 0.0)):
        own[f"{name}.weight"].copy_(share * vectors.std() * axes.T)
    kind = teacher[f"{start}token_type_embeddings.weight"][0]
    own["pos.weight"].copy_(teacher[f"{start}position_embeddings.weight"][:PLACES] + kind + middle)
    for part in ("weight", "bias"):
        own[f"ln.{part}"].copy_(teacher[f"{start}LayerNorm.{part}"])
    for name, value in teacher.items():
        if name.startswith(("feat.", "out.", "cls.")):
            own[name].copy_(value)
    for place, layer in enumerate(LAYERS):
        _cut_layer(own, f"layers.{place}.", teacher, f"bert.encoder.layer.{layer}.")


def _cut_layer(own: dict[str, torch.Tensor], name: str, teacher: dict[str, torch.Tensor], of: str) -> None:
    whole = {
        "o": "attention.output.dense",
        "ln1": "attention.output.LayerNorm",
        "ln2": "output.LayerNorm",
    }
    for part in ("weight", "bias"):
        three = [teacher[f"{of}attention.self.{one}.{part}"] for one in ("query", "key", "value")]
        own[f"{name}qkv.{part}"].copy_(torch.cat(three))
        for short, long in whole.items():
            own[f"{name}{short}.{part}"].copy_(teacher[f"{of}{long}.{part}"])
    up, down = teacher[f"{of}intermediate.dense.weight"], teacher[f"{of}output.dense.weight"]
    stay = (up.norm(dim=1) * down.norm(dim=0)).topk(INNER).indices
    own[f"{name}up.weight"].copy_(up[stay])
    own[f"{name}up.bias"].copy_(teacher[f"{of}intermediate.dense.bias"][stay])
    own[f"{name}down.weight"].copy_(down[:, stay])
    own[f"{name}down.bias"].copy_(teacher[f"{of}output.dense.bias"])


def groups(student: Student, rate: float) -> list[dict[str, Any]]:
    """Piece vectors, of which each batch has few, learn faster and do not decay."""
    vectors = [student.emb.weight]
    rest = [p for p in student.parameters() if p is not student.emb.weight]
    return [{"params": vectors, "lr": 2 * rate, "weight_decay": 0.0}, {"params": rest, "lr": rate}]


class Lessons:
    """The task of the student: gold names, and what its teacher thinks of other texts."""

    def __init__(
        self, scheme: Scheme, gold: Sequence[Text], silver: Sequence[Text], dev: Sequence[Text]
    ) -> None:
        self.scheme, self.dev = scheme, dev
        self.gold, self.texts = range(len(gold)), [*gold, *silver]
        self._known = {piece: k for k, piece in enumerate(kept_pieces())}
        self._forms: dict[str, NDArray[np.int64]] = {}
        self._features: dict[tuple[int, int], Integers] = {}

    def epoch(self, number: int) -> Sequence[list[Stretch]]:
        """All texts once, the gold ones some times, in stretches and batches drawn anew."""
        chance = random.Random(number)
        rows = list(drawn(self.texts, chance))
        for _ in range(REPEATED - 1):
            rows.extend(drawn(self.texts[: len(self.gold)], chance))
        return batched(rows, WORDS, chance)

    def _form(self, word: str) -> NDArray[np.int64]:
        if word not in self._forms:
            own = pieces(word, self._known)
            self._forms[word] = np.array([*own, *[-1] * (PIECES - len(own))])
        return self._forms[word]

    def given(self, rows: Sequence[tuple[Parsed, Integers, int, int]]) -> dict[str, torch.Tensor]:
        """Stretches as numbers for the student."""
        words = max(end - start for _, _, start, end in rows)
        arrays = {
            "pieces": [np.array([self._form(w) for w in text.words[a:b]]) for text, _, a, b in rows],
            "features": [found[a:b] for _, found, a, b in rows],
            "heads": [np.clip(text.heads[a:b], a, b - 1) - a for text, _, a, b in rows],
        }
        found = {name: torch.from_numpy(padded(rows_of, words)) for name, rows_of in arrays.items()}
        mask = padded([np.ones(end - start, dtype=bool) for _, _, start, end in rows], words)
        return {**found, "mask": torch.from_numpy(mask)[:, None, None, :]}

    def _of(self, text: int, parse: int) -> Integers:
        if (text, parse) not in self._features:
            self._features[text, parse] = self.scheme.features(self.texts[text].parses[parse])
        return self._features[text, parse]

    def loss(self, network: nn.Module, batch: list[Stretch]) -> torch.Tensor:
        """Cross-entropy of labels, and less of kinds."""
        rows = [
            (self.texts[s.text].parses[s.parse], self._of(s.text, s.parse), s.start, s.end) for s in batch
        ]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            names, kinds = network(self.given(rows))
        own = [(self.texts[s.text], slice(s.start, s.end)) for s in batch]
        return cross(names, [text.labels[part] for text, part in own]) + KIND_WEIGHT * cross(
            kinds, [text.kinds[part] for text, part in own]
        )

    @torch.inference_mode()
    def score(self, network: nn.Module) -> dict[str, float]:
        """F1 of names, with their class and without."""
        network.eval()
        found = []
        for text in self.dev:
            parse = text.parses[0]
            told = self.scheme.features(parse)
            parts = [
                network(self.given([(parse, told, *part)]))[0][0]
                for part in stretches(parse.starts, len(text))
            ]
            found.append(torch.cat(parts).numpy())
        return figures(self.dev, found)


def network(student: Student, scheme: Scheme) -> Network:
    """The student as it is bundled: matrices in eight bits, each row with a scale, the rest in sixteen."""
    setting = {
        **{"tags": scheme.tags, "deps": scheme.deps, "classes": CLASSES},
        **{"vocabulary": kept_pieces(), "heads": HEADS, "layers": len(LAYERS)},
    }
    weights: dict[str, NDArray[Any]] = {}
    for name, value in student.state_dict().items():
        if name.startswith("cls."):
            continue
        array = value.numpy()
        if array.ndim == 2:
            scale = np.maximum(np.abs(array).max(axis=1), 1e-8) / 127
            weights[f"{name}.scale"] = scale.astype(np.float32)
            weights[name] = np.rint(array / scale[:, None]).astype(np.int8)
        else:
            weights[name] = array.astype(np.float16)
    return Network(setting, weights)
