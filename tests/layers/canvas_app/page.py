"""A page with a map, three filters and a count of its runs."""

import os
from pathlib import Path

import geopandas as gpd
import shapely
import streamlit as st
from streamlit_folium import st_folium

from layers import canvas
from layers.basemap import LocalFile
from layers.symbols import Look

st.set_page_config("Map", layout="wide")
st.html(
    "<style>.st-key-map iframe {height: calc(100dvh - 8rem) !important}"
    ".stMainBlockContainer {padding: 1rem} header {display: none !important}</style>"
)

HOSTILE = "<img src=x onerror=alert(1)> {{'map_div'}} </script>"
PLACES = gpd.GeoDataFrame(
    {"status": ["open", "safe", "open"], "name": [HOSTILE, "Library", "River walk"]},
    geometry=[
        shapely.box(-0.994, 54.799, -0.991, 54.801),
        shapely.Point(-0.998, 54.802),
        shapely.LineString([(-0.998, 54.797), (-0.99, 54.7965)]),
    ],
    index=[11, 12, 13],
    crs=4326,
)
LOOKS = {"open": Look("#b35c00", "diamond", "O"), "safe": Look("#2f6b3a", "shield", "S")}

st.session_state["runs"] = st.session_state.get("runs", 0) + 1

with st.sidebar:
    month = st.radio("From month", [1, 4], horizontal=True)
    only_open = st.checkbox("Only open")
    go = st.button("Go to the library")
    draw = st.checkbox("Draw")
    st.text(f"runs {st.session_state['runs']}")

if go:
    st.session_state["go"] = st.session_state.get("go", 0) + 1
act = canvas.heard(st.session_state.get("canvas"))
chosen = canvas.Chosen(act.layer, act.id) if isinstance(act, canvas.Picked) else None
pin = canvas.Pin(act.latitude, act.longitude) if isinstance(act, canvas.Spot) else None
asked = st.session_state.get("go")

with st.container(key="map"):
    st_folium(
        canvas.base(
            LocalFile(Path(os.environ["CANVAS_TOWN"])),
            canvas.View(54.8, -0.99, 15),
            remember="test",
        ),
        feature_group_to_add=canvas.overlay(
            canvas.Tiles(
                "incidents",
                f"/tiles/incidents/{{z}}/{{x}}/{{y}}.mvt?month={month}",
                Look("#7a5195", "circle", "I", size=22),
                tip=["what"],
            ),
            canvas.Shapes(
                "places",
                PLACES[PLACES["status"] == "open"] if only_open else PLACES,
                LOOKS,
                by="status",
                tip=["name"],
            ),
            chosen,
            pin,
            canvas.GoTo((-0.998, 54.802, -0.998, 54.802), mark=str(asked)) if asked else None,
            canvas.Drawing(turn=1) if draw else None,
        ),
        returned_objects=[],
        key="canvas",
        height=600,
        use_container_width=True,
    )
st.text(f"heard {act!r}")
