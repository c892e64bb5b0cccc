"""The network for syntax: tagger, morphologizer, parser and lemmatizer."""

from __future__ import annotations

from typing import Any, Final

import spacy
from spacy.language import Language

WIDTH: Final = 128
DEPTH: Final = 5
SYNTAX: Final = ("tagger", "morphologizer", "parser", "trainable_lemmatizer")


def words(attributes: dict[str, int], width: int, depth: int) -> dict[str, Any]:
    """A network that gives each word a vector from hashed attributes of it and its neighbours."""
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": width,
            "attrs": list(attributes),
            "rows": list(attributes.values()),
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": width,
            "depth": depth,
            "window_size": 1,
            "maxout_pieces": 3,
        },
    }


def transitions(tok2vec: dict[str, Any], hidden: int) -> dict[str, Any]:
    """A network that scores the next step of the parser."""
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": True,
        "hidden_width": hidden,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": tok2vec,
    }


def syntax(width: int = WIDTH, depth: int = DEPTH, *, small: bool = False) -> Language:
    """Tagger, morphologizer, parser and lemmatizer on one network; ``small``: tagger and parser alone."""
    nlp = spacy.blank("en")
    rows = {"NORM": 8000, "PREFIX": 1000, "SUFFIX": 4000, "SHAPE": 2000}
    nlp.add_pipe("tok2vec", config={"model": words(rows, width, depth)})
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "*"}
    tagger = {"@architectures": "spacy.Tagger.v2", "nO": None, "normalize": False, "tok2vec": shared}
    nlp.add_pipe("tagger", config={"model": tagger})
    if not small:
        nlp.add_pipe("morphologizer", config={"model": tagger, "overwrite": True})
    parser = transitions(shared, 96)
    nlp.add_pipe("parser", config={"model": parser, "min_action_freq": 5, "update_with_oracle_cut_size": 0})
    if not small:
        lemmatizer = {"model": tagger, "min_tree_freq": 3, "top_k": 3, "backoff": "orth"}
        nlp.add_pipe("trainable_lemmatizer", config=lemmatizer)
    return nlp
