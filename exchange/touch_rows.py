"""Place touches on their way in: the child stays at the door.

No free text is taken. An episode's number serves within the file only, to tell the same mention
from another, and goes into no key, no row and no log.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from domain import codes
from domain.codes import ref
from domain.errors import Invalid
from domain.touches import PASSING, PlaceTouch
from exchange import spots, times
from exchange.known import Known
from exchange.mapping import Field
from exchange.rows import Rows, Texts, empty, objects
from exchange.targets import Giver, Taken, Target, centimetres, keyed

UNKNOWN = {
    "time_band": ref("time_bands", "unknown"),
    "day_type": ref("day_types", "unknown"),
    "duration_band": ref("duration_bands", "unknown"),
    "distance_band": ref("distance_bands", "unknown"),
    "transport_mode": ref("transport_modes", "unknown"),
}
LISTS = {
    "time_band": "time_bands",
    "day_type": "day_types",
    "duration_band": "duration_bands",
    "distance_band": "distance_bands",
    "transport_mode": "transport_modes",
}
MANY = ("push_factors", "pull_factors", "harm_indicators")
EPISODE = "episode"
FIELDS = (
    Field("touch_id", "random number of the row", ("touchid", "rowid", "randomid")),
    Field("source", "who told of the place", ("toldby",), codes="touch_sources", required=True),
    Field("role", "what the place was in the episode", ("placerole", "locationrole"),
          codes="touch_roles", required=True),
    Field("date", "month", ("month", "episodemonth", "episodedate", "start", "startdate"),
          required=True),
    Field("time_band", "part of the day", ("time", "partofday", "timeofday"), codes="time_bands"),
    Field("day_type", "kind of day", ("daytype",), codes="day_types"),
    Field("duration_band", "how long", ("duration", "durationband"), codes="duration_bands"),
    Field("distance_band", "how far", ("distance", "distanceband"), codes="distance_bands"),
    Field("cross_border", "out of the area (yes or no)", ("crossborder", "outofarea")),
    Field("transport_mode", "how people travelled", ("transport", "travel", "transportmode"),
          codes="transport_modes"),
    Field("push_factors", "push factors", ("push",), codes="push_factors"),
    Field("pull_factors", "pull factors", ("pull",), codes="pull_factors"),
    Field("harm_indicators", "signs of harm", ("indicators",), codes="harm_indicators"),
    Field("place_type", "type of place", ("placetype", "locationtype"), codes="place_types"),
    Field("residential", "someone lives there (yes or no)", ("isresidential", "home", "dwelling")),
    Field("place_reference", "reference of a place on the map", ("placeref", "placereference")),
    Field("precision", "how sure of the spot", ("accuracy",), codes="precision"),
    Field(EPISODE, "episode, to tell rows apart (dropped)", ("episodehash", "episodenumber",
          "episodeid", "episoderef", "missingid")),
)  # fmt: skip


def take(rows: Rows, known: Known, giver: Giver) -> Taken:
    """Turn rows into the columns of `PlaceTouch`; of the date only the month is kept."""
    role = rows.coded("role", "touch_roles", "role")
    rows.refuse(empty(role), "the role is not given")
    source = rows.coded("source", "touch_sources", "source")
    rows.refuse(empty(source), "the source is not given")
    easting, northing = spots.points(rows, known.ground)
    columns = {
        "source": source,
        "role": role,
        "month": _month(rows),
        "place_id": _place(rows, known),
        "residential": _residential(rows, role),
        "time_band": _time_band(rows),
        **{name: _banded(rows, name) for name in LISTS if name != "time_band"},
        "cross_border": rows.flag("cross_border", "out of the area"),
        **{name: rows.several(name, name, name.replace("_", " ")) for name in MANY},
        "precision": _precision(rows),
        "spot": spots.made_points(easting, northing),
    }
    told = [values for name, values in columns.items() if name not in ("spot", "place_id")]
    by_content = keyed("touch", giver, *told, centimetres(easting), centimetres(northing))
    _refuse_repeats(rows, by_content)
    references = rows.text("touch_id")
    by_reference = keyed("touch id", giver, references)
    bare = empty(references)
    return Taken(columns, np.where(bare, by_content, by_reference), separate=bare)


def present(known: Known, keys: Sequence[Any]) -> set[Any]:
    """Say which keys are there."""
    return known.present(PlaceTouch.key, keys)


def _month(rows: Rows) -> Texts:
    when = times.columns(rows)
    rows.refuse(empty(when.start), "there is no month")
    return objects(
        [
            None if start is None else _first(start.astimezone(times.LONDON).date())
            for start in when.start
        ]
    )


def _first(day: date) -> date:
    return day.replace(day=1)


def _banded(rows: Rows, name: str) -> Texts:
    return rows.coded(name, LISTS[name], name.replace("_", " "), default=UNKNOWN[name])


def _time_band(rows: Rows) -> Texts:
    """Take a part of the day as it is coded, or the one that a clock time falls in."""
    bands = codes.current().time_bands
    given = rows.text("time_band")
    clocks = {
        text: bands.band(found.hour)
        for text in set(given) - {None}
        if (found := times.read("2001-01-01", text)) is not None and found.hour is not None
    }
    return rows.coded(
        "time_band",
        "time_bands",
        "part of the day",
        default=UNKNOWN["time_band"],
        values=objects([clocks.get(each, each) for each in given]),
    )


def _place(rows: Rows, known: Known) -> Texts:
    references = rows.text("place_reference")
    if empty(references).all():
        return references
    numbers = known.places(each for each in references if each)
    found = objects([numbers.get(each or "") for each in references])
    rows.refuse(~empty(references) & empty(found), "the place's reference is not on the map")
    return found


def _residential(rows: Rows, role: Texts) -> Texts:
    """Say where someone lives: by the file's word, by the type of place, and where it began.

    A ``no`` of the file is believed only where neither the type nor the role says otherwise.
    Where neither the file nor the type tells, it is a home unless `PASSING` says otherwise.
    """
    said = rows.flag("residential", "where someone lives")
    kinds = codes.current().place_types
    places = rows.coded("place_type", "place_types", "type of place")
    homes = {each.code for each in kinds.values() if each.dwelling or each.restricted}
    sealed = {each.code for each in codes.current().touch_roles.values() if each.sealed}
    untold = empty(said) & empty(places) & ~np.isin(role.astype(str), PASSING)
    return objects(
        [
            flag is True or place in homes or each in sealed or bool(unknown)
            for flag, place, each, unknown in zip(said, places, role, untold, strict=True)
        ]
    )


def _precision(rows: Rows) -> Texts:
    given = rows.coded("precision", "precision", "precision")
    return np.where(empty(given), spots.precision(rows), given).astype(object)


def _refuse_repeats(rows: Rows, keys: Texts) -> None:
    """Count the same mention in one episode once; the episode is forgotten with the chunk's rows.

    An episode's rows stand together in the files that we know, so a chunk sees them all.
    """
    episodes = rows.text(EPISODE)
    if len(set(episodes)) > 1 and (empty(episodes).mean() > 0.5):
        raise Invalid("Most rows name no episode: leave that column out.")
    seen: set[tuple[str, bytes]] = set()
    repeated = np.zeros(len(rows), dtype=bool)
    for at, (episode, key) in enumerate(zip(episodes, keys, strict=True)):
        if episode is not None:
            repeated[at] = (episode, key) in seen
            seen.add((episode, key))
    rows.refuse(repeated, "the same place and role came before in this episode")


TARGET = Target(
    "place_touch",
    "Places named in missing episodes",
    PlaceTouch,
    FIELDS,
    take,
    present,
    not_returned=frozenset({EPISODE, "touch_id"}),
    shuffled=True,  # numbers in the order of the file would join the mentions of one episode
)
