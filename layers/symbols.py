"""How one kind of thing looks on the map and in its legend: shape and letter as well as colour."""

import re
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

Shape = Literal[
    "", "circle", "square", "diamond", "triangle", "wedge", "pentagon", "hexagon", "shield", "plus"
]

PATHS: Final[dict[str, str]] = {
    "": "",
    "circle": "M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0Z",
    "square": "M-7-9H7Q9-9 9-7V7Q9 9 7 9H-7Q-9 9-9 7V-7Q-9-9-7-9Z",
    "diamond": "M0-11.5L11.5 0L0 11.5L-11.5 0Z",
    "triangle": "M0-11.5L11.5 8.5H-11.5Z",
    "wedge": "M0 11.5L11.5-8.5H-11.5Z",
    "pentagon": "M0-11L10.8-3L6.8 9.3H-6.8L-10.8-3Z",
    "hexagon": "M-5.6-9.8H5.6L11.2 0L5.6 9.8H-5.6L-11.2 0Z",
    "shield": "M-9-9.5H9V0.5C9 6 4.5 9 0 11C-4.5 9-9 6-9 0.5Z",
    "plus": "M-4.5-10.5H4.5V-4.5H10.5V4.5H4.5V10.5H-4.5V4.5H-10.5V-4.5H-4.5Z",
}
"""Outlines in a box from -13 to 13, the same for markers, tiles and legends."""

_BASELINE: Final = {"triangle": 6.5, "wedge": 2.5}
_HATCHING: Final = "M-11 0L-3-8M-11 8L5-8M-5 8L11-8M3 8L11 0"
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_DASH: Final = re.compile(r"\d{1,2}( \d{1,2})*")


@dataclass(frozen=True)
class Look:
    """How a point, line or area is drawn.

    ``colour`` is ``#rrggbb``; ``size`` and ``weight`` are pixels; ``fill`` is the opacity of an
    area from 0 to 1; ``dash`` as in SVG ("6 4"); ``hatch`` strikes an area through, which says
    that nothing is known of it. Without a ``shape`` a line or area carries no
    symbol. Raises :class:`ValueError` for anything else, since it goes into the page as it is.
    """

    colour: str
    shape: Shape = "circle"
    letter: str = ""
    size: int = 26
    weight: float = 2.5
    fill: float = 0.14
    dash: str = ""
    hatch: bool = False

    def __post_init__(self) -> None:
        sound = (
            _COLOUR.fullmatch(self.colour)
            and self.shape in PATHS
            and (not self.letter or (self.letter.isalnum() and len(self.letter) <= 2))
            and (not self.dash or _DASH.fullmatch(self.dash))
            and 8 <= self.size <= 60
            and 0 <= self.weight <= 12
            and 0 <= self.fill <= 1
        )
        if not sound:
            raise ValueError(f"not a look that can be drawn: {self!r}")

    @property
    def ink(self) -> str:
        """The colour of a letter on this look: the one that is easier to read."""
        return "#ffffff" if _luminance(self.colour) < 0.36 else "#1d1b19"

    def spec(self) -> dict[str, Any]:
        """Return what the browser is told of it."""
        return {
            "colour": self.colour,
            "path": PATHS[self.shape],
            "letter": self.letter,
            "ink": self.ink,
            "drop": _BASELINE.get(self.shape, 4.5),
            "size": self.size,
            "weight": self.weight,
            "fill": self.fill,
            "dash": self.dash,
            "hatch": self.hatch,
        }


def swatch(look: Look, kind: Literal["point", "line", "area"] = "point", label: str = "") -> str:
    """Draw a legend's picture of ``look``, 26 pixels square, as the map draws it.

    It is an ``<img>`` that holds its SVG, since Streamlit takes SVG out of a page's HTML.
    ``label`` is its alternative text; leave it empty where the words stand beside it.
    """
    data = b64encode(swatch_svg(look, kind).encode()).decode()
    return (
        f'<img width="26" height="26" alt="{escape(label)}" src="data:image/svg+xml;base64,{data}">'
    )


def swatch_svg(look: Look, kind: Literal["point", "line", "area"] = "point") -> str:
    """Draw ``look`` as SVG, 26 units square with its middle at nought, for paper."""
    inside = {"point": _point, "line": _line, "area": _area}[kind](look)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-13 -13 26 26">{inside}</svg>'


def _point(look: Look) -> str:
    letter = (
        f'<text y="{_BASELINE.get(look.shape, 4.5)}" fill="{look.ink}" text-anchor="middle"'
        f' font-family="Arial, sans-serif" font-weight="700" font-size="13">'
        f"{look.letter}</text>"
    )
    return f'<path d="{PATHS[look.shape]}" fill="{look.colour}"/>{letter if look.letter else ""}'


def _line(look: Look) -> str:
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return f'<path d="M-12 0H12" stroke="{look.colour}" stroke-width="{look.weight}"{dash}/>'


def _area(look: Look) -> str:
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    strokes = _HATCHING if look.hatch else ""
    fill = "none" if look.hatch else look.colour
    return (
        f'<path d="{strokes}" stroke="{look.colour}" stroke-width="1.5"/>'
        f'<rect x="-11" y="-8" width="22" height="16" rx="2" fill="{fill}"'
        f' fill-opacity="{look.fill}" stroke="{look.colour}" stroke-width="{look.weight}"{dash}/>'
    )


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2), from 0 to 1."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
