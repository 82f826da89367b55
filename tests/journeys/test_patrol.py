"""An officer records four visits on a phone, two of them with no signal, in a real browser."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from domain import patrol_dose, patrol_planning
from domain.accounts import User
from domain.errors import busy
from domain.patrol_rules import Exceptional, Shift, Stop
from domain.patrols import PatrolVisit
from domain.people import SYSTEM, Actor, Role
from domain.places import Place
from domain.visibility import open_types
from scripts.town import HOUSE, installation, settle, sign_in, streamlit
from store.database import Store, connect
from tests.journeys.conftest import PHONE
from tests.journeys.test_report import clean
from tests.outside import guarded

pytestmark = pytest.mark.journey
expect.set_options(timeout=60_000)
PICTURES = os.environ.get("SAFEGROUND_PICTURES", "")
WORD = Exceptional(
    inspector="Inspector Hale",
    basis="Common law: to keep the peace",
    effect="Young people may feel watched, so a youth worker comes along.",
    rests_on=("youth_work",),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory, town_file):
    """The app with the invented town and a patrol that began two hours ago: address and store."""
    folder = tmp_path_factory.mktemp("patrol")
    (folder / "var").mkdir()
    env, attempts = guarded(installation(folder / "var"), folder)
    settle(town_file, folder / "var")
    store = Store(connect(f"sqlite:///{folder / 'var' / 'safeground.db'}"), busy)
    patrol_id = tasked(store)
    with streamlit(HOUSE / "app.py", env, folder / "log", "/healthz") as address:
        yield address, store, patrol_id
    store.close()
    assert attempts.read_text() == "", "the server asked another host"


def tasked(store: Store) -> int:
    """Task the constable's team with a patrol of four stops."""
    begins = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)
    with store.writing() as session:
        officer = session.scalars(select(User).where(User.username == "constable")).one()
        places = session.scalars(
            select(Place).where(Place.tier <= 4, Place.place_type.in_(sorted(open_types())))
            .order_by(Place.id)
        ).all()  # fmt: skip
        stops = [
            Stop(
                place_id=each.id, zone=each.shape.centroid.buffer(80), opens=begins,
                closes=begins + timedelta(hours=6), arrive=begins + timedelta(minutes=10 + 25 * n),
                why="Young people wait here for the last bus, and the lights have been failing.",
                tactics=("be_seen", "talk_staff", "check_light"), exceptional=WORD,
            )
            for n, each in enumerate(places[:4])
        ]  # fmt: skip
        shift = Shift(
            title="Evening round: station and riverside", style="foot",
            purpose="Children feel safe on their way home.", agency_id=officer.agency_id,
            legal_basis="Common law duty to keep the peace", valid_from=begins,
            valid_to=begins + timedelta(hours=6), start="Eldermere police station",
        )  # fmt: skip
        patrol = patrol_planning.plan(session, SYSTEM, shift, stops)
        patrol_planning.authorise(session, SYSTEM, patrol.id, version=1)
        patrol_planning.task(session, SYSTEM, patrol.id, version=2)
        return patrol.id


@pytest.fixture
def phone(installed, browser):
    """The constable's phone; any request to another host fails the test."""
    address, _store, _patrol = installed
    foreign, broken = [], []
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    ours = (address, "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(ours) else foreign.append(r.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    sign_in(page, address, "constable", "/patrol")
    page.wait_for_url("**/patrol")
    yield page
    context.close()
    assert foreign == []
    assert broken == []


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"patrol-{name}.png", full_page=True)


CONTROLLED = """new Promise((done) => {
  const worker = navigator.serviceWorker;
  if (worker.controller) done(true);
  else worker.addEventListener("controllerchange", () => done(true));
})"""


def settled(page: Page) -> None:
    """Wait until the page's script has sent what waits and kept the pages."""
    page.locator("html[data-kept=yes]").wait_for(state="attached")


def told(page: Page, stop: int, minutes: int) -> None:
    """Fill in the visit of the stop at a place in the list, as an officer does, and record it."""
    page.get_by_role("link", name="Record a").nth(stop).click()
    page.locator("html[data-ready=yes]").wait_for(state="attached")
    page.locator("[data-now=left]").click()
    hour, minute = map(int, page.locator("#left").input_value().split(":"))
    arrived = (60 * hour + minute - minutes) % 1440
    page.locator("#arrived").fill(f"{arrived // 60:02d}:{arrived % 60:02d}")
    page.locator("label[for=young-few]").click()
    page.locator("label[for=fault-light_out]").click()


def recorded(store: Store, patrol_id: int) -> list[PatrolVisit]:
    """Return the visits of this patrol; the sample has visits of its own."""
    query = select(PatrolVisit).where(PatrolVisit.patrol_id == patrol_id)
    with store.reading() as session:
        return list(session.scalars(query.order_by(PatrolVisit.id)))


