"""What patrols did lately, for the meeting: powers beside visits, and what it has to hear."""

from datetime import timedelta
from html import escape

from domain import matching, patrol_dose, patrol_planning
from domain.patrol_dose import Dose
from domain.people import Actor, Permission, Tier
from screens import desk
from screens import patrol_dose as dose_page

DAYS = 28


def told(reader: Actor) -> str:
    """Write the panel as the room may read it; "" where it may not, or nothing was done."""
    if not reader.may(Permission.SEE_PATROLS) or reader.tier < Tier.T3:
        return ""
    today = matching.today()
    with desk.reading() as (session, _):
        found = patrol_dose.dose(session, reader, since=today - timedelta(days=DAYS - 1),
                                 until=today)  # fmt: skip
        waiting = patrol_planning.to_tell(session, reader)
    if not found.places and not waiting:
        return ""
    return f"<h2>Patrols, the last four weeks</h2>{panel(found)}{hear(waiting)}"


def panel(found: Dose) -> str:
    """Write powers beside visits: of all places, and of those where powers were used."""
    used = [each for each in found.equity[1:] if each.stops or each.searches or each.dispersals]
    none = "" if used else '<p class="sg-quiet">No power was used on any visit.</p>'
    said = "".join(f"<p>{escape(each)}</p>" for each in found.words()[:2])
    return said + dose_page.equity([found.equity[0], *used]) + none


def hear(waiting: list[patrol_planning.ToTell]) -> str:
    """List the stops that no meeting approved, which this meeting has to hear of."""
    rows = "".join(
        f"<li>{escape(each.name)}: authorised by {escape(each.inspector)}. "
        f"{escape(each.basis)} Effect on young people: {escape(each.effect)} "
        f"It rests on {escape(', '.join(each.rests_on).lower())}.</li>"
        for each in waiting
    )
    return f"<h3>Stops that no meeting approved</h3><ul>{rows}</ul>" if rows else ""
