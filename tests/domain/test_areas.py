"""Boundaries come and go by their vintage."""

import pytest

from domain import areas
from domain.accounts import Grant
from domain.areas import AreaKind
from domain.errors import Conflict, NotFound, NotPermitted
from domain.people import SYSTEM, Role
from tests.conftest import arrange
from tests.domain import rows


@pytest.fixture
def drawn(store):
    with store.writing() as session:
        return arrange(
            session,
            SYSTEM,
            rows.area(code="A", vintage="2021"),
            rows.area(code="B", vintage="2021"),
            rows.area(code="A", vintage="2025"),
            rows.area(kind=AreaKind.LSOA, code="A", vintage="2021"),
        )


@pytest.mark.parametrize("role", Role)
def test_boundaries_are_removed_by_administrators_alone(store, drawn, people, role):
    with store.writing() as session:
        if role is Role.ADMINISTRATOR:
            assert areas.remove_vintage(session, people[role], AreaKind.WARD, "2021") == 2
            left = areas.kinds(session, people[role])
            assert left == {AreaKind.WARD: ["2025"], AreaKind.LSOA: ["2021"]}
            return
        with pytest.raises(NotPermitted, match="change areas"):
            areas.remove_vintage(session, people[role], AreaKind.WARD, "2021")


def test_what_is_not_there_cannot_be_removed(store, drawn, actor):
    with store.writing() as session, pytest.raises(NotFound):
        areas.remove_vintage(session, actor(Role.ADMINISTRATOR), AreaKind.BEAT, "2021")


def test_an_area_that_someone_works_in_stays(store, drawn, people):
    with store.writing() as session:
        grant = Grant(user_id=people[Role.POLICE].id, role=Role.POLICE, area_id=drawn[0].id)
        arrange(session, SYSTEM, grant)
    with pytest.raises(Conflict, match="work is limited"), store.writing() as session:
        areas.remove_vintage(session, people[Role.ADMINISTRATOR], AreaKind.WARD, "2021")
    with store.reading() as session:
        kinds = areas.kinds(session, people[Role.ADMINISTRATOR])
    assert kinds[AreaKind.WARD] == ["2025", "2021"]
