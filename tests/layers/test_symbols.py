"""A look can be drawn, read and told apart, or it is refused."""

import base64
import re

import pytest

from layers.symbols import PATHS, Look, swatch


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"colour": "#12345"},
        {"colour": '#123456"><script>'},
        {"shape": "star"},
        {"letter": "<b>"},
        {"letter": "ABC"},
        {"dash": "6;fill:url(x)"},
        {"fill": 2},
        {"size": 900},
        {"weight": -1},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError, match="not a look"):
        Look(**{"colour": "#1d4f5c", **wrong})


def contrast(one, other):
    lights = sorted((luminance(one) + 0.05, luminance(other) + 0.05))
    return lights[1] / lights[0]


def luminance(colour):
    """WCAG 2.2, written out a second time."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", ["#1d4f5c", "#b35c00", "#f5d9a6", "#0072b2", "#ffffff"])
def test_a_letter_can_be_read_on_its_colour(colour):
    assert contrast(Look(colour).ink, colour) >= 4.5


@pytest.mark.parametrize("shape", [name for name in PATHS if name])
def test_a_swatch_shows_what_the_map_shows(shape):
    look = Look("#b35c00", shape, "P")
    picture = base64.b64decode(re.search(r"base64,([^\"]+)", swatch(look))[1]).decode()
    assert look.spec()["path"] in picture
    assert ">P</text>" in picture
    assert look.colour in picture


def test_a_swatch_of_an_area_has_its_line_and_its_fill():
    picture = swatch(Look("#b35c00", fill=0.3, dash="6 4"), "area")
    drawn = base64.b64decode(re.search(r"base64,([^\"]+)", picture)[1]).decode()
    assert 'fill-opacity="0.3"' in drawn
    assert 'stroke-dasharray="6 4"' in drawn


def test_a_label_beside_a_swatch_stays_text():
    assert 'alt="&lt;b&gt; &quot;x&quot;"' in swatch(Look("#b35c00"), label='<b> "x"')
