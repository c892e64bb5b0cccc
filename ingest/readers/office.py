"""Word, PowerPoint and Excel files (the XML formats)."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from graphmem.errors import MissingExtra
from graphmem.ingest.readers import archives
from graphmem.ingest.readers.rendering import Rendering, reading_of
from graphmem.ingest.readers.table import add_rows
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

# What the three libraries raise on files that keep the zip format and break their own; lxml's and
# expat's errors on broken XML are SyntaxErrors.
_BROKEN: Final = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, AssertionError, LookupError),
    *(RecursionError, OverflowError, EOFError, NotImplementedError, zipfile.BadZipFile, SyntaxError, OSError),
)
_MOST_ROWS: Final = 1_048_576
_MOST_CELLS: Final = 50_000_000
_LIBRARIES: Final = {"docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel"}


def _broken(content: Content, kind: str, error: BaseException) -> Exception:
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return content.error(f"not a {_LIBRARIES[kind]} file that can be read ({detail}); save it again")


def _date(properties: Any) -> datetime | None:
    created = getattr(properties, "created", None)
    return created if isinstance(created, datetime) else None


def _level(style: str) -> int:
    """The level of a heading style; 0 if it is none."""
    if style == "Title":
        return 1
    name, _, number = style.partition(" ")
    return int(number) if name == "Heading" and number.isdigit() else 0


def _lines(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as "cell | cell" lines, without the empty ones."""
    cells = ([" ".join(cell.split()) for cell in row] for row in rows)
    return "\n".join(" | ".join(row) for row in cells if any(row))


def _word_rows(table: Any) -> Iterator[list[str]]:
    """A table's rows, cell by cell as they are written.

    ``row.cells`` would repeat a merged cell for each column that it claims to span: a billion.
    """
    from docx.table import _Cell

    for row in table.rows:
        yield [_word_cell(_Cell(tc, table)) for tc in row._tr.tc_lst]


def _word_cell(cell: Any) -> str:
    """The text of a cell, with that of the tables inside it."""
    inner = (
        _lines(_word_rows(item)) if hasattr(item, "rows") else item.text for item in cell.iter_inner_content()
    )
    return " ".join(inner)


def _document(rendering: Rendering, document: Any) -> None:
    for item in document.iter_inner_content():
        if hasattr(item, "rows"):
            rendering.paragraph(_lines(_word_rows(item)))
        elif level := _level(item.style.name if item.style is not None else ""):
            rendering.heading(item.text, level)
        else:
            rendering.paragraph(item.text)


def read_docx(content: Content) -> Reading:
    """A Word file: paragraphs and tables in their order, below their headings.

    Raises:
        SourceError: broken, encrypted, or a zip bomb.
        MissingExtra: python-docx is not installed.
    """
    try:
        import docx
        from docx.opc.exceptions import OpcError
    except ImportError:
        raise MissingExtra("reading Word files", "readers") from None
    archives.check(content)
    rendering = Rendering()
    try:
        document = docx.Document(io.BytesIO(content.data))
        _document(rendering, document)
        properties = document.core_properties
        title, created = properties.title or "", _date(properties)
    except (OpcError, *_BROKEN) as error:
        raise _broken(content, "docx", error) from error
    headings = (block.heading for block in rendering.blocks() if block.heading)
    return reading_of(content, rendering, kind="text", title=title or next(headings, ""), written_at=created)


def _shapes(shapes: Any) -> Iterator[Any]:
    """All shapes, those of groups too, in order."""
    waiting = list(shapes)[::-1]
    while waiting:
        shape = waiting.pop()
        if hasattr(shape, "shapes"):
            waiting.extend(list(shape.shapes)[::-1])
        else:
            yield shape


def _slide(rendering: Rendering, slide: Any, number: int) -> None:
    title = slide.shapes.title
    name = title.text_frame.text if title is not None and title.has_text_frame else ""
    rendering.heading(name.strip() or f"Slide {number}")
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False):
            rendering.paragraph(_lines([cell.text for cell in row.cells] for row in shape.table.rows))
        elif shape.has_text_frame:
            rendering.paragraph("\n".join(p.text for p in shape.text_frame.paragraphs if p.text.strip()))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        rendering.paragraph(f"Notes: {notes}" if notes else "")


def read_pptx(content: Content) -> Reading:
    """A PowerPoint file: each slide's title is a heading; texts, tables and notes stand below it.

    Raises:
        SourceError: broken, encrypted, or a zip bomb.
        MissingExtra: python-pptx is not installed.
    """
    try:
        import pptx
        from pptx.exc import PythonPptxError
    except ImportError:
        raise MissingExtra("reading PowerPoint files", "readers") from None
    archives.check(content)
    rendering = Rendering()
    try:
        presentation = pptx.Presentation(io.BytesIO(content.data))
        for number, slide in enumerate(presentation.slides, 1):
            _slide(rendering, slide, number)
        properties = presentation.core_properties
        title, created = properties.title or "", _date(properties)
    except (PythonPptxError, *_BROKEN) as error:
        raise _broken(content, "pptx", error) from error
    # The template's own title says nothing of the talk.
    title = "" if title == "PowerPoint Presentation" else title
    headings = (block.heading for block in rendering.blocks() if block.heading)
    return reading_of(content, rendering, kind="text", title=title or next(headings, ""), written_at=created)


def _sheet_rows(sheet: Any) -> list[list[Any]]:
    """The rows that hold anything. A sheet's own word on its size is not believed: it may be a lie."""
    sheet.reset_dimensions()
    rows: list[list[Any]] = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        cells += len(row)
        if number >= _MOST_ROWS or cells > _MOST_CELLS:
            raise ValueError(f"a sheet of more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells")
        if any(cell is not None for cell in row):
            rows.append(list(row))
    return rows


def read_xlsx(content: Content) -> Reading:
    """An Excel file: each row below a sheet's first one is a record "column: value; …".

    Raises:
        SourceError: broken, encrypted, or a zip bomb.
        MissingExtra: openpyxl is not installed.
    """
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise MissingExtra("reading Excel files", "readers") from None
    archives.check(content)
    rendering = Rendering()
    try:
        with warnings.catch_warnings():
            # Features that hold no text (validation, extensions) are announced as unsupported.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(content.data), read_only=True, data_only=True)
            several = len(book.worksheets) > 1
            for sheet in book.worksheets:
                add_rows(rendering, _sheet_rows(sheet), heading=sheet.title if several else "")
            title, created = book.properties.title or "", _date(book.properties)
            book.close()
    except (InvalidFileException, *_BROKEN) as error:
        raise _broken(content, "xlsx", error) from error
    return reading_of(content, rendering, kind="records", title=title, written_at=created)
