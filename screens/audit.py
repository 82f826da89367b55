"""Who did what, to which record, and when."""

from html import escape

import streamlit as st

from domain import audit_log
from domain.audit import ACTIONS
from domain.audit_log import PAGE, SUBJECTS, Told, Wanted
from screens import desk
from screens.admin_desk import quiet

PAGES = "audit_pages"
HEADS = ("When", "Who", "What", "Record", "Changes")
STYLE = """<style>
.sg-log { width: 100%; border-collapse: collapse; font-size: 0.9375rem; line-height: 1.35; }
.sg-log th { text-align: left; font-weight: 600; background: #f1eeea; }
.sg-log th, .sg-log td { padding: 0.4rem 0.7rem; border-bottom: 1px solid #d9d4cc;
  vertical-align: top; overflow-wrap: anywhere; }
.sg-log td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
.sg-log td:last-child { width: 38%; }
@media (max-width: 640px) {
  .sg-log thead { position: absolute; left: -999rem; }
  .sg-log tr { display: block; border-bottom: 2px solid #d9d4cc; padding: 0.4rem 0; }
  .sg-log td, .sg-log td:last-child { display: block; width: auto; border: 0; padding: 0.1rem 0; }
  .sg-log br { display: none; }
}
</style>"""


def ask(people: dict[int, str]) -> Wanted:
    """Ask which entries are wanted."""
    first = st.container(horizontal=True, vertical_alignment="bottom")
    who = first.selectbox(
        "Who", people, None, format_func=people.get, placeholder="Anyone", key="audit_who"
    )
    what = first.selectbox(
        "What was done",
        sorted(ACTIONS, key=lambda each: ACTIONS[each].does),
        None,
        format_func=lambda each: f"{ACTIONS[each].does.partition('.')[0][:70]} ({each})",
        placeholder="Anything",
        key="audit_what",
    )
    subject = first.selectbox(
        "Kind of record",
        SUBJECTS,
        None,
        format_func=SUBJECTS.get,
        placeholder="Any",
        key="audit_subject",
    )
    second = st.container(horizontal=True, vertical_alignment="bottom")
    number = second.text_input("Its number", max_chars=40, disabled=subject is None)
    since = second.date_input("From", None, format="DD/MM/YYYY", key="audit_since")
    until = second.date_input("To", None, format="DD/MM/YYYY", key="audit_until")
    return Wanted(who, what or "", subject or "", number.strip(), since, until)


def table(told: list[Told]) -> str:
    """Lay entries out as a table that wraps and can be read aloud, the newest first."""
    rows = "".join(
        f"<tr><td><time datetime='{each.at.isoformat()}'>{each.at:%d %b %Y}"
        f" <br>{each.at:%H:%M:%S}</time></td><td>{escape(each.who)}</td>"
        f"<td>{escape(each.does)}</td><td>{escape(each.record)}</td>"
        f"<td>{escape(each.changes)}</td></tr>"
        for each in told
    )
    heads = "".join(f"<th scope='col'>{each}</th>" for each in HEADS)
    return (
        f"{STYLE}<table class='sg-log'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def turn(told: list[Told], earlier: list[int]) -> None:
    """Turn to older or newer entries; a page begins below an entry, so none is shown twice."""
    buttons = st.container(horizontal=True)
    if buttons.button("Newer", disabled=not earlier, icon=":material/arrow_back:"):
        earlier.pop()
        st.rerun()
    if buttons.button("Older", disabled=len(told) < PAGE, icon=":material/arrow_forward:"):
        earlier.append(told[-1].id)
        st.rerun()


def take_out(wanted: Wanted) -> None:
    """Make the file when it is asked for, so that the log notes only what was taken."""
    if st.button("Make a CSV file of all these entries", icon=":material/download:"):
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                text = audit_log.export(session, actor, wanted)
            st.download_button(
                "Save the file", text, "safeground-audit.csv", "text/csv", type="primary"
            )
            quiet("The log now notes that you took these entries out.")


st.title("Audit")
st.write(
    "Every change has a name, a time and a trace. Of places, notes and incidents you see which"
    " fields changed, not what they say."
)
with desk.reading() as (session, actor):
    people = audit_log.people(session, actor)
with desk.shown_errors():
    wanted = ask(people)
    asked_before, earlier = st.session_state.get(PAGES, (None, []))
    earlier = earlier if asked_before == wanted else []
    st.session_state[PAGES] = wanted, earlier
    with desk.reading() as (session, actor):
        before = earlier[-1] if earlier else None
        told = audit_log.entries(session, actor, wanted, before=before)
    if told:
        st.html(table(told))
        turn(told, earlier)
        take_out(wanted)
    else:
        st.info("No entry agrees with all of these. Take one away, or choose more days.")
