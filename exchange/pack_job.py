"""Packs as a job: many at once, with progress, in one file with their manifest.

The base map is read once for all places, and each document is set once.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import pack_files
from domain.errors import Invalid
from domain.jobs import JobContext
from domain.people import Actor, Tier
from domain.plans import Plan
from exchange import pack_meeting, packs, paper_map
from exchange.packs import Form, Order, Pack, What
from exchange.paper_map import Ground

MOST: Final = 60
"""Packs that are made at once at most."""
MANIFEST: Final = "manifest.json"


@dataclass(frozen=True)
class Wish:
    """Which packs, written as what, for whom: ``tier`` at the most, as ``agency_id`` reads.

    Raises
    ------
    Invalid
        Nothing is asked for, or too much at once.
    """

    orders: tuple[Order, ...]
    forms: tuple[Form, ...]
    recipient: str = ""
    tier: Tier | None = None
    agency_id: int | None = None

    def __post_init__(self) -> None:
        if not self.orders or not self.forms:
            raise Invalid("Choose what to make packs of, and as what.")
        if len(self.orders) > MOST:
            raise Invalid(f"Choose {MOST} packs at most.")

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of a job; `from_json` reads the same wish from them."""
        return {
            "orders": [each.as_json() for each in self.orders],
            "forms": [each.ending for each in self.forms],
            "recipient": self.recipient,
            "tier": None if self.tier is None else int(self.tier),
            "agency": self.agency_id,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Wish":
        """Read the arguments of a job.

        Raises
        ------
        Invalid
            They are none.
        """
        known = {each.ending: each for each in Form}
        tier, agency = given.get("tier"), given.get("agency")
        return cls(
            tuple(map(Order.from_json, given["orders"])),
            tuple(known[each] for each in given["forms"] if each in known),
            str(given.get("recipient", "")),
            None if tier is None else Tier(int(tier)),
            None if agency is None else int(agency),
        )


def put_together(context: JobContext) -> dict[str, Any]:
    """Make the packs of a job and keep them; the work of `domain.jobs`.

    Raises
    ------
    NotPermitted, NotFound, Invalid
        A pack cannot be made for this actor; nothing is then kept.
    """
    wish = Wish.from_json(context.arguments)
    at = datetime.now(UTC)
    with context.store.reading() as session:
        reader = sight(session, context.actor, wish)
        made = _built(session, context, wish, reader, at)
    written = [_written(context, pack, wish.forms, share) for pack, share in _shares(made)]
    context.progress(0.99, "Putting the files together")
    content = _bundled(made, written)
    name = f"{made[0].stem}.zip" if len(made) == 1 else f"packs-{at:%Y%m%d-%H%M}.zip"
    result = {"packs": len(made), "files": sum(map(len, written)), "bytes": len(content)}
    with context.store.writing() as session:
        for pack, files in zip(made, written, strict=True):
            for form, file in files.items():
                packs.log(session, context.actor, pack, form=form, sha256=packs.sha256(file),
                          reader=reader)  # fmt: skip
        pack_files.keep(session, context.actor, context.job_id, name=name, content=content)
        context.finish(session, result)
    return result


def sight(session: Session, actor: Actor, wish: Wish) -> Actor:
    """Return as whom the packs are read: the actor, at a lower tier, as an agency.

    Raises
    ------
    NotFound
        There is no such agency.
    """
    tier = actor.tier if wish.tier is None else wish.tier
    if wish.agency_id is not None:
        return packs.for_agency(session, actor, wish.agency_id, tier)
    return packs.lowered(actor, tier)


def _built(
    session: Session, context: JobContext, wish: Wish, reader: Actor, at: datetime
) -> list[Pack]:
    """Gather the content of each pack; half of the work."""
    ground = _ground(session, wish.orders)
    made: list[Pack] = []
    for order in wish.orders:
        begun, each = len(made) / len(wish.orders), 1 / len(wish.orders)

        def progress(share: float, words: str, begun: float = begun, each: float = each) -> None:
            context.progress(0.5 * (begun + share * each), words)

        progress(0.0, f"Gathering {len(made) + 1} of {len(wish.orders)}")
        made.append(
            packs.build(session, context.actor, order, recipient=wish.recipient, reader=reader,
                        at=at, ground=ground, progress=progress)
        )  # fmt: skip
    return made


def _ground(session: Session, orders: Sequence[Order]) -> Ground | None:
    """Read the base map around all places once; a meeting reads its own."""
    numbers = [each.number for each in orders if each.what is What.PLACE]
    plans = [each.number for each in orders if each.what is What.PLAN]
    numbers += session.scalars(select(Plan.place_id).where(Plan.id.in_(plans)))
    if len(numbers) < 2:
        return None
    return pack_meeting.around(session, numbers, paper_map.ground(session))


def _shares(made: Sequence[Pack]) -> Iterable[tuple[Pack, tuple[int, int]]]:
    return ((pack, (number, len(made))) for number, pack in enumerate(made))


def _written(
    context: JobContext, pack: Pack, forms: Sequence[Form], share: tuple[int, int]
) -> dict[Form, bytes]:
    """Write a pack as each form that it can be written as."""
    done, of = share
    found = {}
    wanted = [each for each in forms if each in pack.forms]
    for number, form in enumerate(wanted):
        context.progress(0.5 + 0.5 * (done + number / len(wanted)) / of,
                         f"Writing {done + 1} of {of}")  # fmt: skip
        found[form] = pack.write(form)
    return found


def _bundled(made: Sequence[Pack], written: Sequence[Mapping[Form, bytes]]) -> bytes:
    """Put the files and one manifest with their hashes into a zip."""
    out, told = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for pack, files in zip(made, written, strict=True):
            named = {f"{pack.stem}.{form.ending}": file for form, file in files.items()}
            for name, file in named.items():
                archive.writestr(name, file)
            told.append(pack.told(named))
        archive.writestr(MANIFEST, packs.as_json({"packs": told}))
    return out.getvalue()
