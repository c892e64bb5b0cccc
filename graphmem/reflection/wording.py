"""Wording: what a model writes of the sentences that a note was made of, each line with what carries it.

Summaries of days and portraits that a model writes are those of MemoryBank (Zhong et al. 2024, "MemoryBank:
Enhancing Large Language Models with Long-Term Memory"). There they are believed as they are; here a line is
kept only with the sentences that it names and that carry it (``graphmem.llm.summing``), so that it goes with
them, and the note that was made without a model stands where no line is left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphmem import schema
from graphmem.dates.written import times
from graphmem.identity import digest
from graphmem.notes import RULES, Note, Part, Source
from graphmem.reflection.gathered import Read, in_time, keywords, names
from graphmem.stores.base import Store
from graphmem.types import Passage, Record, Sentence, View

if TYPE_CHECKING:
    from graphmem.llm import Client
    from graphmem.llm.summing import Summed

ROOM: Final = 12_000
"""Characters of sentences that a model is shown for one note."""
TAGS: Final = 8
"""Keywords of a note that a model words."""
MADE: Final = "worded"
"""Key of a note's data under which stands who worded it, of what, and in how many lines."""
SUMMARY: Final = """\
You sum up what a memory holds of one time or one thing, so that a reader need not go through all of it. You \
are shown its sentences, by number. Write at most {most} short statements: what happened, was said, decided \
or planned, by whom and when, with names, numbers and times as they stand there, the most important first. \
Begin each with whom or what it is about, by name. For each give the numbers of all sentences that it rests \
on. Write nothing that they do not say.
"""
PORTRAIT: Final = """\
You portray somebody or something of a memory for a reader who has to deal with it. You are shown what the \
memory holds of it, by number, each with the day on which it was said. Write at most {most} sentences: who \
or what it is, what it is related to, what it likes and does again and again, what happened to it last. \
Begin each with its name, and join what belongs together. Names, numbers and times are as they stand there. \
For each give the numbers of all lines that it rests on. Write nothing that they do not say.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence that a model is shown, with where it stands and when it was said.

    ``caption`` is who says it and when, ``when`` the times that it tells in other words.
    """

    caption: str
    text: str
    when: tuple[str, ...]
    source: Source
    at: datetime | None
    sentence: str = ""

    @property
    def told(self) -> str:
        """All that is shown of it."""
        return " ".join((self.caption, self.text, *self.when))


Lines: TypeAlias = Callable[[Store, View, Note], list[Line]]
"""What a model is shown for a note."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a model words the notes of a reflector.

    Attributes:
        lines: what it is shown for a note.
        task: what is wanted, with ``{most}`` for the lines.
        most: lines that it may write.
        least: sentences that are worth it: of fewer there is nothing to sum up.
        keeps: whether the lines that the note has without a model stay, behind those of the model.
        titled: whether the title of a note is true of all of its sentences, and may be said of any.
    """

    lines: Lines
    task: str
    most: int
    least: int
    keeps: bool = False
    titled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """What a model had to do with a reflection.

    Attributes:
        by: its name.
        asked: notes that it was asked to word, or with a dry run would be.
        written: notes that it worded.
        useless: notes of which it wrote nothing that could be used: they stand as they are without a model.
        left: notes that it did not get to: the next reflection asks for them.
        dropped: lines that it wrote and that no sentence carries.
        trouble: why notes were left.
    """

    by: str
    asked: int = 0
    written: int = 0
    useless: int = 0
    left: int = 0
    dropped: int = 0
    trouble: str = ""


