"""A pack as a Word document: real headings, heads of tables marked, alternative text, headers."""

import io
from datetime import UTC, datetime
from typing import Any, Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph

from exchange.pack_content import (
    Beside,
    Block,
    Facts,
    Heading,
    PackContent,
    Picture,
    Section,
    Table,
    Words,
)
from exchange.pack_pdf import as_png

FACE: Final = "Arial"
"""What every reader's computer has, or has the like of."""
PAGE = 182.0
"""Width in mm between the margins."""
ACCENT, QUIET = RGBColor(0x1D, 0x4F, 0x5C), RGBColor(0x5C, 0x58, 0x52)
SOFT: Final = "F4F1EC"
HEADS: Final = ("Heading 2", "Heading 3")
SWATCH = 4.4


def write(content: PackContent, at: datetime) -> bytes:
    """Set ``content`` as a Word document that says it was written ``at``."""
    paper = Document()
    _page(paper)
    _styles(paper)
    _about(paper, content, at)
    _margins(paper, content)
    _cover(paper, content)
    for section in content.sections:
        _section(paper, section)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Paper) -> None:
    page = paper.sections[0]
    page.orientation = WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(14)
    page.top_margin, page.bottom_margin = Mm(26), Mm(26)
    page.header_distance = page.footer_distance = Mm(9)


def _styles(paper: Paper) -> None:
    sizes = {
        "Normal": 10,
        "Title": 28,
        "Subtitle": 12,
        "Heading 1": 17,
        "Heading 2": 12,
        "Heading 3": 10,
    }
    for name, size in sizes.items():
        style: Any = paper.styles[name]
        style.font.name, style.font.size = FACE, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:hAnsi"), FACE)
        style.font.italic, style.font.bold = False, size > 12 or name in HEADS
        for spaced in style.element.rPr.findall(qn("w:spacing")):
            style.element.rPr.remove(spaced)
        style.font.color.rgb = (
            ACCENT if name in ("Heading 1", "Heading 3") else RGBColor(0x26, 0x25, 0x22)
        )
        style.paragraph_format.space_after = Pt(6)
    for name, above in (("Heading 1", 18), ("Heading 2", 12), ("Heading 3", 9)):
        heading: Any = paper.styles[name]
        heading.paragraph_format.space_before = Pt(above)
    borders = paper.styles["Title"].element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    properties = paper.styles["Normal"].element.get_or_add_rPr()
    properties.append(language)


def _about(paper: Paper, content: PackContent, at: datetime) -> None:
    told = paper.core_properties
    told.title, told.author = f"{content.kind}: {content.title}", "Safeground"
    told.keywords, told.language, told.comments = content.marking, "en-GB", ""
    told.created = told.modified = at.astimezone(UTC).replace(tzinfo=None)
    told.last_modified_by = "Safeground"


def _margins(paper: Paper, content: PackContent) -> None:
    """Put marking, recipient, user and time at the head of each page, handling at its foot."""
    page = paper.sections[0]
    _marked(page.header.paragraphs[0], content)
    _quiet(page.header.add_paragraph(), f"For {content.recipient}. {content.made}")
    foot = page.footer.paragraphs[0]
    _quiet(foot, f"{content.handling} Page ")
    _number(foot)
    _marked(page.footer.add_paragraph(), content)


def _marked(line: Paragraph, content: PackContent) -> None:
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(content.marking)
    run.bold, run.font.size = True, Pt(9)


def _quiet(line: Paragraph, text: str) -> None:
    run = line.add_run(text)
    run.font.size, run.font.color.rgb = Pt(8), QUIET


def _number(line: Paragraph) -> None:
    """Put in the number of the page, which Word works out."""
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        run.font.size, run.font.color.rgb = Pt(8), QUIET
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = words or None
        run._r.append(part)  # noqa: SLF001 - fields have no other way in


def _cover(paper: Paper, content: PackContent) -> None:
    first = paper.add_paragraph()
    first.paragraph_format.space_before = Pt(70)
    _grey(first, content.partnership)
    kind = paper.add_paragraph()
    told = kind.add_run(content.kind)
    told.bold, told.font.color.rgb, told.font.size = True, ACCENT, Pt(12)
    paper.add_paragraph(content.title, style="Title")
    paper.add_paragraph(content.subtitle, style="Subtitle").paragraph_format.space_after = Pt(18)
    _boxes(paper, ((content.marking, content.handling),))
    for block in content.cover:
        _block(paper, block)
    head = paper.add_paragraph()
    head.paragraph_format.space_before = Pt(18)
    head.add_run("What is in it").bold = True
    for section in content.sections:
        paper.add_paragraph(section.title).paragraph_format.space_after = Pt(2)


def _grey(line: Paragraph, text: str) -> None:
    run = line.add_run(text)
    run.font.color.rgb = QUIET


def _section(paper: Paper, section: Section) -> None:
    heading = paper.add_heading(section.title, level=1)
    heading.paragraph_format.page_break_before = section.fresh
    if section.fresh:
        heading.paragraph_format.space_before = Pt(0)
    for block in section.blocks:
        _block(paper, block)


