"""Young people's map: squares that groups marked as safe or unsafe, counted by session.

It is made of safety mapping alone. Police records never go into it, and it goes into none of the
analyses of police records; on the map the two are looked at apart (`catalogue.kept_apart`).
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from domain import safety_mapping
from domain.filters import Filters
from domain.people import Actor, Permission
from geo.grid import cell_label
from geo.space import BNG, Box
from geo.suppress import suppress
from layers import sight
from layers.layer import Layer, rule
from layers.sight import CELL, Sight
from layers.symbols import Look

MOSTLY = 0.7
"""Share of a square's voices from which it is called after one side."""
SAID = {
    "safe": "young people mostly feel safe here",
    "unsafe": "young people mostly feel unsafe here",
    "both": "young people feel safe and unsafe here",
}


def _read(
    session: Session, actor: Actor, _seen: Sight, box: Box | None, filters: Filters
) -> gpd.GeoDataFrame:
    asked = None if box is None else sight.to_cells(box)
    marked = safety_mapping.frame(session, actor, asked, filters)
    return counted(session, marked)


def counted(session: Session, marked: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the sessions that marked each 250 m cell; a cell of too few is left out.

    ``marked``: rows of `safety_mapping.frame`. A session has one voice for safe and one for unsafe
    in a cell, whatever it marked in it. ``code`` is safe, unsafe or both.
    """
    bounds = marked.bounds if len(marked) else pd.DataFrame({"minx": [], "miny": []})
    voices = pd.DataFrame(
        {
            "west": (bounds["minx"].to_numpy(float) // CELL * CELL).astype(np.int64),
            "south": (bounds["miny"].to_numpy(float) // CELL * CELL).astype(np.int64),
            "session": marked["session_id"].to_numpy(),
            "safe": (marked["felt"] == safety_mapping.SAFE).to_numpy(dtype=bool),
        }
    ).drop_duplicates()
    cells = voices.groupby(["west", "south"], as_index=False).agg(
        sessions=("session", "nunique"), voices=("safe", "size"), safe=("safe", "sum")
    )
    shown = suppress(cells["sessions"].to_numpy(), rule(session))
    cells, words = cells[~shown.hidden], shown.words()[~shown.hidden]
    share = cells["safe"].to_numpy(float) / cells["voices"].to_numpy(float)
    code = np.select([share >= MOSTLY, share <= 1 - MOSTLY], ["safe", "unsafe"], "both")
    west, south = cells["west"].to_numpy(), cells["south"].to_numpy()
    return gpd.GeoDataFrame(
        {
            "label": [
                cell_label(*at, CELL) for at in zip(west.tolist(), south.tolist(), strict=True)
            ],
            "code": code.astype(object),
            "count": pd.array(shown.values[~shown.hidden].filled(0), dtype="Int64"),
            "words": [
                f"Marked in {number} sessions: {SAID[each]}"
                for number, each in zip(words, code, strict=True)
            ],
        },
        geometry=np.asarray(shapely.box(west, south, west + CELL, south + CELL), dtype=object),
        crs=BNG,
        index=pd.Index(sight.cell_numbers(west, south), dtype="int64"),
    )


YOUNG_PEOPLE = Layer(
    name="young_people",
    title="Young people's map: safe and unsafe",
    about="Where groups of young people told a worker that they feel safe or unsafe. Choose hours "
    "in the filters for a time of day. It holds no police records and is looked at apart from "
    "them. No mark: nobody has said, which is not the same as safe.",
    needs=Permission.SEE_PLACES,
    subjects=("safety_session", "safety_mark"),
    look=Look("#5b5f97", "square", fill=0.5, weight=1.5),
    reader=_read,
    scale={
        "safe": ("#1b7a5a", "Young people mostly feel safe"),
        "both": ("#5b5f97", "Some feel safe, some unsafe"),
        "unsafe": ("#9a4f00", "Young people mostly feel unsafe"),
    },
)
