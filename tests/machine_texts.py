"""What a machine's memory reads: small documents of two versions each, read once by the bundled pipeline.

A chat with dated turns, jobs and homes that change, births that contradict each other, two who bear one name,
pronouns, parts of names, hearsay, denials, and what may be.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from machine_derived import NAMESPACE, Rows
from machine_folding import rows_of

from graphmem.ingest.language import ENGLISH, named
from graphmem.ingest.pipeline import Plan, Prepared, read_source
from graphmem.ingest.sources import Source

TEXTS: Final = {
    "oslo.txt": (
        "[2020-03-01 10:00] Mira Quist: I moved to Oslo.\n[2020-03-01 10:01] Jon Vesper: Quaint.\n",
        "[2020-03-01 10:00] Mira Quist: I moved to Oslo.\n[2020-03-02 09:00] Jon Vesper: I live in Turku.\n"
        "[2020-03-02 09:05] Mira Quist: I work for Halden Mills.\n",
    ),
    "rome.txt": (
        "[2022-05-01 10:00] Mira Quist: I moved to Rome.\n[2022-05-01 10:01] Jon Vesper: Again?\n",
        "[2021-05-01 10:00] Mira Quist: I moved to Rome.\n[2023-01-07 10:01] Jon Vesper: I moved to Oslo.\n",
    ),
    "born.txt": (
        "Tove Ardal was born in Bergen. She painted herons. Tove Ardal moved to Turku in May 2011.",
        "Tove Ardal was born in Bergen. Tove Ardal visited Kyoto in 2008. She liked the temples.",
    ),
    "register.txt": (
        "Tove Ardal was born in Rome. Nils Okker was born in 1931.",
        "Tove Ardal was born in Oslo. Nils Okker was born in 1932. He was born in Rome.",
    ),
    "quist.md": (
        "# Mira Quist\n\nMira Quist visited Kyoto in 2008. She met Jon Vesper there.\n\n"
        "Quist wrote to Tove Ardal.",
        "# Mira Quist\n\nMira Quist visited Kyoto in 2009. She met Jon Vesper there.\n\n"
        "Nils Okker married Tove Ardal.",
    ),
    "diver.txt": (
        "John Smith lived in Turku. He works for Halden Mills.",
        "John Smith lived in Turku. John Smith does not work for Halden Mills.",
    ),
    "baker.txt": (
        "John Smith lived in Rome. Smith, the baker, likes Oslo.",
        "John Smith was born in Rome in 1950. Smith likes Oslo.",
    ),
    "jobs.md": (
        "# Jobs\n\nIn 2015 Nils Okker joined Halden Mills. In 2016 he moved to Turku.",
        "# Jobs\n\nIn 2015 Nils Okker joined Halden Mills. In 2017 he moved to Rome."
        " Nils Okker moved to Oslo in 2019.",
    ),
    "talk.txt": (
        "According to Tove Ardal, Jon Vesper lived in Bergen. Jon Vesper may move to Rome.",
        "Tove Ardal said that Mira Quist lives in Bergen. Mira Quist does not live in Oslo.",
    ),
    "trip.txt": (
        "[2023-05-08 13:56] Vera Lund: I go to Bergen with Tove Ardal.\n"
        "[2023-05-08 13:57] Nils Okker: Bring the maps.\n"
        "[2023-05-09 08:00] Vera Lund: They are in Turku.\n"
        "[2023-05-09 08:05] Nils Okker: I live in Oslo now.\n"
        "[2023-06-01 10:00] Vera Lund: I work for Halden Mills.\n"
        "[2023-06-01 10:02] Nils Okker: Since when?\n"
        "[2023-06-01 10:03] Vera Lund: Since spring.\n"
        "[2023-07-15 18:30] Nils Okker: I moved to Rome.\n",
        "[2023-05-08 13:56] Vera Lund: I go to Bergen with Tove Ardal.\n"
        "[2023-05-09 08:05] Nils Okker: I live in Oslo now.\n"
        "[2023-06-01 10:00] Vera Lund: I do not work for Halden Mills.\n",
    ),
    "cities.txt": (
        "Turku is the capital of Finland. Kyoto belongs to Jon Vesper.",
        "Turku belonged to Mira Quist in 2004. Rain fell on the quay.",
    ),
}
NAMES: Final = ("Mira Quist", "Tove Ardal", "Nils Okker", "Jon Vesper", "John Smith", "Vera Lund")
PLACES: Final = ("Oslo", "Rome", "Turku", "Bergen", "Halden Mills", "Oslo Norway")
Key = tuple[str, int]


@lru_cache(maxsize=1)
def prepared() -> dict[Key, Prepared]:
    """Every version of every document, read once."""
    plan = Plan(NAMESPACE, pipeline=named(ENGLISH))
    found = {}
    for uri, versions in TEXTS.items():
        for version, text in enumerate(versions):
            one = read_source(Source(uri, Path(uri).suffix, data=text.encode()), None, plan)
            assert isinstance(one, Prepared)
            found[uri, version] = one
    return found


@lru_cache(maxsize=1)
def read() -> dict[Key, Rows]:
    """The rows of every version of every document."""
    return {
        key: rows_of([one.document, *one.passages, *one.sentences, *([one.cast] if one.cast else [])])
        for key, one in prepared().items()
    }
