"""How records read to a person."""

from datetime import UTC, datetime

from domain.incidents import TimeKnown
from domain.people import SYSTEM, Role
from layers import catalogue, present
from tests.conftest import arrange
from tests.layers.conftest import incident


def shown(store, actor, name, colour=""):
    with store.reading() as session:
        frame = catalogue.read(session, actor, name)
    layer = catalogue.CATALOGUE[name]
    return frame, present.presented(layer, catalogue.sight(actor, name), frame, colour)


def test_a_month_is_never_made_a_day_and_what_is_not_known_says_so(store, people):
    january = datetime(2019, 1, 1, tzinfo=UTC)
    rows = [incident(1), incident(2), incident(3)]
    rows[1].occurred_from, rows[1].time_known = january, TimeKnown.MONTH
    rows[2].occurred_from, rows[2].time_known = None, TimeKnown.UNKNOWN
    with store.writing() as session:
        arrange(session, SYSTEM, *rows)
    _, told = shown(store, people[Role.POLICE], "incidents")
    details = " | ".join(told["detail"])
    assert "1 May 2026" in details
    assert "· Jan 2019 ·" in details
    assert "time not known" in details


def test_touches_tell_the_month_and_their_codes_in_words(town, people):
    _, told = shown(town, people[Role.POLICE], "touches")
    assert not {"found_at", "travelled_via"} & set(told["label"])
    assert all("May 2026" in each and "1 May" not in each for each in told["detail"])
    assert not any("rhi" in each.split(" · ") for each in told["detail"])


def test_the_legend_names_what_is_drawn_and_nothing_else(town, people):
    for role in (Role.PARTNER, Role.PRACTITIONER, Role.POLICE):
        for layer in catalogue.seen_by(people[role]):
            frame, told = shown(town, people[role], layer.name)
            seen = catalogue.sight(people[role], layer.name)
            looks = present.looks(layer, seen)
            legend = present.legend(layer, seen, frame)
            if "vintage" not in frame:
                assert {look for look, _ in legend.rows} == {
                    looks[name] for name in set(told["look"]) if name in looks
                }
            assert legend.note


def test_old_records_fade_and_new_ones_do_not(store, people):
    old, new = incident(1), incident(2)
    old.occurred_from, new.occurred_from = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC)
    with store.writing() as session:
        arrange(session, SYSTEM, old, new)
    frame, told = shown(store, people[Role.POLICE], "incidents")
    by_year = dict(zip(frame["occurred_from"].dt.year, told["fade"], strict=True))
    assert by_year[2020] == present.FADED
    assert by_year[datetime.now(UTC).year] == 1
