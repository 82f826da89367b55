"""What is answered on each page of a report: read from the form, checked, put into the draft."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from domain import codes, concern_submitting
from domain.concern_submitting import MOST_CHOSEN, MOST_CONTACT, MOST_WHERE, MOST_WORDS
from domain.concerns import Still
from domain.errors import Invalid
from web.forms import Form
from web.report_desk import Wrong
from web.report_draft import Draft

STILL: Final = {
    Still.YES.value: "Yes, it still happens",
    Still.NO.value: "No, it has stopped",
    Still.UNKNOWN.value: "I do not know if it still happens",
}


def kind(form: Form, draft: Draft) -> Draft:
    """Take the kind of place."""
    return replace(
        draft, place_type=_one(form, draft, "kind", "place_types", ask="Choose a kind of place.")
    )


def worries(form: Form, draft: Draft) -> Draft:
    """Take what worries and what helps: one of either is enough."""
    worried, helped = (
        _several(form, "worry", "concern_worries"),
        _several(form, "help", "concern_helps"),
    )
    typed = replace(draft, worries=worried, helps=helped)
    if not (worried or helped):
        raise Wrong(
            "Choose at least one thing that worries you, or one that helps.",
            _first("worry", "concern_worries"),
            typed,
        )
    for chosen, name in ((worried, "worry"), (helped, "help")):
        if len(chosen) > MOST_CHOSEN:
            raise Wrong(f"Choose {MOST_CHOSEN} at most.", f"{name}-{chosen[0]}", typed)
    return typed


def when(form: Form, draft: Draft) -> Draft:
    """Take the times; all of them may be left open."""
    still = form["still"] if form["still"] in STILL else Still.UNKNOWN.value
    return replace(
        draft,
        times=_several(form, "time", "time_bands"),
        days=_several(form, "day", "day_types"),
        still=still,
    )


def words(form: Form, draft: Draft) -> Draft:
    """Take the reporter's own words, or none."""
    typed = form["words"].replace("\r\n", "\n").replace("\r", "\n").strip()
    taken = replace(draft, words=typed[: 2 * MOST_WORDS])
    if len(typed) > MOST_WORDS:
        over = len(typed) - MOST_WORDS
        raise Wrong(
            f"Write {MOST_WORDS} characters at most. You have {over:,} too many.", "words", taken
        )
    try:
        concern_submitting.preview(typed)
    except Invalid as error:
        raise Wrong(str(error), "words", taken) from error
    return taken


def you(form: Form, draft: Draft) -> Draft:
    """Take how it is known, by whom, and whether they are under 18, who give no contact."""
    under_18 = form["under_18"] == "yes"
    role = form["role"] if form["role"] in codes.current().reporter_roles else ""
    typed = replace(
        draft,
        role=role,
        under_18=under_18,
        on_behalf=form["on_behalf"] == "yes",
        contact="" if under_18 else draft.contact,
    )
    chosen = _one(form, typed, "way", "ways_known", ask="Say how you know.")
    return replace(typed, ways_known=chosen)


def contact(form: Form, draft: Draft) -> Draft:
    """Take a way to reach the reporter, or none; never of someone under 18."""
    typed = " ".join(form["contact"].split())
    taken = replace(draft, contact="" if draft.under_18 else typed[: 2 * MOST_CONTACT])
    if len(typed) > MOST_CONTACT:
        raise Wrong(f"Write {MOST_CONTACT} characters at most.", "contact", taken)
    return taken


def near(form: Form, draft: Draft) -> Draft:
    """Take how sure the spot is, and what it is near."""
    typed = replace(draft, near=" ".join(form["near"].split())[: 2 * MOST_WHERE])
    if len(typed.near) > MOST_WHERE:
        raise Wrong(f"Write {MOST_WHERE} characters at most.", "near", typed)
    sure = _one(
        form,
        typed,
        "precision",
        "precision",
        ask="Say how sure you are of the spot.",
        at="precision",
    )
    return replace(typed, precision=sure)


TAKE: Final[dict[str, Callable[[Form, Draft], Draft]]] = {
    "kind": kind,
    "worries": worries,
    "when": when,
    "words": words,
    "you": you,
    "contact": contact,
}
TITLES: Final = {
    "where": "Where is the place?",
    "spot": "Is this the place?",
    "kind": "What kind of place is it?",
    "worries": "What worries you there, and what helps?",
    "when": "When does it happen?",
    "words": "Is there anything you want to say in your own words?",
    "you": "How do you know?",
    "contact": "May we ask you something later?",
    "check": "Check your answers",
}


def offered(name: str) -> dict[str, list[codes.Code]]:
    """Return what a list offers a reporter, by its groups; what has no spot is left out."""
    groups: dict[str, list[codes.Code]] = {}
    for each in codes.current()[name].values():
        if each.has_point and not each.retired and each.code != "unknown":
            groups.setdefault(each.group, []).append(each)
    return groups


def label(name: str, code: str) -> str:
    """Return what a code is called, beginning with a capital."""
    return capital(codes.current()[name].label(code))


def capital(words_: str) -> str:
    """Return the same words with a capital at the start, and the rest as it is."""
    return words_[:1].upper() + words_[1:]


def _one(form: Form, draft: Draft, field: str, name: str, *, ask: str, at: str = "") -> str:
    chosen = form[field]
    found = codes.current()[name].get(chosen)
    if found is None or found.retired:
        raise Wrong(ask, at or _first(field, name), draft)
    return chosen


def _several(form: Form, field: str, name: str) -> tuple[str, ...]:
    return tuple(each for each in _codes(name) if form[f"{field}-{each}"])


def _first(field: str, name: str) -> str:
    """Return the id of the first choice, where an error's link leads."""
    return next((f"{field}-{each}" for each in _codes(name)), field)


def _codes(name: str) -> Iterable[str]:
    return [each.code for group in offered(name).values() for each in group]
