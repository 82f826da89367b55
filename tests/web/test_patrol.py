"""The patrol pages in a browser without script, and the queue's door."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import pytest
from shapely.affinity import translate
from sqlalchemy import select

from domain import patrol_planning
from domain.accounts import User
from domain.audit import Entry
from domain.matching import LONDON
from domain.patrols import PatrolStop, PatrolVisit
from domain.people import SYSTEM
from geo.space import to_wgs84
from tests import patrol_shift as shifts
from tests.conftest import arrange
from tests.patrol_shift import force, stop, tasked
from tests.web.conftest import HASH, Browser, site

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def team(store):
    made = force(store)
    with store.writing() as session:
        for user in session.scalars(select(User)):
            user.password_hash = HASH
            arrange(session, SYSTEM, user)
    return made


@pytest.fixture
def begins():
    """A shift that is under way: it began two hours ago."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)


@pytest.fixture
def patrol(store, team, begins):
    stops = [
        stop(team.planned, begins=begins, at=20, why=SCRIPT),
        stop(team.planned, begins=begins, at=200),
    ]
    return tasked(store, team, stops, begins=begins)


@pytest.fixture
def phone(store, patrol):
    return someone(store, "officer")


def someone(store, username):
    browser = Browser(site(store))
    assert browser.sign_in(username).status == 303
    return browser


def visits(store):
    with store.reading() as session:
        return list(session.scalars(select(PatrolVisit).order_by(PatrolVisit.id)))


def clock(moment):
    return f"{moment.astimezone(LONDON):%H:%M}"


def told(begins, **given):
    arrived = begins + timedelta(minutes=30)
    return {
        "arrived": clock(arrived), "left": clock(arrived + timedelta(minutes=12)), "mode": "foot",
    } | given  # fmt: skip


def form_of(browser, path):
    """Return what a form of a page posts before anybody touched it: text and hidden fields."""
    page = browser.get(path).page
    names = {each["name"] for each in page.inputs if each.get("type") in ("radio", "checkbox")}
    fields = page.forms[path]
    return {name: value for name, value in fields.items() if name not in names}


def test_an_officer_finds_todays_patrol_and_its_cards(phone, patrol):
    patrol_id, _stops = patrol
    mine = phone.get("/patrol")
    assert "Friday evening, riverside" in mine.page.said
    assert "OFFICIAL-SENSITIVE" in mine.page.said
    cards = phone.get(f"/patrol/{patrol_id}")
    for words in ("Why", "What to do", "Danger, or a child tells you", "999", "The purpose is"):
        assert words in cards.text or words == "Why"
    assert SCRIPT not in cards.text
    assert "default-src 'self'" in cards.headers["content-security-policy"]
    assert "unsafe" not in cards.headers["content-security-policy"]
    assert cards.headers["cache-control"] == "no-store"
    assert cards.headers["x-patrol-who"] == mine.headers["x-patrol-who"]
    assert int(cards.headers["x-patrol-until"]) > datetime.now(UTC).timestamp()


def test_an_officer_reads_when_the_next_patrol_is(store, team):
    begins = datetime.now(UTC) + timedelta(days=2)
    patrol_id, _stops = tasked(store, team, [stop(team.planned, begins=begins)], begins=begins)
    said = someone(store, "officer").get("/patrol").page.said
    assert "Your team has no patrol." not in said
    assert "Still to come Friday evening, riverside" in " ".join(said.split())
    assert f"{begins.astimezone(LONDON):%H:%M} to" in said
    assert f'href="/patrol/{patrol_id}"' not in said


