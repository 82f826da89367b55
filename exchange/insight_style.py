"""The style of a result for QGIS, kept in the GeoPackage itself so that it opens in its colours."""

from collections.abc import Mapping
from sqlite3 import Connection
from xml.sax.saxutils import quoteattr

from layers.symbols import Look

TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""
"""As QGIS lays it down, and looks for it when it opens a layer."""


def attach(file: Connection, layer: str, geometry: str, qml: str) -> None:
    """Put a style into a GeoPackage as the default of one of its layers."""
    with file:
        file.execute(TABLE)
        file.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description)"
            " VALUES ('', '', ?, ?, 'Safeground', ?, '', 1, 'As Safeground draws it')",
            (layer, geometry, qml),
        )
        file.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )


def qml(legend: Mapping[str, tuple[Look, str]]) -> str:
    """Write a style that colours polygons by their column ``code``, with words for each class."""
    classes = [
        f'<category symbol="{at}" value={quoteattr(code)} label={quoteattr(words)} render="true"/>'
        for at, (code, (_, words)) in enumerate(legend.items())
    ]
    symbols = [_symbol(at, look) for at, (look, _) in enumerate(legend.values())]
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n'
        '<qgis version="3.34" styleCategories="Symbology">'
        '<renderer-v2 type="categorizedSymbol" attr="code" forceraster="0" enableorderby="0">'
        f"<categories>{''.join(classes)}</categories><symbols>{''.join(symbols)}</symbols>"
        "</renderer-v2></qgis>"
    )


def _symbol(at: int, look: Look) -> str:
    options = {
        "color": _rgba(look.colour, look.fill),
        "outline_color": _rgba(look.colour, 1),
        "outline_width": f"{look.weight * 0.2:.2f}",
        "outline_width_unit": "MM",
        "outline_style": "solid",
        "style": "solid",
    }
    listed = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    return (
        f'<symbol type="fill" name="{at}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="SimpleFill" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{listed}</Option></layer></symbol>'
    )


def _rgba(colour: str, share: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(share * 255)}"