class Wordings:
    """Words the notes of one reflection, counting what comes of it.

    A note that a model wrote stands as long as the sentences that it was shown are the same: that model is
    not asked again, and without a model nothing takes its place. Once they are others, a model is asked anew,
    or without one the note is made by the rules again.

    Args:
        store: where the sentences are.
        view: the namespace alone.
        client: asks the model; None words nothing.
        dry_run: count what would be asked, and ask nothing.
    """

    def __init__(self, store: Store, view: View, client: Client | None, *, dry_run: bool = False) -> None:
        self.store = store
        self.view = view
        self.client = client
        self.dry_run = dry_run
        self.worded = Worded(by=client.name) if client else None

    def word(self, note: Note, was: Record | None, wording: Wording) -> Note:
        """A note as a model words it, or worded it before; the same, where there is none or it fails.

        Args:
            note: as it is without a model.
            was: it as it is in the store.
            wording: how notes of its kind are worded.
        """
        made = was.body.get("data", {}).get(MADE) if was else None
        if self.client is None and made is None:
            return note
        lines = wording.lines(self.store, self.view, note)
        if len(lines) < wording.least:
            return note
        read = digest(MADE, *(f"{one.source.passage} {one.source.start} {one.told}" for one in lines))
        same = was is not None and made is not None and made["read"] == read
        stands = _again(note, was, made, wording) if same and was and made else note
        if self.client is None or (same and made and made["by"] == self.client.name):
            return stands
        return self._asked(self.client, note, stands, lines, wording, read)

    def _asked(
        self, client: Client, note: Note, stands: Note, lines: Sequence[Line], wording: Wording, read: str
    ) -> Note:
        """What the model makes of a note; ``stands`` if it is not asked, or cannot be."""
        assert self.worded is not None
        if self.worded.trouble and not self.dry_run:
            self.worded = replace(self.worded, left=self.worded.left + 1)
            return stands
        self.worded = replace(self.worded, asked=self.worded.asked + 1)
        if self.dry_run:
            return stands
        # Imported here: what asks no model needs none of it.
        from graphmem.llm import ModelError

        try:
            found = _summed(client, note, lines, wording)
        except ModelError as error:
            return self._left(stands, str(error))
        if found.outcome == "unread":
            return self._left(stands, "the budget is spent")
        made = {"by": client.name, "read": read, "lines": len(found.lines)}
        if not found.lines:
            count = self.worded.useless + 1
            self.worded = replace(self.worded, useless=count, dropped=self.worded.dropped + found.dropped)
            return stands if stands is not note else replace(note, data={**note.data, MADE: made})
        dropped, written = self.worded.dropped + found.dropped, self.worded.written + 1
        self.worded = replace(self.worded, dropped=dropped, written=written)
        return self._new(note, found, lines, wording, made)

    def _left(self, stands: Note, why: str) -> Note:
        assert self.worded is not None
        asked, left = self.worded.asked - 1, self.worded.left + 1
        self.worded = replace(self.worded, asked=asked, left=left, trouble=why)
        return stands

    def _new(
        self, note: Note, found: Summed, lines: Sequence[Line], wording: Wording, made: dict[str, Any]
    ) -> Note:
        """A note with the lines of a model."""
        parts = tuple(
            Part(text, tuple(lines[place].source for place in places)) for text, places in found.lines
        )
        new = replace(note, by=made["by"], data={**note.data, MADE: made})
        if wording.keeps:
            return replace(new, parts=(*parts, *note.parts))
        # Keywords and times of sentences that no line rests on would outlive these.
        cited = [lines[place] for place in sorted({place for _, places in found.lines for place in places})]
        moments = sorted(one.at for one in cited if one.at)
        named = names(self.store, self.view, [one.sentence for one in cited])
        return replace(
            new,
            parts=parts,
            tags=keywords([one.text for one in parts], named, TAGS),
            at=moments[0] if moments else None,
            until=moments[-1] if moments else None,
        )


def _summed(client: Client, note: Note, lines: Sequence[Line], wording: Wording) -> Summed:
    """What a model writes of the sentences of a note; errors as those of ``Client.ask``."""
    from graphmem.llm.fence import RULE
    from graphmem.llm.summing import Shown, summed

    task = wording.task.replace("{most}", str(wording.most)) + RULE
    shown = [Shown(one.caption, one.text, one.when) for one in lines]
    return summed(
        client, task, "sentences", shown, most=wording.most, known=note.title if wording.titled else ""
    )


def _again(note: Note, was: Record, made: dict[str, Any], wording: Wording) -> Note:
    """A note as it was worded before, of the same sentences."""
    old = schema.from_record(was)
    assert isinstance(old, Note)
    new = replace(note, by=old.by, data={**note.data, MADE: made})
    if not made["lines"]:
        return new
    if wording.keeps:
        return replace(new, parts=(*old.parts[: made["lines"]], *note.parts))
    return replace(new, parts=old.parts, tags=old.tags, at=old.at, until=old.until)


def plain(note: Note) -> Note:
    """A note that keeps its lines, without what a model wrote before them."""
    made = note.data.get(MADE)
    if made is None:
        return note
    data = {key: value for key, value in note.data.items() if key != MADE}
    return replace(note, parts=note.parts[made["lines"] :], by=RULES, data=data)


def sentence_line(passage: Passage, sentence: Sentence) -> Line:
    """A sentence of a passage as a line."""
    source = Source(passage.id, sentence.start, sentence.start + len(sentence.text))
    return Line(sentence.caption, sentence.text, times(sentence), source, passage.at, sentence.id)


def sentence_lines(found: Read, first: Collection[Part]) -> list[Line]:
    """The sentences that were read, in the order of time, as many as there is room for.

    Those that stand in some parts come first; of the others, evenly spread, what still has room.
    """
    order = sorted(found.passages.values(), key=in_time)
    lines = [sentence_line(passage, one) for passage in order for one in found.sentences.get(passage.id, ())]
    costs = [len(one.told) for one in lines]
    if sum(costs) <= ROOM:
        return lines
    own = {(source.passage, source.start) for part in first for source in part.sources}
    taken: set[int] = set()
    left = ROOM
    for place, one in enumerate(lines):
        if (one.source.passage, one.source.start) in own and costs[place] <= left:
            taken.add(place)
            left -= costs[place]
    rest = [place for place in range(len(lines)) if place not in taken]
    share = left / max(sum(costs[place] for place in rest), 1)
    passed = spent = 0.0
    for place in rest:
        passed += costs[place] * share
        if spent + costs[place] <= passed:
            taken.add(place)
            spent += costs[place]
    return [lines[place] for place in sorted(taken)]
