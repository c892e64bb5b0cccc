"""Keyword search: BM25 over sentences, for the words of a question that say something."""

from __future__ import annotations

import re
from typing import Final

from graphmem.stores.base import Store
from graphmem.types import View

# What every question is made of; their idf is small, but there are many of them.
QUESTION_WORDS: Final = frozenset(
    """a an the of in on at to for from by with and or is are was were be been did do does has have had what
    which who whom whose when where why how that this it its his her their he she they as than not""".split()
)


def telling_words(question: str) -> list[str]:
    """The words of a question that say something; all of them, if none does."""
    words = re.findall(r"\w+", question)
    return [word for word in words if word.lower() not in QUESTION_WORDS] or words


def keyword_search(store: Store, view: View, question: str, k: int) -> dict[str, float]:
    """BM25 of the best k sentences by id."""
    return dict(store.search_text(view, " ".join(telling_words(question)), k))
