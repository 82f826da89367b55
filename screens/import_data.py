"""Import: send a file, see how it is read, take it in, and take it out again."""

from dataclasses import replace

import streamlit as st

from domain.people import Permission
from screens import desk, import_steps, job_progress

actor = desk.actor()
actor.must(Permission.IMPORT)
st.title("Import")
st.write(
    "Send a CSV, XLSX, GeoJSON, GeoPackage, Shapefile (as a zip), KML or FlatGeobuf. Nothing is "
    "kept before you have seen how it is read. Files about people's records keep their names "
    "outside: columns with names, dates of birth or numbers of persons are dropped unread."
)
st.link_button(
    "Template for places named in missing episodes",
    "/templates/missing-touches.csv",
    icon=":material/download:",
)
if said := st.session_state.pop("undone", ""):
    st.success(said)

job = job_progress.going("import")
if job is not None:
    if job.ended_at is None:
        job_progress.show("import", "Cancel the import")
    else:
        import_steps.report(job)

upload = import_steps.sent(actor)
if upload is not None and (job is None or job.ended_at is not None):
    with desk.shown_errors():
        order = import_steps.ask_what(upload)
        anywhere = st.checkbox("Take rows outside the partnership's area too")
        order = replace(order, anywhere=anywhere)
        seen = import_steps.looked_at(actor, upload, order)
        chosen = import_steps.ask_columns(seen, order)
        if chosen != order:
            seen = import_steps.looked_at(actor, upload, chosen)
        import_steps.show(seen)
        if seen.already is not None:
            st.info(f"This very file was taken in before, as import {seen.already}.")
        elif st.button("Import all rows", type="primary", icon=":material/upload_file:"):
            import_steps.ask_for_it(chosen, seen, upload)
            st.rerun()

st.header("Earlier imports")
import_steps.past()
