"""Boundaries on their way in: partnership, wards, LSOAs and beats."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import select

from domain.areas import Area, AreaKind
from exchange import spots
from exchange.known import Known
from exchange.mapping import Field
from exchange.rows import Rows, empty, objects
from exchange.targets import Giver, Taken, Target

OUTLINES = frozenset({"Polygon", "MultiPolygon"})
FIELDS = (
    Field("kind", "kind of boundary", ("areakind",), required=True),
    Field("code", "code", ("areacode", "gsscode", "wardcode", "beatcode", "lsoacode"),
          required=True),
    Field("name", "name", ("areaname", "wardname", "beatname", "lsoaname"), required=True),
    Field("vintage", "vintage of the boundary, such as 2021", ("year",), required=True),
)  # fmt: skip


def take(rows: Rows, _known: Known, _giver: Giver) -> Taken:
    """Turn rows into the columns of `Area`."""
    kind = rows.required("kind", "kind of boundary")
    kinds = {each.value for each in AreaKind}
    rows.refuse(
        np.array([each is not None and each not in kinds for each in kind], dtype=bool),
        f"the kind of boundary is not one of: {', '.join(sorted(kinds))}",
    )
    rows.required("code", "code")
    rows.required("vintage", "vintage")
    code, vintage = rows.limited("code", 20, "code"), rows.limited("vintage", 20, "vintage")
    named = rows.words("name", 120)
    outline = spots.shapes(rows, OUTLINES, "an area")
    columns = {
        "kind": kind,
        "code": code,
        "name": np.where(empty(named), code, named).astype(object),
        "vintage": vintage,
        "outline": outline,
    }
    keys = objects([" ".join(map(str, row)) for row in zip(kind, code, vintage, strict=True)])
    return Taken(columns, keys)


def present(known: Known, _keys: Sequence[Any]) -> set[Any]:
    """Return every boundary that is there: they are few."""
    rows = known.session.execute(select(Area.kind, Area.code, Area.vintage))
    return {f"{kind.value} {code} {vintage}" for kind, code, vintage in rows}


TARGET = Target(
    "area",
    "Boundaries",
    Area,
    FIELDS,
    take,
    present,
    key_columns=("kind", "code", "vintage"),
    people=True,
    shapes=True,
)
