"""Files as their publishers made them, with the counts and quirks of their README."""

import pytest
import shapely
from sqlalchemy import func, select

from domain.areas import Area
from domain.gazetteer import GazetteerEntry
from domain.incidents import Incident, TimeKnown
from exchange.importing import Order, preview, run
from tests.conftest import SHARED

REAL = SHARED / "real"
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside us")


@pytest.fixture
def take(store, analyst):
    def import_it(name, **how):
        return run(store, analyst, Order(str(REAL / name), **how))

    return import_it


def test_a_police_file_is_taken_as_snap_points_by_month(store, analyst, take):
    report = take("2019-01-metropolitan-street.csv")
    counts = report.counts
    assert (counts.read, counts.accepted, counts.duplicates) == (7_478, 7_416, 42)
    assert counts.reasons == {"there is no location": 20}
    assert any("snap points" in note for note in report.notes)
    with store.reading() as session:
        said = select(Incident.source, Incident.precision, Incident.time_known, Incident.hour)
        assert session.execute(said.distinct()).all() == [
            ("open_data", "approximate", TimeKnown.MONTH, None)
        ]
        spots = {spot.wkb for spot in session.scalars(select(Incident.spot))}
    assert len(spots) == 6_328  # 6,329 with the rows that have none
    assert take("2019-01-metropolitan-street.csv").already == report.batch


def test_boundaries_are_told_from_their_column_names(store, take):
    assert take("Barking and Dagenham.shp").counts.accepted == 115
    with store.reading() as session:
        area = session.scalars(select(Area).where(Area.code == "E01000027")).one()
        assert (area.kind.value, area.vintage) == ("lsoa", "2021")
        assert area.name == "Barking and Dagenham 001A"
        outlines = session.scalars(select(Area.outline)).all()
    assert all(each.is_valid for each in outlines)
    assert shapely.area(outlines).sum() == pytest.approx(36.1e6, rel=0.08)


def test_the_police_file_lies_over_its_areas(store, take):
    take("2019-01-metropolitan-street.csv")
    take("Barking and Dagenham.shp")
    with store.reading() as session:
        spots = session.scalars(select(Incident.spot)).all()
        borough = shapely.union_all(session.scalars(select(Area.outline)).all())
    inside = shapely.contains(borough, spots).sum()
    assert inside == pytest.approx(_named_there(), rel=0.02)


def _named_there() -> int:
    lines = (REAL / "2019-01-metropolitan-street.csv").read_text().splitlines()[1:]
    named = {line for line in lines if ",Barking and Dagenham 0" in line}
    return len({line.split(",")[0] for line in named})


def test_open_names_have_no_header_and_metres(store, take):
    assert take("opname_HY20.csv").counts.accepted == 2_544
    with store.reading() as session:
        corston = session.scalars(
            select(GazetteerEntry).where(GazetteerEntry.sought == "CORSTON")
        ).all()
        kinds = dict(
            session.execute(
                select(GazetteerEntry.kind, func.count()).group_by(GazetteerEntry.kind)
            ).all()
        )
    assert (331_719.836, 1_019_258.274) in [(each.spot.x, each.spot.y) for each in corston]
    assert set(kinds) == {"place", "street", "postcode"}


def test_postcodes_keep_those_that_ended_and_trust_metres(store, take):
    assert take("onspd_SmallUser.csv").counts.accepted == 102
    with store.reading() as session:
        ended = select(func.count()).where(GazetteerEntry.terminated)
        assert session.scalar(ended) == 17
        spot = session.scalar(
            select(GazetteerEntry.spot).where(GazetteerEntry.key == "postcode:G133AE")
        )
        assert (spot.x, spot.y) == (252_241, 668_669)
        parts = select(GazetteerEntry.key).where(GazetteerEntry.sought == "PA318UA")
        assert sorted(session.scalars(parts)) == ["postcode:PA318UAA", "postcode:PA318UAB"]


def test_a_preview_shows_where_the_rows_lie(store, analyst):
    seen = preview(store, analyst, Order(str(REAL / "2019-01-metropolitan-street.csv")))
    assert seen.rows.crs.to_epsg() == 4326
    first = seen.rows.geometry.iloc[0]
    assert (first.x, first.y) == pytest.approx((0.140192, 51.582311), abs=1e-6)