def test_a_visit_is_recorded_without_script(store, phone, patrol, begins):
    patrol_id, (stop_id, _second) = patrol
    path = f"/patrol/{patrol_id}/visit/{stop_id}"
    fields = form_of(phone, path) | told(
        begins, young="few", staff="few", **{"fault-light_out": "yes", "power-advice": "2"}
    )
    for _ in range(2):  # sent twice: the key is the page's own
        answer = phone.post(path, fields)
        assert (answer.status, answer.goes_to) == (303, f"/patrol/{patrol_id}?kept=1")
    (visit,) = visits(store)
    assert (visit.minutes, visit.modes, visit.young) == (12, {"foot": 12}, "few")
    assert (visit.faults, visit.powers) == (["light_out"], {"advice": 2})
    assert visit.arrived_at == begins + timedelta(minutes=30)
    assert "1 visit recorded" in phone.get(f"/patrol/{patrol_id}").page.said


def test_a_stop_is_left_out_without_times(store, phone, patrol):
    patrol_id, (stop_id, _second) = patrol
    path = f"/patrol/{patrol_id}/visit/{stop_id}"
    assert phone.post(path, form_of(phone, path) | {"skip_reason": "weather"}).status == 303
    (visit,) = visits(store)
    assert (visit.skip_reason, visit.minutes) == ("weather", 0)


