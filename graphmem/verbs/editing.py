"""What people say of the memory's contents: each word is a commit of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graphmem import correcting, deciding, merging
from graphmem.errors import InputError, NotFound
from graphmem.identity import fold
from graphmem.slots import Dispute
from graphmem.statements import Interval
from graphmem.types import Commit, Sentence
from graphmem.verbs.opened import storable
from graphmem.verbs.reading import Reading


class Editing(Reading):
    """The verbs that correct what was read."""

    def _hand(self) -> correcting.Hand:
        return correcting.Hand(self.namespace, storable(self.author), self.clock())

    def relate(
        self,
        subject: str,
        relation: str,
        object: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        negated: bool = False,
        literal: bool = False,
    ) -> Commit:
        """Add a fact: a known relation ("lives_in") or a verb of one's own ("mentors") holds.

        It is found, shown and forgotten as what a source says; its own source is "said:AUTHOR/…".

        Args:
            subject: the name that the fact is about.
            relation: the name of a known relation, or words.
            object: a name, or with ``literal`` a text that names nothing ("30 dollars").
            since: from when it holds.
            until: when it ended.
            negated: whether it is denied.
            literal: whether the object is no name.

        Raises:
            InputError: a part is empty, the end is before the beginning, or the author said so before.
        """
        when = _interval(since, until)
        statement = correcting.related(subject, relation, object, when=when, negated=negated, literal=literal)
        changes = correcting.stated(self.store, self._own(), self._hand(), statement)
        if not changes:
            raise InputError(f"{self.author} said so before: {subject} {relation} {object}")
        return self.write(changes, f"{subject} {'not ' if negated else ''}{relation} {object}")

    def correct(
        self,
        fact: str,
        *,
        object: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Commit:
        """Give a fact, by id, another object or time: it is retracted, and what holds instead is stated.

        Raises:
            NotFound: there is no such fact.
            InputError: nothing is changed.
        """
        of = correcting.fact(self.store, self._own(fact), fact)
        when = _interval(since, until)
        changes, _ = correcting.correct(self.store, self._own(), self._hand(), of, object=object, when=when)
        return self.write(changes, f"correct {of.text}" + (f": {object}" if object else ""))

    def retract(self, fact: str, why: str = "") -> Commit:
        """Say that a fact or event, by id, is not so, whatever source says it again.

        Raises:
            NotFound: there is no such fact.
        """
        of = correcting.fact(self.store, self._own(fact), fact)
        changes = correcting.retract(self.store, self._own(), self._hand(), of, why)
        return self.write(changes, f"retract {of.text}" + (f": {why}" if why else ""))

    def admit(self, fact: str) -> Commit:
        """Say that a retracted fact is so after all.

        Raises:
            NotFound: there is no such fact.
            InputError: nobody retracted it.
        """
        of = correcting.fact(self.store, self._own(fact), fact)
        return self.write(correcting.admit(self.store, self._own(), self._hand(), of), f"admit {of.text}")

    def pin(self, fact: str) -> Commit:
        """Vouch for a fact or event, by id: it stays when its sources are forgotten.

        Raises:
            NotFound: there is no such fact.
            InputError: the author vouched for it before.
        """
        of = correcting.fact(self.store, self._own(fact), fact)
        changes = correcting.pin(self.store, self._own(), self._hand(), of)
        if not changes:
            raise InputError(f"{self.author} vouched for it before: {of.text}")
        return self.write(changes, f"pin {of.text}")

    def rename(self, name: str, to: str) -> Commit:
        """Show an entity, by name or id, by another name; an empty one takes that back.

        Raises:
            NotFound: nothing is called so.
        """
        of = correcting.entity(self.store, self._own(name), self.namespace, name)
        changes = correcting.rename(self.store, self._own(), self._hand(), of, to)
        return self.write(changes, f"rename {of.name} to {to}" if to else f"take the name of {of.name} back")

    def retype(self, name: str, label: str) -> Commit:
        """Say what an entity is, "person" or "place" or another word; an empty one takes that back.

        Raises:
            NotFound: nothing is called so.
        """
        of = correcting.entity(self.store, self._own(name), self.namespace, name)
        changes = correcting.retype(self.store, self._own(), self._hand(), of, label)
        return self.write(changes, f"{of.name} is a {label}" if label else f"take the kind of {of.name} back")

    def move(self, sentence: str, name: str, to: str) -> Commit:
        """Say that a sentence, by id, means another by a name than was read.

        Raises:
            NotFound: there is no such sentence, or it does not name that one.
            InputError: the new name is empty.
        """
        return self.split(name, to, [sentence])

    def split(self, name: str, to: str, where: Iterable[str]) -> Commit:
        """Say that in some sentences or documents, by id or URI, a name means another, to be called ``to``.

        What sleeps of a document is told so as well.

        Raises:
            NotFound: there is no such sentence or document, or none of them names it.
            InputError: the new name is empty, or the old one.
        """
        view = self._own(name, *where)
        of = correcting.entity(self.store, view, self.namespace, name)
        sentences = [one for place in where for one in self._sentences_of(place)]
        if fold(to) == of.key:
            raise InputError(f"{to!r} is the same name: give the other one another, as '{of.name} (2)'")
        places = correcting.places_of(sentences, of)
        if not places:
            raise NotFound(
                f"none of these names {of.name!r}: 'graphmem show {of.name!r}' lists where it stands"
            )
        changes = correcting.move(self.store, view, self._hand(), sentences, places, to)
        return self.write(changes, f"split {of.name}: {to} in {len(places)} sentences")

    def _sentences_of(self, place: str) -> list[Sentence]:
        """A sentence by its id, or all of a document."""
        record = self.store.get(self._own(), [place]).get(place)
        found = self._values([place], Sentence) if record else []
        if found:
            return found
        return merging.sentences(self.store, self._own(), self.document(place).id)

    def same(self, a: str, b: str) -> Commit:
        """Say that two names are one; it outweighs all evidence, until it is undone or another word is said.

        A name may be the id of a unit or an entity, or "NAME @ DOCUMENT" for what one document means by it.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=True)

    def different(self, a: str, b: str) -> Commit:
        """Say that two names are not one; as ``same`` otherwise.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=False)

    def _decide(self, a: str, b: str, *, same: bool) -> Commit:
        word = deciding.Answer(same, storable(self.author), self.clock())
        view = self._own(a, b)
        changes = deciding.decided(self.store, view, self.namespace, (a, b), word)
        one, other = (deciding.called(self.store, view, name) for name in (a, b))
        return self.write(changes, f"{one} is {'' if same else 'not '}{other}")

    def merger(self, a: str, b: str) -> merging.Merger:
        """What ``same(a, b)`` would bring together, without doing it.

        Raises:
            NotFound: nothing is called so.
        """
        view = self._own(a, b)
        ends = [correcting.entity(self.store, view, self.namespace, name) for name in (a, b)]
        return merging.merger(self.store, view, ends[0], ends[1])

    def stand(self, dispute: Dispute) -> Commit:
        """Let the facts of a dispute stand beside each other; one more of them opens it again."""
        self._check_own(dispute.namespace, f"{dispute.subject} {dispute.relation}")
        changes = correcting.stand(self.store, self._own(), self._hand(), dispute)
        return self.write(changes, f"{dispute.subject} {dispute.relation}: all may stand")


def _interval(since: datetime | None, until: datetime | None) -> Interval | None:
    if since is None and until is None:
        return None
    if since is not None and until is not None and until <= since:
        raise InputError(f"it would end ({until:%Y-%m-%d}) before it begins ({since:%Y-%m-%d})")
    return Interval(begin=since, end=until, precision="day")
