"""What the commands that analyse plain files share: how they read, refuse and tell."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import typer
from numpy.typing import ArrayLike

from domain.errors import Invalid


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