def test_a_visit_that_was_not_planned(store, phone, patrol, begins):
    path = f"/patrol/{patrol[0]}/visit/0"
    fields = form_of(phone, path) | told(begins, where="Bus station")
    assert phone.post(path, fields).status == 303
    (visit,) = visits(store)
    assert (visit.stop_id, visit.at_where) == (None, "Bus station")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"arrived": ""}, "Say when you arrived"),
        ({"arrived": "x"}, "Write the time as 23:50."),
        ({"power-advice": "many"}, "as a number"),
        ({"minutes-foot": "300"}, "The minutes by mode are more"),
        ({"power-dispersal": "1"}, "under 18"),
        ({"words": "a" * 400}, "shorten"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_comes_back_as_it_was_typed(
    store, phone, patrol, begins, changed, said
):
    patrol_id, (stop_id, _second) = patrol
    path = f"/patrol/{patrol_id}/visit/{stop_id}"
    answer = phone.post(path, form_of(phone, path) | told(begins, words=SCRIPT) | changed)
    assert answer.status == 422
    assert said in answer.page.said
    assert SCRIPT not in answer.text
    assert visits(store) == []


def test_strangers_and_other_roles_and_teams_get_nothing(store, patrol, user):
    patrol_id, (stop_id, _second) = patrol
    pages = ("/patrol", f"/patrol/{patrol_id}", f"/patrol/{patrol_id}/visit/{stop_id}",
             f"/patrol/{patrol_id}/sheet.pdf", "/patrol/send", "/patrol/worker.js",
             "/patrol/app.webmanifest")  # fmt: skip
    stranger = Browser(site(store))
    for path in pages:
        assert stranger.get(path).goes_to == f"/sign-in?next={path}"
        assert stranger.get(path, accept="application/json").status == 401
    other = someone(store, "outsider")
    for path in pages[1:4]:
        assert other.get(path).status == 404
    pat = someone(store, "pat")  # police, of another agency
    assert "Your team has no patrol." in pat.get("/patrol").page.said


@pytest.mark.parametrize(
    "role", ["partner", "practitioner", "analyst", "coordinator", "administrator"]
)
def test_a_role_without_patrols_is_refused(store, patrol, actor, role):
    with store.writing() as session:
        for user in session.scalars(select(User)):
            user.password_hash = HASH
            arrange(session, SYSTEM, user)
    username = {"partner": "community-partner"}.get(role, role)
    browser = someone(store, username)
    for path in (
        "/patrol",
        f"/patrol/{patrol[0]}",
        f"/patrol/{patrol[0]}/sheet.gpx",
        "/patrol/send",
    ):
        assert browser.get(path).status == 403


def door(browser):
    return json.loads(browser.get("/patrol/send", accept="application/json").text)


def queued(browser, patrol, begins, **given):
    patrol_id, (stop_id, _second) = patrol
    told_by = door(browser)
    return told(begins) | {
        "form_token": told_by["token"], "who": told_by["who"], "key": shifts.key(),
        "patrol": str(patrol_id), "stop": str(stop_id),
    } | given  # fmt: skip


def test_a_queue_sends_a_visit_that_is_kept_once(store, phone, patrol, begins):
    fields = queued(phone, patrol, begins)
    for _ in range(3):
        answer = phone.post("/patrol/send", fields, accept="application/json")
        assert (answer.status, json.loads(answer.text)) == (200, {"kept": True})
    assert len(visits(store)) == 1


def test_a_queue_is_refused_for_another_officer_and_an_old_page(store, phone, patrol, begins):
    other = someone(store, "planner")
    fields = queued(other, patrol, begins)
    stolen = fields | {"who": door(phone)["who"]}
    assert other.post("/patrol/send", stolen, accept="application/json").status == 409
    stale = fields | {"form_token": "old"}
    assert other.post("/patrol/send", stale, accept="application/json").status == 403
    for wrong, status in (({"patrol": "x"}, 422), ({"stop": "999"}, 404), ({"key": "x"}, 422)):
        assert (
            other.post("/patrol/send", fields | wrong, accept="application/json").status == status
        )
    foreign = other.post(
        "/patrol/send", fields, accept="application/json", origin="https://x.example"
    )
    assert foreign.status == 403
    assert visits(store) == []


def test_a_signed_out_phone_is_told_to_sign_in(store, phone, patrol, begins):
    fields = queued(phone, patrol, begins)
    phone.submit("/patrol", "/sign-out")
    assert phone.get("/patrol/send", accept="application/json").status == 401
    assert phone.post("/patrol/send", fields, accept="application/json").status in (401, 403)
    assert visits(store) == []


def test_signing_out_throws_away_what_the_phone_keeps(phone, patrol):
    gone = phone.submit("/patrol", "/sign-out")
    assert (gone.goes_to, gone.headers["clear-site-data"]) == ("/signed-out", '"storage"')


def test_files_leave_for_the_team_and_are_noted(store, phone, patrol):
    patrol_id, _stops = patrol
    for ending, head in (("gpx", "<?xml"), ("kml", "<?xml"), ("ics", "BEGIN:VCALENDAR")):
        answer = phone.get(f"/patrol/{patrol_id}/sheet.{ending}")
        assert answer.text.startswith(head)
        assert "OFFICIAL-SENSITIVE" in answer.text.replace("\r\n ", "")
        assert f'filename="patrol-{patrol_id}.{ending}"' in answer.headers["content-disposition"]
        assert ending == "ics" or SCRIPT not in answer.text  # a calendar is plain text
    assert phone.get(f"/patrol/{patrol_id}/sheet.exe").status == 404
    assert phone.get("/patrol/nothing").status == 404
    with store.reading() as session:
        exports = select(Entry).where(Entry.action == "patrol.export").order_by(Entry.id)
        noted = session.scalars(exports).all()
    assert [each.changes["form"] for each in noted] == ["gpx", "kml", "ics"]


def test_the_worker_looks_after_patrol_alone_and_the_manifest_starts_there(phone, patrol):
    worker = phone.get("/patrol/worker.js")
    assert worker.headers["service-worker-allowed"] == "/patrol"
    assert worker.headers["content-type"].startswith("text/javascript")
    manifest = json.loads(phone.get("/patrol/app.webmanifest").text)
    assert (manifest["scope"], manifest["start_url"]) == ("/patrol", "/patrol")


def test_the_scripts_ask_no_other_host_and_write_no_markup():
    from web.page import HERE

    for name in ("patrol.js", "patrol_queue.js", "patrol_worker.js"):
        text = (HERE / "static" / name).read_text()
        assert "http" not in text.replace("httponly", "")
        assert "innerHTML" not in text
        assert "geolocation" not in text
        assert "localStorage" not in text
    assert "false, [" in (HERE / "static" / "patrol_queue.js").read_text()  # not extractable


def test_officers_are_told_apart_by_a_mark_that_names_nobody(team):
    from web.patrol_desk import mark

    assert mark(team.officer) != mark(team.planner)
    assert mark(team.officer) == mark(replace(team.officer, name="x"))
    assert "officer" not in mark(team.officer)


def track(begins, zone, minutes=12, start=25):
    """A GPX of somebody who stands in a zone for so many minutes."""
    lon, lat = to_wgs84(gpd.GeoSeries([zone.centroid], crs=27700)).iloc[0].coords[0]
    stamps = [begins + timedelta(minutes=start + n) for n in range(minutes + 1)]
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for at in stamps
    )
    gpx = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    return f"{gpx}{points}</trkseg></trk></gpx>".encode()


