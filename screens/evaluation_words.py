"""What the figures of an evaluation say, in sentences; nothing here reckons anew."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.effect_words import LESS_SURE, UNLIKE_SIZES
from domain.evaluation_counts import Periods
from domain.evaluation_reading import Answer
from domain.evaluations import Outcome
from domain.filters import day_words

Result = Mapping[str, Any]
ZONES = {
    "treated": "Here",
    "control": "In the comparison",
    "displacement": "Next door",
    "displacement_control": "Next door to the comparison",
}
AGAINST = {
    "did": "Here, against the comparison",
    "did_displacement": "Next door, against elsewhere",
    "did_net": "Here and next door together",
}
RANGE = "A range in brackets holds the true change 95 times in 100."
HIDDEN = "too few to show"


def change(ratio: float | None) -> str:
    """Say a ratio of after to before: "53% fewer", "a fifth more" as "20% more"."""
    if ratio is None:
        return "no figure"
    if ratio >= 2:
        return f"{times(ratio)} times as many"
    share = f"{abs(1 - ratio):.0%}"
    if share == "0%":
        return "no change"
    return f"{share} {'fewer' if ratio < 1 else 'more'}"


def times(ratio: float) -> str:
    """Write how many times as many; above ten, fractions say nothing."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def span(interval: Sequence[float | None] | None) -> str:
    """Say the range of a ratio; an end that is infinite is open."""
    if interval is None:
        return "no range"
    low, high = interval
    if low is None or high is None:
        return f"from {change(low or 0.0)} upwards"
    if high < 1 and round(low, 2) < 1:
        return f"between {1 - high:.0%} and {1 - low:.0%} fewer"
    if low > 1 and high < 2:
        return f"between {low - 1:.0%} and {high - 1:.0%} more"
    if low >= 2:
        return f"between {times(low)} and {times(high)} times as many"
    return f"anywhere from {change(low)} to {change(high)}"


def ratio(found: Result) -> str:
    """Say a ratio with its range."""
    if found["estimate"] is None:
        return f"no figure ({span(found['interval'])})"
    return f"{change(found['estimate'])} ({span(found['interval'])})"


def difference(found: Result) -> str:
    """Say a difference in events with its range."""
    value, (low, high) = found["estimate"], found["interval"]
    about = f"about {abs(value):,.0f} {'fewer' if value < 0 else 'more'}"
    if high <= 0 or low >= 0:
        ends = sorted((abs(low), abs(high)))
        return f"{about} (between {ends[0]:,.0f} and {ends[1]:,.0f})"
    return f"{about} (anywhere from {abs(low):,.0f} fewer to {high:,.0f} more)"


def said(result: Result) -> tuple[str, str]:
    """Part the words of the verdict from the note on how sure the difference in events is."""
    told = str(result.get("words", ""))
    for note in (LESS_SURE, UNLIKE_SIZES):
        if told.endswith(note):
            return told.removesuffix(note).strip(), note
    return told, ""


def lead(answer: Answer) -> str:
    """Say the counts in a sentence, for a reader who reads no further."""
    counts = answer.result["counts"]
    before, after = map(_count, counts["treated"])
    told = f"{sentence(answer.outcome.words)} here: {before} before the plan, {after} after."
    if "control" not in counts:
        return told
    before, after = map(_count, counts["control"])
    return f"{told} In the comparison: {before} and {after}."


def _count(value: float | None) -> str:
    return HIDDEN if value is None else f"{value:,.0f}"


def counted(result: Result) -> list[tuple[str, str]]:
    """Say what was counted in each outline: its name, and a sentence."""
    told = []
    for name, pair in result["counts"].items():
        before, after = map(_count, pair)
        words = f"{before} before, {after} after"
        alone = result.get("areas", {}).get(name)
        told.append((ZONES[name], f"{words}: {ratio(alone['rate_ratio'])}." if alone else words))
    return told


def compared(result: Result) -> list[tuple[str, str]]:
    """Say how the changes stand against elsewhere; what there is none of is left out."""
    told = [(name, f"{ratio(result[key])}.") for key, name in AGAINST.items() if result[key]]
    if result["wdd"]:
        told.append(("In events, here and next door", in_events(result)))
    note = said(result)[1]
    return [*told, *([("", note)] if note else [])]


def in_events(result: Result) -> str:
    """Say the difference in events, unless it is larger than all that was ever there to change."""
    own = [result["counts"][name] for name in ("treated", "displacement")
           if name in result["counts"]]  # fmt: skip
    if abs(result["wdd"]["estimate"]) > max(map(sum, zip(*own, strict=True))):
        return "Little to read from: the areas differ too much in size."
    return f"{difference(result['wdd'])}."


def moved(result: Result) -> str:
    """Read the displacement quotient, where it means something."""
    found = result["wdq"]
    if found is None:
        return ""
    if found["interval"] is None:
        return "Whether any moved next door cannot be read from one number: it is too unsure."
    low, high = found["interval"]
    if low > 0:
        more = "even more than the area itself" if low > 1 else "some of it too"
        return f"Next door gained {more}."
    if high >= 0:
        return "By one number (WDQ), whether any moved next door cannot be told."
    if high < -1:
        return "More moved next door than was gained here."
    stays = "a gain stays" if low > -1 else "whether a gain stays cannot be told"
    return f"Some moved next door, and {stays}."


