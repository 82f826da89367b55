"""The layers that a pack's maps draw as a GeoPackage, as its reader may see them."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from domain.errors import Invalid
from exchange.geopackage import ABOUT, labelled, plain
from exchange.pack_content import PackContent
from layers import catalogue


def write(
    content: PackContent, frames: Mapping[str, gpd.GeoDataFrame], at: datetime, digest: str
) -> bytes:
    """Write each layer that has a record, in EPSG:27700, with a table that says how to handle it.

    Raises
    ------
    Invalid
        No map was drawn, so there is no layer.
    """
    drawn = {name: frame for name, frame in frames.items() if len(frame)}
    if not drawn:
        raise Invalid("This pack has no map, so there are no layers to take out.")
    with tempfile.TemporaryDirectory() as private:
        path = Path(private) / "layers.gpkg"
        for name, frame in drawn.items():
            told = plain(labelled(catalogue.CATALOGUE[name], frame))
            told.to_file(path, layer=name, driver="GPKG", mode="a", engine="pyogrio")
        rows = {name: len(frame) for name, frame in drawn.items()}
        lines = pd.DataFrame(_about(content, rows, at, digest), columns=["about", "words"])
        pyogrio.write_dataframe(lines, path, layer=ABOUT, driver="GPKG", append=True)
        return path.read_bytes()


def _about(
    content: PackContent, rows: Mapping[str, int], at: datetime, digest: str
) -> list[tuple[str, str]]:
    return [
        ("Marking", content.marking),
        ("Handling", content.handling),
        ("For", content.recipient),
        ("Made", content.made),
        ("As at", at.astimezone(UTC).isoformat(timespec="seconds")),
        ("Of", f"{content.kind}: {content.title}"),
        ("Content of the pack (SHA-256)", digest),
        ("Coordinates", "British National Grid, EPSG:27700, metres"),
        *((catalogue.CATALOGUE[name].title, f"Rows: {count:,}") for name, count in rows.items()),
    ]
