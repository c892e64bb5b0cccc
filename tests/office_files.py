"""Small office and PDF files for tests, made by the libraries that write them."""

import datetime
import io
import zipfile
from collections.abc import Mapping

import docx
import openpyxl
import pptx
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

CREATED = datetime.datetime(2023, 5, 8, 13, 56)


def word() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Annual plan"
    document.core_properties.created = CREATED
    document.add_heading("Goals", 1)
    document.add_paragraph("We will plant 200 trees.")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("who", "what", "Ann", "oaks"), strict=True):
        cell.text = text
    document.add_heading("Risks", 2)
    document.add_paragraph("Rain.")
    return _saved(document)


def slides() -> bytes:
    presentation = pptx.Presentation()
    presentation.core_properties.created = CREATED
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Why graphs"
    slide.placeholders[1].text = "They join facts."
    slide.notes_slide.notes_text_frame.text = "Say hello."
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(1, 2, 0, 0, 99999, 99999).table
    table.cell(0, 0).text, table.cell(0, 1).text = "oak", "tree"
    return _saved(presentation)


def sheets() -> bytes:
    book = openpyxl.Workbook()
    book.properties.created = CREATED
    book.active.append(["name", "date", "price"])
    book.active.append(["tea", datetime.datetime(2023, 5, 8), 3.0])
    book.active.append([None, None, None])
    book.active.append(["milk", datetime.datetime(2023, 5, 9, 7, 30), 1.5])
    return _saved(book)


def _saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def pages(*texts: str, title: str = "Trees of Kent", password: str = "") -> bytes:
    """A PDF; each text is a page, each of its lines a line."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.setTitle(title)
    for text in texts:
        for number, line in enumerate(text.split("\n")):
            canvas.drawString(72, 720 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    if not password:
        return stream.getvalue()
    writer = PdfWriter(clone_from=PdfReader(stream))
    writer.encrypt(password if password != "empty" else "", "owner", algorithm="AES-256")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """An archive with some of its parts replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()
