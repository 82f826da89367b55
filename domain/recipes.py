"""Recipes: what an analysis is asked to do, so that it can be run again to the same numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from domain import codes, terms
from domain.errors import Invalid
from domain.filters import Filters, parse

Value: TypeAlias = int | str


class Method(Enum):
    """How records are looked at; the value is kept in recipes."""

    HOT_SPOTS = "hot spots"
    DENSITY = "density"
    CHANGE = "change"
    CONCENTRATION = "concentration"
    WHEN = "when"
    NEAR_REPEAT = "near repeat"
    CLUSTERS = "clusters"

    @property
    def question(self) -> str:
        """The question that it answers, as a person would ask it."""
        return QUESTIONS[self]


QUESTIONS = {
    Method.HOT_SPOTS: "Where do records cluster more than chance would have it?",
    Method.DENSITY: "Where are records densest?",
    Method.CHANGE: "What is new, what lasts and what has faded?",
    Method.CONCENTRATION: "How few squares hold most of the records?",
    Method.WHEN: "On which days and at which hours?",
    Method.NEAR_REPEAT: "Does one event make another nearby more likely?",
    Method.CLUSTERS: "Which spots belong together?",
}


@dataclass(frozen=True)
class Parameter:
    """A setting of a method: a whole number from ``least`` to ``most``, or one of ``choices``."""

    name: str
    title: str
    default: Value
    least: int = 0
    most: int = 0
    step: int = 1
    choices: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    def checked(self, given: Value) -> Value:
        """Return ``given`` if the setting can have it.

        Raises
        ------
        Invalid
            It cannot; the message says what it can be.
        """
        if self.choices:
            if str(given) not in self.choices:
                raise Invalid(f"Choose one of the offered values for: {self.title.lower()}.")
            return str(given)
        if isinstance(given, str) or not self.least <= given <= self.most:
            raise Invalid(f"{self.title} must be from {self.least:,} to {self.most:,}.")
        return given


PROPOSED = "proposed"
CELL = Parameter(
    "cell",
    "Size of a cell",
    PROPOSED,
    choices={
        PROPOSED: "proposed from the records",
        **{str(each): f"{each:,} m" for each in (100, 125, 200, 250, 500, 1_000, 2_000)},
    },
)
SHAPE = Parameter("shape", "Cells", "square", choices={"square": "squares", "hex": "hexagons"})
PARAMETERS: Mapping[Method, tuple[Parameter, ...]] = {
    Method.HOT_SPOTS: (
        CELL,
        SHAPE,
        Parameter("order", "Rings of neighbours", 1, 1, 5, about="A wider ring smooths more."),
        Parameter(
            "permutations", "Permutations", 0, 0, 999, 99,
            about="0 takes the normal approximation, which is enough for most maps.",
        ),
    ),
    Method.DENSITY: (
        CELL,
        Parameter("bandwidth", "Bandwidth (metres; 0: proposed)", 0, 0, 5_000, 50),
        Parameter(
            "kernel", "Kernel", "quartic", choices={"quartic": "quartic", "gaussian": "Gaussian"}
        ),
    ),
    Method.CHANGE: (CELL, Parameter("periods", "Periods to compare", 6, 2, 24)),
    Method.CONCENTRATION: (CELL,),
    Method.WHEN: (
        Parameter("window", "Length of a window (hours)", 2, 1, 4),
        Parameter(
            "terms", "School terms", "",
            choices={"": "not asked", **{each: terms.terms(each).name for each in terms.names()}},
        ),
    ),
    Method.NEAR_REPEAT: (
        Parameter("distance", "Width of a distance band (metres)", 100, 50, 1_000, 50),
        Parameter("days", "Width of a time band (days)", 7, 1, 60),
        Parameter("permutations", "Permutations", 199, 99, 999, 100),
        Parameter(
            "metric",
            "Distance",
            "euclidean",
            choices={"euclidean": "as the crow flies", "manhattan": "along a street grid"},
        ),
    ),
    Method.CLUSTERS: (
        Parameter(
            "method", "Rule", "dbscan", choices={"dbscan": "one density", "hdbscan": "any density"}
        ),
        Parameter("distance", "Reach (metres; 0: proposed)", 0, 0, 2_000, 25),
        Parameter("least", "Fewest records in a cluster", 10, 5, 500),
    ),
}  # fmt: skip

LAYERS: Mapping[str, tuple[Method, ...]] = {
    "incidents": tuple(Method),
    "touches": (Method.HOT_SPOTS, Method.DENSITY, Method.CHANGE, Method.CONCENTRATION),
}
"""What can be asked of which records: nothing that would join two mentions of a missing episode,
and no hour of the day, which a mention does not have."""


@dataclass(frozen=True)
class Recipe:
    """All that decides a result, but the records themselves.

    ``layer`` is one of `LAYERS`, ``query`` the filters as `Filters.to_query` writes them (so two
    recipes are equal where they ask the same), ``parameters`` a value for each of the method's.
    """

    method: Method
    layer: str
    query: str = ""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        if self.method not in LAYERS.get(self.layer, ()):
            raise Invalid("This method cannot be used on these records. Choose another.")
        known = {each.name: each for each in PARAMETERS[self.method]}
        unknown = set(self.parameters) - set(known)
        if unknown:
            raise Invalid("This recipe has settings that its method does not know.")
        settings = {
            name: each.checked(self.parameters.get(name, each.default))
            for name, each in known.items()
        }
        object.__setattr__(self, "parameters", settings)
        object.__setattr__(self, "query", self.filters.to_query())

    @property
    def filters(self) -> Filters:
        """What the records are narrowed to."""
        return parse(dict(parse_qsl(self.query)), codes.current())

    def number(self, name: str) -> int:
        """Return a setting that is a number."""
        return int(self.parameters[name])

    def as_json(self) -> dict[str, Any]:
        """Return what is kept; `from_json` reads the same recipe from it."""
        return {
            "method": self.method.value,
            "layer": self.layer,
            "query": self.query,
            "parameters": dict(self.parameters),
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Recipe":
        """Read a recipe that was kept, which may be older than this version.

        Raises
        ------
        Invalid
            It asks for what this version cannot do.
        """
        try:
            return cls(
                Method(given["method"]),
                str(given["layer"]),
                str(given["query"]),
                dict(given["parameters"]),
                int(given["seed"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid("This recipe cannot be read by this version of Safeground.") from error

    def describe(self) -> list[str]:
        """Say the settings in words, one line each."""
        lines = []
        for each in PARAMETERS[self.method]:
            value = self.parameters[each.name]
            shown = each.choices.get(str(value), f"{value:,}" if isinstance(value, int) else value)
            lines.append(f"{each.title}: {shown}")
        return lines
