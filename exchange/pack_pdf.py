"""A pack as PDF: tagged, with headings, alternative text and table heads (PDF/UA-1)."""

import json
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from exchange.insight_picture import FONTS
from exchange.pack_content import Block, PackContent

TEMPLATE: Final = Path(__file__).with_name("pack.typ")
ALONE: Final = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#set text(font: "Source Sans 3")
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.wide) * 1mm)
"""


def write(content: PackContent, at: datetime, *, fonts: Path = FONTS) -> bytes:
    """Set ``content`` as a PDF that says it was written ``at``."""
    compiler = typst.Compiler(
        input=TEMPLATE, root=TEMPLATE.parent, font_paths=[fonts], ignore_system_fonts=True
    )
    written = compiler.compile(
        format="pdf",
        sys_inputs={"data": json.dumps(_data(content))},
        pdf_standards="ua-1",
        timestamp=int(at.timestamp()),
    )
    return _one(written)


@lru_cache(maxsize=64)
def as_png(svg: str, wide: float, *, fonts: Path = FONTS) -> bytes:
    """Draw an SVG as PNG, ``wide`` mm at 200 points an inch, with the letters of the house."""
    compiler = typst.Compiler(font_paths=[fonts], ignore_system_fonts=True)
    told = {"svg": svg, "wide": f"{wide}"}
    return _one(compiler.compile(input=ALONE, format="png", ppi=200, sys_inputs=told))


def _data(content: PackContent) -> dict[str, Any]:
    data = asdict(content)
    data["cover"] = [_block(each) for each in content.cover]
    for made, section in zip(data["sections"], content.sections, strict=True):
        made["blocks"] = [_block(each) for each in section.blocks]
    return data


def _block(block: Block) -> dict[str, Any]:
    return {"is": type(block).__name__, **asdict(block)}


def _one(written: bytes | list[bytes] | None) -> bytes:
    if not isinstance(written, bytes):
        raise TypeError("this is one file")
    return written
