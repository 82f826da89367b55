"""The peer: the same points as circle markers, as streamlit-folium's own examples draw them."""

import csv
import os
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium

st.set_page_config(layout="wide")


@st.cache_data
def points() -> list[tuple[float, float, frozenset[str]]]:
    """Read latitude, longitude and harms of each incident."""
    with Path(os.environ["PEER_POINTS"]).open() as file:
        return [(float(a), float(b), frozenset(c.split(";"))) for a, b, c in csv.reader(file)]


wanted = set(st.multiselect("Type of harm", ["CCE", "CSE", "SYV"]))
drawn = folium.Map((54.785, -0.945), zoom_start=14, tiles=None)
for latitude, longitude, harms in points():
    if not wanted or wanted & harms:
        folium.CircleMarker((latitude, longitude), radius=4).add_to(drawn)
st_folium(drawn, key="map", returned_objects=[], height=640, use_container_width=True)
