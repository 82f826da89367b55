"""Templates that people fill in, with a page that says how."""

import csv
from io import StringIO
from pathlib import Path

from domain import codes
from domain.errors import Invalid
from exchange import touch_rows

COLUMNS = (
    "touch_id", "source", "role", "date", "time_band", "day_type", "duration_band",
    "distance_band", "cross_border", "transport_mode", "push_factors", "pull_factors",
    "harm_indicators", "place_type", "residential", "precision", "episode", "easting", "northing",
)  # fmt: skip
ABOUT = """\
Places named in missing episodes

One row for each place that was named: where the episode began, where someone was seen, stayed,
travelled through or was found, or a place named as safe or unsafe.

Never write a name, a date of birth, an address of a person, or a person, case or NHS number
anywhere in this file. There is no column for them, and a column that is added is dropped unread.

date            the month, such as 2026-03; a full date is cut to its month
episode         any number that tells this file's episodes apart; it is used while the file is
                read, to count a place once, and then forgotten
touch_id        a random number of the row, if your system gives one; else leave it empty
cross_border    yes, no, or empty where it is not known
residential     yes where someone lives there
easting, northing   metres of the British National Grid; or replace the two columns by
                longitude and latitude, by grid_reference, or by postcode

Where several codes fit, write them with a semicolon between. The codes:
"""


def touches_csv() -> str:
    """Return the template for places named in missing episodes: its header alone."""
    out = StringIO()
    csv.writer(out).writerow(COLUMNS)
    return out.getvalue()


def touches_about() -> str:
    """Return how to fill it in, with the codes that are in use."""
    lists = {each.name: each.codes for each in touch_rows.FIELDS if each.codes}
    parts = [ABOUT]
    for column in COLUMNS:
        if column in lists:
            offered = codes.current()[lists[column]].offered()
            lines = [f"  {code:<28}{label}" for code, label in offered.items()]
            parts.append("\n".join([f"\n{column}", *lines]))
    return "\n".join(parts) + "\n"


def write_touches(folder: Path) -> list[Path]:
    """Write the template and its page into ``folder``; files that are there are not replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in (
        ("missing-touches.csv", touches_csv()),
        ("missing-touches-how-to.txt", touches_about()),
    ):
        path = folder / name
        try:
            with path.open("x", newline="", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise Invalid(f"{name} is there already. Name another folder.") from error
        written.append(path)
    return written
