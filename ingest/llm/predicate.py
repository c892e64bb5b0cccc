"""What a model calls a predicate: whether the sentence says it, its basic form, and the relation it means."""

from __future__ import annotations

import re
from typing import Final

from graphmem.llm.denial import AUXILIARY, BE, DENIAL
from graphmem.llm.spans import stem, words_of
from graphmem.relations import Relation, Schema

MOST_WORDS: Final = 12
"""Words of the longest predicate; what is longer is a sentence."""
_SMALL: Final = BE | AUXILIARY | DENIAL | frozenset(
    "a an the of in on at to for from by with as into onto over under about after before until since through"
    " during within without between among against towards toward along near off out up down and or but also"
    " its his her their that which who".split()
)  # fmt: skip
# Of the irregular verbs, those by which encyclopedias, letters and chats tell most of what happens.
_IRREGULAR: Final = dict(
    zip(
        """won wrote written led held made became began begun took taken gave given left met built sold bought
        taught found went gone came saw seen said told knew known grew fell rose ran sang sung spoke spoken
        sent spent kept lost paid brought thought got drew drawn flew drove broke chose chosen fought stood
        wore sat lay felt heard meant understood has had does did""".split(),
        """win write write lead hold make become begin begin take take give give leave meet build sell buy
        teach find go go come see see say tell know know grow fall rise run sing sing speak speak
        send spend keep lose pay bring think get draw draw fly drive break choose choose fight stand
        wear sit lie feel hear mean understand have have do do""".split(),
        strict=True,
    )
)
_EMPTY: Final = frozenset({"be", "*"})
_SHARED: Final = 3
"""Letters with which a basic form begins like the word that it is of."""
_NAME: Final = re.compile(r"[^\W\d_]")


def _content(predicate: str) -> list[str]:
    return [word for word in words_of(predicate).folded if word not in _SMALL]


def fits(predicate: str) -> bool:
    """Whether it can be a predicate at all: a few words, one of them with letters."""
    return 0 < len(words_of(predicate).folded) <= MOST_WORDS and _NAME.search(predicate) is not None


def support(predicate: str, sentence: str) -> float:
    """The share of its content words that a sentence says in some form; 1.0 for "is", "has", "by".

    >>> support("was published by", "Its publisher is Wiley."), support("murdered", "Ann met Bob.")
    (1.0, 0.0)
    """
    wanted = _content(predicate)
    if not wanted:
        return 1.0
    there = set(words_of(sentence).stems)
    return sum(_heard(word, there) for word in wanted) / len(wanted)


def worded(relation: Relation, sentence: str) -> bool:
    """Whether a sentence has all words of one of the predicates that mean a relation, but for "be".

    >>> from graphmem.relations import load
    >>> worded(load().relations["located_in"], "Paris is a city in Texas.")
    True
    """
    words = words_of(sentence)
    there = set(words.stems)
    return any(
        all(word in words.folded or _heard(word, there) for word in pattern.split() if word not in _EMPTY)
        for pattern in relation.patterns
    )


def _heard(word: str, there: set[str]) -> bool:
    """Whether a word is among stems, in some form."""
    base = stem(_IRREGULAR.get(word, word))
    forms = [form for form, verb in _IRREGULAR.items() if stem(verb) == base]
    if base in there or any(stem(form) in there for form in forms):
        return True
    # A noun of the verb: published, publisher; directed, director.
    return len(base) >= 5 and any(other.startswith(base) for other in there)


def basic(predicate: str, offered: str) -> str:
    """Its basic form with "be" for all forms of that: "was born in" is "be born in".

    Args:
        predicate: the words of the sentence.
        offered: the basic form by the model, taken if its words are forms of those words.
    """
    words = [word for word in words_of(predicate).folded if word not in DENIAL]
    kept = [word for word in words if word not in AUXILIARY or word in ("to", "do")] or words
    own = ["be" if word in BE else word for word in kept]
    own = [word for place, word in enumerate(own) if not place or word != own[place - 1]]
    if len(own) > 1 and own[0] in ("do", "to"):
        own = own[1:]
    theirs = list(words_of(offered).folded)
    if theirs and len(theirs) <= len(words) + 1 and all(_form_of(word, words) for word in theirs):
        return " ".join(theirs)
    if len(own) > 1 and own[1] == "by" and own[0] != "be":
        # "Built by": models leave out the "was" of a passive.
        return " ".join(["be", *own])
    if own and (len(own) == 1 or own[1] in _SMALL or own[0] in _IRREGULAR):
        # Before a noun it may be one itself: "lens came from".
        own[0] = _verb(own[0])
    return " ".join(own)


def _verb(word: str) -> str:
    """A verb without the ending of the third person, and that of an irregular past."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "oes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _form_of(word: str, words: list[str]) -> bool:
    if word == "be" or word in words:
        return True
    bases = [_IRREGULAR.get(one, one) for one in words if one not in _SMALL]
    return word in bases or any(
        len(word) >= _SHARED and stem(one)[:_SHARED] == stem(word)[:_SHARED] for one in bases
    )


def named(key: str, schema: Schema, *, time: bool) -> str:
    """The relation that a basic form means for an object that is a time or is none; empty if it has no name.

    Models leave out the "be" of a passive: "born in" is looked up as "be born in" too.
    """
    # Whether an object is a place is not told by a model, so that it may be one.
    role = "time" if time else "place"
    for one in (key, f"be {key}"):
        if relation := schema.find(one, role):
            return relation.name
    return ""
