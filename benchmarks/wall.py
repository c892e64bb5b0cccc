"""The wall of bad text: 10,000 made inputs that nothing may break on, part ``wall`` of benchmarks.extraction.

What a kind is made of is drawn from a seed and the number of the input, so that each can be made again:
``made(SEED, 1234)``. Seconds are those of the processor, a kilobyte is 1,000 characters, and a shorter text
counts as one. The pipeline alone reads the same texts in the same run, before or after in turns.
"""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Final

from spacy.language import Language

from benchmarks.measures import percentile
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import Finding, batches, findings
from graphmem.ingest.language import parses
from graphmem.ingest.readers import items_reading

SEED: Final = 20240501
INPUTS: Final = 10_000
NOW: Final = datetime(2024, 5, 1, tzinfo=timezone.utc)
_WORDS: Final = (
    "the a of and to in is was she he it they said that which who not never may will moved visited married"
    " founded built works lives born before after since until every next last year week Monday May 1998 two"
    " company river old first president sister of the said by with from because if although only"
).split()
_NAMES: Final = (
    "Ann Lee;Marie Curie;IBM;the Bank of England;Dr. No;J. R. R. Tolkien;O'Neill;van der Berg;São Paulo;"
    "McDonald's;Łódź;New York City;AT&T;the U.S.;Jean-Luc;al-Hasan ibn al-Haytham;Mr.;St. Petersburg;IV;Bo"
).split(";")
_DATES: Final = (
    "3 May 1998;May 5th, '98;31/12/1999;2023-05-08T13:56;last Friday;the day before yesterday;10:30 pm;"
    "in the 1990s;two weeks ago;from Monday to Friday;every other Tuesday;Q3 2021;noon;Christmas Eve;"
    "30 February 2001;half past ten;the year 0;9999-12-31;between 1914 and 1918;a fortnight hence;"
    "mid-March;99999 years ago"
).split(";")
_SCRIPTS: Final = (
    "日本語漢字かなЖизньقلعةעבריתहिन्दीไทย한국어Ελληνικάქართული"
    "\U0001f600\U0001f1e9\U0001f1ea\U0001f469\u200d\U0001f467e\u0301\u0327ﬁ½Ⅳ\U0001d518\u202e\u2066\u200b\ufeff\u00ad"
)
_CODE: Final = (
    "def f(x: int) -> dict[str, int]:\n    return {x: [1, 2][0]}",
    "for (int i = 0; i < n; ++i) { a[i] += *p++; }",
    "SELECT a.b, COUNT(*) FROM t AS a WHERE a.c LIKE '%x%' GROUP BY 1;",
    '{"a": [1, {"b": null}], "date": "2023-05-08"}',
    "<div class='x' onclick=\"f()\">&amp;nbsp;</div>",
    "2024-05-01 12:00:01,123 ERROR [main] o.a.Foo.bar(Foo.java:12) - null",
    r"^\s*(?:[^\W\d_]+)\1+?$",
    "https://example.org/a?b=c&d=%20#e_f",
    "C:\\Users\\ann\\x.txt",
    "$ ls -la | grep -v '^d' && rm -rf ./*",
    "@@ -1,4 +1,4 @@\n- old\n+ new",
)
_BREAKS: Final = ("\n", "\n\n", "\t", "\r\n", "\u2028", "\x0b", "\x0c", "\x85", "\xa0")


def _prose(random: Random, sentences: int) -> str:
    """Sentences of a grammar that nobody speaks."""
    told = []
    for _ in range(sentences):
        kinds = random.choices((_WORDS, _NAMES, _DATES), (8, 2, 1), k=random.randint(3, 16))
        said = " ".join(map(random.choice, kinds))
        told.append(said[0].upper() + said[1:] + random.choice(".....?!…;"))
    return " ".join(told)


def _mangled(random: Random, text: str, share: float = 0.04) -> str:
    """A text with a part of its characters lost, doubled, swapped for others, or out of their case."""
    edits: tuple[Callable[[str], str], ...] = (
        lambda c: "",
        lambda c: c * random.randint(2, 6),
        lambda c: random.choice(_SCRIPTS),
        lambda c: random.choice("\"'“”’([{<.,;:-—/\\|&%$#@*_~^0123456789"),
        str.swapcase,
        lambda c: random.choice(_BREAKS) + c,
    )
    return "".join(random.choice(edits)(c) if random.random() < share else c for c in text)


def _control(random: Random) -> str:
    signs = [
        chr(code)
        for code in (*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x200E, 0x202E, 0x2066, 0xFEFF, 0xFFFE)
    ]
    return "".join(
        random.choice(signs) if random.random() < 0.3 else c for c in _prose(random, random.randint(1, 4))
    )


