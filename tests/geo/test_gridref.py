import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import gridref
from geo.gridref import GridRef
from geo.space import bng_from_lonlat

EASTINGS = st.floats(0, 699_999.99)
NORTHINGS = st.floats(0, 1_299_999.99)


@pytest.mark.parametrize(
    ("text", "easting", "northing", "size"),
    [
        ("NZ", 400_000, 500_000, 100_000),
        ("NZ27", 420_000, 570_000, 10_000),
        ("nz 27 42", 427_000, 542_000, 1_000),
        ("NZ274421", 427_400, 542_100, 100),
        ("NZ2743142155", 427_431, 542_155, 1),
        ("NZ 274311 421552", 427_431.1, 542_155.2, 0.1),
        ("TG 51409 13177", 651_409, 313_177, 1),
        ("NN 166 712", 216_600, 771_200, 100),
        ("SV", 0, 0, 100_000),
        ("HP 61 18", 461_000, 1_218_000, 1_000),
    ],
)
def test_grid_references_of_any_length_are_read(text, easting, northing, size):
    assert gridref.parse(text) == GridRef(easting, northing, size)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "two letters"),
        ("27 42", "two letters"),
        ("NZ 27 4x", "two letters"),
        ("NZ\N{FULLWIDTH DIGIT TWO}7", "two letters"),
        ("NZ 274", "as many figures"),
        ("NZ 274 42", "as many figures"),
        ("NZ 1234567 1234567", "at most twelve"),
        ("NI 27 42", "no square"),
        ("AA 27 42", "no square"),
        ("JZ 27 42", "no square"),
    ],
)
def test_what_is_no_grid_reference_is_refused_in_words_for_a_person(text, reason):
    with pytest.raises(ValueError, match=reason) as refused:
        gridref.parse(text)
    assert not text or text not in str(refused.value)


@given(EASTINGS, NORTHINGS, st.sampled_from([0, 2, 4, 6, 8, 10]))
def test_the_square_that_is_written_holds_the_point(easting, northing, digits):
    square = gridref.parse(gridref.format(easting, northing, digits))
    assert square.size == 100_000 / 10 ** (digits // 2)
    assert square.easting <= easting < square.easting + square.size
    assert square.northing <= northing < square.northing + square.size


@given(EASTINGS, NORTHINGS, st.sampled_from([0, 2, 4, 6, 8, 10, 12]))
def test_what_is_written_is_read_again(easting, northing, digits):
    text = gridref.format(easting, northing, digits)
    assert gridref.format(*gridref.parse(text).centre, digits) == text


def test_figures_are_cut_and_padded_not_rounded():
    assert gridref.format(427_999.9, 500_042, 6) == "NZ 279 000"
    assert gridref.format(427_999.9, 500_042, 10) == "NZ 27999 00042"


@pytest.mark.parametrize(("easting", "northing"), [(-1, 0), (700_000, 0), (0, 1_300_000), (0, -1)])
def test_points_off_the_grid_have_no_reference(easting, northing):
    with pytest.raises(ValueError, match="off the British National Grid"):
        gridref.format(easting, northing, 6)


def test_a_point_without_coordinates_has_no_reference():
    with pytest.raises(ValueError, match="off the British National Grid"):
        gridref.format(float("nan"), 1.0, 6)


def test_an_odd_number_of_figures_is_refused():
    with pytest.raises(ValueError, match="figures"):
        gridref.format(427_431, 542_155, 5)


def test_a_square_knows_its_middle_and_its_box():
    square = gridref.parse("NZ 27 42")
    assert square.centre == (427_500, 542_500)
    assert square.box == (427_000, 542_000, 428_000, 543_000)


def test_a_grid_reference_is_taken_as_the_middle_of_its_square():
    found = gridref.parse_location("nz 274 421")
    assert (found.easting, found.northing, found.size) == (427_450, 542_150, 100)
    assert found.read_as == "grid reference"


@pytest.mark.parametrize(
    "text",
    [
        "465000, 545000",
        "465000 545000",
        "465000,545000",
        "465,000, 545,000",
        " 465000E 545000N ",
        "E 465000 N 545000",
        "easting: 465000 northing: 545000",
        "465000m, 545000m",
        "465000.0; 545000.0",
    ],
)
def test_easting_and_northing_are_read(text):
    found = gridref.parse_location(text)
    assert (found.easting, found.northing) == (465_000, 545_000)
    assert found.read_as == "easting and northing"


LATITUDE_FIRST = [
    "54.775, -1.575",
    "54.775 -1.575",
    "54.775,\N{MINUS SIGN}1.575",
    "54.775N 1.575W",
    "54.775N1.575W",
    "N54.775 W1.575",
    "54.775\N{DEGREE SIGN}N, 1.575\N{DEGREE SIGN}W",
    "lat 54.775 lon -1.575",
    "Latitude: 54.775, Longitude: -1.575",
    "54\N{DEGREE SIGN}46'30\"N 1\N{DEGREE SIGN}34'30\"W",
    (
        "54\N{DEGREE SIGN} 46\N{PRIME} 30\N{DOUBLE PRIME} N, 1\N{DEGREE SIGN} 34\N{PRIME} "
        "30\N{DOUBLE PRIME} W"
    ),
    "54 46 30 N 1 34 30 W",
    "54 46 30.0 N, 1 34 30.0 W",
    "54 46.5 N, 1 34.5 W",
    "54d46m30sN 1d34m30sW",
]
LONGITUDE_FIRST = [
    "-1.575, 54.775",
    "1.575W, 54.775N",
    "1 34 30 W 54 46 30 N",
    "lon -1.575 lat 54.775",
]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [(each, "latitude and longitude") for each in LATITUDE_FIRST]
    + [(each, "longitude and latitude") for each in LONGITUDE_FIRST],
)
def test_latitude_and_longitude_are_read_in_either_order(text, read_as):
    found = gridref.parse_location(text)
    easting, northing = bng_from_lonlat(-1.575, 54.775)
    assert found.easting == pytest.approx(easting, abs=0.01)
    assert found.northing == pytest.approx(northing, abs=0.01)
    assert found.read_as == read_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "SE1",
        "SE1 1AA",
        "DH1 3LE",
        "Station Road",
        "12",
        "0, 0",
        "10.0, 10.0",
        "54.775, 54.775",
        "54.775S 1.575W",
        "54.775N 1.575N",
        "54.775E 1.575W",
        "54 61 30 N 1 34 30 W",
        "54.775, -1.575, 12",
        "48.85, 2.35",
        "nan, nan",
        "1e5, 2e5",
        "700001, 545000",
        "AA 27 42",
        "1 " * 200,
    ],
)
def test_what_is_no_spot_in_britain_is_none(text):
    assert gridref.parse_location(text) is None


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading(text):
    found = gridref.parse_location(text)
    assert found is None or (0 <= found.easting <= 700_000 and 0 <= found.northing <= 1_300_000)


@given(st.text(alphabet="0123456789 .,-+NSEWnsewdms'\"°:", max_size=100))
def test_no_text_that_looks_like_a_spot_breaks_the_reading(text):
    found = gridref.parse_location(text)
    assert found is None or (0 <= found.easting <= 700_000 and 0 <= found.northing <= 1_300_000)
