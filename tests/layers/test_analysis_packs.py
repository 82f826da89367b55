"""A result is packed to be kept, and comes out as it went in or not at all."""

import io
import zipfile

import geopandas as gpd
import pytest
import shapely

from domain.errors import Invalid
from geo.space import BNG
from layers.analysis import Result, fingerprint, nothing_drawn, pack, table, unpack

CELLS = gpd.GeoDataFrame(
    {"label": ["NZ 1"], "code": ["hot 99"], "words": ["5 records"], "count": [5], "gistar": [3.1]},
    geometry=[shapely.box(0, 0, 250, 250)],
    crs=BNG,
)
RESULT = Result(
    headline="One cell.",
    cells=CELLS,
    tables={"Second": table(["a"], [[1.0]]), "First": table(["b", "c"], [["x", float("nan")]])},
    says=("It says.",),
    warnings=("Mind.", "Mind too."),
    records=5,
    span=("2026-01-01", "2026-03-01"),
    sources=("police",),
)


def test_what_is_packed_comes_out_the_same():
    out = unpack(pack(RESULT))
    assert fingerprint(out) == fingerprint(RESULT)
    assert out.warnings == RESULT.warnings
    assert list(out.tables) == ["Second", "First"]
    assert out.cells.crs == RESULT.cells.crs


def test_a_result_without_cells_is_packed_as_well():
    bare = Result("Nothing on the map.", nothing_drawn())
    assert fingerprint(unpack(pack(bare))) == fingerprint(bare)


def test_unknown_numbers_are_nothing():
    assert table(["c"], [[float("nan")], [float("inf")]])["rows"] == [[None], [None]]


def test_one_changed_word_changes_the_digest():
    other = Result(**{**vars(RESULT), "headline": "Two cells."})
    moved = Result(**{**vars(RESULT), "cells": CELLS.translate(1).to_frame().join(
        CELLS.drop(columns="geometry"))})  # fmt: skip
    assert len({fingerprint(each) for each in (RESULT, other, moved)}) == 3


@pytest.mark.parametrize("kept", [b"", b"no zip", b"PK\x03\x04", pack(RESULT)[:-40]])
def test_a_damaged_pack_is_refused(kept):
    with pytest.raises(Invalid, match="damaged"):
        unpack(kept)


def test_no_flipped_byte_brings_anything_but_a_refusal_or_the_same():
    whole, mark = pack(RESULT), fingerprint(RESULT)
    refused = 0
    for at in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[at] ^= 0xFF
        try:
            assert fingerprint(unpack(bytes(flipped))) == mark
        except Invalid:
            refused += 1
    assert refused > len(whole) // 14


def repacked(rest):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack(RESULT))) as old, zipfile.ZipFile(out, "w") as new:
        new.writestr("cells.parquet", old.read("cells.parquet"))
        new.writestr("result.json", rest)
    return out.getvalue()


@pytest.mark.parametrize("rest", ["[]", "3", '{"headline": "x", "surprise": 1}', "{}"])
def test_a_pack_of_something_else_is_refused(rest):
    with pytest.raises(Invalid, match="damaged"):
        unpack(repacked(rest))