def sent(browser, path, files, **fields):
    """Post the form of a page with files, as a browser does."""
    edge = "edge-of-a-part"
    told = {**form_of(browser, path), **fields}
    del told["file"]
    parts = [f'form-data; name="{name}"\r\n\r\n{told[name]}'.encode() for name in told]
    head = b'form-data; name="file"; filename="shift.gpx"\r\nContent-Type: text/xml\r\n\r\n'
    parts += [head + content for content in files]
    body = b"".join(
        b"--%s\r\nContent-Disposition: %s\r\n" % (edge.encode(), part) for part in parts
    )
    kind = {"content-type": f"multipart/form-data; boundary={edge}"}
    return browser.post(path, {}, body + b"--%s--\r\n" % edge.encode(), **kind)


def zone_of(store, stop_id):
    with store.reading() as session:
        return session.get(PatrolStop, stop_id).zone


def test_a_position_file_gives_minutes_and_is_kept_nowhere(store, phone, patrol, begins):
    patrol_id, (stop_id, _second) = patrol
    path = f"/patrol/{patrol_id}/positions"
    assert "Minutes from a position file" in phone.get(f"/patrol/{patrol_id}").page.said
    content = track(begins, zone_of(store, stop_id))
    answer = sent(phone, path, [content], mode="cycle")
    assert (answer.status, answer.goes_to) == (303, f"{path}?given=0&new=1")
    (visit,) = visits(store)
    assert (visit.stop_id, visit.measured, visit.modes) == (stop_id, 12, {"cycle": 12})
    assert visit.arrived_at == begins + timedelta(minutes=25)
    said = phone.get(f"{path}?given=0&new=1").page.said
    assert "1 visit that nobody recorded was added. The file is gone." in said

    again = sent(phone, path, [content])
    assert again.goes_to == f"{path}?given=1&new=0"
    assert len(visits(store)) == 1
    with store.reading() as session:
        log = " ".join(str(each.changes) for each in session.scalars(select(Entry)))
    assert "trkpt" not in log
    assert "lat" not in "".join(vars(visits(store)[0]))


def test_what_is_no_position_file_of_this_shift_is_said_in_words(store, phone, patrol, begins):
    patrol_id, (stop_id, _second) = patrol
    path = f"/patrol/{patrol_id}/positions"
    far = zone_of(store, stop_id).buffer(1).centroid.buffer(5)
    elsewhere = track(begins, translate(far, 5_000, 5_000))
    for content, words in (
        (None, "Choose the file"), (b"<gpx>", "damaged"), (b"a,b\n1,2\n", "time"),
        (elsewhere, "No position in this file lies inside a zone"),
    ):  # fmt: skip
        answer = sent(phone, path, [content] if content else [])
        assert answer.status == 422
        assert words in answer.page.said
    assert visits(store) == []
    assert "given=9" not in phone.get(f"{path}?given=9%3Cscript&new=x").text


def test_position_files_are_for_the_tasked_team_alone(store, team, patrol):
    patrol_id, _stops = patrol
    assert someone(store, "outsider").get(f"/patrol/{patrol_id}/positions").status == 404
    with store.writing() as session:
        draft = patrol_planning.plan(
            session, team.planner, shifts.shift(team.planner.agency_id), [stop(team.planned)]
        ).id
    assert someone(store, "planner").get(f"/patrol/{draft}/positions").status == 404
