"""How a memory learns from being used: what was said of hits, and what it makes of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from graphmem import schema
from graphmem.errors import InputError
from graphmem.learning.lesson import JUDGED
from graphmem.learning.weights import Weights
from graphmem.lessons import Studied, studied
from graphmem.ranking import Hit, Ranking
from graphmem.types import Change, Commit, Passage
from graphmem.uses import Touch, Use, Verdict
from graphmem.verbs.noting import Noting

if TYPE_CHECKING:
    from graphmem.answering import Answer

Named: TypeAlias = "Iterable[Hit | Passage | str]"
_TOLD: Final = 60  # characters of a question in a commit's message


class Learning(Noting):
    """The verbs of learning from use."""

    _studied: Studied | None = None

    def feedback(
        self,
        of: Ranking | Answer,
        *,
        useful: Named = (),
        not_useful: Named = (),
        cited: Named = (),
        clicked: Named = (),
    ) -> Commit | None:
        """Tell which hits of a ranking answered its question, so that the next ranking is better.

        The other hits are kept as shown: what was passed over says something too. What is said of a question
        again takes the place of what was said before, hit by hit. It is one commit, which ``undo`` takes
        back, and goes with the sources of the hits.

        Args:
            of: a ranking; or an answer, whose citations that hold count as ``cited``.
            useful: hits that helped, as hits, passages or ids of passages.
            not_useful: hits that did not.
            cited: hits that an answer rests on.
            clicked: hits that were opened: the weakest word, since one opens what stands first.

        Returns:
            The commit; None where no hit of this namespace is spoken of: nobody writes into another.

        Raises:
            InputError: nothing is said, what is named is no hit of the ranking, or is both useful and not.
            NotFound: a hit is gone meanwhile.
        """
        question, hits, given = _said_of(of)
        told: dict[str, Verdict] = dict.fromkeys(given, "cited")
        sides: tuple[tuple[Verdict, Named], ...] = (
            ("clicked", clicked),
            ("cited", cited),
            ("useful", useful),
            ("not", not_useful),
        )
        for verdict, named in sides:
            for id in map(_id, named):
                if verdict == "not" and told.get(id) not in (None, "clicked"):
                    raise InputError(f"{id} is said to be of use and of none: say one of the two")
                told[id] = verdict
        if not told:
            raise InputError("nothing is said: name hits that were useful, not useful, cited or clicked")
        ids = [hit.passage.id for hit in hits]
        if lost := sorted(told.keys() - set(ids)):
            raise InputError(f"{lost[0]!r} is no hit of this ranking: name those that it has, or ask again")
        at = self.clock()
        touches = {
            hit.passage.id: Touch(at, told.get(hit.passage.id, "recalled"), question, hit.shares, rank)
            for rank, hit in enumerate(hits)
        }
        own = {hit.passage.id for hit in hits if hit.document.namespace == self.namespace}
        if own.isdisjoint(told):
            return None
        short = question if len(question) <= _TOLD else question[: _TOLD - 2] + " …"
        return self.write(self._touched(touches), f"feedback: {_counted(told)} for {short!r}")

    def learned(self) -> Weights:
        """What was learned from the feedback in this namespace, and of how many questions."""
        self._studied = studied(self.store, self._own(), self._studied)
        return self._studied.weights

    def unlearn(self) -> Commit:
        """Take back all that was learned: what was said of hits stays counted, but not for which question.

        Raises:
            InputError: nothing was learned.
        """
        changes = []
        for record in self.store.scan(self._own(), schema.USE):
            use = schema.from_record(record)
            assert isinstance(use, Use)
            touches = tuple(
                replace(one, question="", shares={}) if one.verdict in JUDGED else one for one in use.touches
            )
            if touches != use.touches:
                changes.append(Change(record, schema.to_record(replace(use, touches=touches))))
        if not changes:
            raise InputError(f"nothing was learned in {self.namespace!r}: there is nothing to take back")
        return self.write(changes, "take back what was learned")


def _said_of(of: Ranking | Answer) -> tuple[str, Sequence[Hit], list[str]]:
    """The question, the hits, and the passages that an answer cites."""
    if isinstance(of, Ranking):
        return of.query.text, of.hits, []
    hits = [found.hit for found in of.hits]
    there = {hit.passage.id for hit in hits}
    cited = [one.sentence.passage for one in of.citations]
    return of.question, hits, [id for id in dict.fromkeys(cited) if id in there]


def _id(hit: Hit | Passage | str) -> str:
    return hit if isinstance(hit, str) else hit.passage.id if isinstance(hit, Hit) else hit.id


def _counted(told: Mapping[str, Verdict]) -> str:
    """How many hits each verdict is of: "2 useful, 1 not"."""
    verdicts = list(told.values())
    return ", ".join(f"{verdicts.count(one)} {one}" for one in dict.fromkeys(verdicts))
