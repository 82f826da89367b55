"""``safeground evaluate``: what counts before and after can say of a plan."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from cli.analyses import plainly, show
from domain.errors import Invalid

LONGEST = 1_000_000
COLUMNS = ("offence", "weight", "treated_pre", "treated_post", "control_pre", "control_post")
MOST = 10**9
"""The largest count that is taken."""


def evaluate(  # noqa: PLR0917 - typer names them
    treated: Annotated[
        str | None, typer.Option(metavar="PRE,POST", help="Counts of the plan's own area")
    ] = None,
    control: Annotated[
        str | None, typer.Option(metavar="PRE,POST", help="Counts of the comparison")
    ] = None,
    displacement: Annotated[
        str | None, typer.Option(metavar="PRE,POST", help="Counts of the ring around the area")
    ] = None,
    displacement_control: Annotated[
        str | None, typer.Option(metavar="PRE,POST", help="Counts of a comparison for the ring")
    ] = None,
    time_weights: Annotated[
        str, typer.Option(metavar="A,B", help="Lengths of the periods before and after")
    ] = "1,1",
    area_weights: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C,D",
            help="Sizes of control, treated, displacement control, displacement",
        ),
    ] = None,
    harm: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Alone: a CSV of {', '.join(COLUMNS)}"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answer")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Say whether it fell, fell more than elsewhere, or moved next door, from counts alone.

    Counts are whole numbers before and after. The weighted displacement difference (WDD) and
    quotient (WDQ), the rate ratio, the e-test, the difference in differences and the power, each
    with its interval, and words chosen by rule. With unequal periods or areas give their sizes.

        safeground evaluate --treated 207,110 --control 308,318 --displacement 178,157
            --displacement-control 150,140

        safeground evaluate --treated 80,20 --control 100,50 --time-weights 2,1 --json

        safeground evaluate --harm offences.csv
    """  # fmt: skip
    lengths = _weights(time_weights, "--time-weights", (2,))
    pairs = {
        "treated": treated,
        "control": control,
        "displacement": displacement,
        "displacement_control": displacement_control,
    }
    if harm is not None:
        if any(each is not None for each in pairs.values()):
            raise Invalid("Give --harm alone: its file holds the counts.")
        found = _weighed(harm, lengths, _weights(area_weights or "1,1", "--area-weights", (2, 4)))
    else:
        sizes = _weights(area_weights or "1,1,1,1", "--area-weights", (4,))
        found = _figures(pairs, lengths, sizes, seed)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
    elif harm is None:
        _print(found)
    else:
        _print_harm(found)


def _figures(
    given: Mapping[str, str | None], lengths: tuple[float, ...], sizes: tuple[float, ...], seed: int
) -> dict[str, Any]:
    from domain.effect_figures import Counts, figures  # brings in scipy

    if given["treated"] is None:
        raise Invalid("Give --treated PRE,POST, such as --treated 207,110, or --harm FILE.")
    if given["displacement_control"] is not None and given["displacement"] is None:
        raise Invalid("--displacement-control needs --displacement as well.")
    if given["displacement"] is not None and given["control"] is None:
        raise Invalid("--displacement needs --control as well.")
    pairs = {
        name: None if text is None else _pair(text, f"--{name.replace('_', '-')}")
        for name, text in given.items()
    }
    with plainly():
        return figures(
            Counts(**pairs, time_weights=lengths, area_weights=sizes),  # type: ignore[arg-type]
            seed=seed,
        )


def _pair(text: str, option: str) -> tuple[int, int]:
    parts = text.split(",")
    if len(parts) != 2:
        raise Invalid(f"Write {option} as two counts with a comma, before and after: 207,110.")
    return _count(parts[0], option), _count(parts[1], option)


def _count(text: str, where: str) -> int:
    if not text.strip():
        raise Invalid(f"A count is missing in {where}. Where nothing was counted, write 0.")
    try:
        number = float(text)
    except ValueError as error:
        raise Invalid(f"Counts are whole numbers, such as 207. Look at {where}.") from error
    if not 0 <= number <= MOST:
        raise Invalid(f"Counts are from 0 to {MOST:,}. Look at {where}.")
    if number != int(number):
        raise Invalid(
            f"Counts are whole numbers; {where} has one that is not. For periods or areas of "
            "unequal size give counts as they are, and --time-weights or --area-weights."
        )
    return int(number)


