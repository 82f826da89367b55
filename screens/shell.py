"""The shell around every page: who is at work, what may be opened, marking and data line."""

import streamlit as st

from domain.people import Permission
from screens import desk, frame

st.set_page_config(page_title="Safeground", page_icon=str(frame.ICON), layout="wide")

visit = desk.visit()
desk.acted(visit)


PAGES = (
    (Permission.SEE_MAP, "map", "Map", "map"),
    (Permission.SEE_PLACES, "place", "Places", "pin_drop"),
    (Permission.SEE_PLACES, "actions", "Actions", "task_alt"),
    (Permission.MEET, "meetings", "Meetings", "groups"),
    (Permission.MEET, "screening", "Screening", "fact_check"),
    (Permission.MODERATE, "concerns", "Concerns", "inbox"),
    (Permission.CODE_INTERVIEWS, "interviews", "Interviews", "record_voice_over"),
    (Permission.MAP_SAFETY, "safety_map", "Safety map", "diversity_3"),
    (Permission.ANALYSE, "insight", "Insight", "query_stats"),
    (Permission.SEE_PLACES, "evaluations", "Evaluations", "balance"),
    (Permission.SEE_PATROLS, "patrols", "Patrols", "directions_walk"),
    (Permission.EXPORT, "packs", "Packs", "description"),
    (Permission.GOVERN, "governance", "Governance", "account_balance"),
    (Permission.ACT, "powers", "Powers", "gavel"),
    (Permission.IMPORT, "import_data", "Import", "upload_file"),
    (Permission.MANAGE_USERS, "admin_users", "People", "group"),
    (Permission.MANAGE_CODES, "admin_codes", "Codes", "list_alt"),
    (Permission.MANAGE_POWERS, "admin_powers", "Catalogue", "gavel"),
    (Permission.MANAGE_AREAS, "admin_areas", "Areas", "polyline"),
    (Permission.MANAGE_SETTINGS, "admin_settings", "Settings", "tune"),
    (Permission.READ_AUDIT, "audit", "Audit", "receipt_long"),
)
UNLISTED = (  # another page leads there
    (Permission.MEET, "meeting_room", "Meeting room"),
    (Permission.SEE_PLACES, "news", "What's new"),
)

frame.style()
chosen = st.navigation(
    [
        st.Page(f"{script}.py", title=title, icon=f":material/{icon}:", default=script == "map")
        for needs, script, title, icon in PAGES
        if visit.actor.may(needs)
    ]
    + [
        st.Page(f"{script}.py", title=title, visibility="hidden")
        for needs, script, title in UNLISTED
        if visit.actor.may(needs)
    ],
    position="top",
)
frame.banner(visit)
chosen.run()
frame.data_line()
frame.watch()
