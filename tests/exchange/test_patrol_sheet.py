"""The sheet and the files of a patrol: every page marked, every card safe, read back by others."""

import io
import re
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import fromstring
from zoneinfo import ZoneInfo

import gpxpy
import numpy as np
import pypdf
import pytest
from icalendar import Calendar
from shapely import Point

from domain.patrol_reading import NEVER, Card, Sheet
from domain.patrols import PatrolState
from exchange import patrol_files, patrol_map, patrol_sheet
from geo.space import bng_from_lonlat
from layers.basemap import SAMPLE_TOWN

LONDON = ZoneInfo("Europe/London")
BEGAN = datetime(2026, 10, 24, 22, 0, tzinfo=LONDON)
NOW = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
HOSTILE = '#panic() $x$ <b>*bold*</b> "quoted" \\ @ref [x]'
SPOTS = [(466_500, 543_400), (466_900, 543_700), (467_300, 543_300)]


def card(number, **given):
    east, north = SPOTS[(number - 1) % len(SPOTS)]
    values = {
        "stop_id": number, "number": number, "place_id": number, "name": f"Zone {number}",
        "zone": Point(east, north).buffer(80), "opens": BEGAN,
        "closes": BEGAN + timedelta(hours=5), "arrive": BEGAN + timedelta(minutes=30 * number),
        "dwell": 12, "why": "The lights fail.", "to_do": ("Be seen.",), "not_to_do": NEVER,
        "hazards": "Wet steps.", "contact": "", "visits_a_day": 3, "spacing": 120,
        "most_minutes": 45, "guardians": {}, "visited": 0, "skipped": 0,
    }  # fmt: skip
    return Card(**{**values, **given})


def sheet(*cards):
    return Sheet(
        patrol_id=7, version=1, title="Saturday night", purpose="Children feel safe.",
        legal_basis="Common law", style="on foot", start="Station", state=PatrolState.TASKED,
        team="The team", authorised_by="Inspector", marking="OFFICIAL-SENSITIVE",
        handling="Do not forward.", valid_from=BEGAN, valid_to=BEGAN + timedelta(hours=6),
        cards=cards or tuple(map(card, (1, 2, 3))), unplanned=0,
    )  # fmt: skip


def drawn(given, ground=SAMPLE_TOWN):
    return patrol_map.draw(
        [patrol_map.Zone(each.number, each.zone) for each in given.cards], ground
    )


@pytest.fixture(scope="module")
def pdf():
    given = sheet(card(1, why=HOSTILE), card(2), card(3))
    return pypdf.PdfReader(
        io.BytesIO(patrol_sheet.compose(given, drawn(given), who="Ray", now=NOW))
    )


def words(page):
    return " ".join(page.extract_text().split())


def test_the_map_is_a4_and_each_stop_has_an_a5_card(pdf):
    sizes = [
        tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in pdf.pages
    ]
    assert sizes == [(210, 297), (148, 210), (148, 210), (148, 210)]


def test_every_page_is_marked_and_says_who_took_it_and_when(pdf):
    for page in pdf.pages:
        said = words(page)
        assert said.count("OFFICIAL-SENSITIVE") == 2
        for told in ("Do not forward.", "Taken out by Ray", "24 October 2026 at 10:00", "of 4"):
            assert told in said


def test_every_card_says_what_to_do_on_danger_and_disclosure(pdf):
    for page in pdf.pages[1:]:
        said = words(page)
        assert "call 999" in said
        assert "A child tells you of harm: listen" in said
        assert "No moving on of young people" in said


def test_it_is_tagged_titled_and_in_english(pdf):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert pdf.metadata.title == "Saturday night"
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in pdf.pages
        for font in page["/Resources"]["/Font"].values()
    }  # fmt: skip
    assert all("SourceSans3" in each for each in fonts)


def test_what_a_person_wrote_is_set_as_text_and_never_run(pdf):
    assert "#panic() $x$ <b>*bold*</b>" in words(pdf.pages[1])


def test_the_map_shows_streets_of_the_base_map_and_does_without():
    svg = drawn(sheet())
    assert "Riverside Walk" in svg
    assert "200 m" in svg
    bare = drawn(sheet(), ground=None)
    assert "Riverside Walk" not in bare
    for each in (svg, bare):
        assert fromstring(each).tag.endswith("svg")
        assert each.count("<circle") == 3


def test_numbers_of_one_place_do_not_lie_on_one_another():
    svg = drawn(sheet(card(1), card(4), card(2)), ground=None)
    spots = np.array([list(map(float, each)) for each in re.findall(r'cx="(\d+)" cy="(\d+)"', svg)])
    assert min(np.hypot(*(spots[0] - spots[1])), np.hypot(*(spots[0] - spots[2]))) > 70


def test_gpx_has_waypoints_and_a_route_where_the_zones_are():
    text = patrol_files.as_gpx(sheet(), who="Ray", now=NOW).decode()
    read = gpxpy.parse(text)
    assert [each.name for each in read.waypoints] == [
        "1. Zone 1 22:30", "2. Zone 2 23:00", "3. Zone 3 23:30",
    ]  # fmt: skip
    assert len(read.routes[0].points) == 3
    east, north = bng_from_lonlat(read.waypoints[0].longitude, read.waypoints[0].latitude)
    assert np.hypot(east - SPOTS[0][0], north - SPOTS[0][1]) < 0.2
    assert "OFFICIAL-SENSITIVE" in read.description


def test_kml_escapes_and_holds_zones():
    content = patrol_files.as_kml(sheet(card(1, name=HOSTILE), card(2)), who="Ray", now=NOW)
    assert b"<b>" not in content
    root = fromstring(content)
    space = "{http://www.opengis.net/kml/2.2}"
    assert len(list(root.iter(f"{space}Polygon"))) == 2
    assert HOSTILE in next(each.text for each in root.iter(f"{space}name") if "panic" in each.text)


def test_the_calendar_keeps_london_time_over_the_clock_change():
    late = card(1, arrive=datetime(2026, 10, 25, 0, 55, tzinfo=LONDON), dwell=15)
    content = patrol_files.as_calendar(sheet(late), who="Ray", now=NOW)
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(minutes=15)
    assert str(event["CLASS"]) == "CONFIDENTIAL"
    assert calendar.walk("VTIMEZONE")
    assert "The lights fail." in str(event["DESCRIPTION"])