def pattern(result: Result, counted_words: str) -> str:
    """Read the likeness of the patterns before and after."""
    found = result["similarity"]
    if found is None:
        return ""
    where = "elsewhere than before" if found["robust"] < found["interval"][0] else (
        "where they did before"
    )  # fmt: skip
    low, high = found["interval"]
    return (
        f"In and around the area, {counted_words} lie {where}: the S-index is "
        f"{found['robust']:.2f}, and dealt out by chance alone {low:.2f} to {high:.2f}."
    )


def windows(result: Result, counted_words: str) -> str:
    """Read the hours with a patrol beside those that were left without one."""
    found = result.get("windows")
    if not found:
        return ""
    own, left = found["patrolled"], found["left"]
    return (
        f"In {own['hours']:,.0f} hours with a patrol: {own['count']} {counted_words}. In "
        f"{left['hours']:,.0f} hours left without one: {left['count']}. With a patrol: "
        f"{ratio(found['ratio'])}."
    )


def course(result: Result) -> str:
    """Read the interrupted series, where it is long enough."""
    found = result["interrupted"]
    if found is None:
        return ""
    return f"Set against its own course before: {ratio(found['overall'])}."


def spans(periods: Periods) -> str:
    """Say both periods in one line."""
    first, end = periods.before, periods.after
    return f"{days(*first)}, against {days(*end)}"


def days(first: date, end: date) -> str:
    """Say a period by its first and its last day."""
    return f"{day_words(first)} to {day_words(date.fromordinal(end.toordinal() - 1))}"


def about(answer: Answer) -> str:
    """Say in one line what was counted, and when."""
    return f"{sentence(answer.outcome.words)}, {spans(answer.periods)}."


def weeks(periods: Periods, outcome: Outcome) -> str:
    """Say how long a period is."""
    if outcome is Outcome.TOUCHES:
        first, end = periods.after
        return f"{(end.year - first.year) * 12 + end.month - first.month} months"
    return f"{(periods.after[1] - periods.after[0]).days // 7} weeks"


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


FIGURES = {
    "series_ratio": "Ratio of weeks",
    "similarity": "S-index",
    "interrupted": "Interrupted series",
    "wdd": "Weighted displacement difference (WDD)",
    "wdq": "Weighted displacement quotient (WDQ)",
    "did": "Difference in differences",
    "did_displacement": "Difference in differences, next door",
    "did_net": "Difference in differences, here and next door",
    "power": "Power",
    "windows": "Hours with and without a patrol",
}
"""What each figure that can be missing is called."""


def missing(result: Result) -> list[tuple[str, str]]:
    """Say for each figure that cannot be told why not."""
    return [(FIGURES.get(name, name), reason) for name, reason in result["why"].items()]


def table(result: Result) -> list[dict[str, str]]:
    """Return every figure as it is known to those who reckon: name, estimate, interval, p, how."""
    rows = [
        _row(f"Rate ratio, {ZONES[name].lower()}", each["rate_ratio"])
        for name, each in result["areas"].items()
    ]
    rows += [_row(FIGURES[key], result[key]) for key in AGAINST if result[key]]
    rows += _differences(result)
    if result["wdq"]:
        rows.append(_row(FIGURES["wdq"], result["wdq"]))
    if result["series_ratio"]:
        rows.append(_row(FIGURES["series_ratio"], result["series_ratio"]))
    rows += _course(result)
    if result.get("windows"):
        rows.append(_row(FIGURES["windows"], result["windows"]["ratio"]))
    return rows + _patterns(result)


def _patterns(result: Result) -> list[dict[str, str]]:
    found = result["similarity"]
    if found is None:
        return []
    squares = f"{found['cells']} squares of {found['cell']} m"
    robust = {**found, "estimate": found["robust"]}
    return [
        _row("S-index, all squares", {"estimate": found["s"]}, how=squares),
        _row("S-index, squares with events", robust, how="interval of random deals"),
    ]


def _differences(result: Result) -> list[dict[str, str]]:
    whole = result["wdd"]
    if whole is None:
        return []
    parts = {"WDD": whole, "WDD, here alone": whole["local"], "WDD, next door": whole["displaced"]}
    return [_row(name, each, how="events") for name, each in parts.items() if each]


def _course(result: Result) -> list[dict[str, str]]:
    found = result["interrupted"]
    if found is None:
        return []
    names = {"level": "step at the start", "slope": "slope, by week", "overall": "overall"}
    return [_row(f"Interrupted series, {words}", found[key], how=found["method"])
            for key, words in names.items()]  # fmt: skip


def _row(name: str, found: Result, how: str = "") -> dict[str, str]:
    interval, p = found.get("interval"), found.get("p")
    ends = " to ".join("∞" if each is None else _number(each) for each in interval or ())
    return {
        "Figure": name,
        "Estimate": "∞" if found["estimate"] is None else _number(found["estimate"]),
        "95% interval": ends or "none",
        "p": "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}",
        "How": how or found.get("method", ""),
    }


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
