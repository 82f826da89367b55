"""The steps of the import page: what it is, how it is read, what became of it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit_folium import st_folium

from domain import batches, codes, jobs
from domain.areas import AreaKind
from domain.batches import BatchState, ImportBatch
from domain.errors import NotFound
from domain.jobs import Job, JobState
from domain.people import Actor
from exchange import presets, uploads
from exchange.importing import Preview, preview
from exchange.mapping import Field
from exchange.planning import Order
from exchange.targets import Target
from exchange.uploads import Upload
from layers import canvas
from layers.basemap import NoBasemap
from layers.symbols import Look
from screens import desk

send_file = declare_component("safeground_upload", path=str(Path(__file__).with_name("upload")))
FIND_OUT, NOT_THERE = "Find out from the file", "not in this file"
KINDS = {"": FIND_OUT}
KINDS |= {f"preset {each.name}": each.title for each in presets.PRESETS.values()}
KINDS |= {f"target {each.name}": f"{each.title} (any table)" for each in presets.TARGETS.values()}
POINT = Look("#7a5195", size=14)


def sent(actor: Actor) -> Upload | None:
    """Take the file that was just sent, and let go of the one before."""
    told = send_file(key="upload", default=None)
    token = told.get("token") if isinstance(told, dict) else None
    before = st.session_state.get("upload_token")
    if token and token != before:
        drop(actor)
        st.session_state.update(upload_token=token, upload_name=str(told.get("name", "")))
    held = st.session_state.get("upload_token")
    if not held or held in st.session_state.get("done_with", ()):
        return None
    try:
        return uploads.claimed(desk.house().uploads, actor, held)
    except NotFound:
        return None


def drop(actor: Actor) -> None:
    """Delete the file that waits, unless a job has it."""
    held = st.session_state.get("upload_token")
    if held and held not in st.session_state.get("done_with", ()):
        try:
            uploads.claimed(desk.house().uploads, actor, held).destroy()
        except NotFound:
            return


def ask_what(upload: Upload) -> Order:
    """Ask what the file holds and who gave it."""
    left, right = st.columns(2)
    kind = left.selectbox("What does it hold?", KINDS, format_func=KINDS.get, key="import_kind")
    word, _, name = kind.partition(" ")
    giver = presets.PRESETS[name].giver if word == "preset" else ""
    source = right.text_input(
        "Who gave it?",
        placeholder=giver or "Such as Durham Constabulary",
        max_chars=80,
        help="Its columns are remembered under this name.",
    )
    order = Order(
        str(upload.file),
        preset=name if word == "preset" else "",
        target=name if word == "target" else "",
        source=source.strip(),
        name=st.session_state.get("upload_name", ""),
    )
    return replace(order, constants=_constants(order))


def _constants(order: Order) -> dict[str, str]:
    """Ask for what the file itself does not tell."""
    lists = codes.current()
    chosen: dict[str, str] = {}
    if order.preset == "boundaries" or order.target == "area":
        kind = st.selectbox("Kind of boundary", ["", *(each.value for each in AreaKind)],
                            format_func=lambda each: each or "as its columns say")  # fmt: skip
        vintage = st.text_input("Date of the boundaries", placeholder="Such as 2021 or May 2025")
        chosen = {"kind": kind, "vintage": vintage.strip()}
    elif order.target == "incident":
        chosen = {
            "source": _choice("Where the records come from", lists.incident_sources.offered()),
            "precision": _choice("How sure the spots are", lists.precision.offered()),
        }
    elif order.target == "place_touch":
        chosen = {"source": _choice("Who told of the places", lists.touch_sources.offered())}
    return {name: value for name, value in chosen.items() if value}


def _choice(label: str, offered: dict[str, str]) -> str:
    found = st.selectbox(label, ["", *offered], format_func=lambda each: offered.get(each, "as the"
                         " file says"))  # fmt: skip
    return str(found or "")


def looked_at(actor: Actor, upload: Upload, order: Order) -> Preview:
    """Read the first rows, once for each way of reading them."""
    key = (upload.token, repr(order))
    if st.session_state.get("preview_key") != key:
        with st.spinner("Reading the first rows"):
            found = preview(desk.store(), actor, order, upload.folder)
        st.session_state.update(preview_key=key, preview=found)
    kept: Preview = st.session_state["preview"]
    return kept


def ask_columns(seen: Preview, order: Order) -> Order:
    """Let a person confirm or change which column holds what."""
    target = seen.plan.target
    offered = [NOT_THERE, *seen.plan.source.description.columns]
    chosen: dict[str, str] = {}
    with st.expander("Columns: what holds what"):
        st.write("Columns that are not chosen here are left behind, unread.")
        cells = st.columns(3)
        for at, field in enumerate(_asked(target)):
            found = seen.mapping.columns.get(field.name, NOT_THERE)
            pick = cells[at % 3].selectbox(
                field.title.capitalize() + (" (needed)" if field.required else ""),
                offered,
                index=offered.index(found),
                key=f"column_{seen.plan.source.sha256[:12]}_{target.name}_{field.name}",
            )
            if pick != NOT_THERE:
                chosen[field.name] = pick
    extra = {k: v for k, v in seen.mapping.columns.items() if k.startswith("detail:")}
    if chosen == {k: v for k, v in seen.mapping.columns.items() if k not in extra}:
        return order
    return replace(
        order,
        target="" if order.preset else target.name,
        columns=chosen | extra,
        constants=seen.mapping.constants | order.constants,
        exact=True,
        crs=seen.mapping.crs,
    )


def _asked(target: Target) -> list[Field]:
    return list(target.every_field)


def show(seen: Preview) -> None:
    """Show how the first rows would be taken: on a map, in a table, and what is refused."""
    plan = seen.plan
    st.subheader(f"How it was read: {plan.target.title.lower()}")
    for note in seen.notes:
        st.info(note, icon=":material/info:")
    if plan.people:
        st.info(
            f"{len(plan.people)} columns that by their name hold who someone is are dropped "
            "unread.",
            icon=":material/person_off:",
        )
    if plan.left:
        st.caption(f"{len(plan.left)} other columns are left behind.")
    for reason, rows in seen.reasons.items():
        st.warning(f"{rows:,} of the first rows: {reason}.", icon=":material/block:")
    if len(seen.rows):
        _map(seen)
        st.dataframe(_plain(pd.DataFrame(seen.rows.drop(columns="geometry"))).head(50))
    if len(seen.rejected):
        with st.expander(f"Refused among the first rows: {len(seen.rejected):,}"):
            st.dataframe(_plain(seen.rejected).head(50))


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Write every cell as text, so that lists and unknowns show."""
    return frame.map(lambda each: "" if each is None else str(getattr(each, "value", each)))


