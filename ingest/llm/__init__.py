r"""Reading with a language model: names and statements of passages, each grounded in a sentence.

Optional: nothing here runs, and nothing is sent anywhere, unless a model is given. Any chat model of
LangChain will do::

    from graphmem.llm import Budget, Cache, chat_model, folder

    model = chat_model("openai:gpt-4o-mini")
    extractor = Extractor(model, cache=Cache(folder()), budget=Budget(tokens=500_000))
    for found in extractor.each(excerpts(document, passages, sentences, now)):
        ...
    print(*extractor.report.lines(), sep="\n")

A model is believed in nothing that the text does not have (``grounding``).
"""

from __future__ import annotations

from graphmem.ingest.llm.excerpt import Excerpt, excerpts
from graphmem.ingest.llm.extractor import Extractor
from graphmem.ingest.llm.grounding import Extraction
from graphmem.ingest.llm.report import Report

__all__ = ["Excerpt", "Extraction", "Extractor", "Report", "excerpts"]
