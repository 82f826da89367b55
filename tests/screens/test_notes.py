"""Notes on screen: their thread, what is new, and hostile words in both."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from domain import follows, news, threads
from domain.annotation_changes import annotate, change
from domain.people import SYSTEM, Role
from screens import desk
from tests.conftest import arrange
from tests.domain import rows

SCREENS = Path(desk.__file__).parent
HOSTILE = "[x](https://evil.example) <img src=x onerror=alert(1)> :material/bolt:"
NOTE = {"kind": "worry", "text": "No light.", "shape": rows.HERE, "precision": "street"}


@pytest.fixture(params=["sqlite"])
def url(request, tmp_path, migrated_file):
    """The screens say the same on either database; the domain is tested on both."""
    path = tmp_path / "safeground.db"
    path.write_bytes(migrated_file.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def at_desk(store, people, monkeypatch, tmp_path):
    from domain.concern_keys import settled

    desk.furnish(desk.House(store, sample=False, uploads=tmp_path, keys=settled("", tmp_path)))

    def sit(role):
        monkeypatch.setattr(desk, "actor", lambda: people[role])
        return people[role]

    return sit


def do(store, action, *args, **given):
    with store.writing() as session:
        return action(session, *args, **given)


def thread_of(number):
    """Show the thread of one note, as the map's panel does."""
    from screens import desk, note_thread

    note_thread.show(number, desk.actor(), words=True)


def opened(number):
    page = AppTest.from_function(thread_of, args=(number,), default_timeout=30).run()
    assert not page.exception, page.exception
    return page


def by(elements, label):
    (found,) = [each for each in elements if each.label == label]
    return found


def shown(page):
    return " ".join(str(each.proto) for each in page.main)


def html_of(page):
    return " ".join(each.proto.body for each in page.get("html"))


def test_a_reply_is_written_read_and_resolved_on_screen(store, at_desk, people):
    chair = at_desk(Role.COORDINATOR)
    note = do(store, annotate, people[Role.POLICE], **{**NOTE, "text": f"@coordinator {HOSTILE}"})
    do(store, threads.reply, people[Role.ANALYST], note.id, text=HOSTILE)
    do(store, change, people[Role.POLICE], note.id, version=1, text=f"{HOSTILE} again")
    page = opened(note.id)
    with store.reading() as session:
        assert not any(each.unread for each in news.items(session, chair)), "it was opened"
    html = html_of(page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<img" not in html
    assert "before: @coordinator" in html

    by(page.text_area, "Your reply").set_value("I look tonight.")
    page.multiselect[0].set_value(["role:police"])
    page = by(page.button, "Reply").click().run()
    assert not page.exception, page.exception
    assert "I look tonight." in html_of(opened(note.id))
    page = opened(note.id)
    by(page.text_area, "Why?").set_value("A new lamp.")
    page = by(page.button, "Resolve").click().run()
    with store.reading() as session:
        found = threads.thread(session, chair, note.id)
    assert found.resolved
    assert found.lines[1].asked == ("police",)


def test_earlier_words_are_told_as_people_say_them_and_codes_to_graders_alone(
    store, at_desk, people
):
    writer = people[Role.POLICE]
    day = date(2026, 3, 1)
    known = {"information": "C", "valid_from": day, "grade_source": "2"}
    note = do(store, annotate, writer, **NOTE, **known)
    new = {"kind": "strength", "information": "A", "valid_from": date(2026, 3, 2), "tier": 3}
    do(store, change, writer, note.id, version=1, grade_source="1", **new)
    at_desk(Role.COORDINATOR)
    told = html_of(opened(note.id))
    for what, was in (
        ("Kind", "worry"),
        ("How it is known", "Second-hand"),
        ("The source", "Untested"),
        ("Holds from", "1 March 2026"),
        ("Who may read it", "All partner agencies"),
    ):
        assert f"{what} before: {was}<" in told
    at_desk(Role.POLICE)
    assert "How it is known before: C: second-hand" in html_of(opened(note.id))


def test_nothing_of_a_thread_is_shown_to_who_may_not_read_it(store, at_desk, people):
    at_desk(Role.COORDINATOR)
    note = do(store, annotate, people[Role.POLICE], **NOTE, tier=4)
    page = opened(note.id)
    assert (list(page.button), html_of(page)) == ([], "")
    at_desk(Role.PARTNER)
    assert html_of(opened(note.id)) == ""


def test_what_is_new_is_listed_followed_and_marked_as_read(store, at_desk, people):
    chair = at_desk(Role.COORDINATOR)
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place(name=HOSTILE))
    do(store, follows.follow_place, chair, place.id)
    note = do(store, annotate, people[Role.POLICE], **{**NOTE, "text": HOSTILE}, place_id=place.id)
    page = AppTest.from_file(SCREENS / "news.py", default_timeout=30).run()
    assert not page.exception, page.exception
    (label,) = [each.label for each in page.button if each.key == f"news_note:{note.id}"]
    assert "evil" in label
    assert "[x](" not in label
    assert "<img" not in label.replace("\\<img", "")
    assert any("evil" in each.value for each in page.markdown), "the place is named"
    by(page.toggle, "Send me a digest").set_value(True)
    by(page.text_input, "To this address").set_value("chair@example.org")
    page = by(page.button, "Save").click().run()
    assert not page.exception, page.exception
    page = by(page.button, "Mark all as read").click().run()
    with store.reading() as session:
        reader = news.reader_of(session, chair.id)
        assert not any(each.unread for each in news.items(session, chair))
    assert (reader.digest, reader.email) == (True, "chair@example.org")
