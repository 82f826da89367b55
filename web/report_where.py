"""Where the place is: by words without a map, or by a pin, a route or an area drawn on one."""

import json
import math
import re
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from domain import concern_help, concern_submitting, gazetteer, preferences, search
from domain.errors import Invalid
from domain.search import Hit
from geo.space import bng_from_lonlat, lonlat_from_bng
from layers import basemap
from layers.files import address
from web import report_answers
from web.door import go
from web.forms import Form
from web.report_desk import ANEW, Desk, Wrong, must_be_fresh
from web.report_draft import Draft

MOST_CORNERS: Final = 30
FOUND: Final = 8
MAP_SCRIPTS: Final = (
    "leaflet/leaflet.js",
    "protomaps/protomaps-leaflet.js",
    "own/map.js",
    "own/lettering.js",
    "own/ground.js",
)
MAP_STYLES: Final = ("leaflet/leaflet.css",)  # not our map's own: it fills a whole frame
OUTSIDE: Final = ("emergency", "police", "childline", "nspcc", "crimestoppers", "transport_police")
_NEAR = re.compile(
    r"(?:somewhere |just )?(?:near(?: to)?|by|beside|behind|opposite|outside|next to|close to"
    r"|around|in front of|along|in|at|on)\s+(?:the\s+)?",
    re.IGNORECASE,
)
_NAMES = {"pin": "The spot that you marked", "route": "The route that you drew"}
_AREA = "The area that you drew"
_SURE = {"Point": "exact", "LineString": "street", "Polygon": "area"}
_SURE_OF_NAMED = {gazetteer.PLACE: "approximate", gazetteer.FEATURE: "building"}
_MAKERS: Final = {"pin": Point, "route": LineString, "area": Polygon}
_LEAST: Final = {"pin": 1, "route": 2, "area": 3}


@dataclass(frozen=True)
class WherePages:
    """The two pages that ask for the place, and the one that says who to tell elsewhere."""

    desk: Desk

    def show_where(
        self, request: Request, draft: Draft | None = None, wrong: Wrong | None = None
    ) -> Response:
        """Ask for words, or for a mark on the map where there is one."""
        draft = draft or self.desk.drafts.read(request)
        if draft is None or draft.code:
            return go(ANEW if draft is None else "/report/done")
        return self.desk.show(
            request,
            "where",
            title=report_answers.TITLES["where"],
            status=wrong.status if wrong else 200,
            error=str(wrong) if wrong else None,
            at=wrong.at if wrong else "",
            draft=draft,
            back="/report",
            ground=self._ground(draft),
        )

    def take_where(self, request: Request, form: Form) -> Response:
        """Take what was typed or drawn, and go on to choose and confirm."""
        draft = self.desk.drafts.read(request)
        if draft is None or draft.code:
            return go(ANEW if draft is None else "/report/done")
        typed = replace(draft, sought=" ".join(form["sought"].split())[: search.LONGEST])
        try:
            must_be_fresh(form, typed)
            found = self._placed(form, typed)
        except Wrong as wrong:
            return self.show_where(request, wrong.draft, wrong)
        return self.desk.go_with("spot", found)

    def show_spot(
        self, request: Request, draft: Draft | None = None, wrong: Wrong | None = None
    ) -> Response:
        """Offer what was found, and ask how sure the spot is."""
        draft = draft or self.desk.drafts.read(request)
        if draft is None or draft.code:
            return go(ANEW if draft is None else "/report/done")
        if draft.before("spot"):
            return go("/report/where")
        hits = self._hits(draft)
        return self.desk.show(
            request,
            "spot",
            title=report_answers.TITLES["spot"] if len(hits) < 2 else "Which place is it?",
            status=wrong.status if wrong else 200,
            error=str(wrong) if wrong else None,
            at=wrong.at if wrong else "",
            draft=draft,
            back="/report/where",
            hits=[(_key(hit), hit.name, report_answers.capital(hit.detail)) for hit in hits],
            sure=report_answers.offered("precision"),
            likely=draft.precision or _likely(draft, hits),
        )

    def take_spot(self, request: Request, form: Form) -> Response:
        """Take the spot; one outside our area leads to who to tell there."""
        draft = self.desk.drafts.read(request)
        if draft is None or draft.code:
            return go(ANEW if draft is None else "/report/done")
        if draft.before("spot"):
            return go("/report/where")
        try:
            must_be_fresh(form, draft)
            chosen = self._chosen(form, draft)
        except Wrong as wrong:
            return self.show_spot(request, wrong.draft, wrong)
        with self.desk.door.store.reading() as session:
            ours = concern_submitting.is_ours(session, chosen.place)
        if not ours:
            return self.desk.go_with("outside", replace(chosen, precision=""))
        return self.desk.go_with(chosen.after("spot"), chosen)

    def show_outside(self, request: Request) -> Response:
        """Say who to tell of a place that is not ours."""
        lines = concern_help.lines(self.desk.reporting.help_folder)
        return self.desk.show(
            request,
            "outside",
            title="That place is outside our area",
            back="/report/where",
            lines=[each for each in lines if each.code in OUTSIDE],
        )

    def _placed(self, form: Form, draft: Draft) -> Draft:
        """Return the draft with what was drawn, or with words that lead somewhere."""
        if form["drawn"].strip():
            return self._drawn(form["drawn"], draft)
        if not draft.sought:
            raise Wrong("Enter a street, a postcode or a name.", "sought", draft)
        searched = replace(draft, shape="", spot="", precision="")
        if not self._hits(searched):
            raise Wrong(
                "We did not find that. Try the name of the street, the postcode, or the nearest "
                "village. You can say more on the next page.",
                "sought",
                draft,
            )
        if _NEAR.match(draft.sought) and not draft.near:
            return replace(searched, near=draft.sought)
        return searched

    def _drawn(self, text: str, draft: Draft) -> Draft:
        try:
            kind, shape = drawn_shape(text)
        except ValueError as error:
            raise Wrong(
                "The mark on the map could not be read. Mark the place again, or type where it is.",
                "sought",
                draft,
            ) from error
        name = _NAMES.get(kind, _AREA)
        with self.desk.door.store.reading() as session:
            near = gazetteer.nearest(session, shape.representative_point()).words()
        spot = f"{name}, near {near}" if near else name
        return replace(draft, sought="", shape=shape.wkt, spot=spot, precision="")

    def _hits(self, draft: Draft) -> list[Hit]:
        if not draft.sought:
            return []
        with self.desk.door.store.reading() as session:
            return found(session, draft.sought)

    def _chosen(self, form: Form, draft: Draft) -> Draft:
        if draft.sought:
            hits = {_key(hit): hit for hit in self._hits(draft)}
            hit = hits.get(form["hit"])
            typed = replace(draft, near=" ".join(form["near"].split()))
            if hit is None:
                first = next(iter(hits), "")
                raise Wrong("Choose one of these places.", f"hit-{first}", typed)
            spot = ", ".join(filter(None, [hit.name, hit.detail]))
            draft = replace(typed, spot=spot, shape=Point(hit.easting, hit.northing).wkt)
        return report_answers.near(form, draft)

    def _ground(self, draft: Draft) -> dict[str, Any] | None:
        """Return what the map needs where the base map is a file of ours, so that we serve it."""
        with self.desk.door.store.reading() as session:
            chosen = preferences.read(session).base_map
        try:
            ground = basemap.installed(chosen)
            spec = basemap.Ground(ground).spec if isinstance(ground, basemap.LocalFile) else None
        except Invalid:  # the file is broken: words lead there all the same
            spec = None
        if spec is None:
            return None
        return {
            "spec": spec,
            "at": _lonlat(draft.place.representative_point()) if draft.shape else None,
            "scripts": [address(name) for name in MAP_SCRIPTS],
            "styles": [address(name) for name in MAP_STYLES],
        }