def _block(paper: Paper, block: Block) -> None:
    match block:
        case Words(text, quiet=True):
            _quiet(paper.add_paragraph(), text)
        case Words(text):
            paper.add_paragraph(text)
        case Heading(text, level):
            paper.add_heading(text, level=level)
        case Facts(rows):
            _facts(paper, rows)
        case Beside(boxes):
            _boxes(paper, boxes)
        case Table():
            _table(paper, block)
        case Picture():
            _picture(paper, block)


def _facts(paper: Paper, rows: tuple[tuple[str, str], ...]) -> None:
    table = _grid(paper, len(rows), (34.0, PAGE - 34.0), "Facts, each with its name")
    for line, (name, words) in zip(table.rows, rows, strict=True):
        _grey(line.cells[0].paragraphs[0], name)
        line.cells[1].paragraphs[0].add_run(words)
    _after(paper)


def _boxes(paper: Paper, boxes: tuple[tuple[str, str], ...]) -> None:
    """Set boxes of the same width side by side."""
    names = ", ".join(name for name, _ in boxes)
    table = _grid(paper, 1, (PAGE / len(boxes),) * len(boxes), names)
    for cell, (name, words) in zip(table.rows[0].cells, boxes, strict=True):
        _apart(cell)
        _shade(cell)
        first = cell.paragraphs[0]
        first.paragraph_format.space_before = Pt(4)
        run = first.add_run(name)
        run.bold, run.font.color.rgb = True, ACCENT
        cell.add_paragraph(words).paragraph_format.space_after = Pt(6)
    _after(paper)


def _table(paper: Paper, given: Table) -> None:
    share = PAGE / sum(given.widths)
    widths = tuple(each * share for each in given.widths)
    table = _grid(paper, 1 + len(given.rows), widths, given.title)
    for cell, words in zip(table.rows[0].cells, given.head, strict=True):
        _shade(cell)
        cell.paragraphs[0].add_run(words).bold = True
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - no other way to mark it
    for line, cells in zip(table.rows[1:], given.rows, strict=True):
        whole = OxmlElement("w:cantSplit")
        line._tr.get_or_add_trPr().append(whole)  # noqa: SLF001
        for cell, words in zip(line.cells, cells, strict=True):
            cell.paragraphs[0].add_run(words)
    _after(paper)


def _picture(paper: Paper, picture: Picture) -> None:
    _image(paper.add_paragraph(), picture.svg, picture.wide, picture.alt)
    if not picture.legend:
        return
    half = -(-len(picture.legend) // 2)
    widths = (8.0, PAGE / 2 - 8.0) * 2
    table = _grid(paper, half, widths, "What the marks mean, down the left, then the right")
    for place, (svg, words) in enumerate(picture.legend):
        mark, told = table.rows[place % half].cells[2 * (place // half) :][:2]
        _image(mark.paragraphs[0], svg, SWATCH, "")
        told.paragraphs[0].add_run(words).font.size = Pt(9)
    _after(paper)


def _image(line: Paragraph, svg: str, wide: float, alt: str) -> None:
    """Put in a drawing; one without ``alt`` is marked as an ornament beside its words."""
    shape = line.add_run().add_picture(io.BytesIO(as_png(svg, wide)), width=Mm(wide))
    about = shape._inline.docPr  # noqa: SLF001 - alternative text has no other way in
    for side in "TBLR":  # without them some programs leave room around it
        shape._inline.set(f"dist{side}", "0")  # noqa: SLF001
    about.set("descr", alt)
    about.set("name", "Picture" if alt else "Mark")
    line.paragraph_format.space_after = Pt(4 if alt else 0)


def _grid(paper: Paper, rows: int, widths: tuple[float, ...], alt: str) -> WordTable:
    """Add a table of fixed ``widths`` (mm) with its alternative text."""
    table: WordTable = paper.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    for line in table.rows:
        for cell, wide in zip(line.cells, widths, strict=True):
            cell.width = Mm(wide)
            lines = cell.paragraphs[0].paragraph_format
            lines.space_before, lines.space_after, lines.line_spacing = Pt(2), Pt(2), 1.0
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Mm(wide)
    words = OxmlElement("w:tblDescription")
    words.set(qn("w:val"), alt)
    table._tbl.tblPr.append(words)  # noqa: SLF001
    _flush(table)
    return table


def _flush(table: WordTable) -> None:
    """Let a table begin at the margin; Word lets its words begin there, and its edge before."""
    indent = OxmlElement("w:tblInd")
    indent.set(qn("w:w"), "108")
    indent.set(qn("w:type"), "dxa")
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))  # noqa: SLF001
    layout.addprevious(indent)


def _shade(cell: Cell) -> None:
    fill = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SOFT)):
        fill.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(fill)  # noqa: SLF001


def _apart(cell: Cell) -> None:
    """Draw white edges, so that boxes of one colour stand apart."""
    edges = OxmlElement("w:tcBorders")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "24"), ("space", "0"), ("color", "FFFFFF")):
            edge.set(qn(f"w:{name}"), value)
        edges.append(edge)
    cell._tc.get_or_add_tcPr().append(edges)  # noqa: SLF001


def _after(paper: Paper) -> None:
    """Leave room after a table: Word would join it to the next."""
    line = paper.add_paragraph()
    line.paragraph_format.space_after = Pt(2)
    line.paragraph_format.line_spacing = Pt(6)
