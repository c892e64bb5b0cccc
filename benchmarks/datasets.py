"""The files that are measured on: their forms, and what to do where they are absent."""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final, NoReturn

from graphmem.identity import digest
from graphmem.ingest.readers import Turn, items_reading, turns_reading
from graphmem.ingest.reading import Reading

DEFAULT_DATA: Final = Path(os.environ.get("GRAPHMEM_DATA", "../shared/data"))
ORIGINS: Final = {
    "2wikimultihopqa": "2WikiMultihopQA as prepared by HippoRAG (GitHub OSU-NLP-Group/HippoRAG, reproduce)"
    " and the 40 questions of fast-graphrag (GitHub circlemind-ai/fast-graphrag, benchmarks)",
    "hotpotqa": "HotpotQA as prepared by HippoRAG (GitHub OSU-NLP-Group/HippoRAG, folder reproduce)",
    "musique": "MuSiQue as prepared by HippoRAG (GitHub OSU-NLP-Group/HippoRAG, folder reproduce)",
    "locomo": "LoCoMo (GitHub snap-research/locomo, data/locomo10.json; CC BY-NC 4.0)",
    "DateTimeModel": "Recognizers-Text (GitHub microsoft/Recognizers-Text, Specs/DateTime/English; MIT)",
    "ewt": "Universal Dependencies English EWT (GitHub UniversalDependencies/UD_English-EWT; CC BY-SA 4.0)",
    "gum": "Universal Dependencies English GUM (GitHub UniversalDependencies/UD_English-GUM; CC BY-SA 4.0)",
    "wnut17": "WNUT-17 (GitHub leondz/emerging_entities_17; CC BY 4.0)",
    "dev.t": "CaRB (GitHub dair-iitd/CaRB, data; MIT)",
    "df_qa": "EpBench (GitHub ahstat/episodic-memory-benchmark and its forks; MIT)",
    "phone_data": "LifeBench (Apache-2.0)",
    "QA_clean": "LifeBench (Apache-2.0)",
    "book": "EpBench (GitHub ahstat/episodic-memory-benchmark and its forks; MIT)",
    "gap-": "GAP (GitHub google-research-datasets/gap-coreference; Apache-2.0)",
    "structured": "Magellan sets as prepared by ditto (GitHub megagonlabs/ditto, data; Apache-2.0)",
    "dirty": "Magellan sets as prepared by ditto (GitHub megagonlabs/ditto, data; Apache-2.0)",
}


class DatasetMissing(SystemExit):
    """A file that is measured on is not there; exit code 3."""


def missing(path: Path) -> NoReturn:
    """Say what to fetch and from where, and end with exit code 3."""
    origin = next((text for key, text in ORIGINS.items() if path.name.startswith(key)), "see the docs")
    sys.stderr.write(
        f"{path} is not there. It comes from {origin}.\n"
        "Put it there, name it by option, or name the folder by --data or GRAPHMEM_DATA.\n"
    )
    raise DatasetMissing(3)


def load(path: Path) -> Any:
    """The JSON value of a file."""
    if not path.exists():
        missing(path)
    return json.loads(path.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Item:
    """A passage to find, a document of its own; ``uri`` is its title and its number among equal ones."""

    uri: str
    title: str
    text: str

    def reading(self) -> Reading:
        """The passage as ingest takes it."""
        return items_reading(self.uri, self.title, [("", self.text)], digest(self.text))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the ids (uris, turn ids) that answer it."""

    text: str
    gold: frozenset[str]
    category: str = ""


def corpus(path: Path) -> list[Item]:
    """The passages of a multi-hop corpus: a list of {title, text}, or {title: [sentences]}."""
    raw = load(path)
    pairs = (
        [(title, "".join(sentences)) for title, sentences in raw.items()]
        if isinstance(raw, dict)
        else [(item["title"], item["text"]) for item in raw]
    )
    seen: dict[str, int] = {}
    items = []
    for title, text in pairs:
        number = seen[title] = seen.get(title, -1) + 1
        items.append(Item(f"{title}#{number}" if number else title, title, text))
    return items


def _musique_gold(question: dict[str, Any], by_content: dict[tuple[str, str], str]) -> frozenset[str]:
    return frozenset(
        by_content[p["title"], p["paragraph_text"]] for p in question["paragraphs"] if p["is_supporting"]
    )


def questions(path: Path, form: str, items: list[Item]) -> list[Asked]:
    """The questions of a multi-hop set; ``form`` is 2wiki, hotpot or musique."""
    raw = load(path)
    if form == "2wiki":
        return [Asked(q["question"], frozenset(q["gold_titles"])) for q in raw]
    if form == "hotpot":
        return [Asked(q["question"], frozenset(t for t, _ in q["supporting_facts"])) for q in raw]
    by_content = {(item.title, item.text): item.uri for item in items}
    return [Asked(q["question"], _musique_gold(q, by_content)) for q in raw]


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of a chat: its id, session, speaker, moment and text."""

    id: str
    session: str
    speaker: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat and what is asked about it."""

    id: str
    turns: tuple[Said, ...]
    questions: tuple[Asked, ...]

    def reading(self) -> Reading:
        """The chat as ingest takes it; its blocks are the turns in their order."""
        turns = [Turn(turn.speaker, turn.text, turn.at, turn.session) for turn in self.turns]
        return turns_reading(self.id, self.id, turns, digest(*(turn.text for turn in turns)))


def _turns(conversation: dict[str, Any]) -> list[Said]:
    sessions = sorted(
        (key for key in conversation if re.fullmatch(r"session_\d+", key)), key=lambda key: int(key[8:])
    )
    turns = []
    for session in sessions:
        moment = datetime.strptime(conversation[f"{session}_date_time"], "%I:%M %p on %d %B, %Y")
        at = moment.replace(tzinfo=timezone.utc)
        for turn in conversation[session]:
            caption = turn.get("blip_caption")
            text = f"{turn['text']} [shares a photo: {caption}]" if caption else turn["text"]
            turns.append(Said(turn["dia_id"], session, turn["speaker"], at, text))
    return turns


def chats(path: Path, corrections: Path | None = None) -> list[Chat]:
    """LoCoMo's chats with their questions; evidence that names no turn is dropped, and questions without any.

    ``corrections`` (locomo-audit's form) replaces the evidence of questions known to be wrong.
    """
    fixed = {}
    if corrections is not None:
        fixed = {c["question"]: c["correct_evidence"] for c in load(corrections) if c.get("correct_evidence")}
    found = []
    for sample in load(path):
        turns = _turns(sample["conversation"])
        ids = {turn.id for turn in turns}
        asked = []
        for qa in sample["qa"]:
            evidence = fixed.get(qa["question"], qa["evidence"])
            gold = frozenset(re.findall(r"D\d+:\d+", " ".join(evidence))) & ids
            if gold:
                asked.append(Asked(qa["question"], gold, str(qa["category"])))
        found.append(Chat(sample["sample_id"], tuple(turns), tuple(asked)))
    return found
