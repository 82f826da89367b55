"""Packs of plans, meetings and areas hold what their recipients have on screen, at each tier."""

import io
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from shapely import Point

from domain import (
    meeting_actions,
    meeting_agenda,
    meeting_items,
    meeting_minutes,
    meetings,
    plan_reviews,
    plans,
)
from domain.accounts import Agency
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import SYSTEM, Role, Tier
from exchange import pack_area, pack_area_found, packs
from exchange.pack_area import Asked
from exchange.pack_content import Facts, Table, Words
from exchange.packs import Form, Order, What
from layers import catalogue
from tests.conftest import arrange
from tests.domain import cases, rows
from tests.domain.meeting_cases import Meets
from tests.exchange.pack_case import (
    ABOVE,
    NEUTRAL,
    NOW,
    animals,
    leaves,
    numbers,
    on_screen,
    put_place,
)

TIERS = [(Role.COORDINATOR, None), (Role.COORDINATOR, Tier.T2), (Role.POLICE, None)]
YEAR = (date(2025, 4, 1), date(2026, 3, 31))


@pytest.fixture
def url(migrated_file, tmp_path):
    """SQLite alone: the readings beneath run on both databases in tests of their own."""
    shutil.copy(migrated_file, tmp_path / "safeground.db")
    return f"sqlite:///{tmp_path / 'safeground.db'}"


@pytest.fixture
def place(store, people):
    return put_place(store, people)


@pytest.fixture
def build(store, people):
    """Build a pack: ``build(Role.POLICE, order)``; with a tier as who is cleared so far."""

    def make(role, order, tier=None, **given):
        actor = people[role]
        reader = actor if tier is None else packs.lowered(actor, tier)
        with store.reading() as session:
            return packs.build(session, actor, order, reader=reader, at=NOW, **given)

    return make


def sight(people, role, tier):
    return people[role] if tier is None else packs.lowered(people[role], tier)


def told(pack):
    return " ".join(pack.content.texts())


def plan_of(store, place):
    with store.reading() as session:
        return plans.current(session, place.id)


@pytest.mark.parametrize(("role", "tier"), TIERS)
def test_a_plan_on_paper_has_the_words_of_its_screens_at_each_tier(
    store, people, place, build, role, tier
):
    reader = sight(people, role, tier)
    with store.reading() as session:
        screen = on_screen(session, reader, place)
    text = told(build(role, Order(What.PLAN, plan_of(store, place).id), tier))
    assert animals(text) <= animals(screen)
    assert not animals(text) & ABOVE
    if reader.tier >= Tier.T3:
        assert {"dunlin", "marten", "lapwing", "newt", "toad"} <= animals(text)
    else:
        assert animals(text) == NEUTRAL


def test_an_agency_below_the_meeting_reads_its_own_actions_and_no_others(
    store, people, place, build
):
    chair = people[Role.COORDINATOR]
    order = Order(What.PLAN, plan_of(store, place).id)
    with store.reading() as session:
        other = session.query(Agency).filter_by(name="The other agency").one()
        theirs = packs.for_agency(session, chair, other.id, Tier.T2)
        made = packs.build(session, chair, order, reader=theirs, at=NOW)
    assert "The marten patrol" in told(made)
    assert animals(told(made)) == NEUTRAL | {"marten"}
    assert "The marten patrol" not in told(build(Role.COORDINATOR, order, Tier.T2))


def test_who_reads_neutral_cards_makes_no_pack_as_another_agency(store, people, place):
    mine = people[Role.PRACTITIONER]
    with store.reading() as session:
        other = session.query(Agency).filter_by(name="The other agency").one()
        theirs = packs.for_agency(session, mine, other.id, Tier.T2)
        with pytest.raises(NotPermitted, match="at your own sight"):
            packs.build(session, mine, Order(What.PLACE, place.id), reader=theirs)
        with pytest.raises(NotFound):
            packs.for_agency(session, mine, 999, Tier.T2)


def test_a_review_and_the_checks_of_actions_stand_in_the_pack_of_a_plan(
    store, people, place, build
):
    plan = plan_of(store, place)
    with store.writing() as session:
        arrange(session, SYSTEM, cases.review(plan, people[Role.COORDINATOR], learning="A vole."))
    made = build(Role.COORDINATOR, Order(What.PLAN, plan.id))
    assert "A vole." in told(made)
    assert "A vole." not in told(build(Role.COORDINATOR, Order(What.PLAN, plan.id), Tier.T2))
    with store.reading() as session:
        assert plan_reviews.of_plan(session, people[Role.COORDINATOR], plan.id)


