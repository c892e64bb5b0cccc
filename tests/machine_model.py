"""What people say of a memory's contents, as plain Python: the changes of each word, or its refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from machine_derived import (
    NAMESPACE,
    SENTENCES,
    Body,
    Rows,
    label_of,
    of_kind,
    plain,
    profiles,
    said_of,
    stated,
    supported,
    units,
)
from machine_folding import unfolded, with_cast
from machine_rows import Changes, Kept, amended, moves

from graphmem import InputError, NotFound
from graphmem.identity import (
    content_hash,
    correction_id,
    decision_id,
    document_id,
    entity_id,
    fold,
    passage_id,
    sentence_id,
)
from graphmem.resolution.profile import is_name
from graphmem.statements import Interval

RELATIONS = {
    "lives in": ("lives_in", "place", {"functional": True}),
    "works_for": ("works_for", "object", {"functional": True}),
    "born in": ("born_in", "place", {"functional": True, "permanent": True}),
    "mentors": ("", "object", {}),
}
"""Relations that a person may name, how they are known, the role of their object, and how long they hold."""


def interval(since: datetime | None, until: datetime | None) -> list[Any] | None:
    """How a time that a person gives stands in a row."""
    texts = [None if one is None else one.isoformat() for one in (since, until)]
    return None if texts == [None, None] else [*texts, "day", ""]


class Model(Kept):
    """What a memory must be."""

    # --- what people say -----------------------------------------------------------------------

    def entity(self, name: str) -> str:
        for id in (name, entity_id(NAMESPACE, fold(name))):
            if self.derived.get(id, ("", {}))[0] == "entity":
                return id
        raise NotFound

    def fact(self, id: str) -> Body:
        kind, body = self.derived.get(id, ("", {}))
        if kind not in ("fact", "event"):
            raise NotFound
        return {**body, "kind": kind}

    def _word(self, target: str, **said: Any) -> Changes:
        """Something more is said of a record; what is empty takes it back."""
        id = correction_id(target)
        before = self.rows.get(id)
        now = plain(
            {
                **(before[1] if before else {}),
                "target": target,
                "by": self.author,
                "at": self.now.isoformat(),
                **said,
            }
        )
        after = ("correction", now) if now.keys() - {"target", "by", "at"} else None
        return {id: (before, after)} if before or after else {}

    def rename(self, name: str, to: str) -> Changes:
        return self._word(self.entity(name), called=" ".join(to.split()))

    def retype(self, name: str, label: str) -> Changes:
        return self._word(self.entity(name), typed=label.strip().lower())

    def retract(self, fact: str, why: str, instead: str = "") -> Changes:
        self.fact(fact)
        said = [self.author, self.now.isoformat(), why, instead]
        return {k: v for id in self._twins(fact) for k, v in self._word(id, retraction=said).items()}

    def admit(self, fact: str) -> Changes:
        if not self.fact(fact).get("retraction"):
            raise InputError
        return {k: v for id in self._twins(fact) for k, v in self._word(id, retraction=None).items()}

    def _twins(self, fact: str) -> list[str]:
        """The fact and the event that one statement supports."""
        return [id for _, id, _ in supported(plain(self._source(fact)))]

    def stand(self, dispute: str) -> Changes:
        body = self.derived[dispute][1]
        before = said_of(self.rows).get(body["slot"], {}).get("stand", ())
        return self._word(
            body["slot"], stand=sorted({*before, *(id for _, those in body["odds"] for id in those)})
        )

    def split(self, name: str, to: str, places: Sequence[str]) -> Changes:
        key = self.derived[self.entity(name)][1]["key"]
        chosen: dict[str, list[tuple[int, int]]] = {}
        homes: set[str] = set()
        for place in places:
            awake = place in self.sentences()
            inside = {place: self.rows[place]} if awake else unfolded(self.own(self._document(place)))
            for id, body in of_kind(inside, *SENTENCES):
                rows = [row for row in body.get("mentions", ()) if len(row) > 3 and row[4]]
                spans = [(row[3], row[4]) for row in rows if fold((*row, "")[5] or row[0]) == key]
                if spans:
                    chosen[id] = spans
                    homes.add(self.rows[body["passage"]][1]["document"])
        to = " ".join(to.split())
        if fold(to) == key:
            raise InputError
        if not chosen:
            raise NotFound
        if not fold(to):
            raise InputError
        changes: Changes = {}
        moved: dict[str, dict[tuple[int, int], str]] = {}
        for id, spans in chosen.items():
            before = moves(said_of(self.rows).get(id, {}))
            moved[id] = {**before, **dict.fromkeys(spans, to)}
            changes |= self._word(id, moved=[[*span, said] for span, said in sorted(moved[id].items())])
        for document in homes:
            old = self.own(document)
            changes |= self.between(old, self._amended(document, old, moved))
        return changes

    # --- facts that people add -----------------------------------------------------------------

    def _stated(self, statement: Body) -> Changes:
        """A small document of one sentence; none if the author said it before."""
        words = statement["predicate"] or statement["lemma"]
        if statement.get("negated") and " not " not in f" {words} ":
            words = f"not {words}"
        parts: list[str] = []
        mentions: list[list[Any]] = []
        placed: list[list[Any]] = []
        for k, (role, text, _, _, case, entity) in enumerate(statement["participants"]):
            parts += [words] if k == 1 else []
            parts += [case] if case else []
            start = sum(len(part) + 1 for part in parts)
            name = entity or text
            parts.append(name)
            end = start + len(name)
            placed.append([role, name, start, end, case, entity][: 6 if entity else 5 if case else 4])
            if entity:
                row = self.derived.get(entity_id(NAMESPACE, fold(entity)))
                mentions.append([name, (label_of(row[1]) if row else "") or "name", "text", start, end])
        parts += [words] if len(placed) == 1 else []
        begin, end_, precision, timex = statement.get("when") or (None, None, "", "")
        moments = [None if one is None else datetime.fromisoformat(one) for one in (begin, end_)]
        when = Interval(begin=moments[0], end=moments[1], precision=precision, timex=timex)
        parts += [f"({when.text})"] if statement.get("when") and when.text else []
        text = " ".join(parts) + "."
        row = {**statement, "participants": placed, "span": [0, len(text)], "by": self.author}
        if row["lemma"] == row["predicate"]:
            del row["lemma"]
        return self._document_of(text, mentions, plain(row))

    def _document_of(self, text: str, mentions: list[list[Any]], statement: Body) -> Changes:
        digest = content_hash(text.encode())
        uri, at = f"said:{self.author}/{digest[:12]}", self.now.isoformat()
        document = document_id(NAMESPACE, uri)
        if document in self.rows:
            return {}
        passage = passage_id(document, "paragraph", text, 0)
        sentence = sentence_id(passage, text, 0)
        place = {"position": 0, "start": 0, "end": len(text), "text": text, "at": at}
        head = {"uri": uri, "kind": "text", "content_hash": digest, "characters": len(text), "written_at": at}
        rows: Rows = {
            document: ("document", head),
            passage: ("passage", {"document": document, "kind": "paragraph", **place}),
            sentence: (
                "sentence",
                plain({"passage": passage, **place, "mentions": mentions, "statements": [statement]}),
            ),
        }
        said = moves(said_of(self.rows).get(sentence, {}))
        rows |= {sentence: ("sentence", amended(rows[sentence][1], said))} if said else {}
        return self.between({}, {**rows, **with_cast(rows)})

    def relate(
        self, subject: str, relation: str, object: str, when: list[Any] | None, **how: bool
    ) -> Changes:
        if not (subject.strip() and relation.strip() and object.strip()):
            raise InputError
        if when and when[0] and when[1] and when[1] <= when[0]:
            raise InputError
        known, role, holds = RELATIONS[relation]
        words = relation.replace("_", " ")
        statement = {
            "predicate": words,
            "lemma": words,
            "relation": known,
            **holds,
            "participants": [
                ["subject", subject, 0, 0, "", subject],
                [role, object, 0, 0, "", "" if how["literal"] else object],
            ],
            "negated": how["negated"] or None,
            "when": when,
        }
        changes = self._stated(statement)
        if not changes:
            raise InputError
        return changes

    def _source(self, fact: str) -> Body:
        """What the first sentence says that states a fact, as somebody else's own word."""
        _, sentence = min((id, body) for one, id, body, _ in stated(self.rows) if one == fact)
        statement = next(
            one for one in sentence["statements"] if any(id == fact for _, id, _ in supported(one))
        )
        parts = [[*(*one, "", "")[:6]] for one in statement["participants"]]
        lemma = statement.get("lemma", statement.get("predicate", ""))
        own = {"participants": parts, "predicate": statement.get("predicate", ""), "lemma": lemma}
        return {**statement, **own, **dict.fromkeys(("said_by", "follows", "at", "confidence"))}

    def pin(self, fact: str) -> Changes:
        self.fact(fact)
        changes = self._stated(self._source(fact))
        if not changes:
            raise InputError
        return changes

    def correct(self, fact: str, object: str, when: list[Any] | None) -> Changes:
        self.fact(fact)
        if when and when[0] and when[1] and when[1] <= when[0]:
            raise InputError
        statement = self._source(fact)
        if object:
            if len(statement["participants"]) < 2:
                raise InputError
            other = statement["participants"][1]
            other[1], other[5] = object, object if other[5] else ""
        statement["when"] = when or statement.get("when")
        instead = [id for _, id, _ in supported(plain(statement))]
        if fact in instead:
            raise InputError
        return {**self._stated(statement), **self.retract(fact, "", instead[0])}

    # --- who is who ----------------------------------------------------------------------------

    def _meant(self, name: str) -> tuple[str, str]:
        """The unit that is meant, and the document whose profile it is."""
        try:
            key = self.derived[self.entity(name)][1]["key"]
        except NotFound:
            said, sign, document = name.rpartition(" @ ")
            if sign:
                return self._meant_in(said, document)
            raise
        called = sorted(units(self.rows).get(key, ()))
        if len(called) > 1:
            raise InputError
        unit = called[0] if called else f"{key}|||"
        if is_name(unit):
            return unit, ""
        return unit, next((of for of, one in profiles(self.rows) if one.id == unit), "")

    def _meant_in(self, name: str, document: str) -> tuple[str, str]:
        for id in (document, document_id(NAMESPACE, document)):
            for home, profile in profiles(self.rows):
                if home == id and fold(name) in map(fold, profile.names):
                    return profile.id, id
        raise NotFound

    def decide(self, a: str, b: str, *, same: bool) -> Changes:
        ends = sorted(self._meant(one) for one in (a, b))
        (one, of_one), (other, of_other) = ends
        if one == other:
            raise InputError
        id = decision_id(NAMESPACE, one, other)
        documents = {key: of for key, of in ((one, of_one), (other, of_other)) if of}
        body = {"a": one, "b": other, "same": same, "by": self.author, "at": self.now.isoformat()}
        return {id: (self.rows.get(id), ("decision", plain({**body, "documents": documents})))}
