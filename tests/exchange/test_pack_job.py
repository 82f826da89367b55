"""Packs as a job: kept for who asked, gone after three days, and cancelled as a whole."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from domain import jobs, pack_files
from domain.audit import Entry
from domain.errors import Invalid, NotFound, NotPermitted
from domain.jobs import JobState
from domain.people import SYSTEM, Role, Tier
from exchange import pack_job
from exchange.pack_job import Wish
from exchange.packs import Form, Order, What
from tests.conftest import arrange
from tests.domain import rows


@pytest.fixture
def places(store, people):
    with store.writing() as session:
        return arrange(session, SYSTEM, *(
            rows.place(name=f"The heron steps {n}", neutral_name=f"Square {n}") for n in range(3)
        ))  # fmt: skip


@pytest.fixture
def ask(store, people, places):
    """Ask for packs of all places and run the job; return it as it ended."""

    def run(role=Role.COORDINATOR, orders=None, forms=(Form.PDF, Form.WORD), **given):
        orders = orders or [Order(What.PLACE, each.id) for each in places]
        wish = Wish(tuple(orders), tuple(forms), **given)
        with store.writing() as session:
            job = jobs.submit(session, people[role], "pack", wish.as_json())
        assert jobs.work_once(store, {"pack": pack_job.put_together})
        return jobs.look(store, people[role], job.id)

    return run


def bundle(store, actor, job):
    with store.reading() as session:
        kept = pack_files.of_job(session, actor, job.id)
        return zipfile.ZipFile(io.BytesIO(kept.content)), kept.sha256, kept.content


def test_packs_of_several_places_come_as_one_file_with_a_manifest_of_hashes(store, people, ask):
    chair = people[Role.COORDINATOR]
    job = ask(forms=Form, recipient="The meeting", tier=Tier.T2)
    assert (job.state, job.result["packs"], job.result["files"]) == (JobState.DONE, 3, 9)
    archive, digest, content = bundle(store, chair, job)
    assert digest == sha256(content).hexdigest()
    told = json.loads(archive.read("manifest.json"))["packs"]
    files = [file for pack in told for file in pack["files"]]
    assert {each["name"] for each in files} == set(archive.namelist()) - {"manifest.json"}
    for each in files:
        assert sha256(archive.read(each["name"])).hexdigest() == each["sha256"]
    assert {pack["recipe"]["tier"] for pack in told} == {2}
    assert "heron" not in json.dumps(told)
    with store.reading() as session:
        left = session.scalars(select(Entry).where(Entry.action == "pack.export")).all()
    assert {each.changes["sha256"] for each in left} == {each["sha256"] for each in files}


def test_nobody_else_gets_the_file_and_it_goes_after_three_days(store, people, ask):
    job = ask(forms=[Form.PDF])
    with store.reading() as session:
        for role, refused in ((Role.ANALYST, NotFound), (Role.PARTNER, NotPermitted)):
            with pytest.raises(refused):
                pack_files.of_job(session, people[role], job.id)
        assert len(pack_files.mine(session, people[Role.COORDINATOR])) == 1
    for days, gone in ((2, 0), (4, 1), (4, 0)):
        with store.writing() as session:
            later = datetime.now(UTC) + timedelta(days=days)
            assert pack_files.sweep(session, SYSTEM, later) == gone
    with store.reading() as session, pytest.raises(NotFound, match="not kept any more"):
        pack_files.of_job(session, people[Role.COORDINATOR], job.id)


def test_a_pack_that_cannot_be_made_fails_the_job_in_words_and_keeps_nothing(store, people, ask):
    job = ask(orders=[Order(What.PLACE, 999)])
    assert (job.state, job.message) == (JobState.FAILED, "That place is not there.")
    with store.reading() as session:
        assert pack_files.mine(session, people[Role.COORDINATOR]) == []
        assert not session.scalars(select(Entry).where(Entry.action == "pack.export")).all()


def test_a_job_that_is_cancelled_between_two_places_keeps_nothing(store, people, ask, monkeypatch):
    def stopped(context, *_given, **_more):
        raise jobs.Cancelled("The job was cancelled. Nothing was kept.")

    monkeypatch.setattr(pack_job, "_written", stopped)
    job = ask()
    assert job.state is JobState.CANCELLED
    with store.reading() as session:
        assert pack_files.mine(session, people[Role.COORDINATOR]) == []


def test_a_partner_may_not_ask_for_packs_and_a_wish_is_checked(store, people, ask):
    with pytest.raises(NotPermitted, match="export records"):
        ask(Role.PARTNER)
    order = Order(What.PLACE, 1)
    for orders, forms in (((), (Form.PDF,)), ((order,), ()), ((order,) * 61, (Form.PDF,))):
        with pytest.raises(Invalid):
            Wish(orders, forms)
    wish = Wish((order,), (Form.PDF, Form.GEOPACKAGE), "The bus company", Tier.T2, 4)
    assert Wish.from_json(wish.as_json()) == wish
