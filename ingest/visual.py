"""What is read out of texts as one HTML page, for people: the text marked, and beside it what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from graphmem.dates import TimeExpression
from graphmem.dates.written import day
from graphmem.identity import fold
from graphmem.ingest.findings import Extract, Finding, meaning
from graphmem.page import html, shown, worded
from graphmem.schema import DATE_LABEL
from graphmem.statements import Participant, Statement, event_id
from graphmem.types import Mention

_COLOURS: Final = {
    **{label: label for label in "person organization place date work product speaker name".split()},
    "event": "event-name",
    "time": "date",
}
_OTHERS: Final = 4  # colours of labels that only a pipeline of the user's has
_SWITCHES: Final = {"facts": "no-facts", "events": "no-events", "times": "no-times"}


def colour(label: str) -> str:
    """The class that colours a label."""
    return _COLOURS.get(label) or f"other-{sum(map(ord, label)) % _OTHERS}"


@dataclass(slots=True)
class _Name:
    """One of the names of the index: how it is called, and where it is mentioned."""

    number: int
    surfaces: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return min(self.labels, key=lambda one: (one == "speaker", -self.labels[one], one))


@dataclass(slots=True)
class _Page:
    """What is counted while the page is written."""

    sentences: int = 0
    statements: int = 0
    names: dict[str, _Name] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)
    events: dict[str, tuple[Statement, str, int, str]] = field(default_factory=dict)

    def name(self, mention: Mention, place: str) -> int:
        """The number of the name that a mention stands for."""
        full = mention.of or mention.name
        key = fold(full) or full
        mine = self.names.setdefault(key, _Name(len(self.names)))
        mine.surfaces[full] += 1
        mine.labels[mention.label] += 1
        mine.places.append(place)
        return mine.number


def _is_time(mention: Mention, dates: Iterable[TimeExpression]) -> bool:
    """Whether a name is nothing but a time, which is shown as such."""
    return mention.label in (DATE_LABEL, "time") and any(
        date.start <= mention.start and mention.end <= date.end for date in dates
    )


def _borders(finding: Finding) -> list[int]:
    """Where the pieces of a sentence begin and end, so that whatever is marked is a number of them."""
    length = len(finding.sentence.text)
    spans = [(mention.start, mention.end) for mention in finding.mentions]
    spans += [(date.start, date.end) for date in finding.dates]
    spans += [(statement.start, statement.end) for statement in finding.statements]
    spans += [(one.start, one.end) for said in finding.statements for one in said.participants]
    return sorted({0, length, *(min(max(place, 0), length) for span in spans for place in span)})


@dataclass(frozen=True, slots=True)
class _Marked:
    """A name in a sentence with its number in the index."""

    mention: Mention
    number: int


def _attributes(start: int, covering: Sequence[_Marked], date: str) -> str:
    """The class of a piece, and what it tells when it is pointed at; the shortest name wins."""
    if not covering:
        return f' class="t date" title="{shown(date)}"' if date else ""
    inner = min((one.mention for one in covering), key=lambda one: one.end - one.start)
    classes = ["n", colour(inner.label), *(["of"] if inner.of else []), *(["t"] if date else [])]
    full = f"{inner.name} = {inner.of}" if inner.of else inner.name
    told = f"{full} ({inner.label})" + (f"; {date}" if date else "")
    names = " ".join(str(one.number) for one in covering)
    return (
        f' class="{" ".join(classes)}" title="{shown(" ".join(told.split()))}"'
        f' data-label="{shown(inner.label)}" data-names="{names}"'
    )


def _text(finding: Finding, id: str, page: _Page) -> str:
    """The text of a sentence in pieces, names and times marked, each time followed by what it means."""
    text = finding.sentence.text
    marked = []
    for mention in finding.mentions:
        if mention.end and not _is_time(mention, finding.dates):
            page.labels[mention.label] += 1
            marked.append(_Marked(mention, page.name(mention, f"{id}-{mention.start}")))
    dates = [(date, meaning(date, finding.reference)) for date in finding.dates]
    pieces = []
    for start, end in pairwise(_borders(finding)):
        covering = [one for one in marked if one.mention.start <= start < one.mention.end]
        inside = next((f"{d.text} = {told}" for d, told in dates if d.start <= start < d.end), "")
        attributes = _attributes(start, covering, inside)
        pieces.append(
            f'<span id="{id}-{start}" data-at="{start}"{attributes}>{shown(text[start:end])}</span>'
        )
        for date, told in dates:
            if date.end == end and told != date.text:
                pieces.append(f'<small class="when">{shown(told)}</small>')
    return "".join(pieces)


def _participant(one: Participant) -> str:
    """Its role and its words; a field of a record brings its name, which is its role."""
    role = "" if one.worded.startswith(f"{one.role}:") else f'<span class="role">{shown(one.role)}</span> '
    return f" <span>— {role}{worded(one.worded)}</span>"


def _marks(statement: Statement) -> str:
    """What weakens, dates and ranks a statement."""
    marks = [shown(statement.when.text)] if statement.when else []
    marks += ["<b>denied</b>"] if statement.negated else []
    marks += [f"<b>{shown(statement.modality)}</b>"] if statement.modality else []
    marks += [f"says {worded(statement.said_by)}"] if statement.said_by else []
    marks += [f"= {shown(statement.relation)}"] if statement.relation else []
    marks += [] if statement.by == "rules" else [f"read by {worded(statement.by)}"]
    marks.append(f'<span class="sure">confidence {statement.confidence:.2f}</span>')
    return " · ".join(marks)


def _statement(statement: Statement, number: int) -> str:
    """A fact or an event; its spans are those of its evidence, then of each who takes part."""
    kind = "event" if statement.is_event else "fact"
    others = "".join(map(_participant, statement.participants[1:]))
    said = f' — <span class="predicate">{worded(statement.predicate)}</span>' if statement.predicate else ""
    parts = [(one.start, one.end) for one in statement.participants if one.end > one.start]
    spans = " ".join(f"{start}-{end}" for start, end in ((statement.start, statement.end), *parts))
    subject = "said" if statement.subject.end else "unsaid"
    return (
        f'<li class="is-{kind}"><button type="button" id="f{number}" aria-pressed="false"'
        f' data-spans="{spans}" data-subject="{subject}">'
        f'<span class="kind">{kind}</span> <b>{worded(statement.subject.worded)}</b>'
        f'{said}{others}<span class="marks">{_marks(statement)}</span></button></li>'
    )


def _sentence(finding: Finding, namespace: str, title: str, page: _Page) -> str:
    id = f"s{page.sentences}"
    page.sentences += 1
    said = []
    for statement in finding.statements:
        if statement.is_event:
            page.events.setdefault(
                event_id(namespace, statement), (statement, title, page.statements, statement.follows)
            )
        said.append(_statement(statement, page.statements))
        page.statements += 1
    facts = f'<ul class="facts">{"".join(said)}</ul>' if said else ""
    text = _text(finding, id, page)
    return f'<div class="sentence" id="{id}"><p class="text" dir="auto">{text}</p>{facts}</div>'


def _document(extract: Extract, page: _Page, *, several: bool) -> Iterator[str]:
    """The sentences of a document below their headings, or after who said them and when."""
    document = extract.document
    yield "<section>"
    if several:
        yield f"<h2>{worded(document.title or document.uri)}</h2>"
    heading, passage = document.title, ""
    for finding in extract.findings:
        own = finding.passage
        if own.id != passage:
            passage = own.id
            if own.heading and own.heading != heading:
                heading = own.heading
                yield f"<h3>{worded(heading)}</h3>"
            moment = [shown(day(own.at))] if own.at else []
            speaker = [f"<b>{worded(own.speaker)}</b>"] if own.speaker else []
            if moment or speaker:
                yield f'<p class="turn">{" · ".join(speaker + moment)}</p>'
        yield _sentence(finding, document.namespace, document.title or document.uri, page)
    yield "</section>"


def _timeline(page: _Page, *, several: bool) -> str:
    """The events in order of time; a full dot has one before it in its document."""
    events = [row for row in page.events.values() if row[0].when]
    dated = [row for row in events if row[0].when and row[0].when.begin]
    dated.sort(key=lambda row: (row[0].when and row[0].when.begin, row[2]))
    others = [row for row in events if not (row[0].when and row[0].when.begin)]
    rows = []
    for statement, title, number, before in (*dated, *others):
        after = page.events[before][0] if before in page.events else None
        told = f' class="follows" title="after: {shown(_line(after))}"' if after else ""
        where = f"<small>{worded(title)}</small>" if several else ""
        when = shown(statement.when.text if statement.when else "")
        line = f"<time>{when}</time>{worded(_line(statement))}"
        rows.append(f'<li{told}><a href="#f{number}">{line}</a>{where}</li>')
    if not rows:
        return '<p class="empty">No event with a time.</p>'
    return f'<ol class="timeline">{"".join(rows)}</ol>'


def _line(statement: Statement) -> str:
    denied = "not: " if statement.negated else ""
    others = ", ".join(one.worded for one in statement.participants[1:])
    return f"{denied}{statement.subject.worded} {statement.predicate} {others}"


def _index(page: _Page) -> str:
    """The names, the most mentioned first."""
    rows = []
    for name in sorted(page.names.values(), key=lambda one: (-len(one.places), one.number)):
        full = min(name.surfaces, key=lambda one: (-name.surfaces[one], one))
        rows.append(
            f'<li data-label="{shown(name.label)}"><a class="{colour(name.label)}" href="#{name.places[0]}"'
            f' data-name="{name.number}" data-places="{" ".join(name.places)}">{worded(full)}</a>'
            f"<small>{shown(name.label)} · {len(name.places)}</small></li>"
        )
    return f'<ul class="names">{"".join(rows)}</ul>' if rows else '<p class="empty">No name.</p>'


def _legend(page: _Page) -> str:
    chips = [
        f'<label class="chip {colour(label)}"><input type="checkbox" checked data-filter="{shown(label)}">'
        f"{shown(label)} <small>{count:,}</small></label>"
        for label, count in sorted(page.labels.items(), key=lambda row: (-row[1], row[0]))
    ]
    chips += [
        f'<label class="chip"><input type="checkbox" checked data-without="{css}">{name}</label>'
        for name, css in _SWITCHES.items()
    ]
    return f"<fieldset><legend>Show</legend>{''.join(chips)}</fieldset>"


def page(extracts: Sequence[Extract]) -> str:
    """The page of some documents with what was read out of them; UTF-8, at most as long as needed.

    Args:
        extracts: each document with what its sentences say.
    """
    counted = _Page()
    several = len(extracts) > 1
    body = "".join(part for extract in extracts for part in _document(extract, counted, several=several))
    titles = [one.document.title or one.document.uri for one in extracts]
    title = (titles[0] if titles else "nothing") + (f" and {len(titles) - 1} more" if titles[1:] else "")
    counts = (
        (len(extracts), "document"),
        (counted.sentences, "sentence"),
        (counted.statements, "statement"),
        (len(counted.events), "dated event"),
        (len(counted.names), "name"),
    )
    told = ", ".join(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    return html(
        f"{title} — read by graphmem",
        [
            f"<header><h1>{worded(title)}</h1><p>{told}</p>{_legend(counted)}",
            '<nav class="jump" aria-label="Parts">',
            '<a href="#timeline">Timeline</a><a href="#names">Names</a></nav>',
            f'</header>\n<div class="layout">\n<main>{body}</main>\n<aside tabindex="0" aria-label="Index">',
            f'<section id="timeline"><h2>Timeline</h2>{_timeline(counted, several=several)}</section>',
            f'<section id="names"><h2>Names</h2>{_index(counted)}</section></aside>\n</div>',
        ],
        by="extract",
        package="graphmem.ingest",
        name="visual",
    )
