"""A saved view is an address under a name of its owner's, and nothing more."""

import pytest

from domain import views
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.people import PUBLIC, SYSTEM, Role


@pytest.fixture
def do(store):
    def do(action, *args, **given):
        with store.writing() as session:
            return action(session, *args, **given)

    return do


def mine(store, actor):
    with store.reading() as session:
        return [(view.name, view.query) for view in views.mine(session, actor)]


@pytest.mark.parametrize("role", Role)
def test_everyone_who_signs_in_saves_their_own_views(do, store, people, role):
    view = do(views.save, people[role], "Friday nights", "days=fri&hours=22-3")
    assert mine(store, people[role]) == [("Friday nights", "days=fri&hours=22-3")]
    others = set(Role) - {role}
    for other in others:
        assert mine(store, people[other]) == []
        with pytest.raises(NotFound):
            do(views.remove, people[other], view.id)
    do(views.remove, people[role], view.id)
    assert mine(store, people[role]) == []


def test_who_has_no_account_saves_nothing(do):
    with pytest.raises(NotPermitted):
        do(views.save, PUBLIC, "x", "")
    with pytest.raises(Invalid, match="an account"):
        do(views.save, SYSTEM, "x", "")


def test_a_name_is_used_once_unless_it_is_replaced(do, store, people):
    police, analyst = people[Role.POLICE], people[Role.ANALYST]
    do(views.save, police, "Parks", "types=park")
    do(views.save, analyst, "Parks", "types=park")
    with pytest.raises(Conflict, match="a view of that name"):
        do(views.save, police, " Parks ", "harm=CSE")
    assert mine(store, police) == [("Parks", "types=park")]
    do(views.save, police, "Parks", "harm=CSE", replace=True)
    assert mine(store, police) == [("Parks", "harm=CSE")]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?harm=CSE,NONSENSE&since=2026-01-01", "since=2026-01-01&harm=CSE"),
        ("layers=places&at=475050,545050,14", "at=475050,545050,14&layers=places"),
        ("layers=<script>&at=javascript:alert(1)&X=1", ""),
        ("harm=CSE&harm=CCE", "harm=CCE"),
        ("%ff=%00&&&=&since", ""),
    ],
)  # fmt: skip
def test_only_what_is_known_and_plain_is_kept(query, kept):
    assert views.clean(query) == kept


def test_what_is_too_long_is_refused(do, people):
    for query in ("x" * 9_000, "&".join(f"k{'a' * index}={'b' * 300}" for index in range(9))):
        with pytest.raises(Invalid, match="too much"):
            do(views.save, people[Role.POLICE], "Long", query)
    with pytest.raises(Invalid, match="80 characters"):
        do(views.save, people[Role.POLICE], "x" * 81, "")
    with pytest.raises(Invalid, match="fill in the name"):
        do(views.save, people[Role.POLICE], " ", "")


def test_a_person_saves_no_more_than_a_hundred(do, people, monkeypatch):
    monkeypatch.setattr(views, "MOST", 2)
    for name in ("one", "two"):
        do(views.save, people[Role.POLICE], name, "")
    with pytest.raises(Invalid, match="remove one first"):
        do(views.save, people[Role.POLICE], "three", "")
    do(views.save, people[Role.POLICE], "two", "harm=CSE", replace=True)


def test_names_are_masked(do, store, people):
    do(views.save, people[Role.POLICE], "Ring 07700 900123", "")
    assert mine(store, people[Role.POLICE]) == [("Ring [phone number removed]", "")]
