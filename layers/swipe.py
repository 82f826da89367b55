"""Two sets of shapes over one ground, with a line between them that the reader pulls."""

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
