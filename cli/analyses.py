"""What the commands that analyse plain files share: how they read, refuse and tell."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import typer
from numpy.typing import ArrayLike

from domain.errors import Invalid
from exchange import outlines, points

if TYPE_CHECKING:
    from geo.hot_cells import Extent
    from geo.space import Floats

File = Annotated[Path, typer.Argument(metavar="IN", help="Any file that can be imported")]
Out = Annotated[Path, typer.Option(help="File to write: .gpkg, .geojson, .parquet or .csv")]
Cell = Annotated[int | None, typer.Option(help="Side of a cell in metres; proposed without it")]
System = Annotated[
    str | None, typer.Option("--crs", help="System of the coordinates, and to work in")
]
Area = Annotated[
    str, typer.Option("--extent", help="hull or bbox of the points, or a file of polygons")
]
Bandwidth = Annotated[
    float | None, typer.Option(help="Of the density, in metres; proposed without it")
]
Kernel = Annotated[Literal["gaussian", "quartic"], typer.Option(help="Of the density")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same answer")]
Layer = Annotated[str | None, typer.Option(help="Layer or sheet of IN")]
Summary = Annotated[bool, typer.Option("--json", help="Print the summary as JSON")]


def weighed(
    frame: gpd.GeoDataFrame, column: str | None, notes: list[str]
) -> "tuple[gpd.GeoDataFrame, Floats | None]":
    """Take the weights of points; rows without one are left out, and told in ``notes``."""
    if column is None:
        return frame, None
    weights = points.numbers(frame, column)
    known = np.isfinite(weights)
    if (lacking := int(np.count_nonzero(~known))) == len(frame):
        raise Invalid("No row has a number in the column of weights.")
    if lacking:
        notes.append(f"{lacking:,} rows were left out: there is no number as a weight.")
    return frame[known], weights[known]


def area(text: str, frame: gpd.GeoDataFrame) -> "Extent":
    """Read ``--extent``: a word, or a file of polygons in the CRS of ``frame``."""
    if text == "hull":
        return "hull"
    return "bbox" if text == "bbox" else outlines.area(Path(text), frame.crs)


def left_out(frame: gpd.GeoDataFrame, used: int) -> dict[str, Any]:
    """Return how many rows there were, and how many were not used, for a summary in JSON."""
    rows = int(frame.attrs["rows"])
    return {"rows": rows, "left_out": rows - used, "reasons": frame.attrs["left_out"]}


@contextmanager
def plainly() -> Iterator[None]:
    """Tell a person what the analysis says it cannot do; its sentences are fit to be read."""
    try:
        yield
    except ValueError as error:
        raise Invalid(str(error)) from error


def numbers(text: str, option: str) -> list[float]:
    """Read "0,100,200"; ``Invalid`` names the option where it is something else."""
    try:
        return [float(each) for each in text.split(",")]
    except ValueError as error:
        raise Invalid(f"Write {option} as numbers with commas, such as 0,100,200.") from error


def plain(values: ArrayLike) -> Any:
    """Turn an array into lists for JSON, which knows neither NaN nor infinity: both are null."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        found = array.astype(object)
        found[~np.isfinite(array)] = None
        return found.tolist()
    return array.tolist()


def tell(notes: Sequence[str]) -> None:
    """Say on the error stream what was left out, so that the output stays a table or JSON."""
    for each in notes:
        typer.echo(each, err=True)


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people: the first column to the left, numbers to the right."""
    rows = [head, *rows]
    wide = [max(len(row[at]) for row in rows) for at in range(len(head))]
    for first, *others in rows:
        line = [text.rjust(to) for text, to in zip(others, wide[1:], strict=True)]
        typer.echo("  ".join([first.ljust(wide[0]), *line]).rstrip())
