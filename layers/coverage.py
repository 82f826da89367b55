"""Who has told us: how many sources stand behind what is known of a ward, and of each month.

Where nobody has told anything the ward is hatched. That is silence and not safety.
"""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from domain import areas, codes
from domain.areas import AreaKind
from domain.codes import CodeList
from domain.filters import Filters, joined
from domain.people import Actor, Permission, Tier
from geo.coverage import voices_in
from geo.space import BNG, Box
from layers import incidents, touches
from layers.columns import NO_DAY
from layers.layer import Layer, rule
from layers.selection import Held, select_records
from layers.sight import Sight
from layers.symbols import Look

SILENT = "none"
MANY = 3
KINDS = {SILENT: 0, "one": 1, "two": 2, "many": MANY}
TABLES: tuple[tuple[Held, str], ...] = (
    (incidents.HELD, "incident_sources"),
    (touches.EVERY, "touch_sources"),
)


@dataclass(frozen=True)
class Told:
    """What sources told of wards; arrays with a row a ward, in the order of ``wards``.

    ``records``: how many, by source; shape ``(wards, sources)``. ``sources``: their names.
    ``months``: the first day of each month; ``by_month``: how many different sources told
    something of a ward in it, shape ``(wards, months)``.
    """

    wards: gpd.GeoDataFrame
    sources: tuple[str, ...]
    records: NDArray[np.int64]
    months: tuple[date, ...]
    by_month: NDArray[np.int64]


def told(session: Session, actor: Actor, filters: Filters, box: Box | None = None) -> Told:
    """Count who told of each ward that touches ``box``; sealed records never count.

    Below the tier that reads single records a source counts for a ward, and for a month, only
    where it has as many records as may be shown there.
    """
    actor.must(Permission.SEE_PLACES)
    wards = areas.frame(session, actor, AreaKind.WARD, box)
    rows = pd.concat(
        [_rows(session, actor, filters, held, listed) for held, listed in TABLES],
        ignore_index=True,
    )
    rows["ward"] = pd.Index(wards.index).get_indexer(rows["ward"])
    rows = rows[rows["ward"] >= 0]
    who, sources = pd.factorize(rows["who"], sort=True)
    least = 1 if actor.tier >= Tier.T3 else rule(session).threshold
    first, months = _months(rows["month"].to_numpy())
    heard = rows.assign(who=who, month=np.where(rows["month"] >= 0, rows["month"] - first, -1))
    records = np.zeros((len(wards), len(sources)), dtype=np.int64)
    np.add.at(records, (heard["ward"], heard["who"]), 1)
    often = heard.groupby(["ward", "month", "who"], as_index=False).size()
    often = often[often["size"] >= least]
    shape = (len(wards), len(months))
    return Told(
        wards,
        tuple(map(str, sources)),
        np.where(records >= least, records, 0),
        months,
        voices_in(often["ward"], often["month"], often["who"], shape),
    )


def _rows(
    session: Session, actor: Actor, filters: Filters, held: Held, listed: str
) -> pd.DataFrame:
    """Return ward (id), month and source of the records that the reader may be given."""
    standing, found = select_records(session, actor, held, filters)
    columns = standing.columns
    known: CodeList = codes.current()[listed]
    source = columns.words["source"]
    names = np.array([known.label(word) if word else "" for word in source.words], dtype=object)
    month = columns.months[found.rows]
    return pd.DataFrame(
        {
            "ward": standing.area(AreaKind.WARD)[found.rows],
            "month": np.where(columns.day[found.rows] == NO_DAY, -1, month),
            "who": names[source.codes[found.rows]],
        }
    )


def _months(known: NDArray[np.int64]) -> tuple[int, tuple[date, ...]]:
    """Return the number of the first month (from January 1970) and every month to the last."""
    seen = known[known >= 0]
    if not seen.size:
        return 0, ()
    every = range(int(seen.min()), int(seen.max()) + 1)
    return every[0], tuple(date(1970 + at // 12, at % 12 + 1, 1) for at in every)


def _read(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    found = told(session, actor, filters, box)
    voices = (found.records > 0).sum(axis=1)
    names = [
        [name for name, count in zip(found.sources, row, strict=True) if count]
        for row in found.records.tolist()
    ]
    return gpd.GeoDataFrame(
        {
            "label": found.wards["name"].to_numpy(),
            "code": np.array(list(KINDS), dtype=object)[np.minimum(voices, MANY)],
            "count": pd.array(voices, dtype="Int64"),
            "words": [_words(each) for each in names],
        },
        geometry=found.wards.geometry.array,
        crs=BNG,
        index=found.wards.index,
    )


def _words(names: list[str]) -> str:
    if not names:
        return "Nobody has told us of this ward. That does not mean that it is safe."
    if len(names) == 1:
        return f"One source alone: {names[0]}"
    return f"{len(names)} sources: {joined(names)}"


COVERAGE = Layer(
    name="coverage",
    title="Who has told us",
    about="How many sources have records in each ward, in the period that you chose. Hatched: "
    "nobody has told us anything, which is silence and not safety. Recorded most is not the same "
    "as harmed most.",
    needs=Permission.SEE_PLACES,
    subjects=("incident", "place_touch"),
    look=Look("#5b5f97", "square", fill=0.42, weight=1),
    reader=_read,
    scale={
        SILENT: ("#7d7468", "Nobody has told us: not known, not safe"),
        "one": ("#c6c8e6", "One source alone"),
        "two": ("#8d91c4", "Two sources"),
        "many": ("#4c5092", "Three sources or more"),
    },
    hatched=frozenset({SILENT}),
)
