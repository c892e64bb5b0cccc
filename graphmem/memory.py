"""Memory: one namespace of a store, with the verbs that people use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from graphmem import schema, sharing
from graphmem.changes import diff
from graphmem.embedding import Remembering
from graphmem.errors import QueryError
from graphmem.explanation import Explanation
from graphmem.learning.weights import Weights
from graphmem.marking import marked
from graphmem.ranking import Query, Ranking
from graphmem.retrieval.recall import recall
from graphmem.types import View
from graphmem.verbs.editing import Editing
from graphmem.verbs.fading import Fading
from graphmem.verbs.forgetting import Forgetting
from graphmem.verbs.history import History
from graphmem.verbs.learning import Learning
from graphmem.verbs.opened import DEFAULT_NAMESPACE
from graphmem.verbs.purging import Purging
from graphmem.verbs.sharing import Sharing
from graphmem.verbs.verifying import Verifying

if TYPE_CHECKING:
    from graphmem.answering import Answer, Step
    from graphmem.llm import Client

__all__ = ["DEFAULT_NAMESPACE", "Memory"]


def _asked(query: Query) -> Query:
    """The query as it can be asked: half a character becomes a question mark, kinds are those searched.

    Raises:
        QueryError: it is empty, or not even one passage is asked for.
    """
    if not query.text.strip():
        raise QueryError("the question is empty: ask something")
    if query.k < 1:
        raise QueryError(f"k is {query.k}: ask for at least one passage")
    view = query.view
    if view.kinds is not None:  # a hit is a passage of a document, whatever it was found by
        kinds = view.kinds | {schema.DOCUMENT, schema.PASSAGE, schema.ENTITY}
        view = replace(view, kinds=kinds)
    return replace(query, text=query.text.encode("utf-8", "replace").decode("utf-8"), view=view)


class Memory(Editing, Fading, Forgetting, Learning, Purging, History, Sharing, Verifying):
    """Reads and writes one namespace of a store; every write is a commit."""

    _remembering: Remembering | None = None

    def recall(
        self,
        question: str | Query,
        k: int = 10,
        *,
        as_of: datetime | None = None,
        trusted_only: bool = False,
        retired: bool = False,
        why: bool = False,
        coarse: bool = False,
        learned: bool | Weights = True,
    ) -> Ranking:
        """The passages that answer a question, best first, each with its evidence and its path.

        Each tells which facts of its evidence do not hold any more (``Hit.stale``). Passages whose evidence
        says nothing but what a person retracted are left out, unless ``retired``.
        Those of sources that are not trusted weigh less; ``trusted_only`` withholds untrusted ones, and
        the ranking counts them. With ``why`` the ranking has an explanation; for what ``as_of`` hides it is
        then asked once more. With ``coarse`` sentences of the topics that are nearest to the question are
        compared with it, and those in no topic, where there are enough topics that this saves something:
        a fifth of the comparisons in a large memory.
        What was learned from feedback in this namespace weighs the hits, unless ``learned`` is False; it may
        also be given, as it was learned elsewhere.

        Raises:
            NotShared: the query names a namespace that does not share itself with this one.
            QueryError: the question is empty, or not even one passage is asked for.
            EncoderMismatch: the store's vectors come from another encoder.
        """
        if isinstance(question, str):
            question = Query(question, replace(self.view, as_of=as_of), k, coarse=coarse)
        else:
            sharing.view_of(self.store, self.namespace, sorted(question.view.namespaces))
            question = replace(question, coarse=coarse or question.coarse)
        self._check_encoder()
        query = _asked(question)
        ranking, gone = self._found(query, trusted_only, why, learned)
        asked = query.k
        # As many as were asked for, however many were taken back: each round asks for more.
        while not retired and gone and len(ranking) == asked and len(ranking) - len(gone) < query.k:
            asked += query.k
            ranking, gone = self._found(replace(query, k=asked), trusted_only, why, learned)
        hits = tuple(hit for hit in ranking if retired or hit.passage.id not in gone)
        found = replace(ranking, query=query, hits=hits[: query.k])
        return self._with_left_out(found, ranking, trusted_only, learned) if why else found

    def _with_left_out(
        self, found: Ranking, ranking: Ranking, trusted_only: bool, learned: bool | Weights
    ) -> Ranking:
        """With what was taken back out of the ranking that it is from, and what came later, counted."""
        kept, counts = {hit.passage.id for hit in found}, {}
        full = len(found) == found.query.k
        last = max((rank for rank, hit in enumerate(ranking) if hit.passage.id in kept), default=-1)
        counts["retracted"] = (last + 1 if full else len(ranking)) - len(found)
        view = found.query.view
        if view.as_of is not None:
            whole = replace(found.query, view=replace(view, as_of=None))
            now, _ = self._found(whole, trusted_only, False, learned)
            seen = self.store.get(view, [id for hit in now for id in (hit.passage.id, hit.evidence.id)])
            counts["later"] = sum(not {hit.passage.id, hit.evidence.id} <= seen.keys() for hit in now)
        reasons = found.explanation or Explanation()
        told = {name: count for name, count in counts.items() if count}
        return replace(found, explanation=replace(reasons, left_out={**reasons.left_out, **told}))

    def _found(
        self, query: Query, trusted_only: bool, why: bool, learned: bool | Weights
    ) -> tuple[Ranking, frozenset[str]]:
        now = query.now or query.view.as_of or self.clock()
        at = replace(query, now=now)
        if self._remembering is None or self._remembering.embedder is not self.embedder:
            self._remembering = Remembering(self.embedder)
        encoder = self._remembering
        with self.store.steady():  # what is told of hits is of the moment that they are of
            weights = (self.learned() if learned else None) if isinstance(learned, bool) else learned
            found = recall(
                self.store,
                encoder,
                at,
                reader=self.namespace,
                trusted_only=trusted_only,
                why=why,
                weights=weights,
            )
            return marked(self.store, query.view, found, query.view.as_of or now, self.namespace)

    def ask(
        self,
        question: str | Query,
        llm: Client,
        k: int = 10,
        *,
        as_of: datetime | None = None,
        trusted_only: bool = False,
        steps: Collection[Step] | None = None,
        rounds: int | None = None,
        think: bool = False,
    ) -> Answer:
        """What a language model answers from what the memory says, each assertion with citations that hold.

        What is recalled is what ``recall`` gives, for the question and for what the model asks besides; of
        that the model is shown at most ``k`` passages to answer from.

        Args:
            question: what is asked, or a query with its view.
            llm: asks the model (``graphmem.llm``); the passages are sent to it.
            k: passages that an answer rests on at most, and that each query recalls.
            as_of: answer as the world was then.
            trusted_only: leave out what comes from untrusted sources.
            steps: those taken before the answer (``graphmem.answering.STEPS``); all if left out.
            rounds: notes at most; 3 if left out.
            think: keep the answer as a thought, a note that goes with what it rests on; and give that of an
                earlier time, without asking the model, where recall finds nothing that was not in sight then.

        Raises:
            ModelError: the model refuses the user, does not exist, or cannot be reached.
            QueryError: the question is empty or asks for no passage, or there is no such step.
        """
        # Imported here: what asks no model needs none of it.
        from graphmem import answering

        if isinstance(question, str):
            question = Query(question, replace(self.view, as_of=as_of), k)
        query = _asked(question)
        # A thought is of one's own memory as it is now, whatever else may be asked of.
        think = think and not trusted_only and query.view == View.of(self.namespace)

        def recall(text: str) -> Ranking:
            return self.recall(replace(query, text=text), trusted_only=trusted_only)

        if think and (before := self._thought(query, recall)):
            return before
        answer = answering.ask(
            self.store,
            query,
            recall,
            llm,
            query.view.as_of or self.clock(),
            reader=self.namespace,
            steps=answering.STEPS if steps is None else steps,
            rounds=answering.ROUNDS if rounds is None else rounds,
        )
        if think:
            self._keep_thought(answer, recall)
        return answer

    def _thought(self, query: Query, recall: Callable[[str], Ranking]) -> Answer | None:
        """The answer that was thought of before, if it still counts."""
        from graphmem.answering import thoughts

        note = thoughts.known(self.store, self.namespace, self.embedder, query.text)
        return thoughts.answered(self.store, query.view, note, recall, query.text) if note else None

    def _keep_thought(self, answer: Answer, recall: Callable[[str], Ranking]) -> None:
        """Write what an answer leaves, in the place of what was thought before."""
        from graphmem.answering import thoughts

        before = thoughts.known(self.store, self.namespace, self.embedder, answer.question)
        note = thoughts.thought(self.namespace, answer, recall, before, self.clock())
        if note is not None:
            there = self.store.get(self._own(), [note.id]).get(note.id)
            changes = diff([there] if there else [], [schema.to_record(note)])
            self.write(changes, f"think of {answer.question}", author="thought")