def _weights(text: str, option: str, sizes: tuple[int, ...]) -> tuple[float, ...]:
    parts = text.split(",")
    if len(parts) not in sizes:
        needed = " or ".join(map(str, sizes))
        raise Invalid(f"Give {needed} numbers with commas for {option}.")
    try:
        found = tuple(float(each) for each in parts)
    except ValueError as error:
        raise Invalid(f"Write {option} as numbers with commas, such as 2,1.") from error
    if not all(0 < each < float("inf") for each in found):
        raise Invalid(f"The numbers of {option} must be above 0.")
    return found


class _Line(NamedTuple):
    offence: str
    weight: float
    treated: tuple[int, int]
    control: tuple[int, int]


def _weighed(file: Path, lengths: tuple[float, ...], sizes: tuple[float, ...]) -> dict[str, Any]:
    from domain.effect_figures import harm_figures

    lines = _lines(file)
    names, weights, treated, control = zip(*lines, strict=True)
    with plainly():
        return harm_figures(names, weights, treated, control,
                            time_weights=(lengths[0], lengths[1]),
                            area_weights=(sizes[0], sizes[1]))  # fmt: skip


def _lines(file: Path) -> list[_Line]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text.read(LONGEST).splitlines()))
    except OSError as error:
        raise Invalid("That file cannot be read. Check its name and its rights.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid("That is not a CSV in UTF-8. Save it as one and try again.") from error
    if not rows:
        raise Invalid("The file has no rows under its header.")
    if missing := [name for name in COLUMNS if name not in rows[0]]:
        raise Invalid(f"The file has no column {', '.join(missing)}.")
    return [_line(row, number) for number, row in enumerate(rows, start=2)]


def _line(row: Mapping[str, str | None], number: int) -> _Line:
    counts = [_count(row[name] or "", f"line {number}, {name}") for name in COLUMNS[2:]]
    weight = _weights(row["weight"] or "", f"line {number}, weight", (1,))[0]
    return _Line(row["offence"] or "", weight, (counts[0], counts[1]), (counts[2], counts[3]))


def _print(found: Mapping[str, Any]) -> None:
    typer.echo(f"{found['words']}\n")
    rows = [_area_row(name.replace("_", " "), each) for name, each in found["areas"].items()]
    show(["", "before", "after", "rate ratio", "95 % interval", "p", "e-test p"], rows)
    typer.echo("")
    rows = [_figure_row(title, found[name]) for name, title in TITLES.items() if found[name]]
    if found["wdd"] and found["wdd"]["displaced"]:
        rows[1:1] = [_figure_row("  area alone", found["wdd"]["local"]),
                     _figure_row("  ring alone", found["wdd"]["displaced"])]  # fmt: skip
    if rows:
        show(["", "estimate", "se", "z", "95 % interval", "p"], rows)
        typer.echo("")
    for name, why in found["why"].items():
        typer.echo(f"{WHY[name]}: {why}")
    if found["power"]:
        typer.echo(found["power"]["words"])


TITLES = {
    "wdd": "Weighted displacement difference",
    "wdq": "Weighted displacement quotient",
    "did": "Difference in differences (ratio)",
    "did_displacement": "The same for the ring (ratio)",
    "did_net": "The same for area and ring (ratio)",
}
WHY = {**TITLES, "power": "Power"}


def _area_row(name: str, each: Mapping[str, Any]) -> list[str]:
    ratio = each["rate_ratio"]
    return [name, f"{each['before']:,}", f"{each['after']:,}", _number(ratio["estimate"]),
            _interval(ratio["interval"]), _p(ratio["p"]), _p(each["e_test"]["p"])]  # fmt: skip


def _figure_row(title: str, each: Mapping[str, Any]) -> list[str]:
    shown = [_number(each[name]) if name in each else "" for name in ("estimate", "se", "z")]
    return [title, *shown, _interval(each["interval"]), _p(each["p"]) if "p" in each else ""]


def _print_harm(found: Mapping[str, Any]) -> None:
    typer.echo(f"{found['words']}\n")
    rows = [_figure_row("Weighted by harm", found["wdd"]),
            _figure_row("In events", found["unweighted"])]  # fmt: skip
    show(["", "estimate", "se", "z", "95 % interval", "p"], rows)
    typer.echo("")
    lines = [[_shown(each["offence"]), f"{each['weight']:g}",
              _number(each["difference"]), _number(each["harm"])]
             for each in found["offences"]]  # fmt: skip
    show(["offence", "weight", "difference", "in harm"], lines)


def _shown(text: str) -> str:
    """Leave out what could steer a terminal."""
    return "".join(each for each in text if each.isprintable())[:60]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}"


def _interval(bounds: list[float | None] | None) -> str:
    if bounds is None:
        return "-"
    low, high = ("∞" if each is None else f"{each:,.3f}" for each in bounds)
    return f"{low} to {high}"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
