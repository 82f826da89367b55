"""Alembic's way in: the caller hands over an open connection (`store.migrate`)."""

from typing import Any, Literal

from alembic import context

from store.columns import Geometry27700, UTCDateTime
from store.migrate import ours


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our column types by their short names."""
    if kind == "type" and isinstance(item, Geometry27700):
        autogen.imports.add("from store.columns import Geometry27700")
        return f"Geometry27700({item.kind!r})"
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen.imports.add("from store.columns import UTCDateTime")
        return "UTCDateTime()"
    return False


metadata = context.config.attributes.get("metadata")
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=ours(metadata),
    render_item=render_item,
    compare_type=False,
)
context.run_migrations()
