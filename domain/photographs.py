"""Photographs of a report: made anew from their pixels alone, and blacked out where asked.

What a phone puts into a picture (where it was taken, when, by which device, a small picture of
what was cut away) never gets past `clean`: a new picture is painted with the old one's colours,
and nothing else of the file is carried over. Only three kinds of file are opened, after their
size in bytes and in pixels was looked at.
"""

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from threading import Lock
from typing import Final

from PIL import Image, ImageDraw, ImageOps

from domain.errors import Invalid

MOST_BYTES: Final = 10 << 20
MOST_PIXELS: Final = 50_000_000
MOST_SIDE: Final = 15_000
LONGEST: Final = 1_600
"""Pixels of the longer side of what is kept."""
MOST_BOXES: Final = 40
FORMATS: Final = ("JPEG", "PNG", "WEBP")
QUALITY: Final = 85
NOT_TAKEN: Final = (
    "One file is not a picture that we can take. Please choose a JPEG, PNG or WebP photograph. "
    "Some phones save HEIC: choose “most compatible” in the camera's settings, or send it as a "
    "screenshot."
)
SPOILT: Final = "One photograph cannot be read: part of it is missing. Please choose it again."
TOO_HEAVY: Final = "One photograph is larger than 10 MB. Please choose a smaller one."
TOO_LARGE: Final = (
    "One photograph has too many pixels to be opened safely. Please choose a smaller one."
)
_FAULTS: Final = (
    OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError,
    struct.error, zlib.error,
)  # fmt: skip
"""What the readers of pictures raise at a file that is not what it says."""
_ONE_AT_A_TIME = Lock()  # an opened picture takes up to 150 MB


@dataclass(frozen=True)
class Picture:
    """A JPEG that `clean` or `cover` painted: pixels, and nothing else of anybody's file."""

    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class Box:
    """A part to black out, in shares of width and height from the upper left corner (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        sides = (self.left, self.top, self.right, self.bottom)
        if not all(0 <= side <= 1 for side in sides):
            raise Invalid("A box lies inside the picture: between 0 and 100 per cent.")
        if self.left >= self.right or self.top >= self.bottom:
            raise Invalid("A box ends to the right of its start, and below it.")


def clean(given: bytes) -> Picture:
    """Paint a picture anew from what somebody sent, upright and 1,600 pixels long at most.

    Raises
    ------
    Invalid
        It is too large in bytes or pixels, of another kind, or spoilt; the message says which.
    """
    if len(given) > MOST_BYTES:
        raise Invalid(TOO_HEAVY)
    with _ONE_AT_A_TIME:
        return Picture(_painted(given))


def cover(kept: Picture, boxes: Sequence[Box]) -> Picture:
    """Paint ``boxes`` black into a picture of ours: what was under them is in no part of it.

    Raises
    ------
    Invalid
        There are too many boxes.
    """
    if len(boxes) > MOST_BOXES:
        raise Invalid(f"Black out {MOST_BOXES} parts at most.")
    with _ONE_AT_A_TIME, Image.open(BytesIO(kept.jpeg), formats=("JPEG",)) as opened:
        painted = opened.convert("RGB")
    brush = ImageDraw.Draw(painted)
    width, height = painted.size
    for box in boxes:
        start = (math.floor(box.left * width), math.floor(box.top * height))
        end = (math.ceil(box.right * width), math.ceil(box.bottom * height))
        brush.rectangle([start, end], fill="black")
    return Picture(_jpeg(painted))


def size(kept: Picture) -> tuple[int, int]:
    """Return the width and height in pixels."""
    with Image.open(BytesIO(kept.jpeg), formats=("JPEG",)) as opened:
        return opened.size


def _painted(given: bytes) -> bytes:
    with _opened(given) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
            raise Invalid(TOO_LARGE)
        try:
            opened.draft("RGB", (LONGEST, LONGEST))  # a JPEG is read no finer than it is kept
            opened.load()
            return _jpeg(_on_white(_upright(opened)))
        except _FAULTS as error:
            raise Invalid(SPOILT) from error


def _opened(given: bytes) -> Image.Image:
    """Read the head of a file; no pixel is opened yet."""
    try:
        return Image.open(BytesIO(given), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(TOO_LARGE) from error
    except _FAULTS as error:
        raise Invalid(NOT_TAKEN) from error


def _upright(opened: Image.Image) -> Image.Image:
    """Turn a picture as its camera says; what cannot be read of that is left alone."""
    opened.thumbnail((LONGEST, LONGEST))
    try:
        return ImageOps.exif_transpose(opened)
    except _FAULTS:
        return opened


def _on_white(picture: Image.Image) -> Image.Image:
    """Paint the colours onto a new sheet: only pixels get there."""
    sheet = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        sheet.paste(layer, mask=layer.getchannel("A"))
    else:
        sheet.paste(picture.convert("RGB"))
    return sheet


def _jpeg(sheet: Image.Image) -> bytes:
    written = BytesIO()
    sheet.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()
