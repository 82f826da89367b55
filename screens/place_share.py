"""Sharing a place with more readers: with a neutral name, a look at harm, and a day it ends on."""

from datetime import timedelta
from html import escape

import streamlit as st

from domain import matching, place_expiry, place_sharing, places
from domain.filters import day_words
from domain.people import Permission, Tier
from domain.place_card import PlaceCard
from domain.place_sharing import PlaceSharing
from domain.visibility import is_restricted
from screens import desk, place_state
from screens.place_state import Opened

READERS = {
    Tier.T1: "Community partners",
    Tier.T2: "All partner agencies",
    Tier.T3: "The safeguarding meeting only",
    Tier.T4: "Police and analysts only",
    Tier.SEALED: "Sealed readers only",
}


def show(card: PlaceCard, _asked: Opened) -> None:
    """Show who reads the place, what was shared before, and the form for more readers."""
    with desk.reading() as (session, actor):
        place = places.find(session, actor, card.id)
        shared = place_sharing.of_place(session, actor, card.id)
        known = place_expiry.last_known(session, place)
        coming = [each for each in place_expiry.coming(session, actor) if each.place_id == card.id]
    st.header("Who reads this place", anchor=False)
    st.html(
        f'<p class="sg-entry"><strong>{escape(READERS[Tier(card.tier)])}</strong>, under the '
        f"neutral name “{escape(place.neutral_name)}” below the meeting. "
        f"Something was last known of it on {day_words(known)}.</p>"
    )
    for each in coming:
        st.warning(f"Without new evidence or a review it goes to the meeting only after "
                   f"{day_words(each.on)}.", icon=":material/hourglass_bottom:")  # fmt: skip
    for each in shared:
        one(each)
    wider(card, place.neutral_name)


def one(sharing: PlaceSharing) -> None:
    """Show one decision to share, its answers, and let it be taken back."""
    over = sharing.ended_at is not None
    title = (
        f"Shared with {READERS[Tier(sharing.to_tier)].lower()}, decided "
        f"{day_words(sharing.decided_at.date())}"
    )
    with st.container(border=True, key=f"sharing_{sharing.id}"):
        until = f"Ended: {sharing.ended_why}" if over else f"Until {day_words(sharing.ends_on)}."
        st.html(
            f'<p class="sg-entry"><strong>{escape(title)}</strong>. {escape(until)}<br>'
            f"{escape(sharing.reason)} ({escape(sharing.decided_by_name)})</p>"
            f'<details class="sg-data"><summary>What was considered</summary>'
            f'<dl class="sg-facts">{answers(sharing)}</dl></details>'
        )
        if not over and desk.actor().may(Permission.EDIT_PLACES):
            back(sharing)


def answers(sharing: PlaceSharing) -> str:
    """Write the answers to the checklist for the page."""
    asked = place_sharing.questions()
    told = {asked[code].label if code in asked else code: words
            for code, words in sharing.answers.items()}  # fmt: skip
    told["The owner's right of reply"] = sharing.right_of_reply
    return "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in told.items()
    )


def back(sharing: PlaceSharing) -> None:
    """Take a sharing back before its day."""
    with (
        st.popover("Take it back now", icon=":material/undo:"),
        st.form(f"back_{sharing.id}", border=False),
    ):
        reason = st.text_input("Why?", max_chars=500, key=f"back_why_{sharing.id}")
        pressed = st.form_submit_button("Take it back", type="primary")
    if pressed:
        place_state.act(
            place_sharing.take_back, "It is shared no longer.", sharing.id, reason=reason
        )


def wider(card: PlaceCard, neutral: str) -> None:
    """Offer the form for more readers, where there can be more."""
    st.header("Share it more widely", anchor=False)
    offered = [tier for tier in (Tier.T4, Tier.T3, Tier.T2) if tier < card.tier]
    if is_restricted(card.place_type):
        st.html('<p class="sg-entry">Homes, refuges and dwellings stay sealed.</p>')
    elif not offered:
        st.html('<p class="sg-entry">Every partner agency reads it already, under its neutral '
                "name. It goes no wider.</p>")  # fmt: skip
    elif not desk.actor().may(Permission.EDIT_PLACES):
        st.html('<p class="sg-entry">Police, analysts and coordinators decide this.</p>')
    else:
        form(card, neutral, offered)


def form(card: PlaceCard, neutral: str, offered: list[Tier]) -> None:
    """Ask all that must be considered first."""
    st.html('<p class="sg-entry">Think first of whom it could mark, and where harm could move. '
            "It is taken back by itself after its last day.</p>")  # fmt: skip
    version = place_state.held("place", card.id, card.version)
    if version != card.version:
        place_state.moved("place")
    key = f"{card.id}_{version}_{place_state.turn()}"
    with st.form(f"share_{key}", border=False):
        tier = st.selectbox("Who shall read it too?", offered, format_func=READERS.__getitem__)
        name = st.text_input("Neutral name", neutral, max_chars=120, key=f"share_name_{key}")
        told = {
            each.code: st.text_area(
                f"{each.label}: {' '.join(each.asks)}", max_chars=500, height=80,
                key=f"share_{each.code}_{key}",
            )
            for each in place_sharing.questions().values()
        }  # fmt: skip
        reply = st.text_area("How was the owner's right of reply considered?", max_chars=1000,
                             height=80, key=f"share_reply_{key}")  # fmt: skip
        today = matching.today()
        latest = place_sharing.latest_end()
        ends = st.date_input(
            "Last day", min(today + timedelta(days=84), latest),
            min_value=today + timedelta(days=1), max_value=latest, format="DD/MM/YYYY",
        )  # fmt: skip
        reason = st.text_area("Why?", max_chars=500, height=80, key=f"share_why_{key}")
        pressed = st.form_submit_button("Share it", type="primary")
    if pressed:
        place_state.act(
            place_sharing.share_more_widely, "It is shared more widely now.", card.id, tier=tier,
            version=version, neutral_name=name, answers=told, right_of_reply=reply, ends_on=ends,
            reason=reason,
        )  # fmt: skip