def found(session: Session, sought: str) -> list[Hit]:
    """Return where words lead; "near the old mill" is looked for as it is, then without "near"."""
    hits = search.whereabouts(session, sought, FOUND)
    bare = _NEAR.sub("", sought, count=1) if _NEAR.match(sought) else ""
    return hits or (search.whereabouts(session, bare, FOUND) if bare else [])


def drawn_shape(text: str) -> tuple[str, BaseGeometry]:
    """Read what the map's script sends: ``{"kind": "pin", "points": [[lon, lat], ...]}``.

    Returns the kind (pin, route, area) and the shape in metres (EPSG:27700). Raises ``ValueError``
    for anything else, more corners than a finger makes, or a spot off the National Grid.
    """
    try:
        given = json.loads(text)
        kind, points = given["kind"], [(float(lon), float(lat)) for lon, lat in given["points"]]
        least = _LEAST[kind]
    except (KeyError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError("not a drawing") from error
    if not least <= len(points) <= (1 if kind == "pin" else MOST_CORNERS):
        raise ValueError("too few or too many corners")
    if not all(math.isfinite(lon) and math.isfinite(lat) for lon, lat in points):
        raise ValueError("not a position")
    lon, lat = np.array(points).T
    metres = np.column_stack(bng_from_lonlat(lon, lat))
    if not np.isfinite(metres).all():
        raise ValueError("off the grid")
    shape = _MAKERS[kind](metres[0] if kind == "pin" else metres)
    shape = shapely.set_precision(shape, 0.1)
    if shape.is_empty or not shape.is_valid or shape.geom_type != _MAKERS[kind].__name__:
        raise ValueError("crosses itself")
    return kind, shape


def _likely(draft: Draft, hits: list[Hit]) -> str:
    """Return how sure one can be of what was chosen, to start from."""
    if not draft.sought:
        return _SURE.get(draft.place.geom_type, "area")
    kinds = {hit.kind for hit in hits}
    if kinds == {search.SPOT}:
        return "exact" if hits[0].size <= 10 else "area"
    return _SURE_OF_NAMED.get(kinds.pop(), "street") if len(kinds) == 1 else "street"


def _key(hit: Hit) -> str:
    return f"{hit.kind}-{hit.easting:.0f}-{hit.northing:.0f}"


def _lonlat(point: Point) -> list[float]:
    lon, lat = lonlat_from_bng([point.x], [point.y])
    return [float(lon[0]), float(lat[0])]
