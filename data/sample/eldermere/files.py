"""Write what was drawn: small files, the same bytes for the same seed where the format allows."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

STAMP = "2026-11-22T00:00:00.000Z"  # GeoPackages carry a date of change: always this one


def write_json(path: Path, told: Any) -> None:
    """Write JSON that reads well in a difference."""
    text = json.dumps(told, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a CSV with a heading line and Unix line ends."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_layers(path: Path, layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Write a GeoPackage of ``layers`` anew."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    for name, frame in layers.items():
        pyogrio.write_dataframe(
            frame, path, layer=name, driver="GPKG", append=path.exists(), SPATIAL_INDEX="NO"
        )
    for left in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        left.unlink(missing_ok=True)
