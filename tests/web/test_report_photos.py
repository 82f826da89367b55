"""Photographs with a report, in a browser without script: off, on, and odd ones."""

import asyncio
import tempfile

import pytest
from sqlalchemy import select

from domain import photographs, preferences
from domain.accounts import Grant
from domain.concern_keys import Keys
from domain.concern_submitting import Intake
from domain.concerns import Concern, ConcernPhoto
from domain.people import SYSTEM, Role
from domain.photographs import MOST_BYTES, NOT_TAKEN, TOO_HEAVY
from domain.preferences import Moderation
from tests.conftest import arrange
from tests.domain.test_photographs import HEIC, SECRET, SVG, exif, picture
from tests.web.conftest import Browser, site
from tests.web.report_walk import send, token, town, walk
from tests.web.test_report import known_place
from web import forms
from web.report_desk import Reporting

EDGE = "--the-edge-of-a-part"
KEYS = Keys([Keys.make()])


@pytest.fixture
def anyone(store):
    """A stranger's browser, in a partnership with streets and a boundary."""
    town(store)
    return Browser(site(store, reporting=Reporting(Intake(KEYS))))


@pytest.fixture
def on(store):
    with store.writing() as session:
        preferences.change(session, SYSTEM, Moderation(photographs=True), version=0)


def parts(fields, files):
    """Write a form with files as a browser does."""
    lines = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    lines += [head + content + b"\r\n" for content in files]
    return b"".join([*lines, f"--{EDGE}--\r\n".encode()])


def post(browser, files, **fields):
    given = {"form_token": token(browser, "/report/check"), "website": ""} | fields
    body = parts(given, files)
    return browser.post(
        "/report/check", {}, body=body, content_type=f"multipart/form-data; boundary={EDGE}"
    )


def kept(store, kind=ConcernPhoto):
    with store.reading() as session:
        return list(session.scalars(select(kind)))


def opened(store):
    with store.reading() as session:
        return [KEYS.open_bytes(each) for each in session.scalars(select(ConcernPhoto.original))]


def test_nobody_is_asked_for_one_until_they_are_switched_on(store, anyone):
    walk(anyone)
    assert 'type="file"' not in anyone.get("/report/check").text
    assert post(anyone, [picture()]).status == 303  # what nobody asked for is not looked at
    assert kept(store) == []
    assert len(kept(store, Concern)) == 1


@pytest.mark.usefixtures("on")
def test_a_photograph_comes_with_the_report_and_tells_nothing_of_its_taker(store, anyone):
    walk(anyone)
    assert 'enctype="multipart/form-data"' in anyone.get("/report/check").text
    assert post(anyone, [picture(exif=exif()), b""]).goes_to == "/report/done"
    (shown,) = opened(store)
    assert shown.startswith(b"\xff\xd8\xff")
    assert SECRET not in shown


@pytest.mark.usefixtures("on")
def test_a_report_without_one_is_sent_as_before(store, anyone):
    walk(anyone)
    assert len(send(anyone).split()) == 6
    assert kept(store) == []


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([SVG], NOT_TAKEN),
        ([HEIC], NOT_TAKEN),
        ([picture(), b"#!/bin/sh"], NOT_TAKEN),
        ([picture() + bytes(MOST_BYTES)], TOO_HEAVY),
        ([picture()] * 3, "too much to send at once"),
        ([bytes(MOST_BYTES)] * 2 + [bytes(MOST_BYTES)], "too much to send at once"),
    ],
    ids=["svg", "heic", "script", "heavy", "three", "all too heavy"],
)
def test_an_odd_one_is_refused_in_words_and_the_report_waits(store, anyone, files, says):
    walk(anyone)
    refused = post(anyone, files)
    assert refused.status == 422
    assert says.split("“")[0].strip() in refused.page.said
    assert kept(store, Concern) == []
    assert post(anyone, [picture()]).goes_to == "/report/done"


@pytest.mark.usefixtures("on")
def test_of_somebody_under_18_none_is_asked_or_kept(store, anyone):
    walk(anyone, you={"way": "saw", "under_18": "yes"})
    assert 'type="file"' not in anyone.get("/report/check").text
    post(anyone, [picture()])
    assert kept(store) == []


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "body",
    [b"", b"--x", parts({}, [])[:20], parts({"website": "x" * 20_000}, [])],
    ids=["empty", "no part", "cut off", "a long field"],
)
def test_a_body_that_is_no_form_is_refused(store, anyone, body):
    walk(anyone)
    kind = f"multipart/form-data; boundary={EDGE}"
    assert anyone.post("/report/check", {}, body=body, content_type=kind).status in (403, 422)
    assert (
        anyone.post("/report/check", {}, body=body, content_type="multipart/form-data").status
        == 422
    )
    assert kept(store, Concern) == []


def test_a_source_that_sends_too_many_has_no_picture_opened(store, anyone, monkeypatch):
    with store.writing() as session:
        rules = Moderation(photographs=True, burst=2, per_hour=2, per_day=2)
        preferences.change(session, SYSTEM, rules, version=0)
    for _ in range(2):
        walk(anyone)
        assert post(anyone, [picture()]).status == 303
    walk(anyone)
    monkeypatch.setattr(photographs, "clean", lambda _given: 1 / 0)
    assert post(anyone, [picture()]).status == 429


@pytest.mark.usefixtures("on")
def test_a_body_that_never_ends_is_given_up(store, anyone, monkeypatch):
    async def never(*_given):
        await asyncio.sleep(60)

    walk(anyone)
    monkeypatch.setattr(forms, "PATIENCE", 0.01)
    monkeypatch.setattr(forms, "_parts", never)
    refused = post(anyone, [picture()])
    assert refused.status == 422
    assert "took too long" in refused.page.said
    assert kept(store, Concern) == []


def test_nothing_that_was_sent_touches_the_disk(store, anyone, monkeypatch):
    """A file of any size stays in memory: a temporary file would keep what we take out."""

    def refuse(*_args, **_given):
        raise AssertionError("a temporary file was made")

    with store.writing() as session:
        preferences.change(session, SYSTEM, Moderation(photographs=True), version=0)
    walk(anyone)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    large = picture("PNG", (1200, 1200), compress_level=0)
    assert len(large) > 2 << 20
    assert post(anyone, [large]).goes_to == "/report/done"


@pytest.mark.parametrize("role", [Role.POLICE, Role.PRACTITIONER, Role.PARTNER])
def test_a_place_near_is_told_to_those_alone_who_may_read_of_it(store, anyone, actor, user, role):
    with store.writing() as session:
        known_place(session, actor(Role.ANALYST), "The Secret Arches")
        grant = session.scalars(select(Grant).where(Grant.user_id == user)).one()
        grant.role = role
        arrange(session, SYSTEM, grant)
    anyone.sign_in("pat")
    walk(anyone)
    said = anyone.get("/report/check").page.said
    assert ("The Secret Arches" in said) == (role is Role.POLICE)
    assert ("EM/0001" in said) == (role is Role.PRACTITIONER)
    assert ("already work with" in said) == (role is not Role.PARTNER)
