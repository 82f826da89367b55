"""A photograph is painted anew from its pixels alone, and what is black is gone."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from domain import photographs
from domain.errors import Invalid
from domain.photographs import (
    FORMATS,
    LONGEST,
    MOST_BYTES,
    MOST_PIXELS,
    NOT_TAKEN,
    SPOILT,
    TOO_HEAVY,
    TOO_LARGE,
    Box,
    clean,
    cover,
    size,
)

SECRET = b"51.5 N 0.1 W, the phone of K."
RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture(kind="JPEG", sides=(400, 300), **given):
    """A sheet whose left half is red and whose right half is blue."""
    sheet = Image.new("RGB", sides, RED)
    sheet.paste(Image.new("RGB", (sides[0] // 2, sides[1]), BLUE), (sides[0] // 2, 0))
    written = BytesIO()
    sheet.save(written, kind, **given)
    return written.getvalue()


def exif(turned=1):
    """What a phone writes: how it was held, where it was, and whose it is."""
    told = Image.Exif()
    told[0x0112] = turned
    told[0x010F] = SECRET.decode()
    told.get_ifd(0x8825)[1] = "N"
    return told


def opened(kept):
    return Image.open(BytesIO(kept.jpeg))


def colour(kept, x, y):
    red, _, blue = opened(kept).convert("RGB").getpixel((x, y))
    return "red" if red > 150 else "blue" if blue > 150 else "black"


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_but_pixels_is_carried_over(kind):
    further = {"JPEG": {"comment": SECRET}, "PNG": {}, "WEBP": {"xmp": SECRET}}[kind]
    if kind == "PNG":
        further["pnginfo"] = PngImagePlugin.PngInfo()
        further["pnginfo"].add_text("where", SECRET.decode())
    given = picture(kind, exif=exif(), icc_profile=SECRET * 10, **further)
    assert SECRET in given
    kept = clean(given)
    assert SECRET not in kept.jpeg
    for mark in (b"Exif", b"http", b"ICC_PROFILE", b"GPS"):
        assert mark not in kept.jpeg
    found = opened(kept)
    assert (found.format, found.size, dict(found.getexif())) == ("JPEG", (400, 300), {})
    assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (colour(kept, 50, 150), colour(kept, 350, 150)) == ("red", "blue")


def test_a_picture_that_was_held_upright_stays_upright():
    kept = clean(picture(exif=exif(turned=6)))
    assert size(kept) == (300, 400)
    assert (colour(kept, 150, 50), colour(kept, 150, 350)) == ("red", "blue")


def test_what_shines_through_is_painted_on_white():
    sheet = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    written = BytesIO()
    sheet.save(written, "PNG")
    assert opened(clean(written.getvalue())).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_large_picture_is_kept_smaller(kind):
    assert size(clean(picture(kind, (2400, 3600)))) == (1067, LONGEST)


def head(width, height):
    """The head of a PNG that promises more than it brings."""
    told = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + told
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )  # fmt: skip


def bomb():
    """A small file of very many pixels of one colour."""
    written = BytesIO()
    Image.new("1", (9_000, 9_000)).save(written, "PNG")
    return written.getvalue()


def other(kind):
    written = BytesIO()
    Image.new("RGB", (8, 8)).save(written, kind)
    return written.getvalue()


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ODD = {
    "nothing": (b"", NOT_TAKEN),
    "text": (b"not a picture", NOT_TAKEN),
    "svg": (SVG, NOT_TAKEN),
    "heic": (HEIC, NOT_TAKEN),
    "gif": (other("GIF"), NOT_TAKEN),
    "tiff": (other("TIFF"), NOT_TAKEN),
    "pdf": (other("PDF"), NOT_TAKEN),
    "page": (b"<html>\xff\xd8\xff", NOT_TAKEN),
    "truncated": (picture(sides=(800, 800))[:2_000], SPOILT),
    "truncated png": (picture("PNG", sides=(800, 800))[:-500], SPOILT),
    "head alone": (head(100, 100), SPOILT),
    "bomb": (bomb(), TOO_LARGE),
    "huge": (head(60_000, 60_000), TOO_LARGE),
    "long": (head(20_000, 1), TOO_LARGE),
    "heavy": (picture() + bytes(MOST_BYTES), TOO_HEAVY),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_file_is_refused_in_words_before_its_pixels_are_opened(odd):
    given, says = ODD[odd]
    with pytest.raises(Invalid) as refused:
        clean(given)
    assert str(refused.value) == says


def test_the_bomb_is_a_small_file_of_too_many_pixels():
    assert len(bomb()) < 100_000
    assert MOST_PIXELS < 9_000 * 9_000


def test_a_file_that_is_two_things_at_once_is_one_afterwards():
    hidden = b"<script>alert(1)</script>PK\x03\x04" + SECRET
    kept = clean(picture() + hidden)
    assert b"script" not in kept.jpeg
    assert SECRET not in kept.jpeg
    assert kept.jpeg.endswith(b"\xff\xd9")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_note_on_how_it_was_held_is_passed_over():
    spoilt = picture(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert size(clean(spoilt)) == (400, 300)


def test_what_is_black_is_in_no_part_of_the_picture():
    kept = cover(clean(picture()), [Box(0.5, 0.0, 1.0, 1.0)])
    shown = opened(kept).convert("RGB")
    right = shown.crop((204, 0, 400, 300))
    assert max(band[1] for band in right.getextrema()) < 40  # black, to what a JPEG can say
    assert colour(kept, 100, 150) == "red"
    assert colour(cover(kept, [Box(0, 0, 0.3, 0.3)]), 300, 150) == "black"


@pytest.mark.parametrize("sides", [(-0.1, 0, 1, 1), (0, 0, 1.1, 1), (0.5, 0, 0.5, 1), (0, 1, 1, 0)])
def test_a_box_lies_inside_and_has_a_size(sides):
    with pytest.raises(Invalid):
        Box(*sides)


def test_too_many_boxes_are_refused():
    boxes = [Box(0, 0, 1, 1)] * (photographs.MOST_BOXES + 1)
    with pytest.raises(Invalid, match="at most"):
        cover(clean(picture()), boxes)
