"""A pack's file goes to the browser of whoever asked for it, and to no other."""

import pytest

from api.packs import pack_routes
from domain import jobs, pack_files
from domain.errors import NotSignedIn
from domain.people import Role


@pytest.fixture
def fetch(store, people, ask):
    """Fetch the file of the coordinator's job as someone: ``fetch(Role.ANALYST)``."""
    chair = people[Role.COORDINATOR]
    with store.writing() as session:
        job = jobs.submit(session, chair, "pack", {})
        pack_files.keep(session, chair, job.id, name="pack-place-7.zip", content=b"PK-made")

    def run(role, number=job.id, headers=None):
        def who(_request):
            if role is None:
                raise NotSignedIn("Please sign in.")
            return people[role]

        return ask(pack_routes(store, who), f"/pack-files/{number}", headers)

    return run


def test_who_asked_for_a_pack_saves_it(fetch):
    answer = fetch(Role.COORDINATOR)
    assert (answer.status, answer.body) == (200, b"PK-made")
    assert answer.headers["content-disposition"] == 'attachment; filename="pack-place-7.zip"'
    assert "no-store" in answer.headers["cache-control"]


def test_nobody_else_does_and_no_other_site(fetch):
    assert fetch(Role.ANALYST).status == 404
    assert fetch(Role.PARTNER).status == 403
    assert fetch(None).status in (302, 303, 401)
    assert fetch(Role.COORDINATOR, 999).status == 404
    foreign = {"sec-fetch-site": "cross-site"}
    assert fetch(Role.COORDINATOR, headers=foreign).status == 403
    assert b"PK" not in fetch(Role.ANALYST).body
