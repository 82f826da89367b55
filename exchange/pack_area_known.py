"""What is known of the places in an area, for its profile: places, guardians, plans, and gaps."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from domain import (
    assessment_forms,
    assessments,
    case_work,
    codes,
    evaluations,
    goals,
    plan_board,
    plan_reviews,
    plans,
)
from domain.filters import Filters, day_words, joined
from domain.people import Actor
from domain.plan_board import Board
from domain.plan_reviews import Result
from domain.status import Status
from exchange.pack_content import Block, Heading, Table, Words, sentence
from layers import catalogue, coverage
from layers.sight import Sight

STALE: Final = timedelta(days=183)
LISTED: Final = 40
STEP: Final = "Visit them, ask a guardian near, or step them down."
SCREEN: Final = "Screen them, and assess those that need it."
CASES: Final = "It is read in the safeguarding meeting."
"""What readers of neutral cards are told of assessments and plans."""


@dataclass(frozen=True)
class Known:
    """Places and premises in an area as one reader may see them.

    ``found``: the layer of places within it; ``guardians``: roles of premises; ``bands``: the
    bands that the latest signed assessments tell of each group.
    """

    found: gpd.GeoDataFrame
    guardians: dict[str, int]
    safe: int
    bands: dict[str, Counter[str]]
    assessed: int
    outline: BaseGeometry
    today: date

    def in_short(self) -> str:
        """Say how many places and guardians there are: "4 places of concern, 2 guardians"."""
        places = len(self.found)
        guards = sum(self.guardians.values())
        return (
            f"{places} {'place' if places == 1 else 'places'} of concern and {guards} partner "
            f"premises and Community Guardians are known."
        )

    def places(self) -> Iterator[Block]:
        """Tell of the places: by type and state, and each by name."""
        if self.found.empty:
            yield Words("No place of concern is known here. That is not the same as safe.")
            return
        types = codes.current().place_types
        stands: dict[str, Counter[Status]] = {}
        for kind, state in zip(self.found["place_type"], self.found["status"], strict=True):
            stands.setdefault(kind, Counter())[Status(state)] += 1
        rows = tuple(
            (sentence(types.label(kind)), str(states.total()),
             sentence(", ".join(f"{each.words} {states[each]}" for each in Status if states[each])))
            for kind, states in sorted(stands.items(), key=lambda one: -one[1].total())
        )  # fmt: skip
        yield Table("Places by type and state", ("Type", "Places", "Stand"), rows, (5, 2, 6))
        harms = codes.current().harm_types
        named = tuple(
            (str(each.name), sentence(types.label(each.place_type)),
             sentence(harms.label(each.harm_primary)), sentence(Status(each.status).words),
             _day(each.last_evidence))
            for each in self.found[:LISTED].itertuples(index=False)
        )  # fmt: skip
        head = ("Place", "Type", "Harm", "Stands", "Last evidence")
        yield Heading("Places of concern")
        yield Table("Places of concern in this area", head, named, (4, 3, 3, 2, 3))
        if len(self.found) > LISTED:
            yield Words(f"{len(self.found) - LISTED} more are on the map.", quiet=True)

    def guards(self) -> Iterator[Block]:
        """Tell of guardians and safe places."""
        if not self.guardians:
            yield Words("No partner premises or Community Guardian is known here. Who is near, "
                        "and cares?")  # fmt: skip
        else:
            roles = codes.current().premises_roles
            rows = tuple((sentence(roles.label(role)), str(count))
                         for role, count in sorted(self.guardians.items()))  # fmt: skip
            yield Table("Premises by their part", ("Part", "Premises"), rows, (5, 2))
        yield Words(f"Safe places and strengths on the map here: {self.safe}.")

    def equity(self, reader: Actor) -> Iterator[Block]:
        """Tell in bands who may be under-seen, as the latest signed assessments say."""
        yield Words("No child is a record here. What partners judged in assessments of places is "
                    "told in bands, never in counts of children.")  # fmt: skip
        if not case_work.reads_cases(reader):
            yield Words(CASES)
            return
        if not self.assessed:
            yield Words("No place here has an assessment that was signed off, so nothing is known "
                        "of who may be under-seen.")  # fmt: skip
            return
        form = assessment_forms.equity()
        rows = tuple(
            (each.label, *(str(self.bands.get(code, Counter())[band]) for band in form.bands),
             str(self.assessed - self.bands.get(code, Counter()).total()))
            for code, each in form.groups.items()
        )  # fmt: skip
        head = ("Group", *(sentence(each.label) for each in form.bands.values()), "Not asked")
        yield Table(f"Groups in {self.assessed} signed assessments, by band", head, rows,
                    (5, *(2 for _ in form.bands), 2))  # fmt: skip

    def responses(
        self, session: Session, reader: Actor, since: date, until: date
    ) -> Iterator[Block]:
        """Tell what was done and what came of it: plans, goals, actions, evaluations."""
        if case_work.reads_cases(reader):
            numbers = [int(each) for each in self.found.index]
            yield from _plans(session, reader, numbers, since, until)
        else:
            yield Words("Plans are read in the safeguarding meeting.")
        held = plan_board.cards(
            session, reader, Board(place_ids=[int(each) for each in self.found.index] or [-1]),
            today=self.today,
        )  # fmt: skip
        if held:
            stands = Counter(sentence(each.standing.words) for each in held)
            rows = tuple((words, str(count)) for words, count in sorted(stands.items()))
            yield Table("Actions by how they stand", ("Stands", "Actions"), rows, (5, 2))
            late = sum(each.overdue for each in held)
            yield Words(f"Late: {late}. Active now: {sum(each.active for each in held)}.")
        else:
            yield Words("There is no action here that this reader may read.")
        judged = [
            (evaluations.title_for(reader, each), sentence(each.state.value.replace("_", " ")))
            for number in self.found.index
            for each in evaluations.of_place(session, reader, int(number))
        ]
        if judged:
            yield Table("Evaluations of plans here", ("Evaluation", "Stands"), tuple(judged),
                        (6, 3))  # fmt: skip

    def gaps(
        self, session: Session, reader: Actor, since: date, until: date
    ) -> Iterator[tuple[str, str]]:
        """Yield what is not known of the places here, and how one could find out."""
        days = pd.to_datetime(self.found["last_evidence"], errors="coerce")
        old = days.isna() | (days < pd.Timestamp(self.today - STALE))
        if old.any():
            yield f"{int(old.sum())} of {len(old)} places had no new evidence for half a year", STEP
        if case_work.reads_cases(reader) and len(self.found) > self.assessed:
            lack = len(self.found) - self.assessed
            yield f"{lack} of {len(self.found)} places have no signed assessment", SCREEN
        told = coverage.told(session, reader, Filters(since=since, until=until))
        here = shapely.area(shapely.intersection(told.wards.geometry.to_numpy(), self.outline)) > 1
        silent = [
            str(name)
            for name, row, mine in zip(told.wards["name"], told.records, here, strict=True)
            if mine and not row.any()
        ]
        if silent:
            yield f"Nobody told us of {joined(silent)}", "Ask those who are there every day."


def read(session: Session, reader: Actor, outline: BaseGeometry, today: date) -> Known:
    """Return what ``reader`` may see of the places within ``outline`` (EPSG:27700)."""
    found = _within(session, reader, "places", outline)
    guards = _within(session, reader, "premises", outline)
    safe = _within(session, reader, "safe_places", outline)
    bands: dict[str, Counter[str]] = {}
    assessed = 0
    for number in found.index if case_work.reads_cases(reader) else []:
        latest = assessments.latest_signed(session, int(number))
        if latest is not None:
            assessed += 1
            for group, band in latest.equity.items():
                bands.setdefault(group, Counter())[band] += 1
    roles = Counter(guards["role"]) if "role" in guards else Counter[str]()
    return Known(found, dict(roles), len(safe), bands, assessed, outline, today)


def _within(session: Session, reader: Actor, name: str, outline: BaseGeometry) -> gpd.GeoDataFrame:
    """Return the records of a layer that touch the outline; none where it is not for them."""
    if catalogue.sight(reader, name) is Sight.NONE:
        return gpd.GeoDataFrame({"name": []}, geometry=[], crs=27700)
    west, south, east, north = outline.bounds
    found = catalogue.read(session, reader, name, (west, south, east, north))
    return found[shapely.intersects(found.geometry.to_numpy(), outline)]


def _plans(
    session: Session, reader: Actor, numbers: list[int], since: date, until: date
) -> Iterator[Block]:
    states: Counter[str] = Counter()
    results: Counter[Result] = Counter()
    based, goal_count = 0, 0
    for number in numbers:
        for plan in plans.of_place(session, reader, number):
            states[plan.state.words] += 1
            held = goals.of_plan(session, reader, plan.id)
            goal_count += len(held)
            based += sum(each.has_baseline for each in held)
            for review in plan_reviews.of_plan(session, reader, plan.id):
                if since <= review.held_on <= until:
                    results.update(each.result for each in plan_reviews.results_of(session, review))
    if not states:
        yield Words("No place here has a plan.")
        return
    said = joined([f"{count} {words}" for words, count in sorted(states.items())])
    yield Words(f"Plans: {said}. Goals with a baseline, or a reason for none: {based} of "
                f"{goal_count}.")  # fmt: skip
    if results:
        rows = tuple((sentence(each.value), str(results[each])) for each in Result)
        yield Table("Goals judged in this period against their baseline", ("Result", "Goals"),
                    rows, (5, 2))  # fmt: skip
    else:
        yield Words("No goal was reviewed in this period.")


def _day(value: object) -> str:
    at = pd.to_datetime(str(value), errors="coerce")
    return "none" if pd.isna(at) else day_words(at.date())