def _map(seen: Preview) -> None:
    rows = seen.rows.head(500)
    west, south, east, north = (float(each) for each in rows.total_bounds)
    view = canvas.View((south + north) / 2, (west + east) / 2, 9, (5, 19))
    st_folium(
        canvas.base(NoBasemap(), view, label="The first rows on a map; the table below has them."),
        feature_group_to_add=canvas.overlay(
            canvas.Shapes("first_rows", rows[["geometry"]], POINT, press=False),
            canvas.GoTo((west, south, east, north), mark=seen.plan.source.sha256),
        ),
        returned_objects=[],
        key="import_map",
        height=360,
        use_container_width=True,
    )


def ask_for_it(order: Order, seen: Preview, upload: Upload) -> None:
    """Ask for the import as a job, and remember the columns that a person confirmed."""
    plan = seen.plan
    sealed = replace(order, path="").as_json()
    with desk.writing() as (session, actor):
        if order.source and plan.preset is None:
            batches.remember(
                session,
                actor,
                target=plan.target.name,
                source=order.source,
                columns=seen.mapping.as_json(),
            )
        arguments = {"token": upload.token, "order": sealed}
        job = jobs.submit(session, actor, "import", arguments)
    st.session_state["done_with"] = {*st.session_state.get("done_with", ()), upload.token}
    st.session_state["import_job"] = job.id


def report(job: Job) -> None:
    """Say what became of the file."""
    told = job.result
    if job.state is JobState.CANCELLED:
        st.info(
            "The import was cancelled. Nothing was kept, and the file is gone.",
            icon=":material/info:",
        )
        return
    if job.state is not JobState.DONE:
        st.error(job.message or "The import did not finish. Nothing was kept.")
        return
    if told.get("already"):
        st.info(f"This very file was taken in before, as import {told['already']}. "
                "Nothing was added.")  # fmt: skip
        return
    st.success(
        f"Import {told['batch']}: {told['read']:,} rows read, {told['accepted']:,} taken, "
        f"{told['duplicates']:,} there already, {told['rejected']:,} rejected."
    )
    for reason, rows in told["reasons"].items():
        st.write(f"- {rows:,} rejected: {reason}")
    for note in told["notes"]:
        st.caption(note)
    if told["rejects"]:
        st.link_button(
            "Download the rejected rows",
            f"/batches/{told['rejects']}/rejects.csv",
            icon=":material/download:",
        )
        st.caption("They can be downloaded once, and are gone when Safeground starts anew.")


def past() -> None:
    """List earlier imports, each with a way to take it out again."""
    with desk.reading() as (session, actor):
        known = batches.listed(session, actor)
    if not known:
        st.caption("Nothing was imported yet. Choose a file above to begin.")
    for each in known:
        _line(each)


def _line(batch: ImportBatch) -> None:
    words, act = st.columns([5, 1], vertical_alignment="center")
    what = presets.TARGETS[batch.target].title.lower()
    words.text(
        f"Import {batch.id}, {batch.started_at:%d %B %Y}: {batch.accepted:,} {what} from "
        f"{batch.source} ({batch.file_name})"
    )
    if batch.state is BatchState.UNDONE:
        act.text("undone")
        return
    with act.popover("Undo"):
        st.write(f"Take all that came with import {batch.id} out again?")
        if st.button("Yes, take it out", key=f"undo_{batch.id}", type="primary"):
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    removed = batches.undo(session, actor, batch.id)
                st.session_state["undone"] = f"{removed:,} records were taken out."
            if "undone" in st.session_state:
                st.rerun()
