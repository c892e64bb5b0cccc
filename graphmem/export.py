"""Export and import of a store as JSON lines, lossless: the whole history, and the vectors.

Line 1 says what it is; then one line a vector, one line a commit, and a last line that counts
both, so that a cut file is told from a whole one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any, Final

import numpy as np
from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, TypeAdapter, ValidationError

from graphmem import schema
from graphmem.casts import Cast, Word
from graphmem.corrections import Correction
from graphmem.errors import Conflict, EncoderMismatch, ImportFormatError, InputError
from graphmem.grants import Grant, Trust
from graphmem.identity import checked_namespace
from graphmem.notes import Note
from graphmem.projection import SCHEMA
from graphmem.stores.base import Store
from graphmem.tasks import Task
from graphmem.types import (
    TOKEN,
    Change,
    Commit,
    Document,
    Episode,
    FloatArray,
    Passage,
    Record,
    Sentence,
    Tokens,
    Vectors,
    View,
)
from graphmem.uses import Use

FORMAT: Final = 1
VECTOR_BATCH: Final = 1000

_FORM: Final[dict[type, TypeAdapter[Any]]] = {
    form: TypeAdapter(form)
    for form in (Document, Passage, Sentence, Episode, Cast, Word, Correction, Grant, Trust, Note, Use, Task)
}


class _Line(BaseModel):
    """What may stand on a line: an export comes from outside, so every field is checked."""

    model_config = ConfigDict(extra="forbid")


class _RecordValue(_Line):
    id: str
    kind: str
    namespace: str
    body: dict[str, Any]

    def record(self) -> Record:
        """The record, if its kind is logged and its body is one of its kind."""
        record = Record(self.id, self.kind, self.namespace, self.body)
        if record.kind not in SCHEMA.logged:
            raise ValueError(f"{record.id} is of kind {record.kind!r}")
        value = schema.from_record(record)
        if _FORM[type(value)].validate_python(asdict(value)) != value:
            raise ValueError(f"the body of {record.id} is of no {record.kind}")
        _check_ids(record.id, *(edge.target for edge in schema.index(record).edges))
        return record


class _CommitLine(_Line):
    commit: str
    namespace: str
    author: str
    at: AwareDatetime
    message: str
    run: str = ""
    changes: list[tuple[_RecordValue | None, _RecordValue | None]]

    def value(self) -> Commit:
        """The commit, if it can be named, and all its records are of its namespace."""
        _check_ids(self.commit)
        checked_namespace(self.namespace)
        _check_text(self.author, self.message, self.run)
        changes = tuple(
            Change(before.record() if before else None, after.record() if after else None)
            for before, after in self.changes
        )
        records = [record for change in changes for record in (change.before, change.after) if record]
        if any(record.namespace != self.namespace for record in records):
            raise ValueError(f"commit {self.commit} holds records of another namespace")
        return Commit(self.commit, self.namespace, self.author, self.at, self.message, changes, run=self.run)


def _check_text(*texts: str) -> None:
    """Refuse half a character, which no store could keep."""
    if not all(map(_encodable, texts)):
        raise ValueError("a name holds half a character")


def _check_ids(*ids: str) -> None:
    """Refuse ids that no store could keep."""
    _check_text(*ids)
    if any("\0" in id for id in ids):
        raise ValueError("an id holds a NUL character")


class _VectorLine(_Line):
    vector: str
    data: Base64Bytes
    tokens: Base64Bytes = b""

    def value(self) -> tuple[FloatArray, Tokens]:
        """The vector, shape (d,), if it is finite, and the tokens."""
        vector = np.frombuffer(self.data, dtype="<f4").astype(np.float32)
        if not vector.size or not np.isfinite(vector).all():
            raise ValueError(f"the vector of {self.vector} is none")
        return vector, np.frombuffer(self.tokens, dtype=TOKEN)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _line(**value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # Half a character, which a body may hold, is no UTF-8: that line is written in ASCII.
    return text if _encodable(text) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _write_record(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {"id": record.id, "kind": record.kind, "namespace": record.namespace, "body": dict(record.body)}


def _write_commit(commit: Commit) -> str:
    return _line(
        commit=commit.id,
        namespace=commit.namespace,
        author=commit.author,
        at=commit.at.isoformat(),
        message=commit.message,
        **({"run": commit.run} if commit.run else {}),
        changes=[[_write_record(change.before), _write_record(change.after)] for change in commit.changes],
    )


def _vector_lines(store: Store, view: View) -> Iterator[str]:
    kinds = sorted({*schema.SENTENCE_KINDS.values(), schema.NOTE, schema.PASSAGE})
    found = (record for kind in kinds for record in store.scan(view, kind))
    ids = sorted(record.id for record in found if schema.searched_text(record) is not None)
    for start in range(0, len(ids), VECTOR_BATCH):
        batch = ids[start : start + VECTOR_BATCH]
        vectors, tokens = store.vectors(view, batch), store.tokens(view, batch)
        for id in batch:
            if id in vectors:
                given = {"data": _base64(np.asarray(vectors[id], dtype="<f4").tobytes())}
                if id in tokens:
                    given["tokens"] = _base64(tokens[id].tobytes())
                yield _line(vector=id, **given)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def export_lines(store: Store, view: View) -> Iterator[str]:
    """The lines of an export of these namespaces, as of one moment: equal stores give equal lines.

    Raises:
        Conflict: the namespaces were written meanwhile; the lines so far lack their end.
    """
    head = store.head()
    lines = _vector_lines(store, view)
    first = next(lines, None)
    # Without vectors none made them, whatever the store once held or holds for others.
    encoder = None if first is None else store.info().encoder
    yield _line(graphmem="export", format=FORMAT, encoder=encoder, namespaces=sorted(view.namespaces))
    vectors = 0
    for line in chain([] if first is None else [first], lines):
        vectors += 1
        yield line
    commits = 0
    for commit in store.commits(view):
        if commit.seq > head:
            break
        commits += 1
        yield _write_commit(commit)
    # The vectors were read batch by batch, so they are those of ``head`` only if nothing came after it.
    if store.head() != head and next(store.commits(view, after=head), None) is not None:
        raise Conflict("the store was written while it was exported: run again")
    yield _line(end={"commits": commits, "vectors": vectors})


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _parse(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", error)
            raise ImportFormatError(f"line {number} is not JSON ({reason}): nothing was imported") from error
        if not isinstance(value, dict):
            raise ImportFormatError(f"line {number} is not an object: nothing was imported")
        yield value


def _check_header(header: dict[str, Any]) -> str | None:
    """The encoder's name, if this is an export that can be read here."""
    if header.get("graphmem") != "export":
        raise ImportFormatError("this is not a graphmem export: make one with 'graphmem export'")
    form = header.get("format")
    if not isinstance(form, int) or isinstance(form, bool):
        raise ImportFormatError("the export does not say its format: make it again with 'graphmem export'")
    if form > FORMAT:
        raise ImportFormatError(f"format {form} is newer than {FORMAT}: upgrade graphmem")
    if form < FORMAT:
        raise ImportFormatError(f"format {form} is older than {FORMAT}: export again with this graphmem")
    encoder = header.get("encoder")
    if encoder is not None and not (isinstance(encoder, str) and encoder):
        raise ImportFormatError("the export's encoder has no name: make it again; nothing was imported")
    return encoder


