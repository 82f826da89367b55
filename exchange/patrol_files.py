"""A patrol for a device: GPX and KML with its zones in their order, and a calendar.

They hold the zone, the time and the reason as on the sheet, never the source, and their marking.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
import shapely
from gpxpy import gpx
from icalendar import Calendar, Event, vDatetime
from shapely.geometry.base import BaseGeometry

from domain import patrol_reading
from domain.filters import day_words
from domain.gazetteer import grid_reference
from domain.matching import LONDON
from domain.patrol_reading import DANGER, PURPOSE, Card, Sheet
from domain.people import Actor
from exchange import patrol_sheet
from geo.space import lonlat_from_bng
from store.database import Store

PRODUCT: Final = "-//Safeground//Patrols//EN"
KML_SPACE: Final = "http://www.opengis.net/kml/2.2"
CORNERS = 64


class Form(Enum):
    """What a patrol can be written as: its ending, and its kind for a browser."""

    PDF = ("pdf", "application/pdf")
    GPX = ("gpx", "application/gpx+xml")
    KML = ("kml", "application/vnd.google-earth.kml+xml")
    ICS = ("ics", "text/calendar; charset=utf-8")

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return self.value[0]

    @property
    def mime(self) -> str:
        """Its media type."""
        return self.value[1]


def export(
    store: Store, actor: Actor, patrol_id: int, form: Form, *, now: datetime | None = None
) -> bytes:
    """Write a patrol as a file for its team, and note that it left.

    Raises
    ------
    NotPermitted, NotFound
        As in `patrol_reading.sheet`.
    """
    now = now or datetime.now(UTC)
    if form is Form.PDF:
        return patrol_sheet.pdf(store, actor, patrol_id, now=now)
    with store.reading() as session:
        sheet = patrol_reading.sheet(session, actor, patrol_id)
    write = {Form.GPX: as_gpx, Form.KML: as_kml, Form.ICS: as_calendar}[form]
    written = write(sheet, who=actor.name, now=now)
    with store.writing() as session:
        patrol_sheet.log(session, actor, patrol_id, form=form.ending)
    return written


def as_gpx(sheet: Sheet, *, who: str, now: datetime) -> bytes:
    """Write a waypoint for each stop and a route through them, WGS 84."""
    file = gpx.GPX()
    file.name, file.description, file.time = sheet.title, about(sheet, who, now), now
    file.creator = "Safeground"
    route = gpx.GPXRoute(name=sheet.title)
    for card, (lon, lat) in zip(sheet.cards, middles(sheet.cards), strict=True):
        name, words = _title(card), _words(card)
        file.waypoints.append(gpx.GPXWaypoint(lat, lon, name=name, description=words))
        route.points.append(gpx.GPXRoutePoint(lat, lon, name=name))
    file.routes.append(route)
    return str(file.to_xml()).encode()


def as_kml(sheet: Sheet, *, who: str, now: datetime) -> bytes:
    """Write a point and an area for each stop, and the line of their order, WGS 84."""
    root = Element("kml", xmlns=KML_SPACE)
    document = SubElement(root, "Document")
    _child(document, "name", sheet.title)
    _child(document, "description", about(sheet, who, now))
    style = SubElement(document, "Style", id="zone")
    _child(SubElement(style, "LineStyle"), "color", "ff5c4f1d")
    _child(SubElement(style, "PolyStyle"), "color", "405c4f1d")
    spots = middles(sheet.cards)
    for card, spot in zip(sheet.cards, spots, strict=True):
        mark = SubElement(document, "Placemark")
        _child(mark, "name", _title(card))
        _child(mark, "description", _words(card))
        _child(mark, "styleUrl", "#zone")
        both = SubElement(mark, "MultiGeometry")
        _child(SubElement(both, "Point"), "coordinates", _pairs([spot]))
        ring = SubElement(SubElement(SubElement(both, "Polygon"), "outerBoundaryIs"), "LinearRing")
        _child(ring, "coordinates", _pairs(_outline(card.zone)))
    line = SubElement(document, "Placemark")
    _child(line, "name", "Order of the stops")
    _child(SubElement(line, "LineString"), "coordinates", _pairs(spots))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def as_calendar(sheet: Sheet, *, who: str, now: datetime) -> bytes:
    """Write an appointment for each stop, Europe/London, for the team alone."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{sheet.marking}: {sheet.title}")
    for card in sheet.cards:
        event = Event()
        event.add("uid", f"patrol-{sheet.patrol_id}-stop-{card.stop_id}@safeground")
        event.add("dtstamp", vDatetime(now.astimezone(UTC)))
        event.add("dtstart", card.arrive)
        event.add("dtend", _after(card))
        event.add("summary", f"Patrol: {_title(card)}")
        event.add("location", f"{card.name}, {grid_reference(card.zone.centroid)}")
        event.add("description", f"{_words(card)}\n\n{about(sheet, who, now)}")
        event.add("class", "CONFIDENTIAL")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def about(sheet: Sheet, who: str, now: datetime) -> str:
    """Say what every file says of itself: marking, handling, purpose, for whom, by whom, when."""
    moment = now.astimezone(LONDON)
    return (
        f"{sheet.marking}. {sheet.handling} {PURPOSE} For {sheet.team} only, {sheet.when}. "
        f"Taken out by {who}, {day_words(moment.date())} at {moment:%H:%M}. {DANGER}"
    )


def middles(cards: Sequence[Card]) -> list[tuple[float, float]]:
    """Return the middle of each zone in degrees (WGS 84), longitude first."""
    spots = np.array([(each.zone.centroid.x, each.zone.centroid.y) for each in cards])
    lon, lat = lonlat_from_bng(spots[:, 0], spots[:, 1])
    return list(zip(lon.round(6).tolist(), lat.round(6).tolist(), strict=True))


def _outline(zone: BaseGeometry) -> list[tuple[float, float]]:
    """Return a zone's edge in degrees (WGS 84), with few corners."""
    simple = zone if shapely.get_num_coordinates(zone) <= CORNERS else zone.simplify(1.0)
    edge = shapely.get_coordinates(simple.exterior)  # type: ignore[attr-defined]
    lon, lat = lonlat_from_bng(edge[:, 0], edge[:, 1])
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _pairs(spots: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in spots)


def _child(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = words


def _title(card: Card) -> str:
    return f"{card.number}. {card.name} {card.arrive:%H:%M}"


def _words(card: Card) -> str:
    lines = [f"Stay {card.dwell} minutes. {card.why}", *card.to_do]
    return "\n".join([*lines, *(f"Not: {each}" for each in card.not_to_do)])


def _after(card: Card) -> datetime:
    """Return when a visit ends; reckoned in UTC, so that a clock change does not move it."""
    return (card.arrive.astimezone(UTC) + timedelta(minutes=card.dwell)).astimezone(LONDON)
