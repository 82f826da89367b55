"""What an analysis found, as a file: GeoPackage, GeoJSON, Parquet or CSV by its ending."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from domain.errors import Invalid
from exchange.vectors import NOT_READ
from geo.space import to_wgs84

ENDINGS = (".gpkg", ".geojson", ".parquet", ".csv")


def check(out: Path, *inputs: Path) -> None:
    """Refuse a file that cannot be written, before anything is reckoned.

    A file of an earlier run is replaced; one of the inputs, and a GeoPackage that holds more
    than one layer, never.
    """
    if out.suffix.lower() not in ENDINGS:
        raise Invalid("The file to write must end in .gpkg, .geojson, .parquet or .csv.")
    if not out.parent.is_dir():
        raise Invalid("There is no such folder to write to. Make it first, or name another.")
    if out.is_dir() or any(each.exists() and out.exists() and out.samefile(each)
                           for each in inputs):  # fmt: skip
        raise Invalid("That file cannot be replaced. Name another to write.")
    if out.exists() and out.suffix.lower() == ".gpkg" and _layers(out) != 1:
        raise Invalid("That GeoPackage holds other layers. Name another file to write.")


def write(frame: gpd.GeoDataFrame, out: Path, *, layer: str) -> None:
    """Write rows with a shape each; the file gets its name when all of it is written.

    GeoPackage and Parquet keep the CRS of ``frame``; GeoJSON is in WGS 84, converted through
    OSTN15 from the National Grid; CSV has the middle of each shape as ``x`` and ``y`` in the CRS
    of ``frame``.
    """
    check(out)
    kind = out.suffix.lower()
    with tempfile.TemporaryDirectory(prefix=".safeground-", dir=out.parent) as private:
        draft = Path(private) / f"draft{kind}"
        if kind == ".gpkg":
            pyogrio.write_dataframe(frame, draft, layer=layer, driver="GPKG")
        elif kind == ".geojson":
            pyogrio.write_dataframe(to_wgs84(frame), draft, layer=layer, driver="GeoJSON",
                                    layer_options={"COORDINATE_PRECISION": "7"})  # fmt: skip
        elif kind == ".parquet":
            frame.to_parquet(draft, index=False)
        else:
            _table(frame).to_csv(draft, index=False)
        draft.replace(out)


def _layers(path: Path) -> int:
    try:
        return len(pyogrio.list_layers(path))
    except NOT_READ:
        return 0


def _table(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    middle = shapely.centroid(frame.geometry.array)
    at = {"x": shapely.get_x(middle).round(3), "y": shapely.get_y(middle).round(3)}
    return frame.drop(columns=frame.geometry.name).assign(**at)