def _no_space(random: Random) -> str:
    unit = random.choice(
        ("x", "aB", "Abc", "1", ".", "-", "_", "Ann", "é", "漢", "a.b", "9/", "May5", "’", "Łx-")
    )
    return unit * (random.randint(100, 3000) // len(unit))


def _quotes(random: Random) -> str:
    text = _prose(random, 1)
    for _ in range(random.randint(1, 40)):
        opening, closing = random.choice(("“”", '""', "''", "«»", "„“", "‘’", "``"))
        said = random.choice(("", "", "he said that ", "said Ann, ", ", Bo replied"))
        text = f"{opening}{said}{text}{closing if random.random() < 0.8 else ''}"
    return text


def _scripts(random: Random) -> str:
    words = ["".join(random.choices(_SCRIPTS, k=random.randint(1, 9))) for _ in range(random.randint(2, 40))]
    return " ".join(
        word if random.random() < 0.6 else random.choice((*_WORDS, *_NAMES, *_DATES)) for word in words
    )


def _code(random: Random) -> str:
    return "\n".join(random.choice(_CODE) for _ in range(random.randint(1, 8)))


def _table(random: Random) -> str:
    sign = random.choice(("|", "\t", ";", ",", "  "))
    columns = random.randint(1, 12)
    rows = [
        sign.join(random.choice((*_NAMES, *_DATES, "", "-", "3.14", "1,000", "$5")) for _ in range(columns))
        for _ in range(random.randint(1, 12))
    ]
    return "\n".join([rows[0], sign.join(["---"] * columns), *rows[1:]])


def _base64(random: Random) -> str:
    code = base64.b64encode(random.randbytes(random.randint(60, 1500))).decode()
    width = random.choice((0, 64, 76))
    return "\n".join(code[k : k + width] for k in range(0, len(code), width)) if width else code


def _dates(random: Random) -> str:
    said = (
        f"{random.choice(_NAMES)} left {random.choice(('on', 'in', 'by', 'from', ''))}" for _ in range(99)
    )
    return _mangled(
        random, " ".join(f"{next(said)} {random.choice(_DATES)}," for _ in range(random.randint(1, 9))), 0.08
    )


def _names(random: Random) -> str:
    linked = ("and", "of", "of the", "'s", "&", ",", "said", "met", "is", "the", "de", "Jr.,")
    return _mangled(
        random,
        " ".join(f"{random.choice(_NAMES)} {random.choice(linked)}" for _ in range(random.randint(2, 24))),
        0.06,
    )


def _surrogates(random: Random) -> str:
    """Halves of pairs, as a JSON escape or a file system leaves them."""
    return "".join(
        c + chr(random.randint(0xD800, 0xDFFF)) if random.random() < 0.1 else c
        for c in _prose(random, random.randint(1, 3))
    )


def _brackets(random: Random) -> str:
    depth = random.randint(5, 400)
    opening, closing = random.choice(("()", "[]", "{}", "<>", "（）", "([", "(]"))
    return opening * depth + _prose(random, 1) + closing * random.randint(0, depth)


def _short_sentences(random: Random) -> str:
    said = (
        "No.",
        "Yes!",
        "I did.",
        "Why?",
        "Ann left.",
        "He ran.",
        "OK.",
        "1.",
        "A.",
        "…",
        "Dr.",
        "It rained.",
    )
    return random.choice((" ", "\n", "\n\n", "")).join(random.choices(said, k=random.randint(20, 400)))


def _long_sentence(random: Random) -> str:
    """Thousands of words and no full stop."""
    joint = random.choice((" ", ", ", " and ", " that ", " of ", " (", "; "))
    return joint.join(random.choices((*_WORDS, *_NAMES, *_DATES), k=random.randint(2000, 5000)))


def _megabyte(random: Random) -> str:
    unit = random.choice(("x", "Ab", "漢", "1", "é"))
    return unit * (1_000_000 // len(unit))


def _typed(random: Random) -> str:
    return _mangled(random, _prose(random, random.randint(1, 6)), random.choice((0.01, 0.05, 0.2)))


def _any(random: Random) -> str:
    """Any characters of the first two planes."""
    return "".join(
        chr(random.choice((random.randint(1, 0x24F), random.randint(1, 0x1FFFF)))) for _ in range(200)
    )


KINDS: Final[Mapping[str, tuple[int, Callable[[Random], str]]]] = {
    "mistyped prose": (2200, _typed),
    "dates mangled": (1300, _dates),
    "names mangled": (1300, _names),
    "mixed scripts": (900, _scripts),
    "control characters": (800, _control),
    "nested quotes": (700, _quotes),
    "code": (700, _code),
    "tables": (500, _table),
    "any characters": (500, _any),
    "half surrogates": (400, _surrogates),
    "no space": (297, _no_space),
    "deep brackets": (200, _brackets),
    "base64": (150, _base64),
    "short sentences": (40, _short_sentences),
    "thousands of words": (10, _long_sentence),
    "a megabyte without a space": (3, _megabyte),
}
"""How many of 10,000 inputs are of a kind, and what makes one."""


@lru_cache(maxsize=2)
def _order(seed: int) -> Sequence[str]:
    order = [kind for kind, (share, _) in KINDS.items() for _ in range(share)]
    Random(seed).shuffle(order)
    return order


def made(seed: int, number: int, kind: str = "") -> tuple[str, str]:
    """Kind and text of an input; of the kind that is its turn, or of the one that is asked for."""
    chosen = kind or _order(seed)[number % INPUTS]
    return chosen, KINDS[chosen][1](Random(f"{seed} {number}"))


def check(found: Sequence[Finding]) -> None:
    """That all that was found stands where it says.

    Raises:
        ValueError: it does not.
    """
    for finding in found:
        text = finding.sentence.text
        spans = [(one.start, one.end, one.name) for one in finding.mentions]
        spans += [(one.start, one.end, one.text) for one in finding.dates]
        spans += [(p.start, p.end, p.text) for one in finding.statements for p in one.participants]
        for start, end, said in spans:
            if text[start:end] != said:
                raise ValueError(f"{said!r} is not at {start} to {end} of {text!r}")
        for one in finding.statements:
            if not 0 <= one.start <= one.end <= len(text):
                raise ValueError(f"{one.predicate!r}: no such place: {one.start} to {one.end} of {text!r}")


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one input: by all of the reading, and by the pipeline alone."""

    kind: str
    number: int
    characters: int
    whole: float
    alone: float

    def rate(self, seconds: float) -> float:
        """Seconds a kilobyte."""
        return seconds / max(self.characters / 1000, 1)


def read(seed: int, number: int, nlp: Language) -> Timed:
    """Read one input, and hold what is found against it."""
    kind, text = made(seed, number)
    seconds = {}

    def whole() -> None:
        found.extend(findings(*chunk(items_reading("wall", "", [("", text)], "hash"), "n"), nlp, now=NOW))

    def alone() -> None:
        for batch in batches(texts):
            list(parses(nlp, batch))

    found: list[Finding] = []
    texts = [one.text for one in chunk(items_reading("wall", "", [("", text)], "hash"), "n")[2]]
    for work in (whole, alone) if number % 2 else (alone, whole):
        begin = time.process_time()
        work()
        seconds[work] = time.process_time() - begin
    check(found)
    return Timed(kind, number, len(text), seconds[whole], seconds[alone])


def measure(
    data: Path, nlp: Language, *, inputs: int = INPUTS, seed: int = SEED
) -> dict[str, dict[str, float]]:
    """Crashes, and seconds a kilobyte of all of the reading and of the pipeline alone.

    Args:
        data: not used; the inputs are made.
        nlp: the pipeline.
        inputs: how many.
        seed: what they are made from.
    """
    timed: list[Timed] = []
    crashes = 0
    with ThreadPoolExecutor(1) as pool:  # a future keeps whatever error there is, and the run goes on
        for number in range(inputs):
            future = pool.submit(read, seed, number, nlp)
            error = future.exception()
            if error is None:
                timed.append(future.result())
            else:
                crashes += 1
                kind = made(seed, number)[0]
                print(
                    f"crash: made({seed}, {number}), {kind}: {type(error).__name__}: {error}"[:500],
                    file=sys.stderr,
                )
    rows = {
        "reading": _row(timed, lambda one: one.whole),
        "pipeline alone": _row(timed, lambda one: one.alone),
    }
    rows["reading"] = {"inputs": inputs, "crashes": crashes, **rows["reading"]}
    for kind in KINDS:
        if own := [one for one in timed if one.kind == kind]:
            rows[kind] = _row(own, lambda one: one.whole)
    worst = max(timed, key=lambda one: one.rate(one.whole))
    rows[f"worst: {worst.kind} ({worst.number})"] = _row([worst], lambda one: one.whole)
    return rows


def _row(timed: Sequence[Timed], seconds: Callable[[Timed], float]) -> dict[str, float]:
    rates = [one.rate(seconds(one)) for one in timed]
    total = sum(map(seconds, timed))
    return {
        "characters": sum(one.characters for one in timed),
        "seconds": round(total, 1),
        "of_the_pipeline": round(total / sum(one.alone for one in timed), 2),
        "s_kb_p50": round(percentile([1000 * rate for rate in rates], 50) / 1000, 5),
        "s_kb_p99": round(percentile([1000 * rate for rate in rates], 99) / 1000, 5),
        "s_kb_worst": round(max(rates), 5),
    }
