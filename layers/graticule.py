"""The National Grid with its letters: what lies under the records where there is no base map.

The browser is told where the grid's corners of 50 km lie (`geo.space`) and fits a parabola
between each three of them, which is right to a few metres; it knows no conversion of its own.
"""

from functools import cache
from typing import Any, Final

import numpy as np
from branca.element import MacroElement
from folium.template import Template

from geo import gridref
from geo.space import lonlat_from_bng

STEP: Final = 50_000
SQUARE: Final = 100_000
EAST, NORTH = 700_000, 1_250_000
"""How far the conversion reaches; the grid's last half square in the north is open sea."""


class Graticule(MacroElement):
    """Thin lines of 100 km, 10 km and 1 km by zoom, drawn by ``static/graticule.js``."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            Safeground.graticule({{ this._parent.get_name() }}, {{ this.spec|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Graticule"
        self.spec = spec()


@cache
def spec() -> dict[str, Any]:
    """Return the corners (degrees of WGS 84, rows northwards) and the letters of each 100 km.

    The grid's western and northern edge, where the conversion ends, is left to the parabolas.
    """
    east, north = np.meshgrid(np.arange(STEP, EAST + 1, STEP), np.arange(0, NORTH, STEP))
    lon, lat = lonlat_from_bng(east, north)
    corners = np.stack([lat, lon], axis=-1).round(6)
    letters = [
        [gridref.format(e, n, 0) for e in range(0, EAST, SQUARE)] for n in range(0, NORTH, SQUARE)
    ]
    return {
        "step": STEP,
        "first": STEP,
        "most": [EAST, NORTH],
        "corners": corners.tolist(),
        "letters": letters,
    }
