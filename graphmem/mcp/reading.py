"""The tools that read: recall, why, show and history."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from graphmem.cli.show import described
from graphmem.cli.why import LEFT_OUT, MEANING, line, score_line
from graphmem.errors import NotFound, QueryError
from graphmem.mcp.arguments import History, Recall, Show, Why
from graphmem.mcp.results import (
    CommitTold,
    Explained,
    FactTold,
    HitTold,
    HopTold,
    Listed,
    Recalled,
    SeedTold,
    ShareTold,
    Shown,
    StepTold,
)
from graphmem.memory import Memory
from graphmem.ranking import Hit, Ranking
from graphmem.statements import Fact
from graphmem.types import Commit


def recall(memory: Memory, given: Recall) -> Recalled:
    """The passages that answer a question, or an honest no with what comes nearest.

    Raises:
        QueryError: the question is empty.
    """
    ranking = memory.recall(given.question, given.k, as_of=given.as_of)
    return Recalled(
        answered=bool(ranking.hits) and not ranking.doubtful,
        confidence=round(ranking.confidence, 4),
        note=_note(ranking),
        hits=[_hit(memory, rank, hit) for rank, hit in enumerate(ranking, start=1)],
        linked=[step.text for step in ranking.seeds],
    )


def _note(ranking: Ranking) -> str:
    if not ranking.hits:
        return "Nothing in this memory covers the question: say that it does not know, or ask otherwise."
    sure = f"confidence {ranking.confidence:.2f}"
    if ranking.doubtful:
        return (
            f"This memory may not tell that ({sure}). The hits are what comes nearest:"
            " take none for the answer unless its text says so."
        )
    stale = any(hit.stale for hit in ranking)
    return f"The memory likely tells that ({sure})." + (" Do not state what is 'stale'." if stale else "")


def _hit(memory: Memory, rank: int, hit: Hit) -> HitTold:
    passage, document = hit.passage, hit.document
    over = [step.text for step in hit.path if step.kind == "entity"]
    way = f"over {' → '.join(map(line, over))}: " if over else ""
    return HitTold(
        rank=rank,
        score=round(hit.score, 4),
        text=passage.text,
        evidence=hit.evidence.text,
        source=document.uri,
        title=document.title,
        heading=passage.heading,
        speaker=passage.speaker,
        when=passage.at,
        why=way + score_line(hit).removeprefix("score: "),
        stale=list(hit.stale),
        also_in=[one.uri for one in hit.also],
        trusted="trust" not in hit.parts,
        passage=passage.id,
        document=document.id,
        namespace=document.namespace if memory.also else None,
    )


def why(memory: Memory, given: Why) -> Explained:
    """Where the search for a question started, and how it came to one of its hits.

    Raises:
        NotFound: the question has no such hit.
        QueryError: the question is empty.
    """
    ranking = memory.recall(given.question, given.k, as_of=given.as_of, why=True)
    rank, hit = _named(ranking, given.hit)
    reasons = ranking.explanation
    if reasons is None:
        raise QueryError("this question was not searched for: ask it in words")
    return Explained(
        hit=_hit(memory, rank, hit),
        score=score_line(hit),
        shares=[
            ShareTold(part=name, meaning=MEANING.get(name, name), value=round(value, 4))
            for name, value in hit.shares.items()
        ],
        seeds=[
            SeedTold(kind=one.kind, text=one.text, words=one.words, mass=round(one.mass, 4))
            for one in reasons.seeds
        ],
        path=[StepTold(kind=one.kind, text=one.text, weight=round(one.weight, 4)) for one in hit.path],
        hops=[
            HopTold(over=one.name, question=one.question, led_here=hit.passage.id in one.passages)
            for one in reasons.hops
        ],
        left_out={LEFT_OUT.get(name, name): count for name, count in reasons.left_out.items()},
        looked_at=reasons.looked_at,
        scored=reasons.scored,
    )


def _named(ranking: Ranking, name: str) -> tuple[int, Hit]:
    """The hit of this rank or with this id, with its rank."""
    for rank, hit in enumerate(ranking, start=1):
        if name in (str(rank), hit.passage.id, hit.evidence.id):
            return rank, hit
    raise NotFound(
        f"the question has no hit {name!r} among its first {ranking.query.k} ({len(ranking)} were found):"
        " give a rank or a 'passage' that recall told for the same question, k and as_of"
    )


def show(memory: Memory, given: Show) -> Shown:
    """A document, entity, fact or other record with its facts and evidence.

    Raises:
        NotFound: nothing is called so.
    """
    try:
        return Shown.model_validate(described(memory, given.name, given.limit))
    except NotFound as error:
        raise NotFound(
            f"nothing is called {given.name!r}: recall tells which names and ids there are"
        ) from error


def told(memory: Memory, facts: Sequence[Fact]) -> list[FactTold]:
    """Facts with how they stand now."""
    stands = memory.standings(facts)
    return [
        FactTold(
            id=one.id,
            text=one.text,
            state=stands[one.id].state,
            why=None if stands[one.id].current else stands[one.id].told,
            when=one.when.text if one.when else None,
            denied=one.negated,
            said_by=list(one.said_by),
            confidence=one.confidence,
            namespace=one.namespace if memory.also else None,
        )
        for one in facts
    ]


def history(memory: Memory, given: History) -> Listed:
    """The commits of the client's own namespace, newest first."""
    found = memory.history(
        given.of or None,
        author=given.author or None,
        since=given.since,
        until=given.until,
        newest_first=True,
    )
    # Counted one by one: their changes are not kept.
    rows = [_commit(one) for one in islice(found, given.limit + 1)]
    return Listed(commits=rows[: given.limit], more=len(rows) > given.limit)


def _commit(one: Commit) -> CommitTold:
    # Without ``seq``: it counts the whole store's commits, and so would tell how much others write.
    return CommitTold(
        commit=one.id,
        at=one.at,
        author=one.author,
        message=one.message,
        created=sum(change.before is None for change in one.changes),
        replaced=sum(change.before is not None and change.after is not None for change in one.changes),
        removed=sum(change.after is None for change in one.changes),
    )
