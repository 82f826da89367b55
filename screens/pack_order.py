"""Asking for packs: of what, as what, for whom; a job then makes them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from domain import accounts, areas, governance, jobs, matching, meetings, plans
from domain.areas import AreaKind
from domain.filters import Filters, day_words
from domain.meeting_tables import MeetingState
from domain.people import Actor, Permission, Tier
from domain.visibility import sees_names
from exchange.pack_job import MOST, Wish
from exchange.packs import Form, Order, What
from screens import desk, map_view
from screens.admin_desk import quiet
from screens.place_pack import FORMS, titled

TITLES = {
    What.MEETING: "A meeting",
    What.PLACE: "Places",
    What.PLAN: "A plan",
    What.AREA: "An area",
    What.GOVERNANCE: "Governance",
}
ABOUT = {
    What.MEETING: "Agenda, minutes where it was held, and each of its places: map, card, charts, "
    "timeline, goals and actions.",
    What.PLACE: "Each place on paper: map, card, assessment, charts, timeline, goals and actions.",
    What.PLAN: "Goals and actions with their checks and reviews, and what the plan rests on.",
    What.AREA: "A profile: what is recorded there, from when, from whom, how sure, how computed. "
    "Under twelve months of records it says that it is not comprehensive.",
    What.GOVERNANCE: "The figures of a period with small numbers hidden, the log of small numbers, "
    "the audit matrix and the data dictionary.",
}
YEAR = timedelta(days=364)
EVERYONE = "Anyone cleared for it"
OWN = "Below the clearance of a meeting an agency reads the actions that it owns, and no others."


def show(asked: Mapping[str, int]) -> None:
    """Ask what is to be made, and begin it; an address may name a place, plan or meeting."""
    actor = desk.actor()
    kinds = [each for each in TITLES if each is not What.GOVERNANCE or governs(actor)]
    kinds = [each for each in kinds if each is not What.PLAN or sees_names(actor)]
    first = next((each for each in kinds if each.value in asked), kinds[0])
    what = st.segmented_control("Of what?", kinds, default=first, format_func=TITLES.__getitem__,
                                key="pack_what", required=True)  # fmt: skip
    quiet(ABOUT[what])
    orders = ORDERS[what](asked.get(what.value))
    forms = st.pills("As", list(FILES), selection_mode="multi", default=[Form.PDF],
                     format_func=FILES.__getitem__, key="pack_forms")  # fmt: skip
    given = reader(actor)
    quiet("It carries its marking, date and your name; that it was made is in the log.")
    if st.button("Make it", type="primary", icon=":material/description:", disabled=not orders,
                 key="pack_begin"):  # fmt: skip
        begin(orders, forms, given)


FILES = {**FORMS, Form.GEOPACKAGE: "GeoPackage of the layers"}


def governs(actor: Actor) -> bool:
    """Say whether this person reads the governance report."""
    return actor.may(Permission.GOVERN) and not actor.area_ids


def begin(orders: list[Order], forms: list[Form], given: dict[str, Any]) -> None:
    """Ask for the job."""
    done = False
    with desk.shown_errors():
        wish = Wish(tuple(orders), tuple(forms), **given)
        with desk.writing() as (session, actor):
            st.session_state["pack_job"] = jobs.submit(session, actor, "pack", wish.as_json()).id
        done = True
    if done:
        st.rerun()


def reader(actor: Actor) -> dict[str, Any]:
    """Ask for whom it is, who may read it, and as which agency."""
    tiers = [each for each in Tier if Tier.T2 <= each <= actor.tier][::-1]
    agencies, agency = {}, None
    if sees_names(actor):  # who reads all actions may take another agency's along
        with desk.reading() as (session, who):
            agencies = accounts.agency_names(session, who)
    left, right = st.columns(2) if agencies else (st, st)
    tier = left.selectbox("Who may read it", tiers, format_func=titled, key="packs_tier")
    if agencies:
        agency = right.selectbox(
            "Agency it goes to", [None, *agencies], key="packs_agency", help=OWN,
            format_func=lambda each: agencies.get(each, EVERYONE),
        )  # fmt: skip
    recipient = st.text_input("For whom (a role or a meeting)", max_chars=120, key="packs_for",
                              value=agencies.get(agency, ""))  # fmt: skip
    return {"recipient": recipient, "tier": tier, "agency_id": agency}


def some_places(asked: int | None) -> list[Order]:
    """Ask for places."""
    names = map_view.reading("places", Filters())["name"].to_dict()
    chosen = st.multiselect("Places", list(names), [asked] if asked in names else [],
                            format_func=names.get, max_selections=MOST, key="pack_places",
                            placeholder="Choose up to sixty")  # fmt: skip
    return [Order(What.PLACE, int(each)) for each in chosen]


def a_plan(asked: int | None) -> list[Order]:
    """Ask for a plan by its place."""
    names = map_view.reading("places", Filters())["name"].to_dict()
    with desk.reading() as (session, actor):
        found = plans.listed(session, actor)
    label = {each.id: f"{names[each.place_id]}, {each.state.words}, begun "
             f"{day_words(each.made_at.astimezone(matching.LONDON).date())}"
             for each in found if each.place_id in names}  # fmt: skip
    chosen = choice("Plan", label, asked)
    return [] if chosen is None else [Order(What.PLAN, chosen)]


def a_meeting(asked: int | None) -> list[Order]:
    """Ask for a meeting."""
    with desk.reading() as (session, actor):
        found = meetings.listed(session, actor) if actor.may(Permission.MEET) else []
    label = {
        each.id: f"{each.title}, {day_words(each.starts_at.astimezone(matching.LONDON).date())}"
        for each in found
        if each.state is not MeetingState.CANCELLED
    }
    chosen = choice("Meeting", label, asked)
    return [] if chosen is None else [Order(What.MEETING, chosen)]


def an_area(_asked: int | None) -> list[Order]:
    """Ask for an area and a period."""
    with desk.reading() as (session, actor):
        found = {
            number: f"{name} ({kind.value})"
            for kind in AreaKind
            for number, name in areas.frame(session, actor, kind)["name"].to_dict().items()
        }
    chosen = choice("Area", found, None)
    since, until = days(matching.today() - YEAR, matching.today(), "area")
    return [] if chosen is None else [Order(What.AREA, chosen, since, until)]


def a_period(_asked: int | None) -> list[Order]:
    """Ask for the period of the governance report: the last whole quarter by default."""
    last = governance.quarter(matching.today(), 1)
    since, until = days(last.since, last.until, "governance")
    return [Order(What.GOVERNANCE, 0, since, until)]


ORDERS = {
    What.PLACE: some_places,
    What.PLAN: a_plan,
    What.MEETING: a_meeting,
    What.AREA: an_area,
    What.GOVERNANCE: a_period,
}


def days(since: date, until: date, key: str) -> tuple[date, date]:
    """Ask for the first and the last day; the later one is the last."""
    left, right = st.columns(2)
    first = left.date_input("First day", since, format="DD/MM/YYYY", key=f"pack_since_{key}")
    last = right.date_input("Last day", until, format="DD/MM/YYYY", key=f"pack_until_{key}")
    return min(first, last), max(first, last)


def choice(label: str, offered: Mapping[int, str], asked: int | None) -> int | None:
    """Ask for one of some records by number."""
    if not offered:
        st.info(f"There is no {label.lower()} yet that you may read.")
        return None
    numbers = list(offered)
    chosen = st.selectbox(label, numbers, format_func=offered.get, placeholder="Choose",
                          index=numbers.index(asked) if asked in offered else None,
                          key=f"pack_{label}")  # fmt: skip
    return None if chosen is None else int(chosen)
