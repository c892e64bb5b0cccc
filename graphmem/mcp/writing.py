"""The tools that write: remember, correct, feedback, forget and undo. Each is one commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graphmem import correcting, schema
from graphmem.errors import InputError, NotFound
from graphmem.identity import digest
from graphmem.ingest.adding import add, added_facts
from graphmem.mcp.arguments import Correct, Feedback, Forget, Remember, Undo
from graphmem.mcp.reading import told
from graphmem.mcp.results import Corrected, Forgotten, Learned, Remembered, Undone
from graphmem.memory import Memory
from graphmem.ranking import Ranking
from graphmem.receipts import Receipt
from graphmem.sharing import PRIVATE
from graphmem.statements import Fact

_OWNER: Final = PRIVATE - {schema.USE}
"""Kinds of which only a person takes a commit back; what was said of hits, an agent may say itself."""


def remember(memory: Memory, given: Remember, *, pipeline: str) -> Remembered:
    """Read a text like any source, and tell what was read.

    Raises:
        InputError: the text is empty.
    """
    began = memory.clock()
    document = add(memory, given.text, speaker=given.speaker.strip(), at=given.at, pipeline=pipeline)
    commit = next(memory.history(document.id, newest_first=True))
    facts = told(memory, added_facts(memory, document))
    note = "" if facts else "No fact was read of it: it is found by its words and names all the same."
    return Remembered(
        document=document.id,
        source=document.uri,
        commit=commit.id,
        new=commit.at >= began,
        facts=facts,
        note=note,
    )


def correct(memory: Memory, given: Correct) -> Corrected:
    """Give a fact another value or time, or take it back.

    Raises:
        NotFound: there is no such fact.
        InputError: nothing is changed, or it is both corrected and retracted.
        NotOwned: it is of a namespace that is only read along.
    """
    instead = bool(given.value.strip() or given.since or given.until)
    if given.retract == instead:
        raise InputError("say what is so instead (value, since, until), or retract: one of the two")
    if given.reason and not given.retract:
        raise InputError("a reason is kept of what is retracted: leave it out, or retract")
    fact = _fact(memory, given.fact)
    if given.retract:
        commit = memory.retract(fact.id, given.reason)
    else:
        commit = memory.correct(fact.id, object=given.value, since=given.since, until=given.until)
    fact = _fact(memory, fact.id)
    by = memory.standings([fact])[fact.id].by
    now = memory.find(by) if by else None
    return Corrected(
        commit=commit.id,
        message=commit.message,
        before=told(memory, [fact])[0],
        now=told(memory, [now]) if isinstance(now, Fact) else [],
    )


def feedback(memory: Memory, given: Feedback) -> Learned:
    """Keep which hits of a question helped: it is asked again for what was shown.

    Raises:
        InputError: nothing is said, a hit is none of these or said to be of use and of none, or all hits are
            of a namespace that is only read along.
    """
    ranking = memory.recall(given.question, given.k)
    sides = {"useful": given.useful, "not_useful": given.not_useful, "cited": given.cited}
    made = memory.feedback(ranking, **{name: _passages(ranking, of) for name, of in sides.items()})
    if made is None:
        raise InputError("these hits are only read along: nothing can be learned of them here")
    return Learned(commit=made.id, message=made.message, lessons=memory.learned().count)


def _passages(ranking: Ranking, named: Sequence[str]) -> list[str]:
    """The passages of hits that are named by rank or id."""
    by_rank = {str(rank): hit.passage.id for rank, hit in enumerate(ranking, start=1)}
    return [by_rank.get(one, one) for one in named]


def _fact(memory: Memory, id: str) -> Fact:
    try:
        return correcting.fact(memory.store, memory.view, id)
    except NotFound as error:
        raise NotFound(f"there is no fact {id!r}: 'show' lists those of a name, with their ids") from error


def forget(memory: Memory, given: Forget) -> Forgotten:
    """Tell what forgetting a document comes to; with the word that this gave, do it.

    Raises:
        NotFound: there is no such document.
        InputError: the word is not the one for what would go now; nothing was changed.
        NotOwned: it is of a namespace that is only read along.
    """
    try:
        document = memory.document(given.document)
    except NotFound as error:
        raise NotFound(
            f"there is no document {given.document!r}: give the 'source' or 'document' that another tool told"
        ) from error
    # One's own by its URI, which the history shows; of another's none but the id says whose it is.
    name = document.uri if document.namespace == memory.namespace else document.id
    plan = memory.forget(name, dry_run=True)
    word = _word(memory, document.id, plan)
    if not given.confirm:
        return _receipt(plan, word)
    if given.confirm.strip() != word:
        raise InputError(
            "that is not the word for what would go now: call forget without confirm, look at what would go,"
            " and give the word that it tells"
        )
    return _receipt(memory.forget(name), None)


def _word(memory: Memory, document: str, plan: Receipt) -> str:
    """The word that stands for one document and all that would go with it, as it is now."""
    counts = [f"{kind} {count}" for of in (plan.removed, plan.changed) for kind, count in of.items()]
    return digest("forget", memory.namespace, document, *counts, *plan.returned)[:8]


def _receipt(of: Receipt, word: str | None) -> Forgotten:
    return Forgotten(
        done=of.commit is not None,
        asked=of.asked,
        confirm=word,
        commit=of.commit.id if of.commit else None,
        documents=list(of.documents),
        removed=dict(of.removed),
        changed=dict(of.changed),
        examples={kind: list(names) for kind, names in of.examples.items()},
        holds_again=list(of.returned),
        comes_apart=[list(names) for names in of.apart],
        kept=list(of.kept),
        notes=list(of.notes),
    )


def undo(memory: Memory, given: Undo) -> Undone:
    """Take a commit back by a new one.

    Raises:
        NotFound: there is no such commit, or more than one.
        Conflict: something changed its records later; nothing was written.
        InputError: it says with whom the memory is shared or whom it trusts; that is a person's to undo.
    """
    commit = memory.commit(given.commit)
    if any(change.record.kind in _OWNER for change in commit.changes):
        raise InputError(
            f"{commit.id[:10]} says with whom this memory is shared or whom it trusts: only a person takes"
            f" that back, by 'graphmem undo {commit.id[:10]}'"
        )
    made = memory.undo(commit.id)
    return Undone(commit=made.id, message=made.message, undone=commit.message)
