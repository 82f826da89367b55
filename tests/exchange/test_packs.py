"""A pack holds what its reader has on screen and no more; PDF and Word both carry all of it."""

import io
import json
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select

from domain import place_card
from domain.audit import Entry
from domain.errors import NotFound, NotPermitted
from domain.people import SYSTEM, Role, Tier, operator
from exchange import pack_charts, pack_map, packs
from exchange.pack_content import Picture, Table
from exchange.packs import Form, Order, What
from tests.conftest import arrange
from tests.domain import rows
from tests.exchange.pack_case import (
    ABOVE,
    HOSTILE,
    NEUTRAL,
    NOW,
    READERS,
    animals,
    numbers,
    on_screen,
    put_place,
)


@pytest.fixture
def place(store, people):
    return put_place(store, people)


@pytest.fixture
def pack(store, people, place):
    """Build the pack of the place: ``pack(Role.POLICE)``, or for an actor."""

    def build(who, **given):
        actor = people[who] if isinstance(who, Role) else who
        with store.reading() as session:
            return packs.place_pack(session, actor, place.id, at=NOW, **given)

    return build


@pytest.mark.parametrize("role", READERS)
def test_every_word_of_a_pack_is_one_that_its_reader_has_on_screen(
    store, people, place, pack, role
):
    with store.reading() as session:
        screen = on_screen(session, people[role], place)
    text = " ".join(pack(role).content.texts())
    assert animals(text) == animals(screen)
    assert not animals(text) & ABOVE


@pytest.mark.parametrize("role", READERS)
def test_every_number_of_a_pack_is_one_that_its_reader_has_on_screen(
    store, people, place, pack, role
):
    with store.reading() as session:
        screen = on_screen(session, people[role], place)
    made = pack(role)
    marks = len(next(each for each in pictures(made.content)).legend)
    ours = {str(made.recipe["map"]["scale"]), "1", "4", "100", *map(str, range(marks))}
    told = numbers(" ".join(made.content.texts()))
    shown = numbers(screen) | {str(total) for total in totals(store, people[role], place)}
    assert told <= shown | ours | {"22", "00"}  # the busiest hour: 22:00


def pictures(content):
    return [each for section in content.sections for each in section.blocks
            if isinstance(each, Picture)]  # fmt: skip


def tables(content):
    return [each for section in content.sections for each in section.blocks
            if isinstance(each, Table)]  # fmt: skip


def totals(store, actor, place):
    with store.reading() as session:
        found = place_card.card(session, actor, place.id, at=NOW).evidence
    return [pack_charts._total(each) for each in found.months]


@pytest.mark.parametrize("role", READERS)
def test_the_charts_have_the_numbers_of_the_card(store, people, place, pack, role):
    with store.reading() as session:
        found = place_card.card(session, people[role], place.id, at=NOW).evidence
    said = {
        f"{each.month:%B %Y}": tuple(
            "none, or too few" if count is None else str(count)
            for count in (each.incidents, each.touches, each.annotations)
        )
        for each in found.months
        if any((each.incidents, each.touches, each.annotations))
    }
    content = pack(role).content
    table = tables(content)[-1]
    assert said
    assert {row[0]: row[1:] for row in table.rows} == said


def test_a_reader_of_neutral_cards_gets_the_neutral_name_and_a_square(pack):
    made = pack(Role.PRACTITIONER)
    assert made.content.title == "The badger square"
    text = " ".join(made.content.texts())
    assert animals(text) == NEUTRAL
    assert "somewhere in this square of 100 m" in text
    assert "The marten patrol" not in text


def test_a_pack_for_a_lower_tier_is_no_more_than_that_tier_reads(people, pack):
    chair = people[Role.COORDINATOR]
    made = pack(chair, reader=packs.lowered(chair, Tier.T2), recipient="The bus company")
    assert animals(" ".join(made.content.texts())) == NEUTRAL
    assert made.content.recipient == "The bus company"
    assert made.recipe["tier"] == 2


def test_nobody_makes_a_pack_at_a_sight_above_or_beside_their_own(people, pack):
    chair = people[Role.COORDINATOR]
    for reader in (replace(chair, tier=Tier.T4), people[Role.PRACTITIONER]):
        with pytest.raises(NotPermitted, match="at your own sight"):
            pack(chair, reader=reader)


@pytest.mark.parametrize("role", [Role.PARTNER, Role.ADMINISTRATOR])
def test_who_may_not_export_gets_no_pack(people, pack, role):
    with pytest.raises(NotPermitted, match="export records"):
        pack(role)
    with pytest.raises(NotPermitted, match="export records"):
        pack(operator("Sam"), reader=people[role])


def test_a_place_above_the_reader_is_not_there(store, people, place):
    with store.writing() as session:
        session_place = arrange(session, SYSTEM, rows.place(tier=int(Tier.T4)))[0]
    with store.reading() as session, pytest.raises(NotFound):
        packs.place_pack(session, people[Role.COORDINATOR], session_place.id)


def squeezed(text):
    return "".join(text.split())


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.COORDINATOR])
def test_the_pdf_carries_all_of_it_tagged(pack, role):
    made = pack(role)
    read = pypdf.PdfReader(io.BytesIO(made.pdf()))
    text = squeezed(" ".join(page.extract_text() for page in read.pages))
    alts, kinds = structure(read)
    titles = {each.title for each in tables(made.content)}  # PDF tags have no place for them
    for words in made.content.texts():
        assert squeezed(words) in text or words in alts | titles, words
    assert {"H1", "H2", "Table", "TH", "Figure", "Title"} <= kinds
    assert {each.alt for each in pictures(made.content)} <= alts
    assert b"pdfuaid" in read.trailer["/Root"]["/Metadata"].get_data()
    assert read.trailer["/Root"]["/Lang"] == "en-GB"