def _texts(commit: Commit) -> list[str]:
    """Ids of the records with text that a commit leaves."""
    left = {change.id: change.after for change in commit.changes}
    return [id for id, record in left.items() if record and schema.searched_text(record) is not None]


def _check_vectors(vectors: Vectors, commits: Sequence[Commit]) -> None:
    """Refuse vectors that could not be applied."""
    if vectors.by_id and not vectors.encoder:
        raise ValueError("vectors of no encoder")
    if len({len(vector) for vector in vectors.by_id.values()}) > 1:
        raise ValueError("vectors of different lengths")
    stray = vectors.by_id.keys() - {id for commit in commits for id in _texts(commit)}
    if stray:
        raise ValueError(f"the vector of {min(stray)}, which no commit leaves with a text")


def read_export(lines: Iterable[str]) -> tuple[Vectors, list[Commit]]:
    """The vectors, of no encoder's name if none made any, and the commits of an export.

    Raises:
        ImportFormatError: it is not an export, of another format, cut, or holds what cannot be applied.
    """
    values = _parse(lines)
    encoder = _check_header(next(values, {}))
    by_id: dict[str, FloatArray] = {}
    tokens: dict[str, Tokens] = {}
    commits: list[Commit] = []
    end: dict[str, int] | None = None
    try:
        for value in values:
            if "vector" in value:
                line = _VectorLine.model_validate(value)
                by_id[line.vector], own = line.value()
                tokens |= {line.vector: own} if len(own) else {}
            elif "commit" in value:
                commits.append(_CommitLine.model_validate(value).value())
            else:
                end = value["end"]
        vectors = Vectors(encoder or "", by_id, tokens)
        if end == {"commits": len(commits), "vectors": len(by_id)}:
            _check_vectors(vectors, commits)
    except ImportFormatError:
        raise
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ImportFormatError(
            f"a line is not of format {FORMAT} ({place}: {first['msg']}): nothing was imported"
        ) from error
    except (AttributeError, InputError, KeyError, TypeError, ValueError) as error:
        raise ImportFormatError(
            f"a line is not of format {FORMAT} ({error!r}): nothing was imported"
        ) from error
    if end != {"commits": len(commits), "vectors": len(by_id)}:
        raise ImportFormatError("the export is cut: make it again; nothing was imported")
    return vectors, commits


def import_lines(store: Store, lines: Iterable[str]) -> int:
    """Apply an export's commits to a store; those that it has already are left. Returns how many were new.

    Raises:
        ImportFormatError: nothing was imported.
        EncoderMismatch: the store's vectors come from another encoder; nothing was imported.
        Conflict: a commit does not fit what is there; those before it are in, importing again goes on.
    """
    vectors, commits = read_export(lines)
    there = store.info().encoder
    if vectors.encoder and there and vectors.encoder != there:
        raise EncoderMismatch(
            f"the export's vectors come from {vectors.encoder}, the store's from {there}:"
            " import into a new store"
        )
    new = 0
    for commit in commits:
        given = vectors.of(_texts(commit))
        head = store.head()
        applied = store.apply(commit, given if given.by_id else None)
        new += applied.seq > head  # one that was there keeps its number
    return new
