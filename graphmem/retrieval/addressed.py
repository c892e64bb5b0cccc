"""Addressed: a question about somebody, put to that person.

"When did Melanie paint the lake?" becomes "When did you paint the lake?", as it would be asked in the talk
itself. A name says who is asked about and nothing of what: with it, a question is near to all that says the
name, which is what others say to her, and far from what she says of herself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_INVERTED: Final = {"does": "do", "is": "are", "was": "were", "has": "have"}


def addressed(question: str, speakers: Iterable[str]) -> str:
    """The question with "you" for each speaker whom it names, by a whole name or a word of it.

    Only names that begin as names do: somebody called "user" is not meant by a question about users. The
    words are English; in other languages the question loses the name all the same.

    >>> addressed("What does Melanie like about Caroline's hat?", ["Melanie", "Caroline"])
    'What do you like about your hat?'
    >>> addressed("Who has the lamp?", ["Melanie", "user"])
    'Who has the lamp?'
    """
    full = {one.strip() for one in speakers}
    names = {name for one in full for name in (one, *one.split()) if len(name) > 1 and not name[0].islower()}
    if not names:
        return question
    longest = sorted(names, key=lambda name: (-len(name), name))
    name = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
    own = rf"{name}['\u2019]s?(?!\w)"
    question = re.sub(
        rf"\b({'|'.join(_INVERTED)})\s+{name}(?!['\u2019])", lambda m: f"{_INVERTED[m[1]]} you", question
    )
    return re.sub(name, "you", re.sub(own, "your", question))