def structure(read):
    """Return the alternative texts and the kinds of a PDF's tags."""
    alts, kinds, ahead = set(), set(), [read.trailer["/Root"]["/StructTreeRoot"]]
    while ahead:
        node = ahead.pop().get_object()
        if isinstance(node, list):
            ahead += node
        elif isinstance(node, dict):
            alts.add(str(node.get("/Alt", "")))
            kinds.add(str(node.get("/S", ""))[1:])
            ahead += [node["/K"]] if "/K" in node else []
    return alts, kinds


def test_every_page_of_the_pdf_is_marked_and_says_for_whom_by_whom_and_when(pack):
    made = pack(Role.COORDINATOR, recipient="The Tuesday meeting")
    for page in pypdf.PdfReader(io.BytesIO(made.pdf())).pages:
        said = " ".join(page.extract_text().split())
        assert said.count("OFFICIAL-SENSITIVE") >= 2
        for words in ("For The Tuesday meeting", "Taken out by Coordinator, 11 March 2026 at 09:30",
                      "Do not forward"):  # fmt: skip
            assert words in said


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.COORDINATOR])
def test_the_word_document_carries_all_of_it_with_heads_and_alternative_text(pack, role):
    made = pack(role)
    paper = Document(io.BytesIO(made.word()))
    page = paper.sections[0]
    whole = [part.element if hasattr(part, "element") else part._element
             for part in (paper, page.header, page.footer)]  # fmt: skip
    text = squeezed(" ".join(each.text or "" for part in whole for each in part.iter(qn("w:t"))))
    alts = {each.get("descr") for each in paper.element.iter(qn("wp:docPr"))}
    named = {each.get(qn("w:val")) for each in paper.element.iter(qn("w:tblDescription"))}
    for words in made.content.texts():
        assert squeezed(words) in text or words in alts | named, words
    heads = [each.text for each in paper.paragraphs if each.style.name == "Heading 1"]
    assert heads == [each.title for each in made.content.sections]
    assert len(list(paper.element.iter(qn("w:tblHeader")))) == len(tables(made.content)) > 0
    header = " ".join(each.text for each in page.header.paragraphs)
    for words in (made.content.marking, made.content.recipient, made.content.made):
        assert words in header


def test_what_a_person_wrote_is_set_as_text_and_never_run(pack):
    made = pack(Role.COORDINATOR)
    pdf = " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(made.pdf())).pages)
    assert squeezed(HOSTILE) in squeezed(pdf)
    assert HOSTILE in "".join(
        each.text or "" for each in Document(io.BytesIO(made.word())).element.iter(qn("w:t"))
    )


@pytest.mark.parametrize(("reach", "scale"), [(10, 2_500), (150, 5_000), (900, 25_000)])
def test_the_map_is_drawn_at_a_round_scale_that_is_true(reach, scale):
    found, box = pack_map.extent(rows.around(reach=reach))
    assert found == scale
    assert np.isclose((box[2] - box[0]) / (pack_map.WIDE / 10_000), scale)
    assert np.isclose((box[3] - box[1]) / (pack_map.TALL / 10_000), scale)


def test_marks_do_not_lie_on_one_another():
    taken = []
    spots = [pack_map._free(np.array([500.0, 500.0]), taken) for _ in range(4)]
    gaps = [np.abs(a - b).max() for i, a in enumerate(spots) for b in spots[:i]]
    assert min(gaps) >= 50


def test_an_export_is_noted_with_hashes_and_no_words(store, people, place):
    police = people[Role.POLICE]
    order = Order(What.PLACE, place.id)
    left = packs.export(store, operator("Sam"), order, Form.PDF, reader=police, at=NOW)
    with store.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "pack.export")).one()
    told = json.loads(left.manifest)
    (file,) = told["files"]
    assert file == {"name": left.name, "bytes": len(left.content),
                    "sha256": sha256(left.content).hexdigest()}  # fmt: skip
    assert (entry.subject, entry.actor_name) == (f"place/{place.id}", "Sam")
    assert entry.changes["sha256"] == file["sha256"]
    assert entry.changes["tier"] == int(police.tier)
    assert not animals(json.dumps(entry.changes) + left.manifest.decode())
    assert (told["as_at"], told["recipe"]["number"]) == ("2026-03-11T09:30:00+00:00", place.id)


def test_the_same_pack_has_the_same_content_hash_until_a_record_changes(store, pack, place):
    before = pack(Role.COORDINATOR).digest
    assert pack(Role.COORDINATOR).digest == before
    with store.writing() as session:
        arrange(session, SYSTEM, rows.annotation(place_id=place.id, text="Another lamp."))
    assert pack(Role.COORDINATOR).digest != before


def test_a_place_is_found_by_its_reference_or_number_as_its_reader_may(store, people, place):
    with store.reading() as session:
        assert packs.place_of(session, people[Role.POLICE], f" {place.id} ") == place.id
        for unknown in ("nothing", "99999999999999999999", "²"):
            with pytest.raises(NotFound):
                packs.place_of(session, people[Role.POLICE], unknown)
