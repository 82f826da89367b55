"""A tile is for the person behind the cookie: never for a stranger, and never another's."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from api.tiles import MEDIA_TYPE, tile_routes
from domain import sessions
from domain.accounts import Grant, User
from domain.audit import action
from domain.people import SYSTEM, Permission, Role
from domain.sessions import SignInRules
from geo import tiling
from geo.space import mercator_from_bng
from tests.conftest import arrange
from tests.layers import crowd
from tests.layers.conftest import incident
from tests.tiles_read import decode

__all__ = ["decode"]

X, Y = mercator_from_bng([crowd.WEST + 1_500], [crowd.SOUTH + 1_500])
AT = (11, *tiling.tile_of(float(X[0]), float(Y[0]), 11))
TILE = "/tiles/incidents/{}/{}/{}.mvt".format(*AT)


@pytest.fixture
def city(store, people):
    return crowd.settle(store, 400)


@pytest.fixture
def get(city, ask):
    """Ask for a tile as a browser: ``get(TILE, cookie(Role.POLICE))``."""
    routes = tile_routes(city)
    return lambda address, headers=None, method="GET": ask(routes, address, headers, method)


@pytest.fixture
def cookie(city, people):
    """Sign someone in: ``cookie(Role.POLICE)`` gives the headers of their browser."""

    def sign_in(role, name=None):
        with city.writing() as session:
            user = session.get(User, people[role].id)
            grant = session.query(Grant).filter_by(user_id=user.id).one()
            token = sessions._begin(
                session, people[role], user, grant, SignInRules(), datetime.now(UTC)
            )
        return {"cookie": f"{name or sessions.COOKIE}={token}"}

    return sign_in


@action("test.end_sign_ins", needs=Permission.RUN_JOBS)
def end(session, _actor):
    for each in session.query(sessions.SignIn):
        each.revoked_at = datetime.now(UTC) - timedelta(seconds=1)


def test_a_stranger_gets_no_tile(get):
    for headers in ({}, {"cookie": f"{sessions.COOKIE}=wrong"}, {"if-none-match": "*"}):
        answer = get(TILE, headers)
        assert answer.status == 401
        assert answer.headers["content-type"] == "application/json"


def test_a_tile_is_kept_by_that_browser_alone(get, cookie, decode):
    answer = get(TILE, cookie(Role.POLICE))
    assert answer.status == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in answer.headers["vary"]
    assert decode(answer.body).name == "incidents"


def test_what_has_not_changed_is_not_sent_again(get, cookie, city):
    mine = cookie(Role.POLICE)
    first = get(TILE, mine)
    known = {**mine, "if-none-match": first.headers["etag"]}
    again = get(TILE, known)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    with city.writing() as session:
        arrange(session, SYSTEM, incident(9_999, (crowd.WEST + 1_500.0, crowd.SOUTH + 1_500.0)))
    assert get(TILE, known).status == 200


def test_another_filter_or_colour_is_another_tile(get, cookie):
    mine = cookie(Role.POLICE)
    marks = {
        get(TILE + query, mine).headers["etag"]
        for query in ("", "?since=2025-06-01", "?since=2025-07-01", "?colour=source")
    }
    assert len(marks) == 4


def test_the_mark_of_one_persons_tile_is_of_no_use_to_another(get, cookie, decode):
    police = get(TILE, cookie(Role.POLICE))
    for role in (Role.ANALYST, Role.COORDINATOR, Role.PRACTITIONER):
        theirs = get(TILE, {**cookie(role), "if-none-match": police.headers["etag"]})
        assert theirs.status == 200
        assert theirs.headers["etag"] != police.headers["etag"]
    kinds = {each.kind for each in decode(theirs.body).features}
    assert kinds == {3}  # cells, where the police had points


def test_permission_is_asked_before_the_mark_is_compared(get, cookie, city):
    mine = cookie(Role.POLICE)
    known = {**mine, "if-none-match": get(TILE, mine).headers["etag"]}
    with city.writing() as session:
        end(session, SYSTEM)
    assert get(TILE, known).status == 401
    known |= cookie(Role.PARTNER)
    refused = get(TILE, known)
    assert refused.status == 403
    assert "etag" not in refused.headers


def test_of_two_cookies_the_one_kept_for_tls_counts(get, cookie):
    secure = cookie(Role.PARTNER, sessions.SECURE_COOKIE)["cookie"]
    both = {"cookie": f"{cookie(Role.POLICE)['cookie']}; {secure}"}
    assert get(TILE, both).status == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/children/11/1/1.mvt", 404),
        ("/tiles/incidents/25/1/1.mvt", 422),
        ("/tiles/incidents/3/8/1.mvt", 422),
        ("/tiles/incidents/3/-1/1.mvt", 404),
        ("/tiles/incidents/x/1/1.mvt", 404),
    ],
)
def test_a_tile_that_is_not_there_is_refused(get, cookie, path, status):
    assert get(path, cookie(Role.POLICE)).status == status


def test_what_cannot_be_read_of_a_filter_is_dropped(get, cookie):
    mine = cookie(Role.POLICE)
    plain = get(TILE, mine).body
    hostile = f"{TILE}?since=%27--&harm=%3Cb%3E&area=1e9&colour=__class__&hours=99-1"
    answer = get(hostile, mine)
    assert answer.status == 200
    assert answer.body == plain


def test_a_tile_is_compressed_once_for_who_can_read_it(get, cookie):
    mine = cookie(Role.POLICE)
    plain = get(TILE, {**mine, "accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    answer = get(TILE, {**mine, "accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == plain.body
    assert "Accept-Encoding" in answer.headers["vary"]


def test_a_tile_is_read_and_never_written(get, cookie):
    for method in ("POST", "PUT", "DELETE"):
        assert get(TILE, cookie(Role.POLICE), method).status == 405
