"""Position files become minutes, and nothing of them is left."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely import Point

from domain.errors import Invalid
from exchange import positions
from geo.space import lonlat_from_bng

BEGAN = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
ZONES = [(7, Point(466_500, 543_400).buffer(100)), (9, Point(467_500, 543_400).buffer(100))]


def trail():
    """Twelve minutes standing in the first zone, ten minutes away, eleven in the second."""
    spots = [(466_500, 543_400)] * 72 + [(467_000, 543_400)] * 60 + [(467_500, 543_400)] * 67
    lon, lat = lonlat_from_bng(*np.array(spots, float).T)
    times = [BEGAN + timedelta(seconds=10 * each) for each in range(len(spots))]
    return list(zip(times, lon, lat, strict=True))


def as_csv():
    lines = [f"{time.isoformat()},{lat:.7f},{lon:.7f}" for time, lon, lat in trail()]
    return "\n".join(["Time,Latitude,Longitude", *lines]).encode("utf-8-sig")


def as_gpx():
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{time:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for time, lon, lat in trail()
    )
    space = "http://www.topografix.com/GPX/1/1"
    return f'<gpx xmlns="{space}"><trk><trkseg>{points}</trkseg></trk></gpx>'.encode()


@pytest.mark.parametrize("content", [as_csv(), as_gpx()], ids=["csv", "gpx"])
def test_minutes_inside_each_zone(content):
    first, second = positions.minutes_inside(content, ZONES)
    assert (first.stop_id, first.began, first.minutes) == (7, BEGAN, 12)
    assert (second.stop_id, second.minutes) == (9, 11)
    assert positions.minutes_inside(content, ZONES) == [first, second]  # the same keys
    assert first.key != second.key
    assert len(first.key) == 32


def test_metres_are_taken_as_they_are():
    lines = [
        f"{(BEGAN + timedelta(seconds=30 * each)).isoformat()},466500,543400" for each in range(30)
    ]
    content = "\n".join(["timestamp,easting,northing", *lines]).encode()
    (stay,) = positions.minutes_inside(content, ZONES)
    assert stay.minutes in (14, 15)


def test_passing_through_is_no_visit():
    content = as_csv().splitlines()
    few = b"\n".join([content[0], *content[70:80]])
    assert positions.minutes_inside(few, ZONES) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"a,b\n1,2", b"<gpx></gpx>", b"<gpx", b"\xff\xfe\x00", b"time,lat,lon\nx,1,2\ny,1,2",
        b'<!DOCTYPE x [<!ENTITY e "x">]><gpx>&e;</gpx>', b"time,lat,lon\n2026-01-01T00:00,1",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_without_quoting_it(content):
    with pytest.raises(Invalid) as refused:
        positions.minutes_inside(content, ZONES)
    assert "file" in str(refused.value) or "CSV" in str(refused.value)


def test_nothing_is_written_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    positions.minutes_inside(as_gpx(), ZONES)
    assert list(tmp_path.iterdir()) == []
