"""Streets as three sources tell them: the sample town, OS Open Roads and OpenStreetMap."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from domain.errors import Invalid
from exchange import street_network
from geo.network import Ways, graph

BNG = CRS(27700)
TOWN = Path(__file__).parents[2] / "data" / "sample" / "eldermere.gpkg"
AT = (430_000.0, 545_000.0)


def line(*spots):
    return shapely.LineString([(AT[0] + x, AT[1] + y) for x, y in spots])


@pytest.fixture
def written(tmp_path):
    """Write lines with columns: ``written("a.gpkg", lines, highway=[...])``."""

    def write(name, lines, *, layer=None, crs=27700, **columns):
        frame = gpd.GeoDataFrame(columns, geometry=lines, crs=27700).to_crs(crs)
        path = tmp_path / name
        frame.to_file(path, **({} if layer is None else {"layer": layer}))
        return path

    return write


def test_the_sample_town_hangs_together():
    town = street_network.read(TOWN, BNG)
    walked, driven = graph(town, "foot"), graph(town, "vehicle")
    assert len(np.unique(np.append(walked.tail, walked.head))) > 3_800
    assert len(driven.tail) < len(walked.tail)
    ways = Ways(walked, [466_300, 464_582], [543_505, 544_847])
    assert np.isfinite(ways.minutes).all()
    assert not (driven.forth & driven.back).all()


def test_openstreetmap_classes_directions_and_closed_ways(written):
    path = written(
        "osm.gpkg",
        [line((0, 0), (9, 0))] * 6,
        layer="lines",
        highway=["residential", "footway", "motorway", "service", "proposed", "primary"],
        oneway=[None, None, None, None, None, "-1"],
        other_tags=['"oneway"=>"yes"', '"bridge"=>"yes"', None, '"access"=>"private"', None, None],
    )
    found = street_network.read(path, BNG)
    assert list(found.kinds) == ["local", "path", "motorway", "a_road"]
    assert found.oneway.tolist() == [1, 0, 1, -1]
    assert found.bridge.tolist() == [False, True, False, False]


def test_an_openstreetmap_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "map.osm"
    path.write_text(
        '<?xml version="1.0"?><osm version="0.6">'
        '<node id="1" lat="54.79" lon="-1.55"/><node id="2" lat="54.80" lon="-1.55"/>'
        '<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>'
        '<tag k="oneway" v="yes"/></way></osm>'
    )
    found = street_network.read(path, BNG)
    assert (list(found.kinds), found.oneway.tolist()) == (["local"], [1])
    assert shapely.length(found.lines[0]) == pytest.approx(1_113, abs=3)


@pytest.mark.parametrize("name", ["road_function", "roadFunction"])
def test_open_roads_are_known_by_their_function(written, name):
    path = written(
        "os.gpkg",
        [line((0, 0), (9, 0))] * 2,
        layer="road_link",
        **{name: ["A Road", "Restricted Local Access Road"]},
    )
    found = street_network.read(path, BNG)
    assert list(found.kinds) == ["a_road", "service"]
    assert not found.oneway.any()


def test_degrees_are_brought_to_the_system_worked_in(written):
    path = written("far.geojson", [line((0, 0), (100, 0))], crs=4326, highway=["path"])
    found = street_network.read(path, BNG)
    assert shapely.get_coordinates(found.lines[0])[0] == pytest.approx(
        AT, abs=3
    )  # pyproj's own way is metres off


def test_streets_far_from_the_stops_are_left_out(written):
    path = written(
        "two.gpkg", [line((0, 0), (9, 0)), line((9_000, 0), (9_009, 0))], highway=["path", "path"]
    )
    near = (AT[0], AT[1], AT[0], AT[1])
    assert len(street_network.read(path, BNG, near).lines) == 1
    with pytest.raises(Invalid, match="no streets near the stops"):
        street_network.read(path, BNG, (0.0, 0.0, 1.0, 1.0))


def test_files_without_streets_are_refused(written, tmp_path):
    with pytest.raises(Invalid, match="no streets that are known"):
        street_network.read(written("other.gpkg", [line((0, 0), (9, 0))], title=["x"]), BNG)
    with pytest.raises(Invalid, match="no streets that are known"):
        street_network.read(written("points.gpkg", [shapely.Point(AT)], highway=["path"]), BNG)
    with pytest.raises(Invalid, match="no such file"):
        street_network.read(tmp_path / "none.gpkg", BNG)
    broken = tmp_path / "broken.osm"
    broken.write_text("<osm><node id=")
    with pytest.raises(Invalid):
        street_network.read(broken, BNG)
