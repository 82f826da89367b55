"""The shell around every page: who is at work, what may be opened, marking and data line."""

import streamlit as st

from domain.people import Permission
from screens import desk, frame

st.set_page_config(page_title="Safeground", page_icon=str(frame.ICON), layout="wide")

visit = desk.visit()
desk.acted(visit)


PAGES = (
    (Permission.SEE_MAP, "map", "Map", "map"),
    (Permission.MODERATE, "concerns", "Concerns", "inbox"),
    (Permission.ANALYSE, "insight", "Insight", "query_stats"),
    (Permission.IMPORT, "import_data", "Import", "upload_file"),
    (Permission.MANAGE_USERS, "admin_users", "People", "group"),
    (Permission.MANAGE_CODES, "admin_codes", "Codes", "list_alt"),
    (Permission.MANAGE_AREAS, "admin_areas", "Areas", "polyline"),
    (Permission.MANAGE_SETTINGS, "admin_settings", "Settings", "tune"),
    (Permission.READ_AUDIT, "audit", "Audit", "receipt_long"),
)

frame.style()
chosen = st.navigation(
    [
        st.Page(f"{script}.py", title=title, icon=f":material/{icon}:", default=script == "map")
        for needs, script, title, icon in PAGES
        if visit.actor.may(needs)
    ],
    position="top",
)
frame.banner(visit)
chosen.run()
frame.data_line()
frame.watch()
