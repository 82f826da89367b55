"""What open maps follow: cheap while nothing changes, and never more than the reader may see."""

import json
from datetime import UTC, datetime

import pytest
from shapely import LineString

from api.live import live_routes
from domain import sessions
from domain.accounts import Grant, User
from domain.annotation_changes import annotate
from domain.people import Role, Tier
from domain.sessions import SignInRules
from layers import live
from tests.domain import rows

NOTES = "/live/annotations?colour="
NOTE = {"kind": "worry", "text": "<b>No light</b>", "shape": rows.HERE, "precision": "street"}


@pytest.fixture
def cookie(store, people):
    def sign_in(role):
        with store.writing() as session:
            user = session.get(User, people[role].id)
            grant = session.query(Grant).filter_by(user_id=user.id).one()
            token = sessions._begin(
                session, people[role], user, grant, SignInRules(), datetime.now(UTC)
            )
        return {"cookie": f"{sessions.COOKIE}={token}"}

    return sign_in


@pytest.fixture
def get(store, ask):
    routes = live_routes(store)
    return lambda address, headers=None: ask(routes, address, headers)


def note(store, who, **given):
    with store.writing() as session:
        return annotate(session, who, **{**NOTE, **given})


def drawn(answer):
    return {each["id"]: each["properties"] for each in json.loads(answer.body)["data"]["features"]}


def test_an_open_map_is_told_of_a_change_and_in_between_of_none(store, get, cookie, people):
    me = cookie(Role.COORDINATOR)
    first = get(NOTES, me)
    assert (first.status, drawn(first)) == (200, {})
    mark = {"if-none-match": first.headers["etag"]}
    unchanged = get(NOTES, {**me, **mark})
    assert (unchanged.status, unchanged.body) == (304, b"")
    made = note(store, people[Role.POLICE])
    told = get(NOTES, {**me, **mark})
    assert drawn(told)[str(made.id)]["tip"][0] == NOTE["text"], "as text: the map draws it so"
    assert json.loads(told.body)["live"] == NOTES
    assert told.headers["cache-control"] == "private, no-cache"


def test_while_nothing_changes_no_note_is_read(store, get, cookie, people, monkeypatch):
    me = cookie(Role.COORDINATOR)
    note(store, people[Role.POLICE])
    mark = get(NOTES, me).headers["etag"]
    monkeypatch.setattr(live, "read", lambda *_: pytest.fail("the notes were read"))
    assert get(NOTES, {**me, "if-none-match": mark}).status == 304


def test_it_is_what_the_map_would_draw_of_the_same_filters(store, get, cookie, people):
    note(store, people[Role.POLICE])
    assert drawn(get(f"{NOTES}&until=2020-01-01", cookie(Role.POLICE))) == {}


def test_nobody_is_told_what_is_not_for_them(store, get, cookie, people):
    high = note(store, people[Role.POLICE], tier=int(Tier.T4))
    assert str(high.id) in drawn(get(NOTES, cookie(Role.POLICE)))
    chair = get(NOTES, cookie(Role.COORDINATOR))
    assert drawn(chair) == {}
    mark = {"if-none-match": get(NOTES, cookie(Role.POLICE)).headers["etag"]}
    assert get(NOTES, {**cookie(Role.COORDINATOR), **mark}).status == 200, "another's mark"
    assert get(NOTES, {**cookie(Role.PARTNER), **mark}).status == 403
    assert get(NOTES, mark).status == 401
    assert get(NOTES, {"cookie": f"{sessions.COOKIE}=forged"}).status == 401


@pytest.mark.parametrize("name", ["incidents", "places", "nothing", "reports"])
def test_no_other_layer_is_followed(get, cookie, name):
    assert get(f"/live/{name}", cookie(Role.COORDINATOR)).status in (403, 404)


def test_where_only_the_street_is_known_no_line_is_told(store, get, cookie, people):
    line = LineString([(475_000, 545_000), (475_300, 545_300)])
    made = note(store, people[Role.POLICE], shape=line)
    (told,) = json.loads(get(NOTES, cookie(Role.PRACTITIONER)).body)["data"]["features"]
    assert (told["id"], told["geometry"]["type"]) == (str(made.id), "Point")
