"""What a form was drawn from: an edit is made only if that is still so.

The verbs of a memory read and write at once, so that whoever sends a form last wins, however old the page
is that it stands on. A form therefore keeps what its page showed; if somebody changed that meanwhile, the
edit is refused, and whoever then tries again has seen what the other one did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from graphmem import schema
from graphmem.errors import Conflict, NotFound
from graphmem.identities import Identity
from graphmem.identity import correction_id
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Commit, Entity, Sentence, View

Values = Mapping[str, str]
"""What a page shows, in words, by what it is: {"the name": "Ada"}."""
Reading = Callable[[Memory], Values]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a form was drawn from, and how the same is read later.

    Attributes:
        was: what the page showed.
        read: reads that again.
        head: the number of the commit that the page was drawn after.
        targets: ids of the records that an edit of this would change.
    """

    was: Values
    read: Reading
    head: int
    targets: tuple[str, ...] = ()


class Upon:
    """An edit upon what its form was drawn from; of a second try, upon what was there at the first."""

    def __init__(self, drawn: Drawn, change: Callable[[Memory], Commit]) -> None:
        self._drawn = drawn
        self._was = drawn.was
        self._change = change

    def __call__(self, memory: Memory) -> Commit:
        """Make the edit.

        Raises:
            Conflict: what the form was drawn from has changed since; nothing was written.
        """
        now = self._drawn.read(memory)
        if now != self._was:
            told = differences(self._was, now)
            self._was = now
            raise Conflict(f"{told}{by(memory, self._drawn)}.", self._drawn.targets)
        return self._change(memory)


def differences(was: Values, now: Values) -> str:
    """What has changed, in words."""
    return "; ".join(
        f"{what} was {was.get(what) or 'nothing'!r} on your page and is {now.get(what) or 'nothing'!r} now"
        for what in dict.fromkeys((*was, *now))
        if was.get(what) != now.get(what)
    )


def by(memory: Memory, drawn: Drawn) -> str:
    """Who did it last, in brackets, where the log of these records tells."""
    view = View.of(memory.namespace)
    commits = [
        commit
        for target in drawn.targets
        for commit in memory.store.commits(view, after=drawn.head, touching=target)
    ]
    last = max(commits, key=lambda one: one.seq, default=None)
    return f" ({last.author}, {last.at:%Y-%m-%d %H:%M})" if last else ""


# --- what each form is drawn from -----------------------------------------------------------


def _value(memory: Memory, id: str) -> schema.Value | None:
    record = memory.store.get(memory.view, [id]).get(id)
    return schema.from_record(record) if record else None


def of_entity(entity: Entity, head: int) -> Drawn:
    """What the forms of name and kind show."""

    def values(one: Entity) -> Values:
        return {"the name": one.name, "the kind": one.label}

    def read(memory: Memory) -> Values:
        now = _value(memory, entity.id)
        return values(now) if isinstance(now, Entity) else {"the name": ""}

    return Drawn(values(entity), read, head, (correction_id(entity.id),))


def of_identities(ends: Sequence[tuple[Entity, Identity]], head: int) -> Drawn:
    """What the form of a merger shows: which names are one on each side."""

    def values(found: Sequence[tuple[Entity, Identity]]) -> Values:
        return {f"what {of.key!r} is called": ", ".join(sorted(e.name for e in who)) for of, who in found}

    def read(memory: Memory) -> Values:
        now = [_value(memory, of.id) for of, _ in ends]
        return values([(one, memory.identity(one)) for one in now if isinstance(one, Entity)])

    return Drawn(values(ends), read, head)


def of_sentences(sentences: Sequence[Sentence], head: int) -> Drawn:
    """What the form of a split shows: whom the chosen sentences name."""

    def values(found: Sequence[Sentence]) -> Values:
        names = {one.id: ", ".join(m.of or m.name for m in one.mentions) for one in found}
        return {f"what “{one.text[:60]}” names": names.get(one.id, "") for one in sentences}

    def read(memory: Memory) -> Values:
        records = memory.store.get(memory.view, [one.id for one in sentences]).values()
        now = map(schema.from_record, records)
        return values([one for one in now if isinstance(one, Sentence)])

    return Drawn(values(sentences), read, head, tuple(correction_id(one.id) for one in sentences))


def of_fact(fact: Fact, head: int) -> Drawn:
    """What the forms of a fact show: what it says, and whether a person took it back."""

    def values(one: Fact) -> Values:
        said = one.retraction
        why = f"retracted by {said.by}" + (f": {said.why}" if said.why else "") if said else "not retracted"
        return {"the fact": one.text, "what people say of it": why}

    def read(memory: Memory) -> Values:
        now = _value(memory, fact.id)
        if not isinstance(now, Fact):
            raise NotFound(f"{fact.text!r} is not known any more: somebody took back what it came from")
        return values(now)

    return Drawn(values(fact), read, head, (correction_id(fact.id),))
