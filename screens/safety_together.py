"""Young people's map: what sessions say together, by time of day; never with police records."""

from html import escape

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from domain import codes
from domain.filters import Filters
from domain.safety_mapping import UNKNOWN_BAND
from geo.space import to_wgs84
from layers import canvas, catalogue, present
from layers.sight import Sight
from layers.symbols import swatch
from layers.young_people import YOUNG_PEOPLE
from screens import desk, map_ground, map_view, safety_hold, safety_state
from screens.admin_desk import quiet

LABEL = "Young people's map: squares where groups feel safe or unsafe. The list says the same."
ANY = "any"


def show() -> None:
    """Show the layer for a part of the day, with its legend and as a list."""
    seen = catalogue.sight(desk.actor(), YOUNG_PEOPLE.name)
    read = map_view.reading(YOUNG_PEOPLE.name, part_of_day())
    chart(seen, read)
    if read.empty:
        st.info(
            "Too few sessions to show anything for this time of day. A square appears once five "
            "sessions have marked it.",
            icon=":material/hourglass_empty:",
        )
    else:
        in_words(seen, read)
    quiet(
        "Made by young people in sessions with a worker; police records are never part of it. "
        "Sessions are counted in squares of 250 m, fewer than five are not drawn. No mark: nobody "
        "has said, which is not the same as safe. The groups that were asked are not all young "
        "people of the area."
    )


def part_of_day() -> Filters:
    """Ask for a part of the day."""
    bands = codes.current().time_bands
    offered = [ANY, *(each for each in bands.offered() if each != UNKNOWN_BAND)]
    band = st.segmented_control(
        "Time of day", offered, default=ANY, key="safety_shown_band", required=True,
        format_func=lambda each: "All day" if each == ANY else safety_hold.band_words(each),
    )  # fmt: skip
    return Filters() if band == ANY else hours_of(bands[band])


def chart(seen: Sight, read: gpd.GeoDataFrame) -> None:
    """Draw the squares on the map."""
    shown = to_wgs84(present.presented(YOUNG_PEOPLE, seen, read))
    squares = canvas.Shapes(
        YOUNG_PEOPLE.name, shown, present.looks(YOUNG_PEOPLE, seen),
        by="look", tip=("label", "detail"), pane="areas", press=False,
    )  # fmt: skip
    with st.container(key="safety_together"):
        st_folium(
            canvas.base(map_ground.ground(), safety_state.view(), label=LABEL),
            feature_group_to_add=canvas.overlay(squares),
            returned_objects=[],
            key="safety_together_map",
            height=480,
            use_container_width=True,
        )


def in_words(seen: Sight, read: gpd.GeoDataFrame) -> None:
    """Show the legend, and the squares as a list."""
    told = present.legend(YOUNG_PEOPLE, seen, read)
    rows = "".join(f"<li>{swatch(look, 'area')} {escape(words)}</li>" for look, words in told.rows)
    st.html(f'<ul class="sg-legend sg-legend-row">{rows}</ul>')
    with st.expander(f"As a list ({len(read)})"):
        lines = "".join(
            f"<li><strong>{escape(label)}</strong>: {escape(words)}</li>"
            for label, words in zip(read["label"], read["words"], strict=True)
        )
        st.html(f'<ul class="sg-list">{lines}</ul>')


def hours_of(band: codes.Code) -> Filters:
    """Return the filter of hours that asks for one part of the day."""
    assert band.starts is not None
    assert band.ends is not None
    return Filters(hours=(int(band.starts), int(band.ends)))
