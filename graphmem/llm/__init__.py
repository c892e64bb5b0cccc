r"""Language models: a chat model of LangChain behind a cache and a budget, asked for answers of a form.

Optional: nothing here runs, and nothing is sent anywhere, unless a model is given::

    client = Client(chat_model("openai:gpt-4o-mini"), cache=Cache(folder()), budget=Budget(tokens=500_000))

What ingest reads with a model is in ``graphmem.ingest.llm``, what is asked of a memory with one in
``graphmem.answering``. Neither believes a model in anything that the text does not have.
"""

from __future__ import annotations

from graphmem.llm.budget import Budget, Price, Usage
from graphmem.llm.cache import Cache, Kept, folder
from graphmem.llm.client import Answered, Client, Form, form
from graphmem.llm.model import ModelError, chat_model

__all__ = [
    "Answered",
    "Budget",
    "Cache",
    "Client",
    "Form",
    "Kept",
    "ModelError",
    "Price",
    "Usage",
    "chat_model",
    "folder",
    "form",
]
