"""Answering with a language model: what is asked of the memory, what of that is useful, and what it says.

A question goes through steps, each of one call or a few: its parts (``decomposition``), drafts of what an
answer would say (``clues``), a note that grows until it is enough (``notes``); all that these ask of the
memory is fused (``fusion``), sifted (``filter``) and answered with citations that are looked up
(``citations``). The model chooses what to look for and how to word it; it is believed in nothing that a
sentence of the memory does not say.
"""

from __future__ import annotations

from graphmem.answering.answer import Answer, Assertion
from graphmem.answering.asking import ROUNDS, STEPS, Step, ask
from graphmem.answering.citations import Citation
from graphmem.answering.fusion import Found
from graphmem.answering.search import Asked

__all__ = ["ROUNDS", "STEPS", "Answer", "Asked", "Assertion", "Citation", "Found", "Step", "ask"]