@pytest.fixture
def meeting(store, people, place):
    """A meeting on the place, and on one that an analyst alone of those asked may know of."""
    meets = Meets(store, people)
    high = meets.place(name="The vole flat", neutral_name="A vole", tier=int(Tier.T4))
    meets.open(Role.COORDINATOR, Role.ANALYST)
    there = {item.place_id for item in meets.items()}
    for each in {place.id, high.id} - there:
        meets.do(meeting_agenda.add_place, meets.recorder, meets.meeting.id, each)
    return meets


@pytest.mark.parametrize(("role", "tier"), TIERS)
def test_a_meeting_on_paper_has_the_words_of_its_screens_at_each_tier(
    store, people, place, meeting, build, role, tier
):
    meeting.decide(meeting.item(place), reason="The gannet said so.")
    held = meeting.close()
    role = Role.ANALYST if role is Role.POLICE else role
    reader = sight(people, role, tier)
    text = told(build(role, Order(What.MEETING, held.id), tier))
    with store.reading() as session:
        screen = " ".join(leaves([
            meetings.find(session, reader, held.id),
            meeting_items.lines(session, reader, held.id),
            meeting_minutes.minutes(session, reader, held.id),
            meeting_actions.from_last_time(session, reader, held.id),
        ])) + on_screen(session, reader, place)  # fmt: skip
    assert animals(text) - {"vole"} <= animals(screen)
    assert ("vole" in text) == (reader.tier >= Tier.T4)
    assert ("1 more item is not for this reader." in text) == (reader.tier < Tier.T4)
    assert ("The heron steps" in text) == (reader.tier >= Tier.T3)
    assert ("The badger square" in text) == (reader.tier < Tier.T3)


def test_nobody_who_was_not_asked_gets_the_pack_of_a_meeting(store, people, meeting):
    elsewhere = replace(people[Role.POLICE], agency_id=None)
    with store.reading() as session, pytest.raises(NotFound):
        packs.build(session, elsewhere, Order(What.MEETING, meeting.meeting.id))


@pytest.fixture
def ward(store, place):
    """A ward around the place, with fourteen months of incidents and few of one harm."""
    months = [datetime(2025, 2 + n, 9, 20, tzinfo=UTC) if n < 11
              else datetime(2026, n - 10, 9, 20, tzinfo=UTC) for n in range(14)]  # fmt: skip
    with store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area(name="Harbour"))
        arrange(
            session, SYSTEM,
            *(rows.incident(occurred_from=at, harm_primary="CCE", spot=Point(475_200, 545_200))
              for at in months for _ in range(7)),
            *(rows.incident(occurred_from=months[-1], harm_primary="RAD") for _ in range(2)),
            rows.incident(occurred_from=months[-1], harm_primary="RAD", spot=Point(1, 1)),
        )  # fmt: skip
    return area


def table(content, title):
    (found,) = [block for section in content.sections for block in section.blocks
                if isinstance(block, Table) and block.title == title]  # fmt: skip
    return dict(found.rows)


@pytest.mark.parametrize(("role", "tier"), TIERS)
def test_a_profile_names_what_its_reader_has_on_the_map(
    store, people, place, ward, build, role, tier
):
    reader = sight(people, role, tier)
    text = told(build(role, Order(What.AREA, ward.id, *YEAR), tier))
    with store.reading() as session:
        shown = catalogue.read(session, reader, "places", tuple(ward.outline.bounds))
    assert animals(text) == animals(" ".join(shown["name"]))
    assert not animals(text) & ABOVE


def test_a_profile_counts_as_the_records_say_and_hides_small_numbers_below_the_meeting(
    people, ward, build
):
    exact = build(Role.COORDINATOR, Order(What.AREA, ward.id, *YEAR)).content
    harm = table(exact, "Incidents by main type of harm")
    assert harm["Extremism"] == "2"
    assert harm["Child criminal exploitation"] == str(7 * 12)
    lower = build(Role.COORDINATOR, Order(What.AREA, ward.id, *YEAR), Tier.T2).content
    hidden = table(lower, "Incidents by main type of harm")
    assert hidden["Extremism"] == "none, or too few"
    assert list(hidden.values()).count("none, or too few") >= 2  # none is had from the total
    assert not {"2", "84"} & numbers(" ".join(hidden.values()))


def test_under_twelve_months_a_profile_refuses_to_be_called_comprehensive(store, ward, build):
    whole = build(Role.COORDINATOR, Order(What.AREA, ward.id, *YEAR))
    assert whole.content.kind == "Problem profile"
    assert whole.recipe["comprehensive"] is True
    short = build(Role.COORDINATOR, Order(What.AREA, ward.id, date(2025, 12, 1), date(2026, 3, 31)))
    assert short.content.kind == "Area profile, not comprehensive"
    assert "must not be used as if it were" in told(short)


