"""Before a file is taken in: what it is, how its columns are read, and what stands in the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from domain import batches
from domain.errors import Invalid
from domain.people import Actor, Permission
from exchange import presets, spots, times
from exchange.chunks import Chunk, Source
from exchange.mapping import Mapping, check, guess, is_person, unmapped
from exchange.readers import opened
from exchange.rows import Rows
from exchange.targets import Giver, Target

SAMPLE = 1_000
HASHED = frozenset({"reference", "touch_id", "episode"})  # they tell rows apart and are not kept


@dataclass(frozen=True)
class Order:
    """What is to be taken in, and how; made of JSON, so that a job can carry it.

    ``source`` is who gave the file, as people call it. ``columns`` and ``constants`` go before
    what is guessed; ``exact`` says that ``columns`` are all there is. ``anywhere`` takes rows
    outside the partnership's area too. ``name`` is the file's name where ``path`` is temporary.
    """

    path: str
    target: str = ""
    preset: str = ""
    source: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    exact: bool = False
    crs: str | None = None
    layer: str | None = None
    anywhere: bool = False
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what a job's arguments hold."""
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """An open file and how its rows will be read."""

    order: Order
    source: Source
    sample: Chunk
    target: Target
    preset: presets.Preset | None
    mapping: Mapping
    giver: Giver
    notes: tuple[str, ...]
    people: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def label(self) -> str:
        """The preset with what was chosen for it, as the batch keeps it."""
        if self.preset is None:
            return ""
        chosen = [self.mapping.constants.get(name, "") for name in self.preset.options]
        return " ".join(filter(None, [self.preset.name, *chosen]))

    @property
    def file_name(self) -> str:
        """What the file was called where it came from."""
        return self.order.name or Path(self.order.path).name


@contextmanager
def planned(
    session: Session, actor: Actor, order: Order, folder: Path | None = None
) -> Iterator[Plan]:
    """Open the file of an order and settle how it is read.

    Raises
    ------
    NotPermitted
        The actor may not import.
    Invalid
        The file cannot be read, or it is not known how; the message says what to do.
    """
    actor.must(Permission.IMPORT)
    chosen = presets.preset(order.preset) if order.preset else None
    header = chosen.header if chosen else None
    path = Path(order.path)
    with opened(path, layer=order.layer, header=header, folder=folder) as source:
        sample = next(source.chunks(SAMPLE), None)
        if sample is None or not (len(sample.numbers) or sample.broken):
            raise Invalid("The file holds no rows.")
        yield _plan(session, actor, order, source, sample)


def _plan(session: Session, actor: Actor, order: Order, source: Source, sample: Chunk) -> Plan:
    description = source.description
    preset, target, mapping = _found(session, actor, order, source, sample)
    mapping = replace(
        mapping,
        columns=order.columns if order.exact else mapping.columns | order.columns,
        constants=mapping.constants | order.constants,
        crs=order.crs or mapping.crs,
    )
    mapping, notes = spots.judge(mapping, Rows(sample, mapping))
    mapping, midnight = _midnight(mapping, sample)
    check(target.every_field, mapping, description, extra=target.extra)
    if not target.people:
        _refuse_people(mapping)
    people, left = unmapped(mapping, description)
    return Plan(
        order,
        source,
        sample,
        target,
        preset,
        mapping,
        Giver(batches.giver(order.source or (preset.giver if preset else description.name))),
        (*description.notes, *(preset.notes if preset else ()), *notes, *midnight),
        tuple(people),
        tuple(left),
    )


def _found(
    session: Session, actor: Actor, order: Order, source: Source, sample: Chunk
) -> tuple[presets.Preset | None, Target, Mapping]:
    description = source.description
    if order.preset:
        preset = presets.preset(order.preset)
        options = {k: v for k, v in order.constants.items() if k in preset.options}
        mapping = preset.knows(description, sample, options)
        if mapping is None:
            raise Invalid(f"The file does not look like this: {preset.title}.")
        return preset, preset.target, mapping
    if order.target:
        target = presets.target(order.target)
        kept = batches.recall(session, actor, target.name, order.source)
        mapping = guess(target.every_field, description, sample, kept)
        return None, target, mapping
    known = presets.recognise(description, sample, order.constants)
    if known is None:
        raise Invalid(
            "It is not plain what this file holds. Say what it is: "
            f"one of {', '.join(presets.TARGETS)}."
        )
    return known[0], known[0].target, known[1]


def _midnight(mapping: Mapping, sample: Chunk) -> tuple[Mapping, list[str]]:
    """Judge whether 00:00 is a time in this file, or stands where no time is known."""
    column = mapping.columns.get("time") or mapping.columns.get("date")
    if column is None or column not in sample.frame:
        return mapping, []
    dates = [each for each in sample.frame[column] if each]
    if mapping.columns.get("time") == column:
        dates = [f"2001-01-01 {each}" for each in dates]
    if times.means_midnight(dates):
        return mapping, []
    note = "Many times are 00:00: they were read as not known, so only the day is kept."
    return replace(mapping, midnight=False), [note]


def _refuse_people(mapping: Mapping) -> None:
    for name, column in mapping.columns.items():
        if name not in HASHED and is_person(column):
            raise Invalid(
                f"A column that by its name holds a person cannot be taken as "
                f"{name.replace('_', ' ')}. Choose another, or leave it out."
            )
