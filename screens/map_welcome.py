"""What to do first, where the map is still bare: each reader is told what they can do."""

import streamlit as st

from domain import areas, preferences
from domain.people import Actor, Permission
from domain.preferences import BaseMapKind
from screens import desk

BARE = "This map is still bare. Until it has a base map, it shows the National Grid."
UNBOUNDED = "No boundaries are in yet, so nothing can be counted by ward or area."


def show(actor: Actor) -> None:
    """Say what is missing and the next step, or nothing where base map and boundaries are there."""
    with desk.reading() as (session, who):
        grounded = preferences.read(session).base_map.kind is not BaseMapKind.NONE
        bounded = bool(areas.kinds(session, who))
    missing = [words for words, there in ((BARE, grounded), (UNBOUNDED, bounded)) if not there]
    if not missing:
        return
    with st.container(border=True, key="welcome"):
        st.write(" ".join(missing))
        if not bounded:
            boundaries(actor)
        if not grounded:
            ground(actor)


def boundaries(actor: Actor) -> None:
    """Lead to the import, or name who can."""
    if actor.may(Permission.IMPORT):
        st.page_link("import_data.py", label="Import boundaries", icon=":material/upload_file:")
    elif actor.may(Permission.MANAGE_USERS):
        st.write("An analyst or a coordinator imports boundaries. Give someone that role first.")
        st.page_link("admin_users.py", label="People and roles", icon=":material/group:")
    elif not actor.may(Permission.MANAGE_SETTINGS):
        st.write("Ask your administrator to have the boundaries imported.")


def ground(actor: Actor) -> None:
    """Lead to the choice of a base map, or name who can."""
    if actor.may(Permission.MANAGE_SETTINGS):
        st.page_link("admin_settings.py", label="Choose a base map", icon=":material/map:")
    else:
        st.write("Ask your administrator to choose a base map.")
