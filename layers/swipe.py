"""Two results to compare: under a line that the reader pulls, or on maps that move together."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Swipe:
    """The line and its handle; it comes before the shapes of the panes "left" and "right"."""

    label: str
    name: str = "swipe"
    kind: ClassVar[str] = "swipe"

    def spec(self) -> dict[str, Any]:
        """Return what a screen reader says of the handle."""
        return {"label": self.label}


@dataclass(frozen=True)
class Together:
    """What makes the maps of a page that have it show the same ground, wherever one is moved."""

    name: str = "together"
    kind: ClassVar[str] = "together"

    def spec(self) -> dict[str, Any]:
        """Return nothing more: the name says which maps."""
        return {}
