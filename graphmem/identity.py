"""Who is who: ids made from content, and the folded names by which mentions meet.

Ids are digests of what a record is, so that the same input gives the same graph on every machine
and reading a file twice is a no-op.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from typing import Final

from graphmem.errors import InputError

_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Letters that NFKD does not take apart, and the many apostrophes and dashes. One character for one
# where possible: mention rules fold a text without moving its offsets.
_LETTERS: Final = str.maketrans(
    {
        **dict(zip("łŁøØđĐıðÐ", "lLoOdDidD", strict=True)),
        **dict.fromkeys("\u2019\u2018\u02bb\u02bc\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
        "þ": "th",
        "Þ": "Th",
    }
)
WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
ARTICLES: Final = frozenset({"the", "a", "an"})
# Words that open sentences or stand capitalised in titles without naming anything.
FUNCTION_WORDS: Final = frozenset(
    """a an the he she it they we i you his her hers its their theirs our my your this that these those
    there here who whom whose which what when where why how in on at of to for from by with without within
    into onto upon over under above below between among against about around across after before during
    since until till through throughout toward towards along near off out up down and or but nor so yet if
    as because although though while whereas unless whether than then thus hence therefore however moreover
    furthermore also besides meanwhile nevertheless nonetheless instead otherwise still is are was were be
    been being am do does did has have had having can could may might must shall should will would not no
    all any both each either every few many more most much neither none one two three four five six seven
    eight nine ten several some such other another same own only even just very too first second third later
    early earlier following despite like unlike including according due based born originally initially
    eventually finally currently recently today now once again often sometimes usually generally typically
    traditionally historically previously formerly subsequently shortly additionally similarly consequently
    part see per via called known named described located founded established published released produced
    directed written set used made given let him them me us himself herself itself themselves""".split()
)


def digest(*parts: str) -> str:
    """96 bits of BLAKE2b as 24 hexadecimal digits; parts are length-prefixed: ("a", "b") is not ("ab",)."""
    hasher = hashlib.blake2b(digest_size=12)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        hasher.update(len(raw).to_bytes(8, "little"))
        hasher.update(raw)
    return hasher.hexdigest()


def content_hash(content: bytes) -> str:
    """128 bits of BLAKE2b of a source's bytes, as hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def document_id(namespace: str, uri: str) -> str:
    """A document is its namespace and where it comes from: a changed file stays the same document."""
    return "d" + digest("document", namespace, uri)


def passage_id(document: str, kind: str, text: str, occurrence: int) -> str:
    """A passage is its text in its document; ``occurrence`` counts equal ones before it, from 0."""
    return "p" + digest("passage", document, kind, text, str(occurrence))


def sentence_id(passage: str, text: str, occurrence: int) -> str:
    """A sentence is its text in its passage; ``occurrence`` counts equal ones before it, from 0."""
    return "s" + digest("sentence", passage, text, str(occurrence))


@lru_cache(maxsize=65536)
def entity_id(namespace: str, key: str) -> str:
    """An entity is a folded name (``fold``) in a namespace."""
    return "e" + digest("entity", namespace, key)


def episode_id(passage: str) -> str:
    """An episode is the passage that it begins with."""
    return "x" + digest("episode", passage)


def cast_id(document: str) -> str:
    """A cast is of one document."""
    return "k" + digest("cast", document)


def unit_id(namespace: str, key: str) -> str:
    """A unit is a name with what sets it apart, or one document's profile, in a namespace."""
    return "u" + digest("unit", namespace, key)


def block_id(namespace: str, key: str, digits: str) -> str:
    """A page is its block's key and the digits that its members share; 48 bits, as there are many."""
    return "b" + digest("block", namespace, key, digits)[:12]


def match_id(namespace: str, a: str, b: str) -> str:
    """A match is of two units, given by key, in order."""
    return "m" + digest("match", namespace, a, b)


def decision_id(namespace: str, a: str, b: str) -> str:
    """A decision is of two units, given by key, in order: a later word takes the place of an earlier one."""
    return "j" + digest("decision", namespace, a, b)


def correction_id(target: str) -> str:
    """A correction is of one record."""
    return "o" + digest("correction", target)


def slot_id(namespace: str, subject: str, relation: str) -> str:
    """A slot is a folded name and a relation that holds for one object at a time, in a namespace."""
    return "l" + digest("slot", namespace, subject, relation)


def dispute_id(slot: str) -> str:
    """A dispute is of one slot."""
    return "y" + digest("dispute", slot)


def plain(text: str) -> str:
    """The text in letters without marks, with plain apostrophes and dashes; case stays.

    >>> plain("Płock’s Ångström")
    "Plock's Angstrom"
    """
    if text.isascii():
        return text
    text = text.translate(_LETTERS)
    if text.isascii():  # but for its apostrophes and dashes, as most texts are
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold_word(word: str) -> str:
    """A word of a plain text as it stands in keys: lower case, without 's and apostrophes."""
    return word.casefold().removesuffix("'s").replace("'", "")


def words(text: str) -> list[str]:
    """The folded words of a text, hyphens split."""
    text = plain(text)
    if text.isascii() and "'" not in text:  # as most texts: all at once
        return WORD.findall(text.lower())
    return [word for word in map(fold_word, WORD.findall(text)) if word]


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """The key by which names meet: words without marks, case, 's and leading articles; empty if none is left.

    >>> fold("The Beyoncé-Knowles' ")
    'beyonce knowles'
    """
    folded = words(name)
    while len(folded) > 1 and folded[0] in ARTICLES:
        folded = folded[1:]
    return " ".join(folded)


def checked_namespace(name: str) -> str:
    """The name itself, if it may name a namespace.

    Raises:
        InputError: it may not.
    """
    if not _NAMESPACE.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a namespace: use 1 to 64 of a-z, 0-9, '.', '_' and '-',"
            " the first a letter or digit"
        )
    return name