def test_four_visits_two_without_a_signal_arrive_once_each(installed, phone):
    address, store, patrol_id = installed
    page, context = phone, phone.context
    settled(page)
    clean(page)
    picture(page, "mine")
    page.get_by_role("link", name="Evening round").click()
    page.wait_for_url(f"**/patrol/{patrol_id}")
    settled(page)
    clean(page)
    picture(page, "cards")
    page.evaluate(CONTROLLED)

    told(page, 0, 11)
    clean(page)
    picture(page, "visit")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#queue")).to_contain_text("1 visit sent")
    settled(page)

    context.set_offline(True)
    for number in (1, 2):
        told(page, number, 12)
        page.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_url(f"**/patrol/{patrol_id}")
        expect(page.locator("#queue")).to_contain_text(f"{number} visit")
        expect(page.locator("#queue")).to_contain_text("kept on this phone")
    clean(page)
    picture(page, "no-signal")
    page.reload()
    expect(page.locator("#queue")).to_contain_text("2 visits kept on this phone")
    assert len(recorded(store, patrol_id)) == 1
    assert "light_out" not in stored(page)  # encrypted
    context.set_offline(False)
    expect(page.locator("#queue")).to_contain_text("2 visits sent")
    assert len(recorded(store, patrol_id)) == 3

    page.reload()
    settled(page)
    told(page, 3, 14)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#queue")).to_contain_text("1 visit sent")
    picture(page, "sent")
    found = recorded(store, patrol_id)
    assert [each.minutes for each in found] == [11, 12, 12, 14]
    assert len({each.key for each in found}) == 4

    with store.reading() as session:
        dose = patrol_dose.dose(
            session, SYSTEM, since=patrol_dose.day_of(found[0].arrived_at),
            until=patrol_dose.day_of(found[0].arrived_at) + timedelta(days=1),
        )  # fmt: skip
        place = session.get(Place, found[0].place_id)
    assert sum(each.visits for each in dose.places) == 4
    assert place.last_evidence is not None

    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{address}/patrols?part=dose")
    expect(page.get_by_text("promised stops were made")).to_be_visible()
    expect(page.locator(".sg-table").first).to_contain_text(place.name)
    picture(page, "dose")
    page.goto(f"{address}/place?place={place.id}&part=timeline")
    expect(page.get_by_text("Patrol visit, 11 minutes, light out seen")).to_be_visible()
    picture(page, "evidence")


STORED = """async () => {
  const base = await new Promise((done) => {
    const asked = indexedDB.open("safeground-patrol");
    asked.onsuccess = () => done(asked.result);
  });
  const rows = await new Promise((done) => {
    const asked = base.transaction("visits").objectStore("visits").getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const key = await new Promise((done) => {
    const asked = base.transaction("officer").objectStore("officer").get("key");
    asked.onsuccess = () => done(asked.result);
  });
  base.close();
  const shown = rows.map((row) => row.id + new TextDecoder("latin1").decode(row.sealed));
  return JSON.stringify([rows.length, key.key.extractable, shown]);
}"""


def stored(page: Page) -> str:
    found = page.evaluate(STORED)
    assert found.startswith("[2,false,")
    return found


def test_an_expired_sign_in_keeps_the_queue_and_another_officer_reads_nothing(installed, phone):
    address, store, patrol_id = installed
    page, context = phone, phone.context
    before = len(recorded(store, patrol_id))
    page.goto(f"{address}/patrol/{patrol_id}")
    settled(page)
    page.evaluate(CONTROLLED)
    context.set_offline(True)
    told(page, 0, 10)
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_url(f"**/patrol/{patrol_id}")
    expect(page.locator("#queue")).to_contain_text("1 visit kept")
    kept = {each["name"]: each for each in context.cookies()}
    context.clear_cookies()  # the sign-in ended meanwhile
    context.set_offline(False)
    expect(page.locator("#queue")).to_contain_text("Sign in again to send")
    assert len(recorded(store, patrol_id)) == before
    sign_in(page, address, "constable", f"/patrol/{patrol_id}")
    expect(page.locator("#queue")).to_contain_text("1 visit sent")
    assert len(recorded(store, patrol_id)) == before + 1
    assert kept

    settled(page)
    context.set_offline(True)
    told(page, 1, 10)
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#queue")).to_contain_text("1 visit kept")
    add_officer(store)
    context.clear_cookies()
    page.goto("about:blank")
    context.set_offline(False)
    sign_in(page, address, "constable2", "/patrol")
    page.wait_for_url("**/patrol")
    settled(page)
    assert page.evaluate(STORED).startswith("[0,false,")
    caches = page.evaluate("caches.keys()")
    assert len([each for each in caches if each.startswith("patrol-pages")]) == 1
    assert len(recorded(store, patrol_id)) == before + 1


def add_officer(store: Store) -> Actor:
    """Add a second constable to the same team."""
    from domain.accounts import Grant
    from tests.conftest import arrange

    with store.writing() as session:
        first = session.scalars(select(User).where(User.username == "constable")).one()
        (second,) = arrange(
            session, SYSTEM,
            User(username="constable2", name="Constable Two", agency_id=first.agency_id,
                 password_hash=first.password_hash, demo=True),
        )  # fmt: skip
        arrange(session, SYSTEM, Grant(user_id=second.id, role=Role.POLICE))
        return Actor.user(second.name, Role.POLICE, id=second.id, agency_id=second.agency_id)