def test_a_long_period_with_few_months_of_records_is_not_comprehensive_either(
    store, people, place, build
):
    with store.writing() as session:
        (area,) = arrange(session, SYSTEM, rows.area(name="Quiet", outline=rows.around(
            Point(490_000, 560_000), 300)))  # fmt: skip
        arrange(session, SYSTEM, rows.incident(spot=Point(490_000, 560_000)))
    made = build(Role.COORDINATOR, Order(What.AREA, area.id, *YEAR))
    assert "has records of 1 months" in told(made)
    assert made.recipe["comprehensive"] is False


def test_a_period_is_not_compared_with_one_that_the_records_do_not_cover(ward, build):
    text = told(build(Role.COORDINATOR, Order(What.AREA, ward.id, *YEAR)))
    assert "so the two cannot be compared" in text


def test_each_figure_of_a_profile_says_from_when_from_whom_how_sure_and_how(store, people, ward):
    with store.reading() as session:
        profile = pack_area.read(session, people[Role.COORDINATOR], Asked(ward.id, *YEAR))
        assert profile.results
        for _, result in profile.results:
            blocks = [each for each in pack_area_found.analysed(result) if isinstance(each, Facts)]
            names = {name for block in blocks for name, words in block.rows if words}
            assert {"From when", "From whom", "How sure", "How computed", "It cannot say"} <= names
        reader = packs.lowered(people[Role.COORDINATOR], Tier.T2)
        assert pack_area.read(session, reader, Asked(ward.id, *YEAR)).results == ()


def test_an_area_that_is_not_the_readers_is_not_there(store, people, ward):
    with store.reading() as session, pytest.raises(NotFound):
        packs.build(session, people[Role.POLICE], Order(What.AREA, 999, *YEAR))


def test_an_order_keeps_its_meaning_and_a_wrong_one_is_refused():
    order = Order(What.AREA, 3, *YEAR)
    assert Order.from_json(order.as_json()) == order
    for wrong in ({}, {"what": "area", "number": 1}, {"what": "x", "number": 1},
                  {"what": "place", "number": "x"}):  # fmt: skip
        with pytest.raises(Invalid):
            Order.from_json(wrong)
    with pytest.raises(Invalid, match="after the last"):
        Order(What.GOVERNANCE, 0, YEAR[1], YEAR[0])


def squeezed(text):
    return "".join(text.split())


def test_each_new_pack_is_written_whole_as_pdf_word_and_geopackage(
    people, place, meeting, ward, build, store, tmp_path
):
    orders = [Order(What.PLAN, plan_of(store, place).id), Order(What.AREA, ward.id, *YEAR),
              Order(What.MEETING, meeting.meeting.id)]  # fmt: skip
    for order in orders:
        made = build(Role.COORDINATOR, order)
        read = pypdf.PdfReader(io.BytesIO(made.pdf()))
        text = squeezed(" ".join(page.extract_text() for page in read.pages))
        paper = Document(io.BytesIO(made.word()))
        word = squeezed("".join(each.text or "" for each in paper.element.iter(qn("w:t"))))
        for section in made.content.sections:
            for block in section.blocks:
                if isinstance(block, Words):
                    assert squeezed(block.text) in text
                    assert squeezed(block.text) in word
        heads = [each for each in paper.paragraphs if each.style.name.startswith("Heading")]
        levels = [int(each.style.name[-1]) for each in heads]
        assert all(b - a <= 1 for a, b in zip([0, *levels], levels, strict=False))
        assert b"pdfuaid" in read.trailer["/Root"]["/Metadata"].get_data()
        assert made.write(Form.GEOPACKAGE)[:6] == b"SQLite"


def test_a_geopackage_has_the_layers_at_the_readers_sight(place, build, tmp_path):
    import geopandas as gpd

    for tier, name in ((None, "The heron steps"), (Tier.T2, "The badger square")):
        made = build(Role.COORDINATOR, Order(What.PLACE, place.id), tier)
        path = tmp_path / f"{tier}.gpkg"
        path.write_bytes(made.write(Form.GEOPACKAGE))
        read = gpd.read_file(path, layer="places")
        assert name in set(read["name"])
        assert re.search("premises", str(gpd.list_layers(path))) is None or tier is None
        about = gpd.read_file(path, layer="safeground_about")
        assert set(about["about"]) >= {"Marking", "For", "Made", "As at"}
