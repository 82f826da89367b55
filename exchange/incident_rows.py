"""Incidents on their way in."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.codes import ref
from domain.incidents import Incident
from exchange import spots, times
from exchange.known import Known
from exchange.mapping import Field
from exchange.rows import Rows, Texts, empty, objects
from exchange.targets import Giver, Taken, Target, centimetres, referenced

NO_DETAILS: dict[str, str] = {}
OPEN_DATA = ref("incident_sources", "open_data")
FIELDS = (
    Field("reference", "reference of the record", ("id", "incidentid", "incidentno", "crimeid",
          "recordid", "incidentnumber", "eventid", "uniqueid", "crimenumber", "logno")),
    Field("source", "where the record comes from", ("recordsource", "origin"),
          codes="incident_sources", required=True),
    Field("category", "what happened", ("type", "crimetype", "incidenttype", "offence", "class",
          "offencetype", "eventtype", "crimecategory"), required=True, text=True),
    Field("harm_primary", "main type of harm", ("harm", "harmtype", "primaryharm"),
          codes="harm_types"),
    Field("harm_further", "further types of harm", ("furtherharm", "otherharm", "harms"),
          codes="harm_types"),
    Field("place_type", "type of place", ("placetype", "locationtype", "premisestype"),
          codes="place_types"),
    Field("agency", "agency", ("organisation", "team", "force"), text=True),
    Field("date", "date, or date and time", ("datefrom", "occurredfrom", "occurred", "incidentdate",
          "startdate", "datetime", "month", "occurredon", "dateoccurred", "eventdate", "start")),
    Field("time", "time of day", ("timefrom", "incidenttime", "starttime", "timeoccurred")),
    Field("date_to", "date of the end", ("dateto", "occurredto", "enddate", "end", "until")),
    Field("time_to", "time of the end", ("timeto", "endtime")),
    Field("precision", "how sure of the spot", ("locationprecision", "accuracy"),
          codes="precision"),
)  # fmt: skip


def take(rows: Rows, known: Known, giver: Giver) -> Taken:
    """Turn rows into the columns of `Incident`; two alike without id or hour are two incidents."""
    source = rows.coded("source", "incident_sources", "source")
    rows.refuse(empty(source), "the source is not given")
    rows.required("category", "category")
    category = rows.words("category", 80)
    when = times.columns(rows)
    easting, northing = spots.points(rows, known.ground)
    columns = {
        "source": source,
        "category": category,
        "harm_primary": rows.coded("harm_primary", "harm_types", "main type of harm"),
        "harm_further": rows.several("harm_further", "harm_types", "further types of harm"),
        "place_type": rows.coded("place_type", "place_types", "type of place"),
        "agency": rows.words("agency", 120),
        "time_known": when.known,
        "occurred_from": when.start,
        "occurred_to": when.to,
        "weekday": when.weekday,
        "hour": when.hour,
        "precision": _precision(rows, source),
        "spot": spots.made_points(easting, northing),
        "details": _details(rows),
    }
    references = rows.text("reference")
    spot = centimetres(easting), centimetres(northing)
    told = [columns[name] for name in ("category", "time_known", "occurred_from", "occurred_to")]
    return Taken(
        columns,
        referenced("incident", giver, references, *told, *spot, columns["details"]),
        separate=empty(references) & empty(when.hour),
    )


def _precision(rows: Rows, source: Texts) -> Texts:
    """Open data is moved by its publisher: it is approximate, whatever the file says."""
    given = rows.coded("precision", "precision", "precision")
    found = np.where(empty(given), spots.precision(rows), given)
    return np.where(source == OPEN_DATA, spots.APPROXIMATE, found).astype(object)


def _details(rows: Rows) -> Texts:
    if not any(name.startswith("detail:") for name in rows.mapping.columns):
        return objects([NO_DETAILS] * len(rows))
    names = [name for name in rows.mapping.columns if name.startswith("detail:")]
    columns = [(name.removeprefix("detail:")[:40], rows.words(name, 200)) for name in names]
    return objects(
        [
            {name: values[at] for name, values in columns if values[at] is not None}
            for at in range(len(rows))
        ]
    )


def present(known: Known, keys: Sequence[Any]) -> set[Any]:
    """Say which keys are there."""
    return known.present(Incident.key, keys)


TARGET = Target("incident", "Incidents", Incident, FIELDS, take, present, extra=True)
